"""A bot: a process that lives on, asked for one thing at a time.

In: lines of JSON on stdin, each with what to do. Out: a line of JSON for each. Arguments: the folder of its
manifests, the URL of the server, its cache.
"""

from __future__ import annotations

import gc
import json
import sys
import tracemalloc
import urllib.parse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reconciler import Constellations
from reconciler.errors import ReconcilerError

_WARM_UP = 20


class Bot:
    """What its users ask of it."""

    def __init__(self, constellations: Constellations) -> None:
        self._constellations = constellations

    def contact(self, user: str) -> dict[str, Any]:
        """Somebody writes for the first time."""
        self._constellations.provision(user, parameters={"partner": f"of {user}"})
        return {}

    def chat(self, user: str, text: str) -> dict[str, Any]:
        """A line more in the block that the agents of a user share."""
        user_set = self._constellations.user(user)
        return {"value": user_set.block("state").append(text)}

    def note(self, user: str, text: str) -> dict[str, Any]:
        """A file more in the source of a user."""
        return {"file": self._constellations.user(user).source("notes").add(f"the note {text}")}

    def say(self, user: str, text: str) -> dict[str, Any]:
        """A message to an agent."""
        return {"answer": self._constellations.user(user).agent("scribe").send(text)}

    def memory(self, user: str, calls: int) -> dict[str, Any]:
        """Bytes that each call leaves behind: provision, then a line more and a line less in a block.

        Caches of the interpreter that fill up to a bound are emptied before each look: method names, a string
        with each regular expression that is iterated over, up to 4,096; URLs, of which each lock has its
        own, up to 128.
        """
        tracemalloc.start()
        for number in range(_WARM_UP):
            self._call(user, number)
        before = _traced()
        for number in range(calls):
            self._call(user, number)
        after = _traced()
        tracemalloc.stop()
        return {"bytes_per_call": (after - before) / calls}

    def _call(self, user: str, number: int) -> None:
        block = self._constellations.provision(user, parameters={"partner": f"of {user}"}).block("state")
        value = block.read()
        if number % 2:
            block.write(value[:-1])
        else:
            block.append("+", separator="")


def _traced() -> int:
    gc.collect()
    forget: Callable[[], None] = getattr(sys, "_clear_internal_caches", None) or sys._clear_type_cache
    forget()
    urllib.parse.clear_cache()
    return tracemalloc.get_traced_memory()[0]


def main(folder: str, url: str, cache: str) -> None:
    """See the module."""
    with Constellations(Path(folder), base_url=url, cache=Path(cache)) as constellations:
        bot = Bot(constellations)
        for line in sys.stdin:
            asked = json.loads(line)
            before = constellations.requests
            try:
                answer = getattr(bot, asked.pop("do"))(**asked)
            except ReconcilerError as error:
                answer = {"error": type(error).__name__, "why": str(error)}
            after = constellations.requests
            requests = sum(after) - sum(before)
            print(json.dumps({**answer, "requests": requests}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
