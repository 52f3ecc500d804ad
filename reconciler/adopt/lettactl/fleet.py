"""A whole fleet file.

In: its bytes, its name and its folder. Out: an Export. ManifestError lists everything that is wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.adopt.lettactl.agent import AgentConverter
from reconciler.adopt.lettactl.contents import EMBEDDING, EMBEDDING_VARIABLE, Contents
from reconciler.adopt.lettactl.folder import Desk, Folder
from reconciler.adopt.lettactl.keys import LOST_AT_TOP, TOP
from reconciler.errors import Origin
from reconciler.export.documents import Export, Part, project_document, shared_document
from reconciler.export.text_files import Texts
from reconciler.manifest.yaml.findings import Findings
from reconciler.manifest.yaml.node import Node
from reconciler.manifest.yaml.reader import read

_REMARKS = (
    "From a lettactl fleet file. Blocks its agents own are seeded: written once, then theirs.",
    "Tools an agent had by include_base_tools are named: nothing is added silently.",
)


def convert_fleet(data: bytes, file: str, folder: Folder, project: str) -> Export:
    """Manifests that say what the fleet file says; warnings are what could not be carried over."""
    findings = Findings()
    texts, shared = Texts(), Part()
    for node in _documents(data, file, findings):
        root = node.word("root_path")
        desk = Desk(folder.at(root) if root else folder, findings)
        _convert(node, desk, Contents(desk, texts, shared))
    findings.raise_errors()
    variables = [EMBEDDING_VARIABLE] if EMBEDDING in str(shared.sections) else []
    documents = {
        "project.yaml": (project_document(project, variables),),
        "fleet.yaml": (shared_document(shared, _REMARKS),),
    }
    return Export(documents, texts.files, findings.diagnostics())


def _documents(data: bytes, file: str, findings: Findings) -> Iterator[Node]:
    nodes = read(data, file, findings)
    findings.raise_errors()
    if len(nodes) != 1:
        findings.error(f"a fleet file is one document, this has {len(nodes)}", Origin(file))
    for node in nodes[:1]:
        if Desk(Folder(lambda _: None, lambda _: []), findings).keys(node, TOP, "a fleet"):
            yield node


def _convert(node: Node, desk: Desk, contents: Contents) -> None:
    for key, why in LOST_AT_TOP.items():
        if key in node.items and node.items[key].value:
            desk.lost(node.place(key), repr(key), why)
    for block in desk.elements(node, "shared_blocks"):
        made = contents.block(block, f"shared-{block.word('name')}")
        if made is not None and contents.shared.has("block", made[0]):
            desk.findings.error(f"block {made[0]!r} is declared twice", block.origin)
        elif made is not None:
            contents.shared.put("block", *made)
    agents = desk.elements(node, "agents")
    embedding = next((each.word("embedding") for each in agents if each.word("embedding")), "")
    for shared_folder in desk.elements(node, "shared_folders"):
        contents.folder(shared_folder, embedding)
    if not agents:
        desk.findings.error("a fleet needs at least one agent", node.place("agents"))
    converter = AgentConverter(desk, contents, node.entries("global-secrets"))
    seen: set[str] = set()
    for agent in agents:
        name = desk.word(agent, "name", "an agent")
        if name in seen:
            desk.findings.error(f"agent {name!r} is declared twice", agent.origin)
        seen.add(name)
        key = contents.shared.give("agent", name)
        called = {"name": name} if key != name else {}
        contents.shared.put("agent", key, {**called, **converter.body(agent, key)})
