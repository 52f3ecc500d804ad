"""Plan files edited by somebody who can compute a digest."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from reconciler.plan.file.document import digest_of

Document = dict[str, Any]
Edit = Callable[[Document], None]


def forged(text: str, edit: Edit) -> str:
    """The file after the edit, with the digest it would have."""
    document = json.loads(text)
    edit(document)
    document["digest"] = digest_of(document)
    return json.dumps(document)


def change_in(document: Document, address: str) -> Document:
    """The change of one address."""
    found: Document = next(each for each in document["changes"] if each["address"] == address)
    return found
