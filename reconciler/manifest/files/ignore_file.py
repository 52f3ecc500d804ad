"""`.reconcilerignore`: YAML files below a project that are no manifests.

In: the patterns of a folder and of those above it. Out: whether a file or a folder is left out. The patterns
are those of .gitignore:

    # a comment            a blank line says nothing
    *.draft.yaml           a name at any depth; `*`, `?` and `[...]` stay within one name
    /ci/                   a leading or inner slash: from this file's folder on; a trailing one: only folders
    charts/**/values.yaml  `**` is any number of folders
    !charts/ours.yaml      takes back what an earlier line left out; the last line that fits decides

What is in a folder that is left out cannot be taken back. It must not open anything but its own files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from reconciler.disk import read_regular
from reconciler.manifest.yaml.file_limits import MAX_BYTES
from reconciler.manifest.yaml.findings import Findings

NAME = ".reconcilerignore"


@dataclass(frozen=True, slots=True)
class Pattern:
    """One line, and the folder it was written in."""

    base: Path
    regex: re.Pattern[str]
    takes_back: bool
    only_folders: bool

    def fits(self, path: Path, is_folder: bool) -> bool:
        """Whether the line is about this path."""
        if self.only_folders and not is_folder:
            return False
        return self.regex.fullmatch(path.relative_to(self.base).as_posix()) is not None


@dataclass(frozen=True, slots=True)
class Ignore:
    """The lines that hold in one folder, those of outer folders first."""

    patterns: tuple[Pattern, ...] = ()

    @classmethod
    def above(cls, folder: Path, top: Path, findings: Findings) -> Ignore:
        """What holds in a folder because of those above it, from `top` down; nothing when it is not below."""
        folder = folder.absolute()
        made = cls()
        if folder.is_relative_to(top) and folder != top:
            for outer in reversed([each for each in folder.parents if each.is_relative_to(top)]):
                made = made.inside(outer, findings)
        return made

    def inside(self, folder: Path, findings: Findings) -> Ignore:
        """What holds in a folder further in."""
        folder = folder.absolute()
        try:
            text = read_regular(folder / NAME, MAX_BYTES).decode("utf-8-sig")
        except FileNotFoundError:
            return self
        except (OSError, UnicodeDecodeError) as error:
            why = (isinstance(error, OSError) and error.strerror) or str(error)
            findings.error(f"{(folder / NAME).as_posix()!r} cannot be read", why=why)
            return self
        return Ignore((*self.patterns, *filter(None, (_pattern(line, folder) for line in text.splitlines()))))

    def covers(self, path: Path, *, is_folder: bool = False) -> bool:
        """Whether a path is left out."""
        path = path.absolute()
        fitting = [pattern for pattern in self.patterns if pattern.fits(path, is_folder)]
        return bool(fitting) and not fitting[-1].takes_back


def _pattern(line: str, base: Path) -> Pattern | None:
    text = re.sub(r"(?<!\\) +$", "", line)
    if not text or text.startswith("#"):
        return None
    takes_back, text = text.startswith("!"), text.removeprefix("!")
    only_folders, text = text.endswith("/"), text.rstrip("/")
    if not text:
        return None
    anywhere = "" if "/" in text else "(?:.*/)?"
    return Pattern(
        base, re.compile(anywhere + _regex(text.removeprefix("/")), re.DOTALL), takes_back, only_folders
    )


_PIECE = re.compile(r"\*\*/|/\*\*$|\*+|\?|\[[!^]?\]?[^\]/]*\]|\\.|.", re.DOTALL)


def _regex(glob: str) -> str:
    return "".join(map(_translated, _PIECE.findall(glob)))


def _translated(piece: str) -> str:
    match piece[0], piece:
        case _, "**/":
            return "(?:.*/)?"
        case _, "/**":
            return "/.+"
        case "*", _:
            return "[^/]*"
        case "?", _:
            return "[^/]"
        case "[", _ if len(piece) > 2:
            inner = piece[1:-1].replace("\\", "\\\\")
            return f"(?!/)[{'^' + inner[1:] if inner[0] in '!^' else inner}]"
        case "\\", _ if len(piece) > 1:
            return re.escape(piece[1])
        case _:
            return re.escape(piece)
