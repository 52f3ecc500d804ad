"""`reconciler validate` in processes of its own, so that time and memory of one run can be told.

One process imports the program once and forks for each run: a start takes longer than most of them.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_RUNNER = """
import json, os, pathlib, re, signal, sys, time
from reconciler.cli.main import run
import reconciler.manifest.load, reconciler.manifest.language.explain_shape
print(flush=True)
for line in sys.stdin:
    arguments, said = json.loads(line)
    if os.fork():
        if os.wait()[1]:
            print("null", flush=True)
        continue
    answer = os.dup(1)
    os.dup2(os.open(said, os.O_WRONLY | os.O_CREAT), 1)
    os.dup2(1, 2)
    signal.alarm(120)
    began = time.process_time()
    status = run(arguments)
    seconds = time.process_time() - began
    # Not ru_maxrss: on Linux that starts at what the parent had when it forked.
    peak = int(re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1]) // 1024
    sys.stdout.flush()
    os.write(answer, json.dumps([status, peak, seconds]).encode() + b"\\n")
    os._exit(0)
"""


SECONDS = 60
"""Of processor time: work that grows with the square of the input takes minutes, all that is tested here a
second or two, and a few on a busy machine."""


@dataclass(frozen=True, slots=True)
class Ran:
    """One run: its exit status, peak memory in MB, seconds of processor time, and what was said."""

    status: int
    peak: int
    seconds: float
    said: str


@dataclass(frozen=True, slots=True)
class Runner:
    """The process that forks."""

    process: subprocess.Popen[str]

    def run(self, *arguments: str, said: Path) -> Ran:
        """Run one command; its output goes to the file `said`."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(json.dumps([arguments, str(said)]), file=self.process.stdin, flush=True)
        answer = json.loads(self.process.stdout.readline())
        assert answer is not None, f"the run was killed: {said.read_text(errors='replace')[-2000:]}"
        text = said.read_text(encoding="utf-8", errors="replace")
        assert "Traceback" not in text
        assert "unexpected " not in text.replace("YAML syntax: found unexpected", "")
        return Ran(*answer, text)


@contextmanager
def runner() -> Iterator[Runner]:
    """A process that is ready to run commands."""
    with subprocess.Popen(
        [sys.executable, "-c", _RUNNER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield Runner(process)
        assert process.stdin is not None
        process.stdin.close()
