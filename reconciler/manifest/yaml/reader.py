"""YAML text to nodes with places.

In: the bytes of one manifest file. Out: one node per document; every problem becomes a finding.
It must not know what a manifest is, open files, or run anything the YAML asks for: tags are refused.
"""

from __future__ import annotations

import yaml

from reconciler.errors import Origin
from reconciler.manifest.yaml.composer import Composer, Stop
from reconciler.manifest.yaml.file_limits import MAX_BYTES
from reconciler.manifest.yaml.findings import Findings
from reconciler.manifest.yaml.node import Node
from reconciler.manifest.yaml.syntax_errors import explain


def read(data: bytes, file: str, findings: Findings) -> list[Node]:
    """The documents of one file that are not empty."""
    if len(data) > MAX_BYTES:
        findings.error(
            f"the file has {len(data):,} bytes, more than {MAX_BYTES:,}",
            Origin(file),
            hint="put long texts into files of their own, users into a .csv or .jsonl file",
        )
        return []
    text = decode(data, file, findings)
    if text is None:
        return []
    composer = Composer(file, findings)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        for event in yaml.parse(text, Loader=loader):
            composer.take(event)
    except yaml.YAMLError as error:
        explain(error, text, file, findings)
    except Stop:
        pass
    return composer.documents


def decode(data: bytes, file: str, findings: Findings) -> str | None:
    """UTF-8 text without a byte order mark; None, with a finding, when it is no text."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start]
        start = before.rfind(b"\n") + 1
        place = Origin(file, before.count(b"\n") + 1, len(before[start:].decode("utf-8", "replace")) + 1)
        findings.error(
            f"byte 0x{error.object[error.start]:02x} is not UTF-8", place, hint="save the file as UTF-8"
        )
        return None
    control = yaml.reader.Reader.NON_PRINTABLE.search(text)
    if control is not None:
        at, is_nul = control.start(), control[0] == "\x00"
        findings.error(
            f"the file contains a {'NUL' if is_nul else 'control'} character",
            Origin(file, text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)),
            hint="is it really a text file?" if is_nul else "write it as an escape in double quotes",
        )
        return None
    return text
