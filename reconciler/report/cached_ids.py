"""The list of cached resources for people.

In: address, id and time of each. Out: aligned lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.report.text.lines import Line, Span, Tone, line
from reconciler.report.text.printable import pad, safe, width

_ADDRESS = 70


def state_lines(rows: Iterable[tuple[str, str, str]]) -> Iterator[Line]:
    """One line for each resource."""
    listed = [(safe(address), safe(server_id), seen_at) for address, server_id, seen_at in rows]
    columns = min(_ADDRESS, max((width(address) for address, _, _ in listed), default=0))
    ids = max((len(server_id) for _, server_id, _ in listed), default=0)
    for address, server_id, seen_at in listed:
        yield line(pad(address, columns), "  ", pad(server_id, ids), Span(f"  {seen_at}", Tone.DIM))
