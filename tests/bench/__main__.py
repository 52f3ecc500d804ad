"""`make bench`: all figures of the README in one run, as Markdown tables.

In: nothing; it brings up an embedded server of its own. Out: tables on stdout. Timings depend on the machine;
numbers of requests do not.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from reconciler.server import ServerInstance
from tests.bench import fleet, floor, planning, runtime

PATTERN = Path(__file__).parents[2] / "constellations" / "pattern"
MODELS = {
    "LETTA_MODEL": "openai-proxy/gpt-4o-mini",
    "LETTA_EMBEDDING_MODEL": "openai/text-embedding-3-small",
}
FLEETS = (1, 10, 100)


def main() -> None:
    """Measure and print."""
    server = ServerInstance(os.environ.get("LETTA_RECONCILER_BENCH_INSTANCE", "bench"))
    url = server.up(with_stub_model=True)
    try:
        _print_floor(server, url)
        _print_fleets(server, url)
        print("\n## A program at run time: cold, warm (SQLite) and hot (memory)\n")
        print(runtime.table(runtime.measure(server, url, PATTERN, MODELS)))
    finally:
        server.down()
    _print_planning()


def _print_floor(server: ServerInstance, url: str) -> None:
    cost = floor.measure(server, url, PATTERN, MODELS)
    print("\n## One user's reference constellation, without files, beside a bare client\n")
    print("| reads | writes | apply s | bare client s | ratio |\n|---|---|---|---|---|")
    print(
        f"| {cost.reads} | {cost.writes} | {cost.apply_seconds:.2f} "
        f"| {cost.floor_seconds:.2f} | {cost.ratio:.2f} |"
    )


def _print_fleets(server: ServerInstance, url: str) -> None:
    print("\n## Agents with one block of their own and two shared ones\n")
    print("| users | work | changes | reads | writes | s |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for users in FLEETS:
            for cost in fleet.measure(server, url, Path(folder) / str(users), users):
                print(
                    f"| {cost.users} | {cost.work} | {cost.changes} "
                    f"| {cost.reads} | {cost.writes} | {cost.seconds:.2f} |"
                )


def _print_planning() -> None:
    print("\n## Planning alone (live side simulated in memory)\n")
    print("| resources | changes | s | peak MB |\n|---|---|---|---|")
    for users in (100, 1000, 5000):
        made = planning.measure(users)
        print(f"| {made.resources:,} | {made.changes:,} | {made.seconds:.2f} | {made.peak_megabytes:.0f} |")


if __name__ == "__main__":
    main()
