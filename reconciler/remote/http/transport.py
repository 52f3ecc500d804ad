"""One request to the server and its answer: the only user of letta_client.

In: requests. Out: parsed JSON, or an error of this project. Counts what it sends, tries again what may be
tried again, and never lets a key or a secret into a message. It must not know what requests mean.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlencode

from reconciler.errors import AnswerTooLong, MalformedAnswer, PageTooLarge, RemoteError, ServerUnreachable
from reconciler.remote.http.attempts import Attempts
from reconciler.remote.http.concurrency import Admission, Limiter
from reconciler.remote.http.connection import Connection, checked
from reconciler.remote.http.connection import http_client as own_client
from reconciler.remote.http.pages import Gets, largest_page
from reconciler.remote.http.retry import Failed, RetryPolicy, Safety, Stage, Trouble
from reconciler.values import canonical_url
from reconciler.waits import Awaited, Waits

if TYPE_CHECKING:
    import httpx
    from letta_client import Letta


@dataclass(frozen=True, slots=True)
class Counts:
    """Requests sent so far, repeats included."""

    reads: int = 0
    writes: int = 0


@dataclass(frozen=True)
class Request:
    """One request; `task` says in a few words what it is for."""

    method: str
    path: str
    task: str
    safety: Safety = Safety.REPEATABLE
    query: Sequence[tuple[str, str]] = ()
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    file: tuple[str, bytes] | None = field(default=None, repr=False)
    timeout: float | None = None
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """Values in the body that no message may repeat."""
    is_patient: bool = False
    """It waits for a model far longer than it keeps the server busy, and so takes no slot from others."""
    before: Callable[[], None] | None = None
    """Called before each attempt; it raises when the request must not be sent."""
    awaited: Awaited = Awaited.BY_THE_RUN

    @property
    def url(self) -> str:
        """Path and query."""
        return f"{self.path}?{urlencode(self.query)}" if self.query else self.path


_SMALLER = 4
"""By this a page is divided whose answer was too long."""


class Sends(Gets, Protocol):
    """What whoever writes asks of a transport."""

    def send(self, request: Request) -> Any:
        """The JSON of the answer to any request."""


class Transport:
    """Sends requests, with retries and an adaptive limit; thread-safe."""

    def __init__(
        self,
        client: Letta,
        server: str,
        secrets: tuple[str, ...],
        policy: RetryPolicy,
        limiter: Limiter,
        waits: Waits,
    ) -> None:
        self._client = client
        self.server = server
        self._secrets = secrets
        self._closed = threading.Event()
        self._policy = policy.waiting(self._closed.wait)
        self.limiter = limiter
        self.waits = waits
        self._lock = threading.Lock()
        self._counts = Counts()
        self._was_answered = False
        self._most_rows: int | None = None

    @property
    def counts(self) -> Counts:
        """Requests sent so far."""
        return self._counts

    def get(self, path: str, task: str, query: Sequence[tuple[str, str]] = ()) -> Any:
        """The JSON a GET answers with; PageTooLarge when it asks for more rows than the server lists at once,
        or than fit into what is read of one answer.

        Either is found out only once: it holds then for every list.
        """
        asked = int(dict(query).get("limit", 0))
        if self._most_rows is not None and asked > self._most_rows:
            raise _too_large(task, self._most_rows)
        try:
            return self.send(Request("GET", path, task, Safety.READ, query))
        except RemoteError as error:
            is_long = isinstance(error, AnswerTooLong)
            most = asked // _SMALLER if is_long else largest_page(error, asked)
            if not most:
                raise
            self._most_rows = min(most, self._most_rows or most)
            raise _too_large(task, most, error) from error

    def send(self, request: Request) -> Any:
        """Send until it is done or hopeless; the JSON of the answer, None when it is empty."""
        return self._sent(request, self._parse)

    def _sent(self, request: Request, read: Callable[[httpx.Response], object]) -> Any:
        """What is read from the answer, once there is one."""
        with self._attempts(request) as attempts:
            return attempts.run(lambda: self._attempt(request, read, attempts), self._patience)

    def stream(self, request: Request) -> Iterator[Mapping[str, Any]]:
        """The events of an answer that comes in pieces; close the iterator to stop listening.

        Opening is tried again like any create; what breaks after that is never sent again.
        """
        from reconciler.remote.http.errors import error_of

        with self._attempts(request) as attempts:
            events: Any = attempts.run(lambda: self._open(request, attempts), self._patience)
        try:
            with closing(events), self._translated(request):
                yield from self._awaited(_each(events), request)
        except Failed as failed:
            error: RemoteError = error_of(failed.trouble, request.task, request.safety, self.server)
        else:
            return
        raise error

    def _awaited(self, events: Iterator[Mapping[str, Any]], request: Request) -> Iterator[Mapping[str, Any]]:
        """The same, each within the time there is."""
        while True:
            with self._attempts(request) as attempts:
                event = attempts.of_an_answer(lambda: next(events, None))
            if event is None:
                return
            yield event

    @contextmanager
    def _attempts(self, request: Request) -> Iterator[Attempts]:
        """What is awaited for the time of the block."""
        with self.waits.waiting(request.task, request.awaited) as waiting:
            yield Attempts(request.task, request.safety, self.server, waiting)

    @property
    def _patience(self) -> RetryPolicy:
        return self._policy if self._was_answered else self._policy.for_first_contact()

    def server_time(self) -> str:
        """The Date header of a small answer; empty when there is none."""
        request = Request("GET", "/v1/health/", "ask for the time", Safety.READ)
        return str(self._sent(request, lambda answer: answer.headers.get("date", "")))

    def wait(self, seconds: float) -> None:
        """Knock with growing pauses until the server answers; ServerUnreachable after so many seconds."""
        patient = RetryPolicy(
            attempts=10_000, seconds=seconds, first=0.25, longest=5.0, sleep=self._policy.sleep
        )
        self._was_answered = True  # the shorter patience of a first contact is not meant here
        usual, self._policy = self._policy, patient
        try:
            self.get("/v1/health/", f"wait up to {seconds:g} s for the server")
        finally:
            self._policy = usual

    def close(self) -> None:
        """Close all connections, for good: nothing is tried again, and whoever waits to try stops waiting."""
        self._closed.set()
        self._client.close()

    def _check(self, request: Request) -> None:
        """Whether the request may be sent."""
        if self._closed.is_set():
            raise ServerUnreachable(
                f"not sent, as the connection was closed: {request.task}",
                why="the run was stopped, or the session is over",
            )
        if request.before:
            request.before()

    def _open(self, request: Request, attempts: Attempts) -> object:
        from letta_client import Stream

        self._check(request)
        self._count(request)
        options: Any = {"max_retries": 0, "timeout": request.timeout}
        with self._admitted(request), self._translated(request):
            events = attempts.once(
                lambda: self._client.post(
                    request.url,
                    cast_to=object,
                    body=request.body,
                    options=options,
                    stream=True,
                    stream_cls=Stream[object],
                )
            )
        self._was_answered = True
        return events

    def _attempt(
        self, request: Request, read: Callable[[httpx.Response], object], attempts: Attempts
    ) -> object:
        import httpx

        self._check(request)
        self._count(request)
        with self._admitted(request), self._translated(request):
            answer = attempts.once(lambda: self._call(request, httpx.Response))
        found = read(answer)
        self._was_answered = True
        return found

    @contextmanager
    def _admitted(self, request: Request) -> Iterator[None]:
        """One of the requests under way at once."""
        with nullcontext(Admission()) if request.is_patient else self.limiter.slot() as admission:
            try:
                yield
            except Failed as failed:
                self._was_answered |= failed.trouble.stage is Stage.ANSWERED
                if failed.trouble.is_overload:
                    admission.overloaded()
                raise

    @contextmanager
    def _translated(self, request: Request) -> Iterator[None]:
        """What the client raises, as Failed."""
        import httpx
        import letta_client

        from reconciler.remote.http.errors import trouble_of_answer, trouble_of_connection

        trouble: Trouble
        try:
            yield
            return
        except letta_client.APIStatusError as error:
            trouble = trouble_of_answer(error.response, (*self._secrets, *request.secrets))
        except letta_client.APIConnectionError as error:
            trouble = trouble_of_connection(error.__cause__)
        except httpx.HTTPError as error:  # while the body was read
            trouble = trouble_of_connection(error)
        except (httpx.InvalidURL, UnicodeEncodeError) as error:
            raise MalformedAnswer(
                f"not sent: {request.task}", why=f"a name or id that the server gave is none: {error}"
            ) from error
        raise Failed(trouble)

    def _call(self, request: Request, answer: type[httpx.Response]) -> httpx.Response:
        options: Any = {"max_retries": 0}
        if request.timeout is not None:
            options["timeout"] = request.timeout
        if request.method == "GET":
            return self._client.get(request.url, cast_to=answer, options=options)
        if request.method == "DELETE":
            return self._client.delete(request.url, cast_to=answer, options=options)
        if request.file is not None:
            options["headers"] = {"Content-Type": "multipart/form-data"}
            return self._client.post(
                request.url, cast_to=answer, options=options, files=[("file", request.file)]
            )
        if request.method == "PATCH":
            return self._client.patch(request.url, cast_to=answer, body=request.body, options=options)
        if request.method == "PUT":
            return self._client.put(request.url, cast_to=answer, body=request.body, options=options)
        return self._client.post(request.url, cast_to=answer, body=request.body, options=options)

    def _parse(self, answer: httpx.Response) -> object:
        if not answer.content:
            return None
        try:
            return json.loads(answer.content)
        except (ValueError, RecursionError):
            kind = answer.headers.get("content-type", "nothing named")
        raise Failed(Trouble(Stage.GARBLED, answer.status_code, f"{self.server} sent {kind}"))

    def _count(self, request: Request) -> None:
        with self._lock:
            reads, writes = self._counts.reads, self._counts.writes
            is_read = request.safety is Safety.READ
            self._counts = Counts(reads + is_read, writes + (not is_read))


def _too_large(task: str, most: int, error: RemoteError | None = None) -> PageTooLarge:
    why = error.why if error else f"it named {most} before"
    return PageTooLarge(
        f"the server does not list so many rows at once: {task}",
        most=most,
        why=why,
        status=error.status if error else 0,
    )


def _each(events: Iterator[object]) -> Iterator[Mapping[str, Any]]:
    """The events; one that says that something failed is an event like the others."""
    import letta_client

    try:
        for event in events:
            if isinstance(event, Mapping):
                yield event
    except letta_client.APIStatusError as error:
        if not isinstance(error.body, Mapping):
            raise
        yield error.body


def connect(
    connection: Connection,
    http_client: httpx.Client | None = None,
    *,
    parallel: int = 8,
    policy: RetryPolicy | None = None,
    waits: Waits | None = None,
) -> Transport:
    """A transport for this server; sends nothing yet. Refused when it could not, or must not."""
    connection = checked(connection)
    from letta_client import Letta

    key = connection.api_key
    client = Letta(
        base_url=connection.base_url,
        api_key=key.value if key else "",
        project=connection.project,
        timeout=connection.timeout,
        max_retries=0,
        http_client=http_client or own_client(connection, parallel),
    )
    if key is None:
        client.api_key = None  # given as None it would be taken from the environment
    server = canonical_url(connection.base_url)
    limiter = Limiter(parallel)
    return Transport(client, server, connection.secrets, policy or RetryPolicy(), limiter, waits or Waits())
