"""A transport over a function instead of a server, so that any fault can be had."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from reconciler.errors import PageTooLarge
from reconciler.remote import Connection, RetryPolicy, Transport, connect
from reconciler.remote.http.pages import Gets, Query
from reconciler.values import Secret

Handler = Callable[[httpx.Request], httpx.Response]


class Script:
    """Answers, or exceptions, one after the other; the last one is repeated."""

    def __init__(self, *steps: httpx.Response | type[Exception]) -> None:
        self.steps = list(steps)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
        if isinstance(step, type):
            raise step("no luck")
        return step


@contextmanager
def transport_over(
    handler: Handler, *, key: str = "", sleeps: list[float] | None = None, url: str = "http://127.0.0.1:1"
) -> Iterator[Transport]:
    """A transport that never sleeps; the pauses it wanted are in `sleeps`."""
    pauses = sleeps if sleeps is not None else []
    policy = RetryPolicy(sleep=pauses.append, jitter=lambda: 1.0)
    client = httpx.Client(transport=httpx.MockTransport(handler))
    connection = Connection(url, Secret(key) if key else None)
    transport = connect(connection, client, policy=policy)
    yield transport
    transport.close()


class FewRows:
    """In front of what can be asked: no more than so many rows at once."""

    def __init__(self, inner: Gets, most: int) -> None:
        self._inner = inner
        self._most = most
        self.before: Callable[[str], object] = lambda after: None
        """Called with the cursor of each request that is let through."""

    def get(self, path: str, task: str, query: Query = ()) -> Any:
        if int(dict(query).get("limit", 0)) > self._most:
            raise PageTooLarge(task, most=self._most)
        self.before(dict(query).get("after", ""))
        return self._inner.get(path, task, query)
