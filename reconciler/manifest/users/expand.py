"""Blueprints to desired resources, for one owner at a time.

In: the blueprints of a set and the values of one user. Out: desired resources. It must not read files or
compile anything: this runs once for each of 100,000 users.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as with_default

from reconciler.errors import Origin
from reconciler.kinds import AGENT, KINDS, Field, parted_rules
from reconciler.manifest.compile.blueprint import Blueprint, Target
from reconciler.manifest.compile.fields import WrongType, fit
from reconciler.manifest.compile.typed_settings import TypedSettings
from reconciler.manifest.language.values import Computed, Fixed, Problem, Value, Values
from reconciler.manifest.names import SERVER_NAME, reserved, server_name
from reconciler.manifest.yaml.findings import Findings, article
from reconciler.values import UNSET, Address, DesiredResource, Leaf, Leaves, Owner, Secret, item_path

_PARAMETERS = "parameters"


@dataclass(slots=True)
class Expansion:
    """One owner's set in the making."""

    owner: Owner
    values: Values
    environ: Mapping[str, str]
    findings: Findings
    given: Origin | None = None
    """Where the values of the user stand."""
    are_secrets_needed: bool = True
    """Without, a missing secret is only said: nothing is going to be written."""
    _addresses: dict[Target, tuple[Address, str]] = with_default(default_factory=dict)

    def resources(self, blueprints: Iterable[Blueprint]) -> Iterator[DesiredResource]:
        """Every resource of the set."""
        for blueprint in blueprints:
            yield self._resource(blueprint)

    def _resource(self, blueprint: Blueprint) -> DesiredResource:
        values, kind = self._inside(blueprint), KINDS[blueprint.kind]
        leaves: dict[str, Leaf] = dict(blueprint.fixed)
        for path, name, value in blueprint.computed:
            try:
                leaves[path] = fit(kind.by_name[name], value.render(values))
            except (Problem, WrongType) as problem:
                self._tell(problem, value)
        if blueprint.settings is not None:
            self._check_settings(blueprint, blueprint.settings, leaves)
        if "tool_rules" in leaves:
            _part_rules(leaves)
        for name, value in blueprint.members:
            self._member(leaves, kind.by_name[name], value, values)
        for secret in blueprint.secrets:
            self._secret(leaves, secret.path, secret.variable, secret.origin)
        for path, target in blueprint.edges:
            leaves[path] = self._address(target)[1]
        called = self._called(blueprint, values)
        if kind.is_named:
            leaves["name"] = called
        if blueprint.kind == "block":
            self._check_limit(blueprint, leaves)
        return DesiredResource(
            Address(self.owner, blueprint.kind, blueprint.name, blueprint.agent),
            called,
            leaves,
            blueprint.policy,
            blueprint.named,
            frozenset(self._address(target)[0] for target in blueprint.requires),
            blueprint.origin,
            blueprint.origins,
        )

    def _inside(self, blueprint: Blueprint) -> Values:
        """The values at this place: inside an agent, its name and description as well."""
        name = blueprint.agent or (blueprint.name if blueprint.kind == "agent" else "")
        if not name:
            return self.values
        agent = {"name": name, "description": ""}
        values = {**self.values, "agent": agent}
        agent["description"] = self._text(blueprint.description, values)
        return values

    def _text(self, value: Value | None, values: Values) -> str:
        if value is None or (isinstance(value, Fixed) and value.value is UNSET):
            return ""
        if isinstance(value, Fixed):
            return str(value.value)
        try:
            return str(fit(AGENT.by_name["description"], value.render(values)))
        except (Problem, WrongType) as problem:
            self._tell(problem, value)
            return ""

    def _member(self, leaves: dict[str, Leaf], field: Field, value: Computed, values: Values) -> None:
        try:
            tag = str(fit(field, value.render(values)))
        except (Problem, WrongType) as problem:
            self._tell(problem, value)
            return
        why = "it is empty" if not tag else reserved(tag)
        if why:
            self.findings.error(f"{self._who}the tag {tag!r} cannot be used", value.origin, why=why)
        leaves[item_path(field.name, tag)] = True

    def _secret(self, leaves: dict[str, Leaf], path: str, variable: str, origin: Origin) -> None:
        value = self.environ.get(variable, "")
        if value:
            leaves[path] = Secret(value, variable)
            return
        tell = self.findings.error if self.are_secrets_needed else self.findings.warning
        tell(
            f"the environment has no {variable}", origin, hint=f"export {variable}=... before plan and apply"
        )

    def _address(self, target: Target) -> tuple[Address, str]:
        known = self._addresses.get(target)
        if known is None:
            address = target.address(self.owner)
            known = self._addresses[target] = address, str(address)
        return known

    def _called(self, blueprint: Blueprint, values: Values) -> str:
        kind, name = blueprint.kind, blueprint.name
        if kind == "group":
            return ""
        if blueprint.server_name is None:
            if not KINDS[kind].is_named or self.owner.is_shared:
                return name
            return server_name(self.owner.constellation, self.owner.user, name)
        called = self._text(blueprint.server_name, values)
        is_broken = isinstance(blueprint.server_name, Fixed) and blueprint.server_name.value is UNSET
        if not SERVER_NAME.fullmatch(called) and not is_broken:
            self.findings.error(
                f"{self._who}{called!r} cannot be the name of {article(kind)} on the server",
                blueprint.server_name.origin,
                why="names there hold letters, digits, space, _, - and ' only",
            )
        return called

    def _check_limit(self, blueprint: Blueprint, leaves: Mapping[str, Leaf]) -> None:
        value, limit = leaves.get("value"), leaves.get("limit")
        if isinstance(value, str) and isinstance(limit, int) and len(value) > limit:
            block = f"{self._who}the value of block {blueprint.name!r}"
            self.findings.error(
                f"{block} has {len(value):,} characters, its limit is {limit:,}",
                blueprint.origins.get("value", blueprint.origin),
                why="the server does not check the limit",
                hint="shorten the text or raise the limit",
            )

    def _check_settings(self, blueprint: Blueprint, settings: TypedSettings, leaves: Leaves) -> None:
        """Values of expressions, against the types of the server."""
        for each in settings.problems(leaves):
            asked = (value for path, _, value in blueprint.computed if path in settings.varying)
            source = next(filter(None, map(self._source_of, asked)), "")
            self.findings.error(
                f"{self._who}{each.summary}", each.where, why=each.why or source, hint=each.hint
            )

    @property
    def _who(self) -> str:
        return "" if self.owner.is_shared else f"user {self.owner.user!r}: "

    def _tell(self, problem: Problem | WrongType, value: Value) -> None:
        if isinstance(problem, Problem):
            where, summary, why = problem.where, problem.summary, problem.why
        else:
            where, summary, why = value.origin, str(problem), ""
        self.findings.error(
            f"{self._who}{summary}", where, hint=problem.hint, why=why or self._source_of(value)
        )

    def _source_of(self, value: Value) -> str:
        """Where the values stand that an expression reads."""
        if self.given is None or not isinstance(value, Computed) or _PARAMETERS not in value.reads:
            return ""
        return f"the parameters of this user stand at {self.given}"


def _part_rules(leaves: dict[str, Leaf]) -> None:
    """Rules that make a tool ask are members of a set of their own."""
    given = leaves["tool_rules"]
    if isinstance(given, list):
        leaves["tool_rules"], asking = parted_rules(given)
        leaves |= {item_path("approvals", tool): True for tool in asking}
