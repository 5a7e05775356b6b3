"""The chain of the record: whole when untouched, broken exactly where somebody touched it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearance.domain.audit import EMPTY, AuditEntry, AuditFault, AuditFaultKind, AuditHead, AuditLink, check
from tests.fakes.office import NOW

LENGTH = 6


def chain(length: int = LENGTH) -> list[AuditLink]:
    links: list[AuditLink] = []
    for number in range(1, length + 1):
        entry = AuditEntry(
            at=NOW + timedelta(seconds=number),
            officer_no="A-1",
            act="application.approved",
            subject=f"APP-{number:08d}",
            facts={"permit": "EA-SAU-1234", "version": number},
        )
        links.append(AuditLink.after(links[-1].head if links else EMPTY, entry))
    return links


def faults(links: list[AuditLink], *, head: AuditHead, noted: tuple[AuditHead, ...] = ()) -> list[tuple[str, int, int]]:
    report = check(links, head=head, noted=noted)
    return [(fault.kind.value, fault.first, fault.last) for fault in report.faults]


def rewritten(links: list[AuditLink], start: int) -> list[AuditLink]:
    """What somebody who knows the method makes of it: every digest from `start` (1-based) on done anew."""
    done = links[: start - 1]
    for link in links[start - 1 :]:
        done.append(AuditLink.after(done[-1].head if done else EMPTY, link.entry))
    return done


HEAD = chain()[-1].head


def test_an_untouched_chain_has_no_fault() -> None:
    report = check(chain(), head=HEAD, noted=[chain()[2].head, HEAD, EMPTY])
    assert (report.links, report.head, report.faults) == (LENGTH, HEAD, ())


def test_an_empty_chain_has_no_fault() -> None:
    assert check([], head=EMPTY).faults == ()


def test_entries_come_back_from_their_links() -> None:
    link = chain(1)[0]
    assert link.entry == AuditEntry(
        at=NOW + timedelta(seconds=1),
        officer_no="A-1",
        act="application.approved",
        subject="APP-00000001",
        facts={"permit": "EA-SAU-1234", "version": 1},
    )


@given(
    st.integers(1, LENGTH),
    st.sampled_from(["at", "officer_no", "act", "subject", "facts", "previous"]),
    st.text(min_size=1),
)
def test_any_edited_text_is_found_at_its_link(number: int, field: str, text: str) -> None:
    links = chain()
    edited = replace(links[number - 1], **{field: getattr(links[number - 1], field) + text})
    links[number - 1] = edited
    assert faults(links, head=HEAD) == [("changed", number, number)]


@given(st.integers(1, LENGTH), st.text("0123456789abcdef", min_size=64, max_size=64))
def test_an_edited_digest_is_found(number: int, digest: str) -> None:
    links = chain()
    links[number - 1] = replace(links[number - 1], digest=digest)
    found = faults(links, head=HEAD)
    assert ("changed", number, number) in found


def test_an_edit_with_its_digest_done_anew_is_found_at_the_next_link() -> None:
    links = chain()
    forged = replace(links[2].entry, officer_no="A-2")
    links[2] = AuditLink.after(links[1].head, forged)
    assert faults(links, head=HEAD) == [("unlinked", 4, 4)]


def test_a_whole_rewritten_chain_is_found_at_its_head() -> None:
    links = chain()
    links[2] = AuditLink.after(links[1].head, replace(links[2].entry, officer_no="A-2"))
    assert faults(rewritten(links, 4), head=HEAD) == [("not_the_noted", LENGTH, LENGTH)]


def test_a_rewritten_chain_with_its_head_is_found_by_a_head_noted_elsewhere() -> None:
    links = chain()
    links[2] = AuditLink.after(links[1].head, replace(links[2].entry, officer_no="A-2"))
    forged = rewritten(links, 4)
    assert faults(forged, head=forged[-1].head) == []
    assert faults(forged, head=forged[-1].head, noted=(chain()[3].head,)) == [("not_the_noted", 4, 4)]


@given(st.integers(1, LENGTH), st.integers(1, LENGTH))
def test_removed_links_are_found_where_they_were(first: int, last: int) -> None:
    first, last = sorted((first, last))
    links = chain()
    del links[first - 1 : last]
    assert faults(links, head=HEAD) == [("missing", first, last)]


def test_an_end_cut_off_together_with_its_head_is_found_by_a_head_noted_elsewhere() -> None:
    links = chain()[:3]
    assert faults(links, head=links[-1].head) == []
    assert faults(links, head=links[-1].head, noted=(HEAD,)) == [("missing", 4, LENGTH)]


def test_a_removed_link_whose_followers_moved_up_is_found_there() -> None:
    links = chain()
    del links[2]
    moved_up = [replace(link, number=number) for number, link in enumerate(links, start=1)]
    assert faults(moved_up, head=HEAD) == [
        *[("changed", number, number) for number in (3, 4, 5)],
        ("missing", LENGTH, LENGTH),
    ]


def test_an_inserted_link_is_found_with_what_had_to_make_room() -> None:
    links = chain()
    forged = AuditLink.after(links[1].head, replace(links[1].entry, subject="APP-FORGED00"))
    made_room = [replace(link, number=link.number + 1) for link in links[2:]]
    found = faults([*links[:2], forged, *made_room], head=HEAD)
    assert found[0] == ("changed", 4, 4)
    assert ("unlinked", LENGTH + 1, LENGTH + 1) in found


def test_links_added_behind_the_head_are_found() -> None:
    links = chain()
    forged = AuditLink.after(HEAD, links[0].entry)
    assert faults([*links, forged], head=HEAD) == [("unlinked", LENGTH + 1, LENGTH + 1)]


@given(st.integers(1, LENGTH - 1), st.integers(1, LENGTH - 1))
def test_swapped_links_are_found(one: int, other: int) -> None:
    one, other = sorted((one, other + 1))
    links = chain()
    links[one - 1], links[other - 1] = (
        replace(links[other - 1], number=one),
        replace(links[one - 1], number=other),
    )
    if one == other:
        assert faults(links, head=HEAD) == []
    else:
        assert ("changed", one, one) in faults(links, head=HEAD)
        assert ("changed", other, other) in faults(links, head=HEAD)


def test_a_number_out_of_all_proportion_is_one_fault() -> None:
    links = [*chain(), replace(chain()[0], number=10**15)]
    assert check(links, head=HEAD).faults[0] == AuditFault(
        kind=AuditFaultKind.MISSING, first=LENGTH + 1, last=10**15 - 1
    )


@pytest.mark.parametrize("text", ["not json", "[]", '"x"'])
def test_a_link_that_nobody_of_ours_wrote_is_judged_and_not_read(text: str) -> None:
    links = chain()
    links[3] = replace(links[3], facts=text, at="yesterday")
    assert faults(links, head=HEAD) == [("changed", 4, 4)]
