"""What a record knows and the listing of the server lacks: the only ids that have to be looked up."""

from __future__ import annotations

from reconciler.values import Address, Known, Live, LiveResource, Marker, Owner, SetRecord

ADA = Owner("team", "ada")
AGENT = Address(ADA, "agent", "helper")
BLOCK = Address(ADA, "block", "state")


def resource(address: Address, server_id: str) -> LiveResource:
    return LiveResource(address.kind, server_id, address.name, {}, Marker("demo", address))


def known(**ids: str) -> dict[Owner, SetRecord]:
    addresses = {"agent": AGENT, "block": BLOCK}
    return {ADA: SetRecord("demo", ADA, 1, known={addresses[kind]: Known(i) for kind, i in ids.items()})}


def test_what_is_listed_under_its_id_is_not_missed() -> None:
    live = Live({AGENT: resource(AGENT, "agent-1")}, records=known(agent="agent-1"))
    assert live.unlisted(ADA) == {}


def test_what_is_not_listed_is_missed_also_when_another_bears_its_address() -> None:
    records = known(agent="agent-1", block="block-1")
    live = Live({AGENT: resource(AGENT, "agent-2")}, records=records)
    assert {address: each.id for address, each in live.unlisted(ADA).items()} == {
        AGENT: "agent-1",
        BLOCK: "block-1",
    }


def test_one_of_several_with_the_same_mark_is_not_missed() -> None:
    twins = (resource(AGENT, "agent-1"), resource(AGENT, "agent-2"))
    assert Live(duplicates={AGENT: twins}, records=known(agent="agent-1")).unlisted(ADA) == {}


def test_without_a_record_nothing_is_missed() -> None:
    assert Live({AGENT: resource(AGENT, "agent-1")}).unlisted(ADA) == {}
