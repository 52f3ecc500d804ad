"""The form of answers: free text, any JSON object, or JSON of one schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Discriminator, Tag

from reconciler.manifest.language.shapes.part import AnyJson, Expression, Part, chosen, one_of

FORMATS = ("text", "json_object", "json_schema")


def _format(value: Any) -> str:
    return chosen(value, "type", FORMATS)


class TextFormat(Part):
    """Free text."""

    type: Literal["text"]


class ObjectFormat(Part):
    """Any JSON object."""

    type: Literal["json_object"]


class SchemaFormat(Part):
    """JSON of one schema."""

    type: Literal["json_schema"]
    json_schema: AnyJson


class AnyFormat(Part):
    """Whichever an expression says."""

    missing: ClassVar[Mapping[str, str]] = {"type": f"known: {', '.join(FORMATS)}"}
    type: Annotated[Expression, BeforeValidator(lambda value: one_of(value, FORMATS))]
    json_schema: AnyJson | None = None


ResponseFormat = Annotated[
    Annotated[TextFormat, Tag("<text>")]
    | Annotated[ObjectFormat, Tag("<json_object>")]
    | Annotated[SchemaFormat, Tag("<json_schema>")]
    | Annotated[AnyFormat, Tag("<any>")],
    Discriminator(_format),
]
