"""Who gets a constellation: rows from manifests and tables, one at a time.

In: Users documents and the files they name. Out: a stream of rows, so that 100,000 of them need no memory.
It must not expand anything.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reconciler.errors import Origin
from reconciler.manifest.compile.user_overrides import joined
from reconciler.manifest.language.named_files import ProjectFiles, Unusable
from reconciler.manifest.language.parameters import Parameter
from reconciler.manifest.names import bad_user_id
from reconciler.manifest.users.tables import Row, table
from reconciler.manifest.yaml.findings import Findings, Lookalikes, did_you_mean
from reconciler.manifest.yaml.node import Node


@dataclass(frozen=True, slots=True)
class Roll:
    """Everybody who gets one constellation."""

    constellation: str
    documents: tuple[Node, ...]
    files: ProjectFiles = field(repr=False)
    parameters: Mapping[str, Parameter]
    added: tuple[Row, ...] = ()
    """Users a program brings along."""

    def rows(self, wanted: frozenset[str] | None, findings: Findings) -> Iterator[Row]:
        """The rows of the wanted users, or of all.

        A user declared twice is a finding, and so is one who only looks like another, whoever that is.
        """
        seen: dict[str, Origin] = {}
        looks = Lookalikes(f"users of constellation {self.constellation!r}:")
        differing = self._overrides()
        for row in self._all(findings):
            if not bad_user_id(row.user):
                looks.check(row.user, row.origin, findings, wanted)
            if wanted is not None and row.user not in wanted:
                continue
            problem = bad_user_id(row.user)
            if problem:
                findings.error(f"{row.user!r} cannot be a user id", row.origin, why=problem)
            elif row.user in seen:
                findings.error(
                    f"user {row.user!r} of constellation {self.constellation!r} is declared twice",
                    row.origin,
                    why=f"first at {seen[row.user]}",
                )
            else:
                seen[row.user] = row.origin
                yield _overridden(row, differing.get(row.user, ()))
        if wanted is None:
            _tell_unknown(differing, seen, findings)

    def _overrides(self) -> dict[str, list[Node]]:
        """What other documents say of users, in the order of the documents."""
        found: dict[str, list[Node]] = {}
        for document in self.documents:
            for user, node in document.entries("overrides").items():
                found.setdefault(user, []).append(node)
        return found

    def _all(self, findings: Findings) -> Iterator[Row]:
        for document in self.documents:
            for node in document.list("users"):
                yield inline(node)
            file = document.entries("from").get("file")
            if file is not None:
                try:
                    path = self.files.find(file.text, file.origin)
                    yield from table(path, self.files.relative(path), self.parameters, findings)
                except Unusable as unusable:
                    findings.error(unusable.summary, file.origin, why=unusable.why, hint=unusable.hint)
        yield from self.added


def _overridden(row: Row, more: Sequence[Node]) -> Row:
    overrides = row.overrides
    for node in more:
        overrides = node if overrides is None else joined(overrides, node)
    return replace(row, overrides=overrides) if more else row


def _tell_unknown(
    differing: Mapping[str, Sequence[Node]], known: Collection[str], findings: Findings
) -> None:
    for user in sorted(differing.keys() - set(known)):
        findings.warning(
            f"there is no user {user!r} whose set could differ",
            differing[user][0].origin,
            why="no document declares it; one that a program provisioned is fine",
            hint=lambda user=user: did_you_mean(user, known),  # type: ignore[misc]
        )


def inline(node: Node) -> Row:
    """A user written in a Users document."""
    given = {name: child.value for name, child in node.entries("parameters").items()}
    place = node.items["id"].origin
    return Row(node.word("id"), given, place, overrides=node.get("overrides"), written=node.get("parameters"))
