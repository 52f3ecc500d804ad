"""Where commands begin and end: the command line, the Executor, and what programs call.

In: who wants to be told. Out: entries in the ledger, each command with what it announced. Installed in the
test's own process by the plugin, and in the Python processes of a test by `inside/sitecustomize.py`, which
loads this file by its path: standard library only.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

PLACES = {
    "reconciler.cli.main": ["run"],
    "reconciler.apply.executor": ["Executor.execute"],
    "reconciler.runtime.agent": [
        "AgentHandle.exchange",
        "AgentHandle.stream",
        "AgentHandle.cancel",
        "AgentHandle.approve",
        "AgentHandle.deny",
        "AgentHandle.reset_messages",
        "AgentHandle.messages",
        "AgentHandle.pending_approval",
    ],
    "reconciler.runtime.block": ["BlockHandle.read", "BlockHandle.write", "BlockHandle.append"],
    "reconciler.runtime.memory": ["AgentMemory.blocks", "AgentMemory.insert", "AgentMemory.search"],
    "reconciler.runtime.group": ["GroupHandle.exchange", "GroupHandle.stream"],
    "reconciler.runtime.source": [
        "SourceHandle.add",
        "SourceHandle.search",
        "SourceHandle.files",
        "SourceHandle.remove",
    ],
    "reconciler.runtime.user_set": ["UserSet.update_shared_memory"],
    "reconciler.runtime.constellations": [
        "Constellations.provision_report",
        "Constellations.deprovision",
        "Constellations.warm",
    ],
    "tests.faults.reference": ["Reference.apply", "Reference.plan"],
}
"""Module to what in it is a command. Only these names tie the auditor to the product."""

Told = Callable[[], None]


def nobody() -> None:
    """Is told nothing."""


def install(replace: Callable[[Any, str, Any], None], opened: Told = nobody, closed: Told = nobody) -> None:
    """Hook every place of this process; `replace` sets an attribute (and may undo it later)."""
    for module in PLACES:
        hook(importlib.import_module(module), replace, opened, closed)


def hook(
    module: Any,
    replace: Callable[[Any, str, Any], None] = setattr,
    opened: Told = nobody,
    closed: Told = nobody,
) -> None:
    """Hook the places of one module."""
    for place in PLACES[module.__name__]:
        owner_name, _, name = place.rpartition(".")
        owner = getattr(module, owner_name) if owner_name else module
        replace(owner, name, _command(place, getattr(owner, name), opened, closed))


def _command(place: str, call: Callable[..., Any], opened: Told, closed: Told) -> Callable[..., Any]:
    """The same, with a note before and after it."""

    @functools.wraps(call)
    def command(*arguments: Any, **more: Any) -> Any:
        note, number = _ledger().note, uuid.uuid4().hex
        opened()
        try:
            note({"at": "begin", "id": number, "place": place, **_begin(place, arguments)})
            try:
                answer = call(*arguments, **more)
            except BaseException as error:
                note({"at": "end", "id": number, "error": type(error).__name__})
                raise
            note({"at": "end", "id": number, **_end(place, answer)})
            return answer
        finally:
            closed()

    return command


def _begin(place: str, arguments: tuple[Any, ...]) -> dict[str, Any]:
    """What is known of a command before it runs."""
    if place == "run":
        return {"argv": [str(each) for each in arguments[0]]}
    if place == "Executor.execute":
        from reconciler.plan.file.document import to_document

        return {"plan": to_document(arguments[1])}
    subject = arguments[0]
    named = {"label": arguments[1] if arguments[1:] else ""}
    if place.startswith("UserSet"):
        return {"subject": str(subject.owner), **named}
    if place == "SourceHandle.remove":
        return {"subject": str(subject.address), **named}
    return {"subject": str(getattr(subject, "address", ""))}


def _end(place: str, answer: Any) -> dict[str, Any]:
    """What it came to."""
    if place == "run":
        return {"exit": answer}
    if place == "Executor.execute":
        from reconciler.report.json_documents import outcome_document

        return {"outcome": {**outcome_document(answer, ""), "left_running": answer.left_running}}
    if place == "SourceHandle.add":
        return {"made": answer}
    return {}


def _ledger() -> Any:
    """The module beside this one; inside a process under test nothing of `tests` can be imported."""
    name = "tests.audit.ledger"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name("ledger.py"))
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        sys.modules[name] = module
    return sys.modules[name]
