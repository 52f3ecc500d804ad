"""Every rule there is, in the order of codes.

In: nothing. Out: the rules by name and by code. A name or a code that was given once is never given again.
R113 was left out when R114 was given: it names nothing, and stays so.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from reconciler.rules.notices import NOTICES
from reconciler.rules.rule import Rule
from reconciler.rules.stops import STOPS

RULES: Mapping[str, Rule] = MappingProxyType({rule.name: rule for rule in (*STOPS, *NOTICES)})
"""All of them by name, in the order of their codes."""
_BY_CODE = MappingProxyType({rule.code: rule for rule in RULES.values()})


def rule_of_code(code: str) -> Rule | None:
    """The rule of a code; None for one this program does not know."""
    return _BY_CODE.get(code)
