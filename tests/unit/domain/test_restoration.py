"""What a published list tells a restored office that its books do not know."""

from hypothesis import given
from hypothesis import strategies as st

from clearance.credential.status import Status, StatusList, packed_entries
from clearance.domain.restoration import marks, new_epoch, unknown_marks, with_marks
from clearance.domain.status_lists import of_epoch

SIZE = 64
MARKS = st.dictionaries(
    st.integers(0, SIZE - 1), st.sampled_from([Status.INVALID, Status.SUSPENDED, Status.SUPERSEDED])
)
V, I, H, S = Status.VALID, Status.INVALID, Status.SUSPENDED, Status.SUPERSEDED  # noqa: E741 - a table of them


def published(values: dict[int, Status]) -> StatusList:
    entries = packed_entries(values, size=SIZE)
    return StatusList(uri="u", issued_at=1, expires_at=2, ttl=1, bits=2, entries=entries, token_sha256="")


@given(MARKS)
def test_every_mark_of_a_list_is_read_and_no_other(values: dict[int, Status]) -> None:
    assert dict(marks(published(values))) == values


def test_what_binds_a_card_more_is_taken_over_and_what_binds_it_less_is_not() -> None:
    listed, books = (I, I, I, S, S, S, H, H, H), (V, H, S, V, H, I, V, S, I)
    found = dict(unknown_marks(dict(enumerate(listed)), {i: each for i, each in enumerate(books) if each is not V}))
    assert found == {0: I, 1: I, 2: I, 3: S, 4: S, 6: H}


@given(MARKS, MARKS)
def test_after_taking_over_no_card_is_freer_than_books_or_list_had_it(
    listed: dict[int, Status], books: dict[int, Status]
) -> None:
    after = with_marks(books, dict(unknown_marks(listed, books)))
    assert after.keys() == listed.keys() | books.keys()
    for idx, status in after.items():
        assert status in (listed.get(idx), books.get(idx))
        assert Status.INVALID not in (listed.get(idx), books.get(idx)) or status is Status.INVALID
    assert not dict(unknown_marks(listed, after))


def test_an_epoch_names_its_lists_and_two_are_never_alike() -> None:
    epochs = {new_epoch() for _ in range(200)}
    assert len(epochs) > 190
    for epoch in epochs:
        assert of_epoch(f"https://s.bmet.gov.bd/26a-{epoch}", epoch)
        assert not of_epoch("https://s.bmet.gov.bd/26a", epoch)
