"""Server names are valid there and never clash."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reconciler.manifest.names import SERVER_NAME, bad_user_id, server_name, user_slug

USER_IDS = st.text(min_size=1, max_size=60).filter(lambda text: not bad_user_id(text))


def test_a_plain_id_stands_in_the_name_as_it_is() -> None:
    assert server_name("pattern", "42", "entropy") == "pattern_42_entropy"


def test_any_other_id_is_slugged_and_told_apart_by_a_hash() -> None:
    assert server_name("pattern", "ben@example.com", "flux") == "pattern_ben-example-com-f871a76f_flux"
    assert user_slug("ben@example.com") != user_slug("ben-example-com")
    assert user_slug("ben@example.com") != user_slug("ben.example.com")


def test_nobody_can_choose_the_slug_of_somebody_else() -> None:
    victim = user_slug("ben@example.com")
    assert user_slug(victim) != victim


def test_case_and_underscore_matter() -> None:
    assert len({user_slug(user) for user in ("Ben", "ben", "b_en", "b-en", "b.en")}) == 5


@given(USER_IDS)
def test_every_id_gives_a_name_the_server_takes(user: str) -> None:
    assert SERVER_NAME.fullmatch(server_name("team", user, "coach"))


@given(USER_IDS, USER_IDS)
def test_two_ids_never_share_a_slug(left: str, right: str) -> None:
    assert (user_slug(left) == user_slug(right)) is (left == right)
