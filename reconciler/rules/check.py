"""One rule with how it is judged and what is said: the place where a rule of somebody else is added.

In: facts that a judge found. Out: diagnostics with the code of the rule. Pure; it must not decide what
becomes of a run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from reconciler.errors import Diagnostic, Origin
from reconciler.rules.rule import Level, Rule

Subject = TypeVar("Subject", contravariant=True)


@dataclass(frozen=True)
class Check(Generic[Subject]):
    """A rule, its judge, and its sentences, with the facts in braces."""

    rule: Rule
    message: str
    fix: str
    """What to do; empty where only consent helps."""
    judge: Callable[[Subject], Iterator[Diagnostic]]
    """Everything the rule finds in its subject; pure."""
    why: str = ""

    def tells(self, found: Diagnostic) -> Diagnostic:
        """What somebody below found already, as a finding of this rule."""
        return replace(found, code=self.rule.code, rule=self.rule.name, severity=self.rule.severity)

    def finds(self, *, where: Origin | None = None, address: object = "", **facts: object) -> Diagnostic:
        """What a judge yields. `found` is the number that a LIMIT has to be raised to."""
        known = {**facts, "address": address}
        return Diagnostic(
            self.message.format(**known),
            where=where,
            address=str(address),
            why=self.why.format(**known),
            hint=self.fix.format(**known),
            severity=self.rule.severity,
            code=self.rule.code,
            rule=self.rule.name,
            allow=_option(self.rule, facts.get("found")),
        )


def _option(rule: Rule, found: object) -> str:
    number = f"={found}" if rule.level is Level.LIMIT else ""
    return f"--allow {rule.name}{number}" if rule.consent else ""


def said(found: Diagnostic) -> str:
    """What was found, what to do, and how to allow it where that is possible, in one line."""
    consent = f"allow it with {found.allow}" if found.allow else ""
    return "; ".join(filter(None, (found.titled, found.hint, consent)))
