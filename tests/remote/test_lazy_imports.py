"""Commands that need no server do not wait for its client."""

from __future__ import annotations

import subprocess
import sys


def test_importing_the_adapter_imports_no_client() -> None:
    code = "import sys, reconciler.remote; print([m for m in ('letta_client', 'httpx') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
