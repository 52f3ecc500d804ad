"""Options many commands share, gathered into a few records.

In: flags and environment. Out: a Scope, a Target (which server, project and files) and a Screen, passed to
the command under those names. The API key itself is never an option: only the name of its variable is.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from reconciler.cli.shared.output import Printed, Run
from reconciler.cli.shared.screen import Screen
from reconciler.values import DEFAULT_URL, Address, Owner, Scope, Selector
from reconciler.waits import Waits

F = TypeVar("F", bound=Callable[..., Any])

DEFAULT_KEY = "LETTA_API_KEY"


@dataclass(frozen=True, slots=True)
class Target:
    """Which server and project a run is about; None leaves it to the manifests."""

    url: str | None = None
    api_key_env: str = DEFAULT_KEY
    project: str | None = None
    cache: Path | None = None
    state: Path | None = None
    """The folder of state files."""
    parallel: int = 8
    wait: float | None = None
    """Seconds to wait for a server that is still starting."""
    waits: Waits = field(default_factory=Waits, compare=False)
    """Everything the run waits for, and how long it may."""

    @property
    def names_the_state(self) -> bool:
        """Whether the state file is known without manifests: in a folder the server is part of its name."""
        is_beside_cache = self.cache is not None and self.state is None
        return bool(self.project and (self.url or is_beside_cache))


@dataclass(frozen=True, slots=True)
class Shard(Scope):
    """One of several parts of all users, told by a stable hash; the shared set belongs to the first."""

    number: int = 1
    of: int = 1

    def covers(self, address: Address) -> bool:
        """Whether changes at this address belong to the run."""
        mine = (
            self.number == 1
            if address.owner.is_shared
            else shard_of(address.owner.user, self.of) == self.number
        )
        return mine and Scope.covers(self, address)

    @property
    def is_everything(self) -> bool:
        """Whether the run is about the whole project."""
        return self.of == 1 and not (self.targets or self.exclude or self.users)

    @property
    def owns_shared(self) -> bool:
        """Whether no run beside this one may write what is shared."""
        return self.number == 1


@functools.lru_cache(maxsize=200_000)
def shard_of(user: str, of: int) -> int:
    """The shard of a user, from 1; the same on every machine and in every run."""
    digest = hashlib.sha256(user.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") % of + 1


if TYPE_CHECKING:
    _ParamType = click.ParamType[Any]
else:
    _ParamType = click.ParamType  # generic only from click 8.5 on


class _ShardType(_ParamType):
    name = "I/N"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        if isinstance(value, tuple):
            return value
        number, slash, of = str(value).partition("/")
        if not (slash and number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of)):
            self.fail(f"{value!r} is not a shard such as 2/5", param, ctx)
        return int(number), int(of)


class _SelectorType(_ParamType):
    name = "SELECTOR"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Selector:
        if isinstance(value, Selector):
            return value
        try:
            return Selector(str(value))
        except ValueError as error:
            self.fail(
                f"{error}; is a variable not set? '*' chooses everything of one segment: pattern/*",
                param,
                ctx,
            )


class _NarrowSelectorType(_SelectorType):
    """Of what loses something: more than one user's set is only chosen by a glob."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Selector:
        selector = super().convert(value, param, ctx)
        if selector.set_name is None and not selector.has_glob:
            every, glob = selector.pattern, f"{selector.pattern}/*"
            self.fail(f"{every!r} is every user's set; name one, or write {glob!r} for all", param, ctx)
        return selector


class _DurationType(_ParamType):
    name = "60s"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float):
            return value
        text = str(value).strip().lower()
        number, unit = text.rstrip("smh"), text[len(text.rstrip("smh")) :]
        try:
            seconds = float(number) * {"": 1, "s": 1, "m": 60, "h": 3600}[unit]
        except (ValueError, KeyError):
            self.fail(f"{value!r} is not a duration such as 60s or 2m", param, ctx)
        if not 0 < seconds < 86_400:
            self.fail(f"{value!r} is not between 0 and a day", param, ctx)
        return seconds


SELECTOR = _SelectorType()
NARROW_SELECTOR = _NarrowSelectorType()
DURATION = _DurationType()

reseed_option = click.option(
    "--reseed",
    type=NARROW_SELECTOR,
    multiple=True,
    help="Write these seeds again, over what was learned. Repeatable.",
)

skip_unsupported_option = click.option(
    "--skip-unsupported",
    is_flag=True,
    envvar="RECONCILER_SKIP_UNSUPPORTED",
    help="Leave out what the server does not have, such as groups, and say so.",
)


@dataclass(frozen=True, slots=True)
class _Serial:
    owner: Owner
    number: int

    def __str__(self) -> str:
        return f"{self.owner}={self.number}"


class _SerialType(_ParamType):
    name = "SET=N"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> _Serial:
        if isinstance(value, _Serial):
            return value
        name, _, number = str(value).rpartition("=")
        try:
            owner = Owner.parse(name)
            if not (number.isascii() and number.isdecimal()):
                raise ValueError(f"{number!r} is not a number")
        except ValueError as error:
            self.fail(f"{error}; write it like pattern/42=7 or shared=7", param, ctx)
        return _Serial(owner, int(number))


def serial_option(command: F) -> F:
    """`--expect-serial`: passed on as `expected`, by set."""
    return gathering(
        command,
        lambda expect_serial: {"expected": {each.owner: each.number for each in expect_serial}},
        click.option(
            "--expect-serial",
            type=_SerialType(),
            multiple=True,
            help="Refuse where the record of this set is behind: the server was restored from a backup. "
            "`apply --json` prints the numbers. Repeatable.",
        ),
    )


paths_argument = click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
"""Manifest files and folders; nothing means the current folder."""


def or_here(paths: tuple[Path, ...]) -> tuple[Path, ...]:
    """The paths, or the current folder."""
    return paths or (Path("."),)


def scope_options(command: F) -> F:
    """`--target`, `--exclude`, `--user`, `--shard`: passed on as `scope`."""
    return gathering(
        command,
        lambda target, exclude, user, shard: {"scope": _scope(target, exclude, user, shard)},
        click.option("--target", type=SELECTOR, multiple=True, help="Only this address or glob. Repeatable."),
        click.option("--exclude", type=SELECTOR, multiple=True, help="Not this address or glob. Repeatable."),
        click.option("--user", metavar="ID", multiple=True, help="Only this user's set. Repeatable."),
        click.option(
            "--shard",
            type=_ShardType(),
            envvar="RECONCILER_SHARD",
            help="Only users of part I of N. The shared set belongs to part 1; run that first.",
        ),
    )


def _scope(
    target: tuple[Selector, ...],
    exclude: tuple[Selector, ...],
    user: tuple[str, ...],
    shard: tuple[int, int] | None,
) -> Scope:
    if shard is None:
        return Scope(target, exclude, frozenset(user))
    number, of = shard
    return Shard(target, exclude, frozenset(user), number=number, of=of)


_PLACE = (
    click.option(
        "--url",
        envvar="LETTA_BASE_URL",
        show_envvar=True,
        help=f"The Letta server; else what the manifests say, else {DEFAULT_URL}.",
    ),
    click.option(
        "--api-key-env",
        metavar="NAME",
        default=DEFAULT_KEY,
        show_default=True,
        envvar="RECONCILER_API_KEY_ENV",
        help="Variable that holds the API key.",
    ),
    click.option(
        "--project",
        metavar="NAME",
        envvar="RECONCILER_PROJECT",
        help="Instead of the manifests' project.",
    ),
    click.option(
        "--cache",
        type=click.Path(path_type=Path, dir_okay=False),
        envvar="RECONCILER_CACHE",
        show_envvar=True,
        help="The SQLite cache; one per server and project in the user's cache folder by default.",
    ),
    click.option(
        "--state",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="DIR",
        envvar="RECONCILER_STATE",
        show_envvar=True,
        help="Folder of history, journal and lock, such as on a volume in CI; beside --cache, or in the "
        "user's state folder, by default.",
    ),
    click.option(
        "--parallel",
        type=click.IntRange(1, 64),
        metavar="N",
        default=8,
        show_default=True,
        envvar="RECONCILER_PARALLEL",
        help="Most requests at once.",
    ),
    click.option(
        "--wait-for-server",
        type=DURATION,
        envvar="RECONCILER_WAIT_FOR_SERVER",
        help="Wait so long for a server that is still starting.",
    ),
)


def place_options(command: F) -> F:
    """Everything that says which server, project and files: passed on as `target`."""
    return gathering(
        command,
        lambda url, api_key_env, project, cache, state, parallel, wait_for_server: {
            "target": Target(url, api_key_env, project, cache, state, parallel, wait_for_server, _run().waits)
        },
        *_PLACE,
    )


def server_options(command: F) -> F:
    """The same for what comes to an end: with how long that may take."""
    return place_options(
        gathering(
            command,
            _bounded,
            click.option(
                "--timeout",
                type=DURATION,
                metavar="SECONDS",
                envvar="RECONCILER_TIMEOUT",
                show_envvar=True,
                help="Wait for the server no longer than this in all, then end with an error.",
            ),
        )
    )


def _bounded(timeout: float | None) -> dict[str, Any]:
    _run().waits.bounded(timeout)
    return {}


def output_options(command: F) -> F:
    """Everything about what is printed: passed on as `screen`."""
    return gathering(
        command,
        lambda as_json, json_into, no_color, quiet, verbose: {
            "screen": _watching(Screen(as_json, json_into, not no_color, quiet, verbose, _run().printed))
        },
        click.option(_JSON, "as_json", is_flag=True, help="Print JSON, and nothing else, on stdout."),
        click.option(
            _JSON_INTO,
            type=click.Path(path_type=Path, dir_okay=False),
            metavar="FILE",
            help="Write the JSON to a file beside the text.",
        ),
        click.option("--no-color", is_flag=True, help="No colour; NO_COLOR does the same."),
        click.option("-q", "--quiet", is_flag=True, help="Only results and errors."),
        click.option("-v", "--verbose", is_flag=True, help="Everything, nothing shortened."),
    )


_JSON, _JSON_INTO = "--json", "--json-into"


def _watching(screen: Screen) -> Screen:
    """The screen, which shows what this run waits for until the command is over."""
    waits = _run().waits
    watching = screen.watching_waits(waits.clock)
    waits.told_to(watching.display)
    click.get_current_context().call_on_close(watching.display.close)
    return watching


def _run() -> Run:
    """The run this command is: the program that runs it gives the record along."""
    return click.get_current_context().ensure_object(Run)


def screen_of(arguments: Sequence[str], printed: Printed) -> Screen:
    """What is asked for programs by the words of any command line, also one that nobody understands."""
    words = list(itertools.takewhile(lambda word: word != "--", arguments))
    files = [after for word, after in itertools.pairwise(words) if word == _JSON_INTO]
    files += [word.partition("=")[2] for word in words if word.startswith(f"{_JSON_INTO}=")]
    named = [Path(file) for file in files if file.strip()]
    return Screen(_JSON in words, named[-1] if named else None, printed=printed)


def gathering(command: F, gather: Callable[..., dict[str, Any]], *options: Callable[[Any], Any]) -> F:
    """A command whose `options` arrive as what `gather` makes of them."""
    names = gather.__code__.co_varnames[: gather.__code__.co_argcount]

    @functools.wraps(command)
    def gathered(*args: Any, **kwargs: Any) -> Any:
        mine = {name: kwargs.pop(name) for name in names}
        return command(*args, **kwargs, **gather(**mine))

    decorated: Any = gathered
    for option in reversed(options):
        decorated = option(decorated)
    return decorated  # type: ignore[no-any-return]
