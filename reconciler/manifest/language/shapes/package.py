"""A package that a tool needs."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from reconciler.manifest.language.shapes.part import Part


class Package(Part):
    """Name and version; the server takes no line of a requirements file."""

    name: Annotated[str, Field(min_length=1)]
    version: Annotated[str | None, Field(description="One version, such as 1.16.0")] = None
