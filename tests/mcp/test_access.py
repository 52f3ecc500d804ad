"""Who may be seen over MCP."""

from __future__ import annotations

import builtins
from typing import Any

import pytest

from reconciler.errors import ReconcilerError
from reconciler.mcp import Access
from reconciler.mcp.serve import server_of
from reconciler.runtime import NotAllowed
from reconciler.values import Owner

ONE = Access(("42",), ("team",))
TWO = Access(("42", "43"), ("team", "club"))


def test_a_sole_user_need_not_be_named() -> None:
    assert ONE.owner() == Owner("team", "42")


def test_one_of_several_must_be_named() -> None:
    with pytest.raises(NotAllowed, match="say which"):
        TWO.owner("42")
    assert TWO.owner("43", "club") == Owner("club", "43")


@pytest.mark.parametrize(("user", "constellation"), [("44", ""), ("", "club"), ("42/../43", ""), ("*", "")])
def test_strangers_are_not_there(user: str, constellation: str) -> None:
    with pytest.raises(NotAllowed):
        ONE.owner(user, constellation)


def test_a_plan_is_about_these_sets_only() -> None:
    assert [selector.pattern for selector in TWO.scope.targets] == [
        "team/42",
        "team/43",
        "club/42",
        "club/43",
    ]


def test_without_the_sdk_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.split(".")[0] == "mcp":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ReconcilerError, match=r"letta-reconciler\[mcp\]"):
        server_of(None)  # type: ignore[arg-type]
