"""Eleven ways to tamper with the record, forty places each, by somebody with every right on the database.

Checkpoints every twelve entries lie outside. All of it is found; what was entered after the newest checkpoint is not
covered by one, and stays exposed to whoever rewrites chain and head together.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from clearance.domain.audit import EMPTY, AuditEntry, AuditHead, AuditLink, check
from tests.fakes.office import NOW

LENGTH = 300
EVERY = 12
PLACES = 40

Tampered = tuple[list[AuditLink], AuditHead]
Way = Callable[[list[AuditLink], int, Random], Tampered]


def entry(number: int, officer_no: str = "A-1") -> AuditEntry:
    at = NOW + timedelta(seconds=number)
    return AuditEntry(
        at=at, officer_no=officer_no, act="application.approved", subject=f"APP-{number:08d}", facts={"n": number}
    )


def chained(entries: list[AuditEntry], after: list[AuditLink]) -> list[AuditLink]:
    links = list(after)
    for each in entries:
        links.append(AuditLink.after(links[-1].head if links else EMPTY, each))
    return links


RECORD = chained([entry(number) for number in range(1, LENGTH + 1)], [])
CHECKPOINTS = [link.head for link in RECORD if link.number % EVERY == 0]
COVERED = CHECKPOINTS[-1].number


def rest(links: list[AuditLink], start: int) -> list[AuditEntry]:
    return [link.entry for link in links[start:]]


def edited(links: list[AuditLink], at: int, random: Random) -> Tampered:
    field = random.choice(["at", "officer_no", "act", "subject", "facts"])
    links[at] = replace(links[at], **{field: getattr(links[at], field) + "x"})
    return links, RECORD[-1].head


def edited_with_its_digest(links: list[AuditLink], at: int, random: Random) -> Tampered:
    links[at] = AuditLink.after(RECORD[at - 1].head if at else EMPTY, replace(links[at].entry, officer_no="A-2"))
    return links, links[-1].head


def edited_and_all_chained_anew(links: list[AuditLink], at: int, random: Random) -> Tampered:
    forged = chained([replace(links[at].entry, officer_no="A-2"), *rest(links, at + 1)], links[:at])
    return forged, forged[-1].head


def removed(links: list[AuditLink], at: int, random: Random) -> Tampered:
    return links[:at] + links[at + 1 :], RECORD[-1].head


def removed_and_all_chained_anew(links: list[AuditLink], at: int, random: Random) -> Tampered:
    forged = chained(rest(links, at + 1), links[:at])
    return forged, forged[-1].head


def cut_off_with_the_head(links: list[AuditLink], at: int, random: Random) -> Tampered:
    return links[:at], links[at - 1].head if at else EMPTY


def inserted(links: list[AuditLink], at: int, random: Random) -> Tampered:
    moved = [replace(link, number=link.number + 1) for link in links[at:]]
    forged = [*links[:at], AuditLink.after(links[at - 1].head if at else EMPTY, entry(999, "A-2")), *moved]
    return forged, forged[-1].head


def inserted_and_all_chained_anew(links: list[AuditLink], at: int, random: Random) -> Tampered:
    forged = chained([entry(999, "A-2"), *rest(links, at)], links[:at])
    return forged, forged[-1].head


def swapped(links: list[AuditLink], at: int, random: Random) -> Tampered:
    other = at + 1
    links[at], links[other] = (
        replace(links[other], number=links[at].number),
        replace(links[at], number=links[other].number),
    )
    return links, RECORD[-1].head


def swapped_and_all_chained_anew(links: list[AuditLink], at: int, random: Random) -> Tampered:
    forged = chained([links[at + 1].entry, links[at].entry, *rest(links, at + 2)], links[:at])
    return forged, forged[-1].head


def another_record_from_here_on(links: list[AuditLink], at: int, random: Random) -> Tampered:
    """Shorter or longer, and in itself without a fault."""
    forged = chained([entry(number, "A-2") for number in range(random.randrange(1, 2 * LENGTH))], links[:at])
    return forged, forged[-1].head


WAYS: tuple[Way, ...] = (
    edited,
    edited_with_its_digest,
    edited_and_all_chained_anew,
    removed,
    removed_and_all_chained_anew,
    cut_off_with_the_head,
    inserted,
    inserted_and_all_chained_anew,
    swapped,
    swapped_and_all_chained_anew,
    another_record_from_here_on,
)


def places(way: Way) -> list[int]:
    return Random(way.__name__).sample(range(COVERED - 1), PLACES)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_every_tampering_is_found_with_checkpoints_held_outside(way: Way) -> None:
    random = Random(1)
    for at in places(way):
        links, head = way(list(RECORD), at, random)
        report = check(links, head=head, noted=CHECKPOINTS)
        assert report.faults, f"{way.__name__} at {at + 1}"
        nearest = next(each.number for each in CHECKPOINTS if each.number > at)
        assert report.faults[0].first <= nearest  # and no later than at the next checkpoint


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_without_them_a_record_that_was_chained_anew_looks_whole(way: Way) -> None:
    """Why checkpoints are held outside; this test fails on the day they are needed no more."""
    by_hand = {edited, edited_with_its_digest, removed, inserted, swapped}
    links, head = way(list(RECORD), 100, Random(1))
    assert bool(check(links, head=head).faults) is (way in by_hand)


def test_what_came_after_the_newest_checkpoint_stays_exposed() -> None:
    forged, head = edited_and_all_chained_anew(RECORD + chained([entry(LENGTH + 1)], RECORD)[-1:], LENGTH, Random(1))
    assert check(forged, head=head, noted=CHECKPOINTS).faults == ()


def test_two_heads_noted_for_one_number_cannot_both_be_right() -> None:
    other = AuditHead(number=CHECKPOINTS[3].number, digest="0" * 64)
    report = check(RECORD, head=RECORD[-1].head, noted=[*CHECKPOINTS, other])
    assert [(fault.kind.value, fault.first) for fault in report.faults] == [("not_the_noted", other.number)]


def test_only_what_is_new_is_read_behind_a_head_that_was_checked() -> None:
    seen = RECORD[199].head
    assert check(RECORD[200:], head=RECORD[-1].head, after=seen).faults == ()
    assert check(RECORD[200:], head=RECORD[-1].head, after=replace(seen, digest="0" * 64)).faults
    assert check([], head=RECORD[-1].head, after=RECORD[-1].head).faults == ()
    assert check([], head=RECORD[99].head, after=seen).faults


def test_a_record_handed_out_without_a_head_ends_where_it_ends() -> None:
    assert check(RECORD[:50], head=None).faults == ()
    assert check(RECORD[:50], head=None, noted=CHECKPOINTS).faults
