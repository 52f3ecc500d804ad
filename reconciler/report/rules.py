"""The rules as a list for people, as a document for programs, and as a page of the documentation.

In: the checks, and the levels a project gives to rules. Out: lines, plain JSON values, Markdown. Facts that a
sentence is filled with stay in braces. It must not judge anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from reconciler.report.every_check import CHECKS
from reconciler.report.text.lines import Line, Span, Tone, line
from reconciler.rules import CHOICES, Check, Level, Turns

FORMAT_VERSION = "1.1"
"""Since 1.1 a rule has message, why, fix, what a project may make of it, and what this one does."""


def rule_lines(rules: Turns) -> Iterator[Line]:
    """Each rule: how far it gives way here, what it is about, and what to do."""
    for check in CHECKS:
        rule = check.rule
        head = Span(f"{rule.code} {rule.name}", Tone.HEADING)
        yield line(head, f"  {_effect(check, rules)}")
        yield line(f"  {rule.summary}")
        if check.fix:
            yield line(Span("  try: ", Tone.DIM), _plain(check.fix))


def rules_document(rules: Turns) -> dict[str, Any]:
    """What `rules --json` prints."""
    return {"format_version": FORMAT_VERSION, "rules": [_document(check, rules) for check in CHECKS]}


def _document(check: Check[Any], rules: Turns) -> dict[str, Any]:
    rule, level = check.rule, rules.level(check.rule)
    return {
        "code": rule.code,
        "name": rule.name,
        "level": rule.level.value,
        "here": level.value,
        "may_be": [each.value for each in CHOICES[rule.level]],
        "summary": rule.summary,
        "message": _plain(check.message),
        "why": _plain(check.why),
        "fix": _plain(check.fix),
        "allow": rule.consent or None,
    }


def _effect(check: Check[Any], rules: Turns) -> str:
    """What makes it give way, or how loud it is; a level of the project with the place it comes from."""
    level = rules.level(check.rule)
    if level is not check.rule.level:
        return f"{level.value} here (safety.rules), else {check.rule.consent or check.rule.level.value}"
    return check.rule.consent or ("never gives way" if level is Level.FIRM else level.value)


def _plain(template: str) -> str:
    """A sentence with the names of its facts, without what only says how to write them."""
    named = re.sub(r"(?<!\{)\{(\w+)(?:![rs])?(?::[^{}]*)?\}", r"<\1>", template)
    return named.replace("{{", "{").replace("}}", "}")


_HEAD = """# Rules

Every rule that may stop a run, or say something with a plan or a drift report. `reconciler rules` lists them
with the levels of the project it is called in. This page is written by `reconciler rules --markdown
docs/rules.md`, and a test fails when it is stale.

A code never changes its meaning and is never given again. Consent has one door, `--allow`, and no file
holds it. A Project document may turn levels: what is only said can be an `error`, a `warning`, a `note` or
`silent`, and what somebody could allow can be made `firm`, so that no `--allow` helps. Nothing that stops a
run can be made to give way.

```yaml
kind: Project
safety:
  rules: {data-loss: firm, rename: error, second-copy: silent}
```

A saved plan is held to the levels of the project that is configured where it is applied.

| level | means |
|---|---|
| `firm` | stops an apply (4), whatever is allowed |
| `consent` | stops an apply (4), but for `--allow NAME` |
| `limit` | stops an apply (4), but for `--allow NAME=N`, or `--allow NAME` for any number |
| `error` | the plan is shown and never carried out (1) |
| `refused` | its address is left out of the run, which ends with 4 |
| `warning`, `note` | is only said |
| `silent` | is not said |
"""


def rules_page() -> str:
    """`docs/rules.md`."""
    return "\n".join((_HEAD, *map(_section, CHECKS)))


def _section(check: Check[Any]) -> str:
    rule = check.rule
    may_be = ", ".join(f"`{each.value}`" for each in CHOICES[rule.level] if each is not rule.level)
    rows = (
        ("level", f"`{rule.level.value}`" + (f"; a project may make it {may_be}" if may_be else "")),
        ("allow", f"`{rule.consent}`" if rule.consent else ""),
        ("says", _plain(check.message)),
        ("why", _plain(check.why)),
        ("try", _plain(check.fix)),
    )
    listed = "\n".join(f"- {name}: {_escaped(text)}" for name, text in rows if text)
    return f"## {rule.code} {rule.name}\n\n{_sentence(rule.summary)}\n\n{listed}\n"


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _escaped(text: str) -> str:
    """Names of facts are no HTML."""
    return text if text.startswith("`") else re.sub(r"<(\w+)>", r"*\1*", text)
