"""Everything a simulated server holds, and what its kinds share."""

from __future__ import annotations

from tests.simulated.store import Clock, Row, Table


class Refusal(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


class World:
    """The tables."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.agents = Table("agent")
        self.blocks = Table("block")
        self.folders = Table("source")
        self.files = Table("file")
        self.groups = Table("group")
        self.tools = Table("tool")
        self.messages = Table("message")
        self.said: dict[str, list[Row]] = {}
        """By agent, what is shown of its messages: some are several rows, some none."""
        self.archives = Table("archive")
        self.passages = Table("passage")
        self.conversations = Table("conv")
        self.runs: list[Row] = []
        """Those in flight; a test puts them here."""


def found(table: Table, row_id: str) -> Row:
    """The row of this id; 404 when there is none."""
    row = table.get(row_id)
    if row is None:
        raise Refusal(404, f"NOT_FOUND: {row_id}")
    return row


def given(body: Row) -> Row:
    """A PATCH ignores null."""
    return {name: value for name, value in body.items() if value is not None}
