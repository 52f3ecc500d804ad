"""One set, compiled: everything about it that does not depend on the user.

In: a section of the catalog. Out: its blueprints, parameters and moves. It must not know rows of users
beyond the overrides of one of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reconciler.manifest.compile.blueprint import Blueprint
from reconciler.manifest.compile.catalog import Catalog, Section
from reconciler.manifest.compile.moves import moves_of
from reconciler.manifest.compile.set_compiler import Key, compile_one, compile_set
from reconciler.manifest.compile.user_overrides import overridden
from reconciler.manifest.language.computed import Language, Setting
from reconciler.manifest.language.parameters import Parameter, declared
from reconciler.manifest.yaml.findings import Findings
from reconciler.manifest.yaml.node import Node
from reconciler.values import Links


@dataclass(frozen=True, slots=True)
class TemplateSet:
    """A constellation, or what is shared."""

    section: Section
    catalog: Catalog
    language: Language
    setting: Setting
    parameters: Mapping[str, Parameter]
    compiled: Mapping[Key, tuple[Blueprint, ...]]
    moves: Links

    def blueprints(self, overrides: Node | None, findings: Findings) -> Iterator[Blueprint]:
        """Every resource, with what differs for one user compiled anew."""
        compiled = dict(self.compiled)
        if overrides is not None:
            language = self.language.telling(findings)
            section, changed = overridden(self.section, overrides)
            for kind, name in sorted(changed):
                compiled[kind, name] = compile_one(kind, name, section, self.catalog, language, self.setting)
        for blueprints in compiled.values():
            yield from blueprints


def template_set(section: Section, catalog: Catalog, language: Language) -> TemplateSet:
    """Compile one section."""
    parameters = declared(section.node, language.findings)
    setting = _setting(section, parameters, language)
    compiled = compile_set(section, catalog, language, setting)
    moves = moves_of(section, catalog, language.findings)
    return TemplateSet(section, catalog, language, setting, parameters, compiled, moves)


def _setting(section: Section, parameters: Mapping[str, Parameter], language: Language) -> Setting:
    outside = language.outside
    if section.is_shared:
        return outside
    attributes = {"name": section.node.word("name"), "description": section.node.word("description")}
    names = {
        "user": frozenset(("id",)),
        "parameters": frozenset(parameters),
        "constellation": frozenset(attributes),
        **outside.names,
    }
    return Setting(names, {**outside.known, "constellation": attributes})
