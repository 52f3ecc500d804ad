"""A canary in every place that can hold a secret; afterwards it is nowhere but on the server."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.faults.proxy import Fault, Proxy, Sent, no_faults
from tests.faults.reference import Reference

CANARY, ROTATED, KEY = "canary-2b7e-secret", "canary-2b7e-rotated", "canary-2b7e-key"
ENVIRON = {"MOOD_TOKEN": CANARY, "LETTA_API_KEY": KEY, "RECONCILER_DEBUG": "1"}


@pytest.fixture
def secretive(world: Reference, tmp_path: Path) -> Reference:
    """The reference set with a secret on an agent; everything a command writes lands below one folder."""
    manifest = world.root / "constellation.yaml"
    text = manifest.read_text(encoding="utf-8")
    secret = "  flux:\n    secrets: {TOKEN: {secret_env: MOOD_TOKEN}}\n"
    manifest.write_text(text.replace("  flux:\n", secret), encoding="utf-8")
    world.cache = tmp_path / "cache" / "c.db"
    return world


def run(world: Reference, *arguments: str, url: str = "", **environ: str) -> tuple[int, str]:
    """One command, with HOME below the test's folder; status and everything it said."""
    home = world.cache.parent.parent / "home"
    homes = {"HOME": str(home), "XDG_CACHE_HOME": str(home / "c"), "XDG_DATA_HOME": str(home / "d")}
    process = world.command(*arguments, url=url, **{**ENVIRON, **homes, **environ})
    output, said = process.communicate(timeout=180)
    return process.returncode, output + said


def written(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def assert_nowhere(world: Reference, *said: str) -> None:
    for text in said:
        assert "canary" not in text
    leaks = [path for path, content in written(world.cache.parent.parent).items() if b"canary" in content]
    assert leaks == []


def test_a_secret_reaches_the_server_and_nothing_else(secretive: Reference, tmp_path: Path) -> None:
    root, out = str(secretive.root), tmp_path / "out"
    out.mkdir()
    said = [run(secretive, "plan", root, "-o", str(out / "plan.json"), "--markdown", str(out / "p.md"))]
    said.append(run(secretive, "plan", root, "--json", "-v"))
    said.append(run(secretive, "render", root))
    said.append(run(secretive, "apply", str(out / "plan.json"), "--root", root, "--yes", "-v"))
    said.append(
        run(secretive, "apply", root, "--yes", "--json-into", str(out / "o.json"), MOOD_TOKEN=ROTATED)
    )
    said.append(run(secretive, "drift", root, "--json", MOOD_TOKEN=ROTATED))
    said.append(run(secretive, "state", "list", "--project", "pattern-demo", "--cache", str(secretive.cache)))
    assert [status for status, _ in said] == [0] * len(said), said
    flux = secretive.raw.agent("pattern_42_flux")
    assert [secret["value"] for secret in flux["secrets"]] == [ROTATED]
    assert_nowhere(secretive, *(text for _, text in said))


def test_a_secret_is_in_no_message_of_a_server_that_fails(
    secretive: Reference, proxy: Proxy, tmp_path: Path
) -> None:
    def fail(sent: Sent) -> Fault | None:
        return Fault.STATUS_500 if sent.is_write and sent.subject.endswith("agent/flux") else None

    proxy.rule = fail
    status, said = run(secretive, "apply", str(secretive.root), "--yes", url=proxy.url)
    assert status == 3
    proxy.rule = no_faults
    assert_nowhere(secretive, said)


def test_a_secret_is_on_no_command_line(secretive: Reference, proxy: Proxy) -> None:
    seen: list[bytes] = []

    def look(sent: Sent) -> None:
        if not seen:
            seen.append(Path(f"/proc/{process.pid}/cmdline").read_bytes())

    proxy.arrived = look
    process: subprocess.Popen[str] = secretive.command("plan", str(secretive.root), url=proxy.url, **ENVIRON)
    _, said = process.communicate(timeout=180)
    assert process.returncode == 0, said
    assert seen
    assert b"canary" not in seen[0]


def test_what_is_put_aside_of_a_deleted_agent_holds_no_secret(secretive: Reference) -> None:
    root = str(secretive.root)
    assert run(secretive, "apply", root, "--yes")[0] == 0
    flux = secretive.raw.agent("pattern_42_flux")
    message = {"role": "user", "content": "hello"}
    secretive.raw.call("POST", f"/v1/agents/{flux['id']}/messages", {"messages": [message]})
    status, said = run(
        secretive, "destroy", "pattern/42", "--manifests", root, "--yes", "--allow-data-loss", "--json"
    )
    assert status == 0, said
    assert json.loads(said[said.index("{") : said.rindex("}") + 1])
    assert_nowhere(secretive, said)
