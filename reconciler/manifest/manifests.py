"""Loaded manifests, and what they want for whom.

In: compiled sets and rolls of users. Out: desired resources for a scope. After load, nothing but the tables
of users is read again, and every call gives the same answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from reconciler.errors import Diagnostic, ManifestError, Origin, Severity
from reconciler.manifest.compile.blueprint import Blueprint
from reconciler.manifest.compile.compiled_set import TemplateSet
from reconciler.manifest.compile.cross_checks import FolderNames, check_groups
from reconciler.manifest.compile.moves import names
from reconciler.manifest.files.project_settings import ProjectSettings
from reconciler.manifest.language.parameters import complete
from reconciler.manifest.language.values import ALLOTMENT, Allotment
from reconciler.manifest.users.expand import Expansion
from reconciler.manifest.users.rows import Roll
from reconciler.manifest.users.selected import wanted_users
from reconciler.manifest.users.sub_folder import selectors_within
from reconciler.manifest.users.tables import Row
from reconciler.manifest.yaml.findings import Findings, OfUser, did_you_mean
from reconciler.manifest.yaml.node import Node
from reconciler.manifest.yaml.source_lines import SourceLines
from reconciler.values import Address, Desired, DesiredResource, Owner, Renames, Scope, Selector

_EVERYTHING = Scope()
Warn = Callable[[Diagnostic], None]


def _say_nothing(_: Diagnostic) -> None:
    return None


@dataclass(frozen=True)
class Manifests:
    """Everything the manifests say, before it is known for whom."""

    settings: ProjectSettings
    files: tuple[Path, ...]
    """The manifest files that were read."""
    warnings: tuple[Diagnostic, ...]
    """What a person should know, notes included."""
    _shared: TemplateSet = field(repr=False)
    _sets: Mapping[str, tuple[TemplateSet, Roll]] = field(repr=False)
    _documents: tuple[Node, ...] = field(repr=False, default=())
    within: tuple[str, ...] = ()
    """The folders that were given, relative to the project which begins above them."""
    _lines: SourceLines = field(repr=False, compare=False, default_factory=lambda: SourceLines({}))

    @property
    def part(self) -> tuple[Selector, ...]:
        """The sets that the given folders declare; nothing where they are the project, or declare none."""
        rolls = {name: roll for name, (_, roll) in self._sets.items()}
        return selectors_within(self._documents, rolls, self.within)

    @property
    def notes(self) -> tuple[Diagnostic, ...]:
        """What is merely noted."""
        return tuple(each for each in self.warnings if each.severity is Severity.NOTE)

    @property
    def constellations(self) -> tuple[str, ...]:
        """Names of all constellations."""
        return tuple(self._sets)

    def desired(self, scope: Scope = _EVERYTHING, warn: Warn = _say_nothing) -> Desired:
        """What the manifests want for the users a scope asks for, and everything shared.

        `warn` is told what a person should know of these users.
        """
        findings = Findings()
        findings.read_from(self._lines)
        resources: dict[Address, DesiredResource] = {}
        for _, _, mine in self._expanded(scope, findings):
            resources.update((each.address, each) for each in mine)
        findings.raise_errors()
        for each in findings.diagnostics():
            warn(each)
        silent = self.settings.safety.shared_at_run_time
        return Desired(self.settings.name, resources, self.renames, silent)

    @cached_property
    def renames(self) -> Renames:
        """What was called something else before."""
        moves = {
            "": self._shared.moves,
            **{name: template.moves for name, (template, _) in self._sets.items()},
        }
        constellations = [names(links, "constellation") for links in moves.values()]
        return Renames(
            {name: links for name, links in moves.items() if links},
            {name: users for name, links in moves.items() if (users := names(links, "user"))},
            {old: new for each in constellations for old, new in each.items()},
        )

    def users(self) -> Iterator[Owner]:
        """Every user of every constellation, one at a time."""
        findings = Findings()
        findings.read_from(self._lines)
        for name, (_, roll) in self._sets.items():
            for row in roll.rows(None, findings):
                yield Owner(name, row.user)
        findings.raise_errors()

    def with_user(self, constellation: str, user: str, parameters: Mapping[str, Any]) -> Manifests:
        """The same manifests with one more user, whom no document declares.

        When all values are text they are read like the cells of a table, by the type of their parameter.
        """
        if constellation not in self._sets:
            hint = did_you_mean(constellation, self._sets)
            raise ManifestError([Diagnostic(f"there is no constellation {constellation!r}", hint=hint)])
        template, roll = self._sets[constellation]
        more = replace(roll, added=(*roll.added, _given(user, parameters)))
        return replace(self, _sets={**self._sets, constellation: (template, more)})

    def only_users(self, users: Mapping[Owner, Mapping[str, Any]]) -> Manifests:
        """The same templates for these users and nobody else."""
        sets = {}
        for name, (template, roll) in self._sets.items():
            rows = [
                _given(owner.user, given) for owner, given in users.items() if owner.constellation == name
            ]
            sets[name] = (template, replace(roll, documents=(), added=tuple(rows)))
        return replace(self, _sets=sets)

    def declares(self, owner: Owner) -> bool:
        """Whether a Users document, or a table it names, has this user."""
        _, roll = self._sets[owner.constellation]
        return any(True for _ in roll.rows(frozenset({owner.user}), Findings()))

    def alike(self, owner: Owner) -> tuple[Diagnostic, ...]:
        """Warnings about users that the user, whether declared or not, only looks different from."""
        findings = Findings()
        if owner.constellation in self._sets:
            _, roll = self._sets[owner.constellation]
            wider = replace(roll, added=(*roll.added, _given(owner.user, {})))
            for _ in wider.rows(frozenset({owner.user}), findings):
                pass
        return tuple(each for each in findings.diagnostics() if each.severity is Severity.WARNING)

    def inspect(self, findings: Findings) -> Counter[str]:
        """Expand every user, one at a time, to see what is wrong; how many there are of what."""
        counts = Counter(constellation=len(self._sets))
        for owner, _, mine in self._expanded(_EVERYTHING, findings, are_secrets_needed=False):
            counts["user"] += not owner.is_shared
            counts.update(each.address.kind for each in mine)
        return counts

    def _expanded(
        self, scope: Scope, findings: Findings, are_secrets_needed: bool = True
    ) -> Iterator[tuple[Owner, TemplateSet, list[DesiredResource]]]:
        folders = FolderNames()
        for owner, template, values, row in self._owners(scope, findings):
            expansion = Expansion(
                owner,
                values,
                template.language.environ,
                findings,
                row.origin if row else None,
                are_secrets_needed,
            )
            mine = list(expansion.resources(_blueprints(template, row, findings)))
            folders.check(mine, findings)
            check_groups(mine, findings)
            yield owner, template, mine

    def _owners(
        self, scope: Scope, findings: Findings
    ) -> Iterator[tuple[Owner, TemplateSet, dict[str, Any], Row | None]]:
        yield Owner(), self._shared, {**self._shared.setting.known, ALLOTMENT: Allotment()}, None
        for name, (template, roll) in self._sets.items():
            former = names(template.moves, "user")
            for row in roll.rows(wanted_users(scope, name), findings):
                if row.user in former:
                    findings.error(f"'user/{row.user}' moved, but is still declared", row.origin)
                parameters = complete(
                    template.parameters,
                    row.given,
                    row.as_text,
                    row.origin,
                    row.user,
                    findings,
                    row.written,
                )
                if parameters is not None:
                    known = template.setting.known
                    values = {**known, "user": {"id": row.user}, "parameters": parameters}
                    values[ALLOTMENT] = Allotment()
                    yield Owner(name, row.user), template, values, row


def _blueprints(template: TemplateSet, row: Row | None, findings: Findings) -> Iterator[Blueprint]:
    """Every resource of one owner's set, before it is computed."""
    if row is None or row.overrides is None:
        return template.blueprints(None, findings)
    return template.blueprints(row.overrides, OfUser(findings, row.user, row.overrides))


def _given(user: str, parameters: Mapping[str, Any]) -> Row:
    """A user no document names; values that are all text are read like the cells of a table."""
    as_text = all(isinstance(value, str) for value in parameters.values())
    return Row(user, dict(parameters), Origin("(given)"), as_text)
