"""Input made to hurt: it ends as a message, soon, and in bounded memory. Each in a process with limits."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

MEGABYTE = 1_000_000
LIMITED = """
import pathlib, re, sys, time
began = time.process_time()
from reconciler.cli.main import run
status = run(["validate", sys.argv[1]])
# Not ru_maxrss: on Linux that starts at what the parent had when it forked.
peak = int(re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1]) // 1024
print(f"status={status} peak={peak} seconds={time.process_time() - began:.1f}")
"""
HEAD = "apiVersion: reconciler/v1\n"
TEMPLATE = f"""{HEAD}kind: Constellation
name: team
agents: {{helper: {{model: letta/letta-free, embedding: letta/letta-free}}}}
---
{HEAD}kind: Users
constellation: team
from: {{file: users.csv}}
"""


def validate(folder: Path, seconds: int = 300) -> tuple[int, int, str]:
    """Exit status, peak memory in MB, and what was said."""
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(folder)],
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
        errors="replace",
    )
    assert done.returncode == 0, done.stderr[-2000:]
    figures = dict(part.split("=") for part in done.stdout.strip().splitlines()[-1].split())
    assert "Traceback" not in done.stderr
    return int(figures["status"]), int(figures["peak"]), done.stderr


def laughs(levels: int) -> str:
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels)]
    return HEAD + "kind: Project\nname: demo\n" + "\n".join(lines) + "\n"


BAD = {
    "alias bomb": laughs(12).encode(),
    "alias to itself": f"{HEAD}kind: Project\nname: &n [*n]\n".encode(),
    "merge bomb": f"{HEAD}kind: Project\nname: demo\na: &a {{<<: *a}}\n".encode(),
    "deep lists": (HEAD + "kind: Project\nname: " + "[" * 100_000).encode(),
    "deep mappings": (HEAD + "kind: Project\nname: " + "{a: " * 50_000).encode(),
    "deep indents": (HEAD + "".join(" " * n + f"k{n}:\n" for n in range(2_000))).encode(),
    "nul": f"{HEAD}kind: Project\nname: de\0mo\n".encode(),
    "no utf-8": HEAD.encode() + b"kind: Project\nname: \xff\xfe\xfa\n",
    "utf-16": f"{HEAD}kind: Nothing\n".encode("utf-16"),
    "python tag": f"{HEAD}kind: !!python/object/apply:os.system ['exit 7']\n".encode(),
    "long line": (HEAD + "kind: Project\nname: " + "x" * (5 * MEGABYTE)).encode(),
    "many documents": (HEAD + "kind: Nothing\n---\n").encode() * 5_000,
    "huge number": (HEAD + "kind: Project\nname: " + "9" * 100_000).encode(),
}


@pytest.mark.parametrize("name", BAD)
def test_it_is_refused_soon_in_little_memory(tmp_path: Path, name: str) -> None:
    (tmp_path / "all.yaml").write_bytes(BAD[name])
    status, peak, said = validate(tmp_path)
    assert status == 1
    assert "error:" in said
    assert len(said) < 50_000
    assert peak < 500


def test_a_manifest_of_fifty_megabytes_is_refused_by_its_size(tmp_path: Path) -> None:
    (tmp_path / "all.yaml").write_bytes(b"# " + b"x" * (50 * MEGABYTE))
    status, peak, said = validate(tmp_path)
    assert status == 1, said
    assert peak < 300


def test_a_table_of_many_users_streams(tmp_path: Path) -> None:
    (tmp_path / "all.yaml").write_text(TEMPLATE, encoding="utf-8")
    with (tmp_path / "users.csv").open("w", encoding="utf-8") as table:
        table.write("id\n")
        table.writelines(f"user-{number}\n" for number in range(100_000))
    status, peak, said = validate(tmp_path)
    assert status == 0, said
    assert peak < 500


def test_a_table_that_is_one_endless_field_is_refused(tmp_path: Path) -> None:
    (tmp_path / "all.yaml").write_text(TEMPLATE, encoding="utf-8")
    (tmp_path / "users.csv").write_text('id\n"' + "x" * (20 * MEGABYTE), encoding="utf-8")
    status, peak, _ = validate(tmp_path)
    assert status == 1
    assert peak < 400
