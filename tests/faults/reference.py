"""The reference constellation under fault: applied in this process or another, and counted by raw HTTP."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.apply import Outcome
from reconciler.apply.apply_lock import Terms
from reconciler.cache import Cache
from reconciler.errors import Diagnostic
from reconciler.lock.on_server import server_terms
from reconciler.manifest import load
from reconciler.plan import Plan, PlanOptions
from reconciler.project.applying import carry_out
from reconciler.project.planned import Silent
from reconciler.project.planning import plan
from reconciler.project.session import Session
from reconciler.remote import Connection, RetryPolicy, connect
from reconciler.remote.write.safe_create import Doubt
from reconciler.server import ServerInstance
from reconciler.state import State, path_of
from reconciler.values import Desired, FileContent, Scope
from tests.live.raw import RawServer

PATTERN = Path(__file__).parents[2] / "constellations" / "pattern"
ENVIRON = {
    "LETTA_MODEL": "openai-proxy/gpt-4o-mini",
    "LETTA_EMBEDDING_MODEL": "openai/text-embedding-3-small",
}
WHOLE = {"agents": 6, "blocks": 16, "groups": 4, "folders": 1}
"""One user of the reference constellation."""
USERS = """
apiVersion: reconciler/v1
kind: Users
constellation: pattern
users: [{id: "42", parameters: {partner_name: Ada}}]
"""
LEARNED = "learned by the agent:"
FILES_LINE = "    files: [knowledge/*.md]\n"


def reference(folder: Path, *, files: bool = False) -> Path:
    """The manifests for one user; uploads are slow, so files come on request."""
    shutil.copytree(PATTERN, folder)
    (folder / "users.yaml").write_text(USERS, encoding="utf-8")
    manifest = folder / "constellation.yaml"
    text = manifest.read_text(encoding="utf-8")
    assert FILES_LINE in text
    if not files:
        manifest.write_text(text.replace(FILES_LINE, ""), encoding="utf-8")
    return folder


@dataclass
class Reference:
    """One user's set on one server; `root` holds the manifests, `cache` is the database of this machine."""

    server: ServerInstance
    url: str
    root: Path
    cache: Path
    timeout: float = 60.0
    patience: float = 0.4
    warnings: list[Diagnostic] = field(default_factory=list)
    processes: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def state(self) -> Path:
        """Where the state lies when only a cache is named."""
        return path_of(self.url, "pattern-demo", cache=self.cache)

    @property
    def raw(self) -> RawServer:
        return RawServer(self.url)

    def start_over(self) -> None:
        """An empty server and no files of ours."""
        self.server.reset()
        for path in self.cache.parent.glob(self.cache.stem + ".*"):
            path.unlink()

    def desired(self) -> Desired:
        """What the manifests say now."""
        return load([self.root], ENVIRON).desired(Scope())

    def session(self, url: str = "") -> Session:
        """A session through this address, quick to try again."""
        policy = RetryPolicy(first=0.02, longest=0.2, attempts=8)
        transport = connect(Connection(url or self.url, timeout=self.timeout), policy=policy)
        doubt = Doubt(patience=self.patience, first=0.02, longest=0.2)
        self.cache.parent.mkdir(parents=True, exist_ok=True)
        cache, state = Cache.open(self.cache), State.open(self.state, old_cache=self.cache)
        return Session(transport, "pattern-demo", cache, state, self.warnings.append, doubt)

    def apply(self, url: str = "", options: PlanOptions = PlanOptions()) -> Outcome:
        """Plan and carry out in this process."""
        with self.session(url) as session, session.locked(Terms(server=server_terms())) as lock:
            planned = plan(session, self.desired(), Scope(), options)
            assert not planned.plan.has_errors, planned.plan.diagnostics
            return carry_out(session, lock.claim(planned), Silent(), self.read_file)

    def plan(self) -> Plan:
        with self.session() as session:
            return plan(session, self.desired(), Scope()).plan

    def read_file(self, content: FileContent) -> bytes:
        return (self.root / content.path).read_bytes()

    def command(self, *arguments: str, url: str = "", **environ: str) -> subprocess.Popen[str]:
        """The command line as a process of its own; `end_all` ends what a failed test leaves behind."""
        process = subprocess.Popen(
            [sys.executable, "-m", "reconciler", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.environ(url, **environ),
        )
        self.processes.append(process)
        return process

    def end_all(self) -> None:
        """Kill what still runs: it would write to the server of the next test."""
        for process in self.processes:
            if process.poll() is None:
                process.kill()
                process.communicate(timeout=30)

    def environ(self, url: str = "", **more: str) -> dict[str, str]:
        """What a process needs to know."""
        return {
            **os.environ,
            **ENVIRON,
            "LETTA_BASE_URL": url or self.url,
            "RECONCILER_CACHE": str(self.cache),
            "RECONCILER_PATIENCE": str(self.patience),
            **more,
        }

    def assert_converged(self, expected: dict[str, int] = WHOLE) -> None:
        """Nothing left to do, and exactly what was declared is there: no duplicate, no orphan."""
        self.assert_counts(expected)
        plan = self.plan()
        assert plan.is_empty, [(str(c.address), c.action, c.reason) for c in plan.changes]
        assert not plan.diagnostics

    def assert_counts(self, expected: dict[str, int] = WHOLE) -> None:
        """So many of each, ours or not; every block hangs on an agent, every label once."""
        found = {kind: self.raw.list(kind) for kind in expected}
        assert {kind: len(rows) for kind, rows in found.items()} == expected
        attached = {block["id"] for agent in found["agents"] for block in agent["blocks"]}
        assert {block["id"] for block in found["blocks"]} == attached
        for agent in found["agents"]:
            labels = Counter(block["label"] for block in agent["blocks"])
            assert max(labels.values(), default=0) <= 1, labels

    def learn(self) -> None:
        """Two agents edit their own memory, and one the block they share."""
        for agent in self.raw.list("agents"):
            own = "persona" if agent["name"].endswith(("entropy", "flux")) else "current_state"
            (block,) = (block for block in agent["blocks"] if block["label"] == own)
            if own == "persona" or agent["name"].endswith("anchor"):
                self.raw.call("PATCH", f"/v1/blocks/{block['id']}", {"value": f"{LEARNED} {own}"})

    def learned(self) -> dict[str, str]:
        """What agents wrote themselves, by block id."""
        return {
            block["id"]: block["value"]
            for block in self.raw.list("blocks")
            if block["value"].startswith(LEARNED)
        }
