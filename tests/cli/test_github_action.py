"""The bash of action.yml, run as GitHub runs it, with a `reconciler` that only notes how it was called."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

ACTION = yaml.safe_load((Path(__file__).parents[2] / "action.yml").read_text(encoding="utf-8"))
ROOT = Path(__file__).parents[2]
FILES = [ROOT / "action.yml", *sorted((ROOT / ".github" / "workflows").glob("*.yml"))]
STUB = f"""#!{sys.executable}
import json, os, sys
with open(os.environ["CALLS"], "a") as calls:
    calls.write(json.dumps([*sys.argv[1:], "URL=" + os.environ.get("LETTA_BASE_URL", "unset")]) + "\\n")
if "--markdown" in sys.argv and os.environ.get("PAGE"):
    with open(sys.argv[sys.argv.index("--markdown") + 1], "w") as page:
        page.write(os.environ["PAGE"])
print(os.environ.get("SAID", ""))
print("error: " + os.environ.get("ERROR", ""), file=sys.stderr)
sys.exit(int(os.environ.get("STATUS", "0")))
"""


@dataclass(frozen=True)
class Run:
    status: int
    calls: list[list[str]]
    outputs: dict[str, str]
    summary: str
    log: str


class Action:
    """The action in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        tools = folder / "tools"
        tools.mkdir()
        (tools / "reconciler").write_text(STUB, encoding="utf-8")
        (tools / "reconciler").chmod(0o755)
        (tools / "python").symlink_to(sys.executable)
        self.script = folder / "run.sh"
        self.script.write_text(ACTION["runs"]["steps"][-1]["run"], encoding="utf-8")

    def run(self, command: str = "plan", paths: str = ".", options: str = "", **stub: Any) -> Run:
        files = {name: self.folder / name for name in ("CALLS", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for file in files.values():
            file.write_text("", encoding="utf-8")
        environ = {
            **{name: str(file) for name, file in files.items()},
            "PATH": f"{self.folder / 'tools'}{os.pathsep}{os.environ['PATH']}",
            "RUNNER_TEMP": str(self.folder),
            "COMMAND": command,
            "PATHS": paths,
            "OPTIONS": options,
            "LETTA_BASE_URL": "http://127.0.0.1:1",
            "LETTA_API_KEY": "",
            **{name: str(value) for name, value in stub.items()},
        }
        bash = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(self.script)]
        done = subprocess.run(bash, env=environ, capture_output=True, text=True, check=False, cwd=self.folder)
        lines = files["GITHUB_OUTPUT"].read_text(encoding="utf-8").splitlines()
        return Run(
            done.returncode,
            [json.loads(line) for line in files["CALLS"].read_text(encoding="utf-8").splitlines()],
            dict(line.split("=", 1) for line in lines),
            files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8"),
            done.stdout + done.stderr,
        )


@pytest.fixture
def action(tmp_path: Path) -> Action:
    return Action(tmp_path)


@pytest.mark.parametrize(
    "command", ["Plan", "PLAN", "destroy", "", " plan", "apply --prune", "plan\napply", "*"]
)
def test_a_command_it_does_not_know_runs_nothing(action: Action, command: str) -> None:
    run = action.run(command)
    assert (run.status, run.calls) == (1, [])
    assert run.outputs == {"exit-code": "1", "changes": "unknown"}
    assert "must be plan, apply, drift or validate" in run.summary
    assert "::error::" in run.log


@pytest.mark.parametrize(
    ("command", "flags"),
    [
        ("plan", ["--detailed-exitcode", "--markdown"]),
        ("drift", ["--markdown"]),
        ("validate", []),
        ("apply", ["--yes"]),
    ],
)
def test_each_command_is_run_as_it_is_called(action: Action, command: str, flags: list[str]) -> None:
    (call,) = action.run(command).calls
    assert call[0] == command
    assert [word for word in call if word in ("--yes", "--markdown", "--detailed-exitcode")] == flags


@pytest.mark.parametrize(
    ("command", "status", "passes", "changes"),
    [
        ("plan", 0, 0, "false"),
        ("plan", 2, 0, "true"),
        ("plan", 1, 1, "unknown"),
        ("plan", 4, 4, "unknown"),
        ("drift", 0, 0, "false"),
        ("drift", 2, 2, "true"),
        ("drift", 1, 1, "unknown"),
        ("apply", 0, 0, "unknown"),
        ("apply", 3, 3, "unknown"),
        ("apply", 4, 4, "unknown"),
        ("validate", 1, 1, "unknown"),
    ],
)
def test_outputs_are_there_whatever_became_of_the_command(
    action: Action, command: str, status: int, passes: int, changes: str
) -> None:
    run = action.run(command, STATUS=status)
    assert run.status == passes
    assert run.outputs == {"exit-code": str(status), "changes": changes}


@pytest.mark.parametrize("command", ["plan", "drift", "apply", "validate"])
def test_errors_stand_in_the_summary_and_in_the_log(action: Action, command: str) -> None:
    run = action.run(command, STATUS=1, ERROR="no such server", SAID="```\n# not a heading")
    assert "    error: no such server\n" in run.summary
    assert "    # not a heading\n" in run.summary
    assert "error: no such server" in run.log


@pytest.mark.parametrize(("command", "status"), [("plan", 2), ("plan", 0), ("drift", 2)])
def test_the_page_of_a_plan_is_the_summary(action: Action, command: str, status: int) -> None:
    run = action.run(command, STATUS=status, PAGE="## Plan\n", SAID="plain")
    assert run.summary == "## Plan\n"
    assert "plain" in run.log


def test_a_page_and_an_error_are_both_shown(action: Action) -> None:
    run = action.run("plan", STATUS=1, PAGE="## Plan\n", ERROR="it has errors")
    assert run.summary.startswith("## Plan\n")
    assert "    error: it has errors\n" in run.summary


def test_a_page_of_an_earlier_run_is_not_shown_again(action: Action) -> None:
    action.run("plan", PAGE="## Old\n")
    assert "Old" not in action.run("plan", STATUS=1).summary


def test_paths_are_one_a_line_and_may_hold_anything(action: Action) -> None:
    run = action.run(paths="my team\n$HOME/*\n\n-x.yaml\n")
    (call,) = run.calls
    assert call[call.index("--") + 1 : -1] == ["my team", "$HOME/*", "-x.yaml"]


def test_no_path_is_this_folder(action: Action) -> None:
    (call,) = action.run(paths="").calls
    assert call[call.index("--") + 1 : -1] == ["."]


def test_options_are_words_as_on_the_command_line(action: Action) -> None:
    (call,) = action.run(options="--target 'team/*/agent/my helper' --prune\n--user=\"4 2\"").calls
    assert call[call.index("--") - 4 : call.index("--")] == [
        "--target",
        "team/*/agent/my helper",
        "--prune",
        "--user=4 2",
    ]


def test_options_with_half_a_quotation_run_nothing(action: Action) -> None:
    run = action.run(options="--target 'team")
    assert (run.status, run.calls, run.outputs["exit-code"]) == (1, [], "1")
    assert "quotation mark" in run.summary


def test_no_url_leaves_it_to_the_manifests(action: Action) -> None:
    (call,) = action.run(LETTA_BASE_URL="").calls
    assert call[-1] == "URL=unset"
    (call,) = action.run().calls
    assert call[-1] == "URL=http://127.0.0.1:1"


def test_inputs_reach_bash_as_variables_only() -> None:
    """An expression inside the script would be pasted into it as code."""
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step.get("run", "")
        assert "@" not in step.get("uses", "") or len(step["uses"].partition("@")[2]) == 40


def test_every_input_and_output_is_described() -> None:
    for described in (*ACTION["inputs"].values(), *ACTION["outputs"].values()):
        assert described["description"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_whatever_is_used_is_pinned_to_a_commit(path: Path) -> None:
    used = re.findall(r"uses: (\S+)( # v[\d.]+)?", path.read_text(encoding="utf-8"))
    assert used
    assert [name for name, version in used if not (re.search(r"@[0-9a-f]{40}$", name) and version)] == []


@pytest.mark.parametrize(
    "path", [path for path in FILES if path.name != "action.yml"], ids=lambda path: path.name
)
def test_a_workflow_may_do_no_more_than_it_has_to(path: Path) -> None:
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert "write" not in str(workflow["permissions"])
    checkouts = [
        step
        for job in workflow["jobs"].values()
        for step in job["steps"]
        if "checkout" in step.get("uses", "")
    ]
    assert [step["with"]["persist-credentials"] for step in checkouts] == [False] * len(checkouts)
