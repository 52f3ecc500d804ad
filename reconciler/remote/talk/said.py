"""What is said to an agent, as the server takes it: a text with pictures, or the answer to a tool approval.

In: texts, pictures and ids of tool calls. Out: JSON. It must not send.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from reconciler.errors import ReconcilerError

_KINDS = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"RIFF": "image/webp",
}
"""First bytes of a picture to its media type."""


@dataclass(frozen=True, slots=True)
class Image:
    """A picture in a message, for an agent whose model can see: its bytes, or where the server finds it.

    ReconcilerError for one that is neither, both, or of a kind that must be said (`media_type`).
    """

    data: bytes = field(default=b"", repr=False)
    url: str = ""
    """The server fetches it, so it must be reachable from there."""
    media_type: str = ""
    """Such as `image/png`; of PNG, JPEG, GIF and WebP the bytes tell it."""

    def __post_init__(self) -> None:
        if bool(self.data) == bool(self.url):
            raise ReconcilerError(
                "an image is its bytes or an address", hint="Image(data=...) or Image(url=...)"
            )
        if self.data and not self._type:
            raise ReconcilerError("what kind of image is it?", hint='Image(data=..., media_type="image/png")')

    @classmethod
    def read(cls, path: str | Path) -> Image:
        """The picture in a file; ReconcilerError when it cannot be read."""
        try:
            return cls(Path(path).read_bytes())
        except OSError as error:
            raise ReconcilerError(f"{path} cannot be read", why=error.strerror or str(error)) from error

    @property
    def _type(self) -> str:
        begins = (kind for start, kind in _KINDS.items() if self.data.startswith(start))
        return self.media_type or next(begins, "")

    def part(self) -> dict[str, Any]:
        """Its part of a message's content."""
        if self.url:
            return {"type": "image", "source": {"type": "url", "url": self.url}}
        encoded = base64.b64encode(self.data).decode()
        return {"type": "image", "source": {"type": "base64", "media_type": self._type, "data": encoded}}


@dataclass(frozen=True, slots=True)
class UserMessage:
    """What a user says."""

    text: str
    images: tuple[Image, ...] = ()

    def row(self, otid: str) -> Mapping[str, Any]:
        """The message that goes by this name."""
        parts = [{"type": "text", "text": self.text}, *(image.part() for image in self.images)]
        return {"role": "user", "content": parts if self.images else self.text, "otid": otid}


@dataclass(frozen=True, slots=True)
class ApprovalAnswer:
    """Yes or no to all tool calls of one request."""

    calls: tuple[str, ...]
    """Ids of the tool calls; the server wants each of them answered."""
    approve: bool
    reason: str = ""

    def row(self, otid: str) -> Mapping[str, Any]:
        """The message that goes by this name."""
        said = {"type": "approval", "approve": self.approve, "reason": self.reason or None}
        return {
            "type": "approval",
            "approvals": [{**said, "tool_call_id": call} for call in self.calls],
            "otid": otid,
        }


Said: TypeAlias = UserMessage | ApprovalAnswer
