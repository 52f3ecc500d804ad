"""What all users learned alike, as a patch of the manifests.

In: the learned findings of a plan, what was desired, and the texts of manifest files. Out: files before and
after, and what cannot be a patch. Pure: files are read through a function.
"""

from __future__ import annotations

import difflib
import posixpath
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import yaml

from reconciler.errors import Diagnostic, Origin, Severity
from reconciler.export.manifest_keys import literal
from reconciler.export.yaml_edit import NotRewritten, file_named, place_at, rewritten
from reconciler.plan import Finding
from reconciler.values import Desired, field_of

ReadFile = Callable[[str], str]
"""The text of a file of the project, by its path relative to the root."""


@dataclass(slots=True)
class Patch:
    """Files as they are and as they shall be."""

    before: dict[str, str] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)
    warnings: list[Diagnostic] = field(default_factory=list)

    def text(self) -> str:
        """A unified diff, for `git apply` or `patch -p1` in the folder of the project."""
        return "".join(_diff(path, self.before[path], self.after[path]) for path in sorted(self.after))

    def warn(self, where: Origin, summary: str, why: str = "", hint: str = "") -> None:
        """Something learned that does not become part of the template."""
        self.warnings.append(Diagnostic(summary, where=where, why=why, hint=hint, severity=Severity.WARNING))


def learned_patch(findings: Iterable[Finding], desired: Desired, read: ReadFile, share: int) -> Patch:
    """Take what at least `share` percent of all who have a field learned alike."""
    patch = Patch()
    having: Counter[tuple[Origin, str]] = Counter()
    for resource in desired:
        having.update((origin, name) for name, origin in resource.origins.items())
    learned: dict[tuple[Origin, str], list[Finding]] = {}
    for finding in findings:
        name = field_of(finding.field.path)
        origin = desired.resources[finding.address].origins.get(name)
        if origin is not None:
            learned.setdefault((origin, name), []).append(finding)
    edits: list[tuple[Origin, str, int]] = []
    for place, found in sorted(learned.items(), key=lambda item: item[0]):
        text = _agreed(patch, place, found, having[place], share)
        if text is not None:
            edits.append((place[0], text, found[0].address.kind == "block" and _limit(desired, found)))
    for origin, text, limit in sorted(edits, key=lambda edit: edit[0], reverse=True):
        if limit and len(text) > limit:
            patch.warn(origin, "the learned text is left out", f"it is longer than its limit of {limit:,}")
        else:
            _edit(patch, origin, text, read)
    return patch


def _limit(desired: Desired, found: list[Finding]) -> int:
    limit = desired.resources[found[0].address].leaves.get("limit")
    return limit if isinstance(limit, int) else 0


def _agreed(
    patch: Patch, place: tuple[Origin, str], found: list[Finding], having: int, share: int
) -> str | None:
    """The one text enough users have learned."""
    origin, name = place
    texts = Counter(each.field.live for each in found if isinstance(each.field.live, str))
    if not texts or any(each.field.path != name for each in found):
        patch.warn(origin, f"what was learned of {name} is no text", hint="--as overrides")
        return None
    text, votes = texts.most_common(1)[0]
    if 100 * votes < share * having:
        why = f"{votes} of {having} learned the same text, {share} % are asked for"
        patch.warn(origin, f"what was learned of {name} stays with its users", why, "--share PERCENT")
        return None
    return text


def _edit(patch: Patch, origin: Origin, text: str, read: ReadFile) -> None:
    def now(path: str) -> str:
        patch.before.setdefault(path, read(path))
        return patch.after.get(path, patch.before[path])

    try:
        place = place_at(now(origin.file), origin.line, origin.column)
        named = file_named(place)
        if not named:
            patch.after[origin.file] = rewritten(now(origin.file), place, literal(text))
            return
        path = posixpath.normpath(posixpath.join(posixpath.dirname(origin.file), named))
        if path in patch.after:
            patch.warn(origin, f"{path} would be changed twice", "another block takes its text from it too")
            return
        _warn_of_expressions(patch, origin, now(path))
        patch.after[path] = literal(text)
    except (NotRewritten, yaml.YAMLError) as error:
        patch.warn(origin, "what was learned here cannot be a patch", str(error), "--as overrides")


def _warn_of_expressions(patch: Patch, origin: Origin, old: str) -> None:
    if "${{" in old:
        patch.warn(origin, "expressions of the template are replaced", "all users learned one text")


def _diff(path: str, before: str, after: str) -> str:
    lines = difflib.unified_diff(before.splitlines(True), after.splitlines(True), f"a/{path}", f"b/{path}")
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def changed_files(patch: Patch) -> Mapping[str, str]:
    """The files a patch changes, as they shall be."""
    return {path: text for path, text in patch.after.items() if text != patch.before[path]}
