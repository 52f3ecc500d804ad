"""Who speaks in a group, when, and what they are told: the turns of every manager type.

In: what a group is made of. Out: turns, one after the other; the caller sends each and hands back the answer.
Pure: nothing here talks to a server. Letta 0.16.8 keeps groups but holds no conversation with them: `POST
/v1/groups/{id}/messages` answers 405 (measured), so the turns are taken here, in the way its own classes of
earlier versions took them.

    round_robin   members in order, `max_turns` turns (as many as members when not said); each hears what was
                  said since it last spoke
    dynamic       the manager names the next speaker, who speaks; ends at the termination token or `max_turns`
    supervisor    every member but the manager is asked, side by side; the manager hears all and answers
    sleeptime     the manager answers; the server itself wakes the others in the background
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

MOST_TURNS = 50


@dataclass(frozen=True, slots=True)
class Turn:
    """Texts for one or more agents, to be sent side by side."""

    texts: Mapping[str, str]
    """By agent, as the group names it."""
    is_aside: bool = False
    """The answer only steers the conversation."""


@dataclass(frozen=True, slots=True)
class Circle:
    """What a conversation needs to know of a group."""

    manager_type: str
    members: tuple[str, ...]
    """In order, as the group names them."""
    names: Mapping[str, str]
    """What each member is called."""
    manager: str = ""
    description: str = ""
    max_turns: int = 0
    termination_token: str = ""


Turns: TypeAlias = Generator[Turn, Mapping[str, str], None]
"""Yields turns, is sent the answers by agent."""


def circle_of(fields: Mapping[str, Any]) -> Circle:
    """A group's cached document: `agents[<name>]` hold references, `order` the names in order."""
    references = {
        path[len("agents[") : -1]: str(ref) for path, ref in fields.items() if path.startswith("agents[")
    }
    order = [name for name in fields.get("order") or references if name in references]
    manager = str(fields.get("manager_agent") or "")
    names = {references[name]: name for name in order}
    if manager:
        names.setdefault(manager, manager.rpartition("/")[2])
    return Circle(
        str(fields.get("manager_type") or "round_robin"),
        tuple(references[name] for name in order),
        names,
        manager,
        str(fields.get("description") or ""),
        int(fields.get("max_turns") or 0),
        str(fields.get("termination_token") or ""),
    )


def turns_of(circle: Circle, text: str) -> Turns:
    """The conversation one message starts."""
    match circle.manager_type:
        case "dynamic":
            return _dynamic(circle, text)
        case "supervisor":
            return _supervisor(circle, text)
        case "sleeptime" | "voice_sleeptime":
            return _manager_only(circle, text)
        case _:
            return _round_robin(circle, text)


@dataclass
class _Chat:
    """What was said, and how much of it each member has heard."""

    circle: Circle
    said: list[tuple[str, str]] = field(default_factory=list)
    heard: dict[str, int] = field(default_factory=dict)

    def news_for(self, member: str) -> str:
        """Everything since the member last spoke; its own words are in its memory already."""
        since = self.heard.get(member, 0)
        lines = [(who, text) for who, text in self.said[since:] if who != self.circle.names[member]]
        self.heard[member] = len(self.said)
        if not since and len(lines) == 1 and lines[0][0] == "user":
            return lines[0][1]
        return "\n".join(f"{who}: {text}" for who, text in lines)

    def say(self, who: str, text: str) -> None:
        if text:
            self.said.append((who, text))


def _round_robin(circle: Circle, text: str) -> Turns:
    chat = _Chat(circle)
    chat.say("user", text)
    for number in range(min(circle.max_turns or len(circle.members), MOST_TURNS)):
        speaker = circle.members[number % len(circle.members)]
        news = chat.news_for(speaker)
        if not news:
            return  # nobody else has said anything since it spoke
        answers = yield Turn({speaker: news})
        chat.say(circle.names[speaker], answers.get(speaker, ""))


def _dynamic(circle: Circle, text: str) -> Turns:
    chat, last = _Chat(circle), ""
    chat.say("user", text)
    for _ in range(min(circle.max_turns or len(circle.members), MOST_TURNS)):
        options = [member for member in circle.members if member != last] or list(circle.members)
        answers = yield Turn({circle.manager: _question(circle, chat, options)}, is_aside=True)
        choice = answers.get(circle.manager, "")
        if _ends(circle, choice):
            return
        speaker = _chosen(circle, choice, options)
        news = chat.news_for(speaker)
        if not news:
            return
        answers = yield Turn({speaker: news})
        said = answers.get(speaker, "")
        chat.say(circle.names[speaker], said)
        if _ends(circle, said):
            return
        last = speaker


def _question(circle: Circle, chat: _Chat, options: list[str]) -> str:
    names = ", ".join(circle.names[member] for member in options)
    history = "\n".join(f"{who}: {text}" for who, text in chat.said)
    stop = (
        f" When nothing is left to say, answer {circle.termination_token}" if circle.termination_token else ""
    )
    return (
        f"You lead a group chat: {circle.description}\n"
        f"Choose who speaks next and answer with the name alone: {names}.{stop}\n"
        f"Do not answer the messages yourself.\nChat so far:\n{history}"
    )


def _chosen(circle: Circle, choice: str, options: list[str]) -> str:
    """The member named first; the first of the options when none is, so that somebody answers."""
    lowered = choice.lower()
    places = {member: lowered.find(circle.names[member].lower()) for member in options}
    named = [member for member in options if places[member] >= 0]
    return min(named, key=lambda member: places[member]) if named else options[0]


def _ends(circle: Circle, text: str) -> bool:
    return bool(circle.termination_token) and circle.termination_token in text


def _supervisor(circle: Circle, text: str) -> Turns:
    others = [member for member in circle.members if member != circle.manager]
    answers: Mapping[str, str] = {}
    if others:
        answers = yield Turn(dict.fromkeys(others, text))
    said = "\n".join(f"{circle.names[member]}: {answers[member]}" for member in others if answers.get(member))
    summary = f"{text}\n\nYou lead this group. Its members say:\n{said}\n\nAnswer the user." if said else text
    yield Turn({circle.manager: summary})


def _manager_only(circle: Circle, text: str) -> Turns:
    yield Turn({circle.manager: text})
