"""Input made to hurt: it ends as a message, soon, and in bounded memory. Each in a process with limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.manifest.limited import SECONDS, Ran, Runner, runner

MEGABYTE = 1_000_000
HEAD = "apiVersion: reconciler/v1\n"
TEAM = f"{HEAD}kind: Constellation\nname: team\n"
TEMPLATE = f"""{TEAM}agents: {{helper: {{model: letta/letta-free, embedding: letta/letta-free}}}}
---
{HEAD}kind: Users
constellation: team
from: {{file: users.csv}}
"""
AGENT = "model: x, embedding: y"

Validate = Callable[[Path], Ran]


@pytest.fixture(scope="module")
def process() -> Iterator[Runner]:
    with runner() as started:
        yield started


@pytest.fixture
def validate(process: Runner, tmp_path_factory: pytest.TempPathFactory) -> Validate:
    said = tmp_path_factory.mktemp("said") / "said.txt"
    return lambda folder: process.run("validate", str(folder), said=said)


def laughs(levels: int) -> str:
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels)]
    return HEAD + "kind: Project\nname: demo\n" + "\n".join(lines) + "\n"


def each(text: str, number: int) -> str:
    """The text as often as asked, with its number in place of #."""
    return "".join(text.replace("#", str(n)) for n in range(number))


BAD = {
    "alias bomb": laughs(12).encode(),
    "alias to itself": f"{HEAD}kind: Project\nname: &n [*n]\n".encode(),
    "aliases of a long text": f"{TEAM}description: &a {'x' * 90_000}\nmoved: [{'*a, ' * 5_000}]\n".encode(),
    "merge bomb": f"{HEAD}kind: Project\nname: demo\na: &a {{<<: *a}}\n".encode(),
    "many merges": f"{TEAM}a: &a {{q: 1}}\nb: {{{each('k#: 1, ', 20_000)}<<: [{'*a,' * 20_000}]}}\n".encode(),
    "deep lists": (HEAD + "kind: Project\nname: " + "[" * 100_000).encode(),
    "deep lists on lines": (HEAD + "kind: Project\nname:\n" + " [\n" * 100_000).encode(),
    "deep mappings": (HEAD + "kind: Project\nname: " + "{a: " * 50_000).encode(),
    "deep indents": (HEAD + "".join(" " * n + f"k{n}:\n" for n in range(2_000))).encode(),
    "deep dashes": (HEAD + "kind: Project\nname:\n" + " - " + "- " * 100_000).encode(),
    "deep question marks": (TEAM + "? " * 100_000).encode(),
    "a list that ends wrong": f"{TEAM}agents: [{'1, ' * 30_000}}}\n".encode(),
    "an unclosed quote": (TEAM + 'description: "' + "x\n" * (2 * MEGABYTE)).encode(),
    "unclosed quotes": (TEAM + '"\n' * MEGABYTE).encode(),
    "unclosed expressions": f'{TEAM}blocks: {{a: {{value: "{"${{" * 300_000}"}}}}\n'.encode(),
    "broken documents": b"---\nkind: Users\na: b: c\n" * 50_000,
    "documents of no kind": (HEAD + "kind: Nothing\n---\n").encode() * 12_000,
    "documents without a mapping": b"---\n- kind: Users\n" * 30_000,
    "too many values": f"{TEAM}agents: [{'1, ' * 200_000}]\n".encode(),
    "unknown keys": (TEAM + each("k#: 1\n", 30_000)).encode(),
    "keys that stand twice": (TEAM + "k: 1\n" * 30_000).encode(),
    "tags": f"{TEAM}agents: [{'!x a, ' * 30_000}]\n".encode(),
    "ambiguous words": f"{TEAM}agents: [{'on, ' * 30_000}]\n".encode(),
    "elements of a wrong type": f"{TEAM}agents: {{a: {{tags: [{'1, ' * 30_000}]}}}}\n".encode(),
    "agents with a wrong key": f"{TEAM}agents: {{{each('a#: {modl: x}, ', 12_000)}}}\n".encode(),
    "references to nothing": (
        f"{TEAM}agents: {{{each(f'a#: {{{AGENT}, sources: [s#]}}, ', 6_000)}}}\n".encode()
    ),
    "moves in a row": f"{TEAM}moved: [{each('{from: agent/a#, to: agent/b#}, ', 9_000)}]\n".encode(),
    "one user many times": (
        f"{TEAM}agents: {{a: {{{AGENT}}}}}\n---\n{HEAD}kind: Users\nconstellation: team\nusers:\n".encode()
        + b"- {id: a}\n" * 9_000
    ),
    "nul": f"{HEAD}kind: Project\nname: de\0mo\n".encode(),
    "no utf-8": HEAD.encode() + b"kind: Project\nname: \xff\xfe\xfa\n",
    "utf-16": f"{HEAD}kind: Nothing\n".encode("utf-16"),
    "python tag": f"{HEAD}kind: !!python/object/apply:os.system ['exit 7']\n".encode(),
    "long line": (HEAD + "kind: Project\nname: " + "x" * (5 * MEGABYTE)).encode(),
    "huge number": (HEAD + "kind: Project\nname: " + "9" * 5 * MEGABYTE).encode(),
    "fifty megabytes": TEAM.encode() + b"# " + b"x" * (50 * MEGABYTE),
}


@pytest.mark.parametrize("name", BAD)
def test_it_is_refused_soon_in_little_memory(tmp_path: Path, validate: Validate, name: str) -> None:
    (tmp_path / "all.yaml").write_bytes(BAD[name])
    ran = validate(tmp_path)
    assert ran.status == 1
    assert "error: all.yaml:" in ran.said
    assert len(ran.said) < 50_000
    assert ran.peak < 200
    assert ran.seconds < SECONDS


FOREIGN = {
    "deep question marks": ("? " * 100_000).encode(),
    "deep lists": b"[" * 100_000,
    "unclosed quotes": ('"\n' * MEGABYTE).encode(),
    "broken documents": b"---\na: b: c\n" * 100_000,
    "documents without a mapping": b"---\na\n" * 30_000,
    "documents of other kinds": b"---\napiVersion: v1\nkind: Pod\n" * 12_000,
    "kinds": b"- kind: Pod\n" * 200_000,
    "nine megabytes": b"# " + b"x" * (9 * MEGABYTE),
    "no text": bytes(range(256)) * 10_000,
}


@pytest.mark.parametrize("name", FOREIGN)
def test_what_is_not_ours_is_skipped_soon_in_little_memory(
    tmp_path: Path, validate: Validate, name: str
) -> None:
    (tmp_path / "all.yaml").write_text(TEMPLATE.replace("from: {file: users.csv}", "users: [{id: a}]"))
    (tmp_path / "other.yaml").write_bytes(FOREIGN[name])
    ran = validate(tmp_path)
    assert ran.status == 0, ran.said
    assert len(ran.said) < 50_000
    assert ran.peak < 200
    assert ran.seconds < SECONDS


def test_a_table_of_many_users_streams(tmp_path: Path, validate: Validate) -> None:
    (tmp_path / "all.yaml").write_text(TEMPLATE, encoding="utf-8")
    with (tmp_path / "users.csv").open("w", encoding="utf-8") as table:
        table.write("id\n")
        table.writelines(f"user-{number}\n" for number in range(100_000))
    ran = validate(tmp_path)
    assert ran.status == 0, ran.said
    assert ran.peak < 200


def test_a_table_of_many_lookalikes_streams(tmp_path: Path, validate: Validate) -> None:
    (tmp_path / "all.yaml").write_text(TEMPLATE, encoding="utf-8")
    with (tmp_path / "users.csv").open("w", encoding="utf-8") as table:
        table.write("id\n")
        table.writelines(f"usér-{number}\nUsér-{number}\n" for number in range(50_000))
    ran = validate(tmp_path)
    assert ran.status == 0, ran.said
    assert "look like one" in ran.said
    assert "49800 further warnings are not shown" in ran.said
    assert ran.peak < 200


def test_a_table_that_is_one_endless_field_is_refused(tmp_path: Path, validate: Validate) -> None:
    (tmp_path / "all.yaml").write_text(TEMPLATE, encoding="utf-8")
    (tmp_path / "users.csv").write_text('id\n"' + "x" * (20 * MEGABYTE), encoding="utf-8")
    ran = validate(tmp_path)
    assert ran.status == 1
    assert ran.peak < 200


def test_what_is_only_a_warning_stays_one_however_many_there_are(tmp_path: Path, validate: Validate) -> None:
    tools = ", ".join(f"t{number}" for number in range(40_000))
    agents = f"{TEAM}agents: {{a: {{{AGENT}, tools: [{tools}]}}}}\n"
    (tmp_path / "all.yaml").write_text(agents, encoding="utf-8")
    ran = validate(tmp_path)
    assert ran.status == 0
    assert "warning: 39800 further warnings are not shown" in ran.said
    assert ran.seconds < SECONDS


def test_much_that_is_right_takes_its_time_and_no_more(tmp_path: Path, validate: Validate) -> None:
    agents = each(f"a#: {{{AGENT}}}, ", 3_000)
    groups = each("g#: {agents: [a#], shared_blocks: [b]}, ", 3_000)
    metadata, ownership = each("k#: 1, ", 10_000), each("metadata.k#: seeded, ", 10_000)
    owned = f"o: {{{AGENT}, metadata: {{{metadata}}}, ownership: {{{ownership}}}}}"
    text = f"{TEAM}blocks: {{b: {{value: x}}}}\nagents: {{{agents}{owned}}}\ngroups: {{{groups}}}\n"
    (tmp_path / "all.yaml").write_text(text, encoding="utf-8")
    ran = validate(tmp_path)
    assert ran.status == 0, ran.said[:2000]
    assert ran.seconds < SECONDS


def with_users(folder: Path, agent: str, number: int = 1, **parameters: str) -> None:
    """A team of one agent, for users who bring long parameters along."""
    declared = ", ".join(f"{name}: {{}}" for name in parameters)
    given = ", ".join(f"{name}: {value}" for name, value in parameters.items())
    users = each(f"- {{id: u#, parameters: {{{given}}}}}\n", number)
    text = f"{TEAM}parameters: {{{declared}}}\nagents: {{a: {{{AGENT}, {agent}}}}}\n"
    text += f"---\n{HEAD}kind: Users\nconstellation: team\nusers:\n{users}"
    (folder / "all.yaml").write_text(text, encoding="utf-8")


LONG = "x" * 1_000
GROWN = "${{ parameters.x | replace('x', parameters.x) }}"
"""A megabyte of a kilobyte."""
GREEDY = {
    "in one text": f'description: "{GROWN * 300}"',
    "in many texts": "tags: [" + ", ".join(f'"#{n} {GROWN}"' for n in range(300)) + "]",
    "in one value": "metadata: {a: [" + ", ".join([f'"{GROWN}"'] * 300) + "]}",
    "the same for all": (
        "metadata: {a: [" + ", ".join([f'"{GROWN.replace("parameters.x", repr(LONG))}"'] * 300) + "]}"
    ),
}


@pytest.mark.parametrize("name", GREEDY)
def test_expressions_that_ask_for_much_are_refused(tmp_path: Path, validate: Validate, name: str) -> None:
    with_users(tmp_path, GREEDY[name], x=LONG)
    ran = validate(tmp_path)
    assert ran.status == 1
    assert "give more than 20,000,000 characters" in ran.said
    assert ran.peak < 200
    assert ran.seconds < SECONDS


@pytest.mark.parametrize(
    ("expressions", "said"),
    [
        ("${{ user.id }}" * 100_000, "more than 50,000 expressions"),
        (each("${{ # }}", 20_000), "more than 5,000 different expressions"),
    ],
)
def test_too_many_expressions_are_refused(
    tmp_path: Path, validate: Validate, expressions: str, said: str
) -> None:
    with_users(tmp_path, f'description: "{expressions}"')
    ran = validate(tmp_path)
    assert ran.status == 1
    assert said in ran.said
    assert ran.peak < 200
    assert ran.seconds < SECONDS


def test_a_table_whose_line_does_not_end_is_refused(tmp_path: Path, validate: Validate) -> None:
    (tmp_path / "all.yaml").write_text(TEMPLATE.replace("csv", "jsonl"), encoding="utf-8")
    (tmp_path / "users.jsonl").write_text('{"id": "' + "x" * (200 * MEGABYTE), encoding="utf-8")
    ran = validate(tmp_path)
    assert ran.status == 1
    assert "users.jsonl:1: the line is longer than 1,000,000 characters" in ran.said
    assert ran.peak < 200
