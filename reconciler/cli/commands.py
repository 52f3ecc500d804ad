"""The commands by name, loaded only when one is run.

In: a name. Out: the click command. `--help` is answered from the table, so that it stays fast; a test holds
that each line says what the command itself says.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType

import click

from reconciler.cli.shared.strict import StrictCommand


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a command lives and what it does."""

    target: str
    """`module:attribute`."""
    help: str


COMMANDS: Mapping[str, Entry] = MappingProxyType(
    {
        "init": Entry("reconciler.cli.init:init", "Start a project: write a few small manifests that work."),
        "validate": Entry(
            "reconciler.cli.validate:validate", "Find everything wrong with the manifests, offline."
        ),
        "render": Entry("reconciler.cli.render:render", "Print what the manifests expand to, as YAML."),
        "plan": Entry("reconciler.cli.plan:plan", "Show what apply would do, and what it would keep."),
        "apply": Entry("reconciler.cli.apply:apply", "Make the server match the manifests, or a saved plan."),
        "drift": Entry(
            "reconciler.cli.drift:drift", "Report what changed on the server without the manifests."
        ),
        "accept": Entry(
            "reconciler.cli.accept:accept", "Settle what was learned, and conflicts, until they move again."
        ),
        "provision": Entry("reconciler.cli.provision:provision", "Give users their sets: make or complete."),
        "destroy": Entry(
            "reconciler.cli.destroy:destroy", "Delete what the selectors choose from the server."
        ),
        "adopt": Entry(
            "reconciler.cli.adopt:adopt", "Take what is on the server into the project, as it is."
        ),
        "export": Entry("reconciler.cli.export:export", "Write what is on the server as manifests."),
        "state": Entry(
            "reconciler.cli.state:state", "Look at the cache of ids, rebuild it, or let go of it."
        ),
        "unlock": Entry("reconciler.cli.unlock:unlock", "Take the lock away from an apply that is gone."),
        "history": Entry("reconciler.cli.history:history", "List the old values of a block."),
        "restore": Entry("reconciler.cli.restore:restore", "Put an old value of a block back."),
        "message": Entry("reconciler.cli.message:message", "Say something to an agent or a group."),
        "doctor": Entry("reconciler.cli.doctor:doctor", "Find what stands in the way, and its cure."),
        "mcp": Entry("reconciler.cli.mcp:mcp", "Serve agents, memory and knowledge to an MCP client."),
        "schema": Entry("reconciler.cli.schema:schema", "Print or write the JSON schema of manifests."),
        "rules": Entry(
            "reconciler.cli.rules:rules", "List the rules, their levels here, and how to allow them."
        ),
        "server": Entry(
            "reconciler.cli.server:server", "Run a real Letta server on this machine, for tests and demos."
        ),
    }
)


CALLED_ELSEWHERE: Mapping[str, str] = MappingProxyType(
    {
        "create": "apply",
        "delete": "destroy",
        "diff": "plan",
        "down": "destroy",
        "fmt": "validate",
        "generate": "export",
        "get": "state list",
        "import": "adopt",
        "lint": "validate",
        "list": "state list",
        "login": "doctor",
        "ls": "state list",
        "new": "init",
        "output": "state list",
        "preview": "plan",
        "pull": "export",
        "push": "apply",
        "refresh": "state rebuild",
        "remove": "destroy",
        "rm": "state forget",
        "rollback": "restore",
        "send": "message",
        "show": "state list",
        "status": "drift",
        "sync": "apply",
        "taint": "plan --reseed",
        "template": "render",
        "test": "validate",
        "up": "apply",
        "update": "apply",
    }
)
"""What other tools of this field call a command, and what does it here."""


class SuggestingGroup(click.Group):
    """A group that knows what a mistyped command may have meant, and whose commands take no empty value."""

    command_class = StrictCommand
    elsewhere: Mapping[str, str] = MappingProxyType({})
    """Words of other tools, and the command that does it here."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        known = self.list_commands(ctx)
        if name not in known and not name.startswith("-") and not ctx.resilient_parsing:
            near = [self.elsewhere[name]] if name in self.elsewhere else []
            near = near or difflib.get_close_matches(name, known, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else f" There are: {', '.join(known)}."
            raise click.UsageError(f"There is no command {name!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)


class LazyGroup(SuggestingGroup):
    """A group whose commands are imported when they are needed."""

    elsewhere = CALLED_ELSEWHERE

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module, _, attribute = entry.target.partition(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in COMMANDS.items()])
