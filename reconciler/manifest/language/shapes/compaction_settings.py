"""How a conversation that grows too long is shortened."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, Tag

from reconciler.manifest.language.shapes.model_settings import ModelSettings
from reconciler.manifest.language.shapes.part import Either, Integer, Number, OrExpression, Part, Truth

Mode = Literal["all", "sliding_window", "self_compact_all", "self_compact_sliding_window"]
ModeOrExpression = Annotated[Annotated[Mode, Tag("<value>")] | OrExpression, Either]
SettingsOrExpression = Annotated[Annotated[ModelSettings, Tag("<value>")] | OrExpression, Either]


class CompactionSettings(Part):
    """How, and by which model."""

    model: Annotated[str | None, Field(description="Handle of the model that writes the summary")] = None
    model_settings: SettingsOrExpression | None = None
    prompt: Annotated[str | None, Field(description="What it is told; a mode brings its own")] = None
    prompt_acknowledgement: Truth = False
    clip_chars: Annotated[Integer | None, Field(description="Characters of the summary at most")] = None
    mode: Annotated[
        Annotated[
            Literal["all", "sliding_window", "self_compact_all", "self_compact_sliding_window"],
            Tag("<value>"),
        ]
        | OrExpression,
        Either,
    ] = "sliding_window"
    sliding_window_percentage: Annotated[Number, Field(description="Share of the window that is kept")] = 0.3
