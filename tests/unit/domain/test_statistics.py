"""Tables that are given away: no small count can be read in them or worked out from them."""

from hypothesis import given
from hypothesis import strategies as st

from clearance.domain.statistics import COLUMNS, SMALLEST, Counts, Given, suppressed, total_of


def issued(*values: int) -> dict[str, Counts]:
    return {f"row {at}": Counts(issued=value) for at, value in enumerate(values)}


def column(table: Given | None) -> list[int | None]:
    assert table is not None
    return [row[0] for row in table.rows.values()]


def test_large_counts_and_zeros_are_given_as_they_are() -> None:
    table = suppressed(issued(12, 0, 5))
    assert column(table) == [12, 0, 5]
    assert table is not None
    assert table.total == (17, 0, 0, 0)


def test_a_small_count_is_hidden_and_so_is_the_next_smallest() -> None:
    assert column(suppressed(issued(120, 3, 9, 40))) == [120, None, None, 40]


def test_two_small_counts_that_the_total_gives_away_take_a_third_with_them() -> None:
    assert column(suppressed(issued(120, 1, 1, 40))) == [120, None, None, None]


def test_a_small_total_is_hidden() -> None:
    table = suppressed(issued(3, 0))
    assert column(table) == [None, 0]
    assert table is not None
    assert table.total[0] is None


def test_a_table_of_single_people_is_not_given_away() -> None:
    assert suppressed(issued(1, 1, 1, 1, 1, 1)) is None


def test_every_column_is_protected_by_itself() -> None:
    rows = {"a": Counts(issued=50, held=2), "b": Counts(issued=60, held=8), "c": Counts(issued=70, held=9)}
    table = suppressed(rows)
    assert table is not None
    assert [row[COLUMNS.index("held")] for row in table.rows.values()] == [None, None, 9]
    assert column(table) == [50, 60, 70]


@given(st.lists(st.integers(0, 12), min_size=1, max_size=8))
def test_nobody_works_a_small_count_out(values: list[int]) -> None:
    """Whoever takes the shown cells from the total is left with a sum that leaves every hidden cell open."""
    table = suppressed(issued(*values))
    if table is None:
        return
    shown, total = column(table), table.total[0]
    small = [at for at, value in enumerate(values) if 0 < value < SMALLEST]
    assert all(shown[at] is None for at in small)
    if total is None or not small:
        return
    hidden = [at for at, value in enumerate(shown) if value is None]
    rest = total - sum(value for value in shown if value is not None)
    if all(values[at] for at in hidden):  # knowing even that none of the hidden is 0, as the outsider does not
        most = rest - (len(hidden) - 1)
        assert len(hidden) > 1
        assert most >= SMALLEST  # each may be anything from 1 to this: not even that it is small is certain


def test_the_sum_of_a_table() -> None:
    assert total_of({"a": Counts(issued=3, departed=1), "b": Counts(issued=4)}) == Counts(issued=7, departed=1)
    assert total_of({}) == Counts()
