"""Findings that are admitted for now: `known.yaml`. The list may only shrink, and ends empty.

In: that file; findings by test. Out: which finding is admitted, which entries nothing needs any more. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import yaml

from tests.audit.findings import Finding

_FILE = Path(__file__).with_name("known.yaml")


@dataclass(frozen=True)
class Known:
    """One sort of finding, in the tests it is admitted for."""

    test: str
    """Pattern of test ids."""
    what: str
    """Pattern of what a finding is about: `block.value changed`."""
    why: str

    def admits(self, test: str, finding: Finding) -> bool:
        """Whether this is it."""
        return fnmatchcase(_plain(test), _plain(self.test)) and fnmatchcase(finding.what, self.what)


def _plain(text: str) -> str:
    """Square brackets of a parametrised test are no pattern."""
    return text.replace("[", "(").replace("]", ")")


def read_known() -> tuple[Known, ...]:
    """As it is in the file."""
    return tuple(Known(**entry) for entry in yaml.safe_load(_FILE.read_text(encoding="utf-8")) or ())


def admitting(known: Iterable[Known], test: str, finding: Finding) -> int | None:
    """The number of the first entry that admits a finding."""
    return next((n for n, entry in enumerate(known) if entry.admits(test, finding)), None)
