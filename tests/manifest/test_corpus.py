"""Every folder of tests/cases/manifests: what validate says, or what is desired.

After a wanted change: RECONCILER_UPDATE_GOLDEN=1 pytest tests/manifest/test_corpus.py, then read the diff.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from reconciler.errors import ManifestError, Severity
from reconciler.manifest import load, validate
from reconciler.report.plan.sections import diagnostic
from reconciler.report.text.lines import plain
from reconciler.values import Address, Desired, DesiredResource, FileContent, Secret

CASES = Path(__file__).parents[1] / "cases" / "manifests"
BAD = sorted(path.parent.name for path in CASES.glob("*/expected.txt"))
GOOD = sorted(path.parent.name for path in CASES.glob("*/expected.json"))
ENVIRON = {"DESK_API": "canary-value"}


def messages(case: Path) -> str:
    """What validate says, without the place of the checkout."""
    text = plain(row for each in validate([case], {}) for row in diagnostic(each))
    return text.replace(case.as_posix(), "<case>")


def leaf(value: Any) -> Any:
    if isinstance(value, Secret):
        return {"secret": value.name}
    if isinstance(value, FileContent):
        return {"file": value.path, "sha256": value.sha256, "size": value.size}
    return value


def record(resource: DesiredResource) -> dict[str, Any]:
    policy = resource.policy
    said = {
        "server_name": resource.server_name,
        "leaves": {path: leaf(value) for path, value in sorted(resource.leaves.items())},
        "named": sorted(resource.named),
        "requires": sorted(map(str, resource.requires)),
        "ownership": policy.default.value if policy.default else None,
        "fields": {path: word.value for path, word in sorted(policy.fields.items())},
        "exact": sorted(policy.exact),
        "additive": sorted(policy.additive),
        "protect": policy.protect,
    }
    return {key: value for key, value in said.items() if value}


def described(desired: Desired) -> dict[str, Any]:
    """Desired resources as JSON."""
    found = {str(each.address): record(each) for each in sorted(desired, key=lambda each: each.address)}
    former = {
        address: before
        for address in found
        if (before := [str(each) for each in desired.renames.before(Address.parse(address))])
    }
    return {"project": desired.project, "resources": found} | ({"former": former} if former else {})


@pytest.mark.parametrize("name", BAD)
def test_a_bad_manifest_is_explained(name: str) -> None:
    expected, said = CASES / name / "expected.txt", messages(CASES / name)
    if os.environ.get("RECONCILER_UPDATE_GOLDEN"):
        expected.write_text(said, encoding="utf-8")
    assert said == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", BAD)
def test_a_bad_manifest_is_never_desired(name: str) -> None:
    is_error = any(each.severity is Severity.ERROR for each in validate([CASES / name], {}))
    if is_error:
        with pytest.raises(ManifestError):
            load([CASES / name], {}).desired()


@pytest.mark.parametrize("name", GOOD)
def test_a_good_manifest_gives_its_resources(name: str) -> None:
    assert not [each for each in validate([CASES / name], ENVIRON) if each.severity is Severity.ERROR]
    expected = json.loads((CASES / name / "expected.json").read_text(encoding="utf-8"))
    assert described(load([CASES / name], ENVIRON).desired()) == expected


def test_the_corpus_is_not_empty() -> None:
    assert len(BAD) >= 40
    assert len(GOOD) >= 8
