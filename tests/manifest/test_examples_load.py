"""The example constellations are good, and loading them is light."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.manifest import load, validate
from reconciler.values import Address

EXAMPLES = Path(__file__).parents[2] / "constellations"
ENVIRON = {"LETTA_MODEL": "openai/gpt-4o-mini"}


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir()))
def test_an_example_has_nothing_to_complain_about(name: str) -> None:
    assert validate([EXAMPLES / name], ENVIRON) == ()
    assert validate([EXAMPLES / name], {}) == ()


def test_the_reference_constellation_has_its_parts() -> None:
    desired = load([EXAMPLES / "pattern"], ENVIRON).desired()
    mine = [each.address for each in desired if each.address.owner.user == "42"]
    kinds = [address.kind for address in mine if not address.agent]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {
        "agent": 6,
        "block": 4,
        "group": 4,
        "source": 1,
    }
    assert sum(1 for address in mine if address.agent) == 12


def test_everything_required_is_desired() -> None:
    for example in ("pattern", "support"):
        desired = load([EXAMPLES / example], ENVIRON).desired()
        for resource in desired:
            assert resource.requires <= desired.resources.keys()
            for path, value in resource.leaves.items():
                if path.startswith("blocks["):
                    assert Address.parse(str(value)) in desired.resources


def test_loading_what_is_good_imports_nothing_heavy() -> None:
    code = (
        "import sys; from pathlib import Path; from reconciler.manifest import validate; "
        f"assert validate([Path({str(EXAMPLES / 'pattern')!r})], {{}}) == (); "
        "heavy = ('letta_client', 'httpx', 'rich', 'jsonschema', 'pydantic'); "
        "print([name for name in heavy if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
