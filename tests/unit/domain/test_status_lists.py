"""When a status list is opened, used and given up."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearance.domain.status_lists import lists_after, may_have_run_out, next_list

BASE = "https://s.bmet.gov.bd/"
JUNE = date(2026, 6, 1)


def after(
    *names: str,
    drawn: float = 0.0,
    on: date = JUNE,
    held: tuple[str, ...] = (),
    run_out: tuple[str, ...] = (),
    epoch: str = "",
) -> tuple[str, ...]:
    uris = tuple(BASE + name for name in names)
    wanted = lists_after(
        uris,
        drawn=drawn,
        on=on,
        held_by_all=[BASE + name for name in held],
        run_out=[BASE + name for name in run_out],
        epoch=epoch,
    )
    return tuple(uri.removeprefix(BASE) for uri in wanted)


def test_a_list_with_room_stays_alone() -> None:
    assert after("26a", drawn=0.79) == ("26a",)


def test_the_next_list_is_opened_ahead_and_not_used_yet() -> None:
    assert after("26a", drawn=0.8) == ("26b", "26a")
    assert after("26b", "26a", drawn=0.89, held=("26b",)) == ("26b", "26a")


def test_the_next_list_is_used_once_every_desk_holds_it() -> None:
    assert after("26b", "26a", drawn=0.9) == ("26b", "26a")
    assert after("26b", "26a", drawn=0.9, held=("26a", "26b")) == ("26a", "26b")


def test_a_desk_that_stays_away_does_not_stop_the_issuing_of_cards() -> None:
    assert after("26b", "26a", drawn=0.97) == ("26a", "26b")


def test_older_lists_stay_published_in_front() -> None:
    assert after("25c", "26a", drawn=0.8) == ("26b", "25c", "26a")
    assert after("26b", "25c", "26a", drawn=0.9, held=("26b",)) == ("25c", "26a", "26b")


def test_a_new_year_begins_a_new_list_that_is_opened_in_december() -> None:
    assert after("26a", on=date(2026, 12, 14)) == ("26a",)
    assert after("26a", on=date(2026, 12, 15)) == ("27a", "26a")
    assert after("27a", "26a", on=date(2026, 12, 31), held=("27a",), drawn=0.99) == ("27a", "26a")
    assert after("27a", "26a", on=date(2027, 1, 1)) == ("27a", "26a")
    assert after("27a", "26a", on=date(2027, 1, 1), held=("27a",)) == ("26a", "27a")


def test_an_office_that_slept_over_the_new_year_goes_on_with_the_list_of_the_year() -> None:
    assert after("26c", on=date(2029, 5, 1)) == ("29a", "26c")


def test_a_list_whose_cards_ran_out_is_published_no_more() -> None:
    assert after("23a", "24a", "26a", run_out=("23a",)) == ("24a", "26a")


def test_the_list_of_new_cards_and_the_next_are_kept_whatever_is_said() -> None:
    assert after("26b", "26a", drawn=0.8, run_out=("26a", "26b")) == ("26b", "26a")


def test_after_z_there_is_no_further_list_in_a_year() -> None:
    assert after("26z", drawn=0.99) == ("26z",)


def test_a_list_of_another_name_is_used_until_it_is_full() -> None:
    assert after("first", drawn=0.99) == ("first",)
    assert not may_have_run_out(BASE + "first", on=date(2099, 1, 1))


def test_a_suffix_stays() -> None:
    assert after("status/26a.cwt", drawn=0.8) == ("status/26b.cwt", "status/26a.cwt")


@pytest.mark.parametrize(
    ("day", "run_out"), [(date(2027, 1, 1), False), (date(2029, 3, 11), False), (date(2029, 3, 12), True)]
)
def test_cards_of_a_year_may_run_for_800_days_after_its_end(day: date, run_out: bool) -> None:
    assert may_have_run_out(BASE + "26a", on=day) is run_out


@given(
    steps=st.lists(
        st.tuples(st.integers(0, 40), st.floats(0, 1), st.booleans()),
        max_size=120,
    )
)
def test_however_time_passes_no_list_is_lost_used_twice_or_named_twice(steps: list[tuple[int, float, bool]]) -> None:
    uris: tuple[str, ...] = (BASE + "26a",)
    day, used = date(2026, 1, 1).toordinal(), [BASE + "26a"]
    for days, drawn, every_desk in steps:
        day += days
        before = uris
        uris = lists_after(
            uris, drawn=drawn, on=date.fromordinal(day), held_by_all=before if every_desk else (), run_out=()
        )
        assert len(set(uris)) == len(uris)
        assert set(before) <= set(uris)
        assert len(uris) <= len(before) + 1
        if uris[-1] != before[-1]:
            assert uris[-1] == next_list(before)
            assert uris[-1] not in used
            used.append(uris[-1])
    assert used == sorted(used)


def test_a_restored_office_uses_a_list_of_its_own_at_once_and_keeps_the_others_published() -> None:
    assert after("25c", "26a", epoch="k7m2") == ("25c", "26a", "26a-k7m2")
    assert after("26b", "26a", epoch="k7m2") == ("26b", "26a", "26a-k7m2")
    assert after("26a", "26a-k7m2", epoch="k7m2") == ("26a", "26a-k7m2")
    assert after("26a-k7m2", epoch="zzzz") == ("26a-k7m2", "26a-zzzz")


def test_a_list_that_was_opened_ahead_before_the_restore_is_never_used_again() -> None:
    """Nobody knows whether it was used in the lost days."""
    assert after("26b", "26a-k7m2", epoch="k7m2", drawn=0.97, held=("26b",)) == ("26b-k7m2", "26b", "26a-k7m2")
    assert after("26b-k7m2", "26b", "26a-k7m2", epoch="k7m2", drawn=0.9, held=("26b", "26b-k7m2"))[-1] == "26b-k7m2"
    assert after("27a", "26a-k7m2", epoch="k7m2", on=date(2027, 1, 1), held=("27a",))[-1] == "26a-k7m2"
    assert "27a-k7m2" in after("27a", "26a-k7m2", epoch="k7m2", on=date(2027, 1, 1), held=("27a",))
