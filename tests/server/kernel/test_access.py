import pytest

from server.kernel.access import IN_FAIR, Access, allows

NOBODY = frozenset[str]()


def test_anybody_passes_what_is_for_anyone() -> None:
    for level in (Access.PUBLIC, Access.ANYONE):
        assert allows(level, signed_in=False, admin=False, roles=NOBODY, dev=False)


@pytest.mark.parametrize(
    "level", [level for level in Access if level not in (Access.PUBLIC, Access.ANYONE, Access.DEV)]
)
def test_nobody_passes_any_other_level_without_signing_in(level: Access) -> None:
    everything = frozenset({"attendee", "exhibitor", "speaker", "moderator", "organiser"})

    assert not allows(level, signed_in=False, admin=True, roles=everything, dev=True)


def test_signing_in_is_enough_for_signed_in_and_for_nothing_in_a_fair() -> None:
    passed = {level for level in Access if allows(level, signed_in=True, admin=False, roles=NOBODY, dev=False)}

    assert passed == {Access.PUBLIC, Access.ANYONE, Access.SIGNED_IN}


@pytest.mark.parametrize(
    ("role", "levels"),
    [
        ("attendee", {Access.MEMBER}),
        ("exhibitor", {Access.MEMBER, Access.EXHIBITOR}),
        ("speaker", {Access.MEMBER, Access.SPEAKER}),
        ("moderator", {Access.MEMBER, Access.MODERATOR}),
        ("organiser", IN_FAIR),
    ],
)
def test_a_role_opens_its_levels_and_no_others(role: str, levels: set[Access]) -> None:
    roles = frozenset({role})

    assert {level for level in IN_FAIR if allows(level, signed_in=True, admin=False, roles=roles, dev=False)} == levels


def test_an_administrator_passes_every_level_but_development() -> None:
    passed = {level for level in Access if allows(level, signed_in=True, admin=True, roles=NOBODY, dev=False)}

    assert passed == set(Access) - {Access.DEV}


def test_no_role_in_a_fair_makes_an_administrator() -> None:
    assert not allows(Access.ADMIN, signed_in=True, admin=False, roles=frozenset({"organiser"}), dev=True)


def test_development_aids_are_there_in_development_only() -> None:
    assert allows(Access.DEV, signed_in=False, admin=False, roles=NOBODY, dev=True)
    assert not allows(Access.DEV, signed_in=True, admin=True, roles=frozenset({"organiser"}), dev=False)
