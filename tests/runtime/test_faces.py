"""The face of the library: the async half is as complete as the sync one; every type has a public name."""

from __future__ import annotations

import asyncio
import inspect
import typing
from collections.abc import Iterator
from types import UnionType
from typing import Any, assert_type

import pytest

import reconciler
from reconciler import (
    AgentHandle,
    AgentMemory,
    AsyncAgent,
    AsyncBlock,
    AsyncConstellations,
    AsyncGroup,
    AsyncMemory,
    AsyncProject,
    AsyncSource,
    AsyncStreamed,
    AsyncUserSet,
    BlockHandle,
    Constellations,
    Exchange,
    GroupHandle,
    Hit,
    Manifests,
    Message,
    Project,
    SourceHandle,
    Streamed,
    UserSet,
)
from reconciler.runtime import errors
from tests.runtime.conftest import Open
from tests.simulated import SimulatedLetta

FACES: dict[type, type] = {
    AgentHandle: AsyncAgent,
    AgentMemory: AsyncMemory,
    BlockHandle: AsyncBlock,
    Constellations: AsyncConstellations,
    GroupHandle: AsyncGroup,
    SourceHandle: AsyncSource,
    Streamed: AsyncStreamed,
    UserSet: AsyncUserSet,
}
DEPRECATED = {(AgentHandle, "block"), (AgentHandle, "core_memory")}
"""What is on its way out has no new face."""
OPAQUE = {"session": "what the commands of this package work with"}
"""Public attributes whose types a program need not name."""
PASSED_ON = {Manifests, Project, AsyncProject}
"""What a program loads and passes on, and the other face of the package: what is in them is not of this."""


def public(kind: type) -> list[str]:
    return [
        name
        for name, member in inspect.getmembers(kind)
        if not name.startswith("_") and (callable(member) or isinstance(member, property))
    ]


MEMBERS = [
    pytest.param(sync, name, id=f"{sync.__name__}.{name}")
    for sync in FACES
    for name in public(sync)
    if (sync, name) not in DEPRECATED
]


@pytest.mark.parametrize(("sync", "name"), MEMBERS)
def test_the_async_face_has_every_member_with_the_same_parameters(sync: type, name: str) -> None:
    ours, theirs = getattr(sync, name), getattr(FACES[sync], name, None)
    assert theirs is not None
    assert isinstance(ours, property) == isinstance(theirs, property)
    if not isinstance(ours, property):
        assert parameters_of(theirs) == parameters_of(ours)
        assert inspect.getdoc(theirs)


def test_both_are_opened_with_the_same_arguments() -> None:
    ours, theirs = parameters_of(Constellations.__init__), parameters_of(AsyncConstellations.__init__)
    assert [each for each in theirs if each.name != "threads"] == ours


def test_no_public_signature_takes_anything_at_all() -> None:
    loose = [
        f"{kind.__name__}.{name}"
        for kind in FACES.values()
        for name in public(kind)
        for each in parameters_of(getattr(kind, name))
        if each.kind in (each.VAR_POSITIONAL, each.VAR_KEYWORD) or each.annotation in ("Any", each.empty)
    ]
    assert loose == []


def parameters_of(member: Any) -> list[inspect.Parameter]:
    """Those after `self`; properties have none."""
    return [] if isinstance(member, property) else [*inspect.signature(member).parameters.values()][1:]


async def types_of_the_async_face(opened: AsyncConstellations) -> None:
    """Never run: mypy reads it."""
    user = await opened.provision("42", parameters={})
    assert_type(user, AsyncUserSet)
    assert_type(await user.agents(), list[AsyncAgent])
    assert_type(await user.agent("lead").send("hello", timeout=1.0), str)
    assert_type(await user.agent("lead").exchange("hello"), Exchange)
    assert_type(await user.agent("lead").id, str)
    assert_type(user.agent("lead").memory.block("persona"), AsyncBlock)
    assert_type([each async for each in user.agent("lead").stream("hello")], list[Message])
    assert_type(await user.source("notes").search("naps", 1, scores=True), list[Hit])
    assert_type(await user.block("state").append("x"), str)


def test_every_type_that_is_taken_or_returned_has_a_public_name() -> None:
    unnamed = {f"{each.__module__}.{each.__name__}" for each in reachable() if not is_public(each)}
    assert unnamed == set()


def test_every_error_has_a_public_name() -> None:
    found = [each for each in vars(errors).values() if inspect.isclass(each) and issubclass(each, Exception)]
    assert [each.__name__ for each in found if not is_public(each)] == []


def test_a_name_nobody_has_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Constelations'"):
        reconciler.Constelations  # noqa: B018
    assert set(reconciler.__all__) <= set(dir(reconciler))


def is_public(kind: type) -> bool:
    return kind.__name__ in reconciler.__all__ and getattr(reconciler, kind.__name__) is kind


def reachable() -> set[type]:
    """Every class of ours in the signatures of handles, and of what these signatures name."""
    found: set[type] = set()
    waiting: list[type] = [*FACES, *FACES.values()]
    while waiting:
        kind = waiting.pop()
        if kind not in found:
            found.add(kind)
            waiting += named_by(kind) if kind not in PASSED_ON else ()
    return found


def named_by(kind: type) -> Iterator[type]:
    hints: list[Any] = [hints_of(kind)] if hasattr(kind, "__dataclass_fields__") else []
    if kind in FACES or kind in FACES.values():
        members = [getattr(kind, name) for name in public(kind) if name not in OPAQUE]
        hints += [hints_of(each.fget if isinstance(each, property) else each) for each in members]
        hints.append(hints_of(kind.__init__))  # type: ignore[misc]
    for each in hints:
        for hint in each.values():
            yield from classes_in(hint)


def hints_of(something: Any) -> dict[str, Any]:
    found = inspect.unwrap(something) if callable(something) and not inspect.isclass(something) else something
    hints = typing.get_type_hints(found)
    return {name: hint for name, hint in hints.items() if not name.startswith("_") and name not in INSIDE}


INSIDE = {"parts", "threads", "sync", "talk", "find", "said", "heal"}
"""Arguments of constructors that only the library calls."""


def classes_in(hint: Any) -> Iterator[type]:
    if typing.get_origin(hint) is not None or isinstance(hint, UnionType):
        for each in typing.get_args(hint):
            for part in each if isinstance(each, list) else [each]:
                yield from classes_in(part)
    elif inspect.isclass(hint) and hint.__module__.startswith("reconciler."):
        yield hint


def test_the_async_face_works(offline: Open, simulated: tuple[str, SimulatedLetta], folder: object) -> None:
    offline().provision("42", parameters={"partner": "Ada"})

    async def play() -> None:
        opened = AsyncConstellations(folder, base_url=simulated[0], cache=False)  # type: ignore[arg-type]
        assert repr(opened) == "<AsyncConstellations, not open>"
        async with opened:
            user = opened.user("42")
            assert repr(user) == "<AsyncUserSet of <UserSet team/42>>"
            assert [await each.id for each in await user.agents()] == [
                each.id for each in offline().user("42").agents()
            ]
            memory = user.agent("left").memory
            await memory.block("state").write("seen", expect="calm")
            assert await user.block("state").read() == "seen"
            assert {each.label for each in await memory.blocks()} == {"persona", "state"}
            assert opened.project == "demo"
            assert opened.requests[0] > 0

    asyncio.run(play())
