"""Whoever is given a Reader can change nothing, whatever they call."""

from __future__ import annotations

import inspect

import httpx
import pytest

from reconciler.errors import MalformedAnswer
from reconciler.remote import Reader
from reconciler.values import Address, Desired, Owner, Scope
from tests.remote.fakes import transport_over


def test_a_reader_has_reading_methods_only() -> None:
    public = {name for name, _ in inspect.getmembers(Reader, inspect.isfunction) if not name.startswith("_")}
    reading = {
        "agents",
        "blocks",
        "capabilities",
        "read",
        "lookup",
        "has_file",
        "sources",
        "survey",
    }
    assert public == reading


def test_a_reader_sends_nothing_but_gets() -> None:
    methods: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        methods.append(request.method)
        return httpx.Response(200, json={"version": "0.16.8"} if "health" in request.url.path else [])

    with transport_over(handler) as transport:
        reader = Reader(transport, "demo")
        reader.capabilities()
        reader.read(Desired("demo"), Scope())
        for kind in ("agent", "block", "group", "source", "tool"):
            reader.lookup(Address(Owner("pattern", "42"), kind, "x"))
    assert set(methods) == {"GET"}


def test_a_reader_asks_its_transport_for_nothing_but_get() -> None:
    class OnlyGets:
        def get(self, path: str, task: str, query: object = ()) -> object:
            return {"version": "0.16.8"} if "health" in path else []

    assert Reader(OnlyGets(), "demo").read(Desired("demo"), Scope()).version == "0.16.8"


def test_a_server_without_groups_is_read_all_the_same() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        if "groups" in request.url.path:
            return httpx.Response(404, json={"detail": "Not Found"})
        return httpx.Response(200, json={"version": "0.15.0"} if "health" in request.url.path else [])

    with transport_over(handler) as transport:
        reader = Reader(transport, "demo")
        reader.read(Desired("demo"), Scope())
        capabilities = reader.capabilities()
        assert transport.counts.reads == 6
    assert not capabilities.groups
    assert len(capabilities.warnings) == 2


def test_a_web_page_is_not_a_letta_server() -> None:
    page = httpx.Response(200, text="<html>")
    with transport_over(lambda request: page) as transport, pytest.raises(MalformedAnswer, match="not JSON"):
        Reader(transport, "demo").capabilities()
