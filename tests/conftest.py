"""Fixtures every test may ask for; only tests that want the real server bear its mark and can start one."""

from __future__ import annotations

import hashlib
import importlib
import os
import pkgutil
import signal
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

import reconciler
from reconciler.server import ServerInstance
from reconciler.server.paths import HOME_VARIABLE, default_home
from tests.embedded import Embedded
from tests.thinning import is_everything, left_to_the_soak, read_thinned

SERVER_FIXTURES = frozenset({"letta_server", "letta_url"})
SERVER_HOME = default_home()
"""Where the embedded server lives for all tests, wherever a test has its own state."""
EMBEDDED = pytest.StashKey[Embedded]()

pytest_plugins = ["tests.audit.plugin"]

settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


def pytest_sessionstart() -> None:
    """Import every module before a test replaces a name: one that is first imported while another's name is
    replaced would keep the replacement for all tests after it."""
    for module in pkgutil.walk_packages(reconciler.__path__, f"{reconciler.__name__}."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


def needs_server(item: pytest.Item) -> bool:
    """Whether the test bears the mark `server`."""
    return item.get_closest_marker("server") is not None


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark who asks for the server, by itself or through other fixtures."""
    if not SERVER_FIXTURES.isdisjoint(getattr(item, "fixturenames", ())):
        item.add_marker(pytest.mark.server)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests without the server come first: meanwhile the server is installed and comes up. A run of the whole
    suite leaves some of the others to the soak."""
    items.sort(key=needs_server)
    if is_everything(config):
        ours = [item for item in items if needs_server(item) and not item.get_closest_marker("soak")]
        for position in left_to_the_soak([item.nodeid for item in ours], read_thinned()):
            ours[position].add_marker(pytest.mark.soak)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Start the server as soon as it is known that a test wants it."""
    if not session.config.option.collectonly and any(map(needs_server, session.items)):
        session.config.stash[EMBEDDED] = Embedded.start()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Stop what was started here, whatever the tests came to."""
    embedded = session.config.stash.get(EMBEDDED, None)
    if embedded is not None:
        embedded.end()


@pytest.fixture(autouse=True)
def server_is_for_marked_tests(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the mark there is no place for a server: neither the test nor its processes can start one."""
    nowhere = os.path.join(os.devnull, "no-server-without-its-mark")
    monkeypatch.setenv(HOME_VARIABLE, str(SERVER_HOME) if needs_server(request.node) else nowhere)


@pytest.fixture(autouse=True)
def state_is_of_one_test(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """History and exports that no other test of this machine finds: many projects here have one name, and an
    erase looks for the exports of a name wherever they may lie. The folder is made by what writes there."""
    name = hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:16]
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.getbasetemp() / "states" / name))


@pytest.fixture
def ctrl_c_reaches_children() -> Iterator[None]:
    """Where tests run in the background, shells have children ignore Ctrl-C; these must not."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="session")
def letta_server(request: pytest.FixtureRequest) -> ServerInstance:
    """A real Letta server with the STUB model, once per test process.

    One that runs already is used and left alone; one that was started here is stopped at the end,
    unless LETTA_RECONCILER_KEEP_SERVER=1. LETTA_RECONCILER_TEST_INSTANCE names another instance.
    """
    embedded = request.config.stash.get(EMBEDDED, None)
    assert embedded is not None, "only a test with the mark `server` may ask for the server"
    return embedded.ready()


@pytest.fixture
def letta_url(letta_server: ServerInstance, request: pytest.FixtureRequest) -> str:
    """The base URL of the real server, emptied for this test."""
    assert needs_server(request.node), "only a test with the mark `server` may ask for the server"
    url = letta_server.up(with_stub_model=True)
    letta_server.reset()
    return url
