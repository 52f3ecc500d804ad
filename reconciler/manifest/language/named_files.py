"""Files that manifests name, read once and never from outside the project.

In: names as written in a manifest and the folder it lies in. Out: canonical text, or content known by its
hash. It must not follow a link or `..` out of the project, read hidden files that the project does not
allow, or show paths of this machine.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from reconciler.disk import MAX_UPLOAD_BYTES, open_regular, read_regular, real
from reconciler.errors import Origin
from reconciler.manifest.language.glob import BadPattern, Folders, composed, names
from reconciler.manifest.yaml.findings import did_you_mean
from reconciler.values import FileContent

MAX_TEXT_BYTES = 10_000_000
_GLOB = re.compile(r"[*?\[]")
_LONGEST = 100


class Unusable(Exception):
    """A file that cannot be used; `summary` says what is wrong and `hint` what to do."""

    def __init__(
        self, summary: str, *, why: str = "", hint: str = "", line: int = 0, column: int = 0
    ) -> None:
        super().__init__(summary)
        self.summary = summary
        self.why = why
        self.hint = hint
        self.line = line
        self.column = column


class ProjectFiles:
    """The files below one project root; of hidden ones only what the patterns `hidden` name."""

    def __init__(self, root: Path, hidden: Sequence[str] = ()) -> None:
        self.root = real(root)
        self._hidden = tuple(hidden)
        self._folders = Folders()
        self._texts: dict[Path, str] = {}
        self._contents: dict[Path, FileContent] = {}
        self._matching: dict[tuple[Path, str], list[Path]] = {}

    def relative(self, path: Path) -> str:
        """How a file is called in messages: relative to the project, with slashes."""
        return Path(os.path.relpath(path, self.root)).as_posix()

    def beside(self, origin: Origin) -> Path:
        """The folder of the manifest a value stands in."""
        return (self.root / origin.file).parent

    def find(self, name: str, origin: Origin) -> Path:
        """The file a manifest names."""
        path = self._inside(name, origin)
        try:
            mode = path.stat().st_mode
        except (FileNotFoundError, NotADirectoryError) as error:
            raise Unusable(
                f"there is no file {_shown(name)}",
                hint=self._similar(path) or "names are relative to this manifest",
            ) from error
        except OSError as error:
            raise Unusable(f"{_shown(name)} cannot be read", why=error.strerror or "") from error
        if stat.S_ISDIR(mode):
            raise Unusable(f"{name!r} is a directory, not a file")
        if not stat.S_ISREG(mode):
            raise Unusable(f"{name!r} is not a regular file")
        return path

    def text(self, path: Path, limit: int = MAX_TEXT_BYTES) -> str:
        """The text of a file with LF line ends; trailing newlines stay."""
        if path in self._texts:
            return self._texts[path]
        name = self.relative(path)
        try:
            data = read_regular(path, limit)
        except OSError as error:
            raise Unusable(f"{name} cannot be read", why=error.strerror or "") from error
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data[: error.start].count(b"\n") + 1
            raise Unusable(f"{name} is not UTF-8 text", hint="save the file as UTF-8", line=line) from error
        if "\x00" in text:
            line = text[: text.index("\x00")].count("\n") + 1
            raise Unusable(f"{name} contains a NUL character", why="the server drops it", line=line)
        self._texts[path] = text.replace("\r\n", "\n")
        return self._texts[path]

    def content(self, path: Path) -> FileContent:
        """A file to upload."""
        if path not in self._contents:
            name = self.relative(path)
            try:
                with open_regular(path, MAX_UPLOAD_BYTES) as stream:
                    digest = hashlib.file_digest(stream, "sha256").hexdigest()
                    size = stream.tell()
            except OSError as error:
                raise Unusable(f"{name} cannot be read", why=error.strerror or "") from error
            self._contents[path] = FileContent(digest, name, size)
        return self._contents[path]

    def matching(self, pattern: str, origin: Origin) -> list[tuple[str, Path]]:
        """Names and paths of the files a pattern names, sorted; a plain name names itself."""
        if not _GLOB.search(pattern):
            return [(Path(pattern).name, self.find(pattern, origin))]
        if pattern.startswith(("/", "~")) or ".." in Path(pattern).parts:
            raise Unusable(f"{pattern!r} leads out of the project")
        folder = self.beside(origin)
        found = self._matching.get((folder, pattern))
        if found is None:
            try:
                found = self._folders.matching(folder, pattern)
            except (BadPattern, OSError) as error:
                why = str(getattr(error, "strerror", None) or error)
                raise Unusable(f"{_shown(pattern)} is not a usable pattern", why=why) from error
            self._matching[folder, pattern] = found
        if not found:
            raise Unusable(f"no file matches {pattern!r}", hint="patterns are relative to this manifest")
        return [(path.name, self._inside(str(path.relative_to(folder)), origin)) for path in found]

    def _inside(self, name: str, origin: Origin) -> Path:
        if not name or "\x00" in name:
            raise Unusable("the file name is empty or contains a NUL character")
        if Path(name).is_absolute() or name.startswith("~"):
            raise Unusable(f"{name!r} is not relative", hint="name files relative to this manifest")
        path = real(self._as_written(self.beside(origin), name))
        if not path.is_relative_to(self.root):
            raise Unusable(
                f"{name!r} lies outside the project",
                why="the project is the folder of the Project document; links count as what they point to",
                hint="copy the file into the project",
            )
        below = path.relative_to(self.root)
        if _is_hidden(below) and not any(names(pattern, below) for pattern in self._hidden):
            raise Unusable(
                f"{name!r} is hidden",
                why="files and folders whose names begin with a dot often hold secrets, or what git keeps",
                hint=f"copy the file, or say in the Project document: hidden_files: [{below.as_posix()}]",
            )
        return path

    def _as_written(self, folder: Path, name: str) -> Path:
        """The path a name says, or the one whose names say the same with accents written otherwise.

        Only folders of the project are looked through.
        """
        exact = folder / name
        if name.isascii() or os.path.lexists(exact):
            return exact
        here = folder
        for part in Path(name).parts:
            here = here / (part if part == ".." else self._entry(here, part))
        return here

    def _entry(self, folder: Path, name: str) -> str:
        inside = real(folder)
        if name.isascii() or os.path.lexists(folder / name) or not inside.is_relative_to(self.root):
            return name
        with suppress(OSError, BadPattern):
            alike = [each for each in self._folders.names_in(inside) if composed(each) == composed(name)]
            return min(alike, default=name)
        return name

    def _similar(self, path: Path) -> str:
        folder = path.parent
        if not folder.is_dir():
            return f"there is no folder {self.relative(folder)!r} either"
        names = [entry.name for entry in folder.iterdir() if entry.is_file()]
        hint = did_you_mean(path.name, names)
        return hint if hint.startswith("did") else ""


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _shown(name: str) -> str:
    """A name as a message can show it."""
    return repr(name if len(name) <= _LONGEST else f"{name[:_LONGEST]}...")
