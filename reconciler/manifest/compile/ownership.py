"""What a resource says about ownership, as a Policy.

In: the nodes `ownership`, `exact`, `additive` and `protect` of one resource. Out: its Policy. It must not
decide what follows from an ownership word.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from reconciler.kinds import KINDS, Shape
from reconciler.kinds.creation import NEEDED
from reconciler.manifest.compile.blueprint import Draft
from reconciler.manifest.yaml.findings import Findings, article, did_you_mean
from reconciler.manifest.yaml.node import Node
from reconciler.values import Ownership, Policy, field_of

_SETS = (Shape.SET, Shape.EDGES)


def policy_of(draft: Draft, node: Node, findings: Findings) -> Policy:
    """The policy of a resource whose fields are in the draft already."""
    default, fields = _ownership(draft, node, findings)
    if draft.kind == "block" and draft.fixed.get("read_only") is True and default is None:
        fields.setdefault("value", Ownership.ENFORCED)
    if fields.get("tool_rules", Ownership.ABSENT) is not Ownership.ABSENT:
        fields.setdefault("approvals", fields["tool_rules"])
    exact = _sets(draft, node, "exact", findings)
    additive = _sets(draft, node, "additive", findings)
    for child in node.list("additive"):
        if child.text in exact & additive:
            findings.error(f"{child.text!r} cannot be both exact and additive", child.origin)
    protect = node.get("protect")
    return Policy(default, fields, exact, additive, bool(protect and protect.value))


def _ownership(draft: Draft, node: Node, findings: Findings) -> tuple[Ownership | None, dict[str, Ownership]]:
    said = node.get("ownership")
    if said is None or said.value is None:
        return None, {}
    if said.text:
        word = Ownership(said.text)
        if word is Ownership.MERGED:
            return None, _merged(draft, said, findings)
        return word, {}
    fields: dict[str, Ownership] = {}
    ordered = sorted(draft.paths)
    for path, word_node in said.items.items():
        if _check_path(draft, path, said, findings):
            fields[path] = Ownership(word_node.text)
            _check_word(draft, path, fields[path], said, ordered, findings)
    return None, fields


def _merged(draft: Draft, said: Node, findings: Findings) -> dict[str, Ownership]:
    """`merged` in one word means the text: nothing else can be merged."""
    if draft.kind == "block":
        return {"value": Ownership.MERGED}
    findings.error(f"{draft.kind}s cannot be merged", said.origin, why="only the value of a block is merged")
    return {}


def _check_path(draft: Draft, path: str, said: Node, findings: Findings) -> bool:
    field = field_of(path)
    known = KINDS[draft.kind].by_name
    if field not in known:
        hint = did_you_mean(field, known)
        findings.error(f"{draft.kind}s have no field {field!r}", said.place(path), hint=hint)
        return False
    return True


def _reaches(path: str, ordered: Sequence[str]) -> bool:
    """Whether a path, or one below it, is among ordered paths."""
    for start in (path, f"{path}.", f"{path}["):
        at = bisect_left(ordered, start)
        if at < len(ordered) and (ordered[at] == path or ordered[at].startswith((f"{path}.", f"{path}["))):
            return True
    return False


def _check_word(
    draft: Draft, path: str, word: Ownership, said: Node, ordered: Sequence[str], findings: Findings
) -> None:
    place = said.place(path)
    if word is Ownership.MERGED and (draft.kind, path) != ("block", "value"):
        findings.error(f"{path!r} cannot be merged", place, why="only the value of a block is merged")
        return
    if word is Ownership.ABSENT:
        if KINDS[draft.kind].by_name[field_of(path)].shape is not Shape.SCALAR:
            draft.named.add(field_of(path))
        return
    below = _reaches(path, ordered)
    is_known = path == field_of(path) and path in draft.named
    has_computed = any(field == field_of(path) for field, _ in draft.members)
    if word is Ownership.OBSERVED and path in NEEDED.get(draft.kind, ()):
        findings.warning(
            f"{path!r} is only observed: the server makes no new {draft.kind} without it",
            place,
            why="what is observed is never sent; one that is there already can be taken over",
            hint=f"write it once and leave it alone then: {path}: seeded",
        )
    if not (below or is_known or has_computed):
        findings.warning(
            f"ownership of {path!r} matches nothing", place, why="this manifest does not name the field"
        )


def _sets(draft: Draft, node: Node, key: str, findings: Findings) -> frozenset[str]:
    known = {field.name for field in KINDS[draft.kind].fields if field.shape in _SETS}
    chosen = set()
    for child in node.list(key):
        if child.text in known:
            chosen.add(child.text)
        else:
            hint = did_you_mean(child.text, known)
            findings.error(
                f"{child.text!r} is not a set-like field of {article(draft.kind)}", child.origin, hint=hint
            )
    return frozenset(chosen)
