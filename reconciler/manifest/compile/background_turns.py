"""Whether the server gives the group of an agent its turns in the background.

In: an agent of a set, and the groups of that set. Out: its `enable_sleeptime`, or findings. Without it a
group of type sleeptime never runs (letta 0.16.8, measured); with it, an agent that manages no group gets a
background agent of the server's own, and one that manages a group of another type answers nothing (source).
"""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.kinds.group import background_type, runs_in_background
from reconciler.manifest.compile.blueprint import Draft
from reconciler.manifest.compile.catalog import ManagedGroup, Section, is_absent
from reconciler.manifest.yaml.findings import Findings
from reconciler.manifest.yaml.node import Node

_FIELD = "enable_sleeptime"
_USUAL_TYPE = "letta_v1_agent"


def put_background_turns(draft: Draft, node: Node, section: Section, findings: Findings) -> None:
    """The field as it is declared, or as the groups of the agent need it."""
    if is_absent(node):
        return
    groups = section.managed_groups.get(draft.name, ())
    hindrance = _hindrance(draft, groups)
    if _FIELD in draft.paths:
        if draft.fixed.get(_FIELD) is not False and hindrance:
            _refuse(draft, node, hindrance, findings)
        return
    background = [each for each in groups if each.is_in_background]
    if not background:
        return
    if hindrance:
        findings.warning(
            f"group {background[0].name!r} gets no turns in the background",
            background[0].origin,
            why=f"agent {draft.name!r} {hindrance}",
            hint=f"let another agent manage it, or say that it shall not run: {_FIELD}: false",
        )
        return
    draft.fixed[_FIELD] = True
    draft.origins[_FIELD] = background[0].origin


def _hindrance(draft: Draft, groups: Sequence[ManagedGroup]) -> str:
    """Why the server would not run a group of this agent; empty where it would."""
    if not any(each.is_in_background for each in groups):
        return "manages no group of type sleeptime"
    if len(groups) > 1:
        names = ", ".join(repr(each.name) for each in groups)
        return f"manages {len(groups)} groups ({names}), and the server knows one of each manager"
    agent_type = draft.fixed.get("agent_type", _USUAL_TYPE)
    if runs_in_background(agent_type, [each.manager_type for each in groups]):
        return ""
    return f"is a {agent_type}, for which the server runs groups of type {background_type(agent_type)}"


def _refuse(draft: Draft, node: Node, hindrance: str, findings: Findings) -> None:
    findings.error(
        f"agent {draft.name!r} cannot have {_FIELD}: it {hindrance}",
        node.place(_FIELD),
        why="the server would make a background agent of its own, or answer no message to this one",
        hint=f"declare a group: manager: {{type: sleeptime, agent: {draft.name}}}",
    )
