"""What a desk holds and what it remembers."""

from dataclasses import replace

import pytest

from clearance.credential.cose import Signer
from clearance.credential.errors import NotStrictCbor, UnusableFloor, UnusableStatusList, UnusableTrust
from clearance.credential.floor import Edition, Floor, union
from clearance.credential.gate import verdict_for
from clearance.credential.held import hold
from clearance.credential.reasons import Reason
from clearance.credential.status import MAX_TOKEN, Status, encode_status_list
from clearance.credential.trust import encode_trust_bundle
from tests.vectors.cases_gate import packed_list
from tests.vectors.desk import (
    IDX,
    ISSUER,
    LIST_EXPIRES,
    LIST_ISSUED,
    NOW,
    TRUST_ISSUED,
    URI,
    DeskFiles,
    bundle,
    country,
    desk_with_lists,
    listed,
    status_token,
    trust_token,
)
from tests.vectors.model import card


def test_a_desk_says_whose_cards_it_verifies_and_how_old_its_files_are() -> None:
    held = DeskFiles().hold()
    assert held.issuer == ISSUER
    assert held.faults == ()
    assert held.trust_age(NOW) == NOW - TRUST_ISSUED
    assert held.status_age(NOW) == NOW - LIST_ISSUED
    assert held.trust_age(0) == 0


def test_a_desk_without_files_says_so_and_keeps_its_memory() -> None:
    floor = DeskFiles().hold().floor
    held = hold(root_pem=b"", trust_token=None, floor=floor)
    assert held.bundle is None
    assert (held.issuer, held.trust_age(NOW), held.status_age(NOW)) == (None, None, None)
    assert held.floor == floor
    assert len(held.faults) == 1


def test_every_file_that_does_not_count_is_named() -> None:
    held = desk_with_lists(b"garbage", status_token(), status_token(signer=country().card)).hold()
    assert len(held.faults) == 2
    assert list(held.lists) == [URI]


def test_the_newest_of_several_lists_counts_in_whatever_order_they_come() -> None:
    older = status_token({IDX: Status.SUSPENDED}, issued_at=LIST_ISSUED - 1)
    for tokens in ((older, status_token()), (status_token(), older)):
        held = desk_with_lists(*tokens).hold()
        assert held.lists[URI].newest.issued_at == LIST_ISSUED
        assert not held.lists[URI].rolled_back


def test_a_status_age_is_that_of_the_oldest_current_list() -> None:
    older = "https://s.bmet.gov.bd/25b"
    lists = (status_token(), status_token(uri=older, issued_at=LIST_ISSUED - 500))
    both = replace(desk_with_lists(*lists), trust=trust_token(bundle(status_uris=(URI, older))))
    assert both.hold().status_age(NOW) == NOW - LIST_ISSUED + 500
    assert desk_with_lists(*lists).hold().status_age(NOW) == NOW - LIST_ISSUED  # a list that the bundle names no more


def test_the_floor_rises_with_what_is_loaded_and_never_sinks() -> None:
    newer = desk_with_lists(status_token({IDX: Status.INVALID}, issued_at=LIST_ISSUED + 10))
    high = newer.hold().floor
    assert high.trust is not None
    assert high.trust.number == 7
    assert high.lists[URI].number == LIST_ISSUED + 10
    assert high.last_seen == LIST_ISSUED + 10
    low = DeskFiles().hold(high).floor
    assert low == high


def test_a_newer_bundle_and_list_replace_the_remembered_ones() -> None:
    first = DeskFiles().hold().floor
    files = DeskFiles(trust=trust_token(bundle(sequence=8)), status={"a": status_token(issued_at=LIST_ISSUED + 1)})
    held = files.hold(first)
    assert held.bundle is not None
    assert not held.lists[URI].rolled_back
    assert DeskFiles().hold(held.floor).bundle is None


def test_revocation_survives_every_later_list_and_is_kept_for_each_index() -> None:
    floor = desk_with_lists(status_token({IDX: Status.INVALID, 0: Status.INVALID})).hold().floor
    floor = desk_with_lists(status_token({9: Status.INVALID}, issued_at=LIST_ISSUED + 1)).hold(floor).floor
    remembered = [idx for idx in range(5000) if floor.was_invalid(URI, idx)]
    assert remembered == [0, 9, IDX]
    assert not floor.was_invalid("https://s.bmet.gov.bd/other", IDX)
    cleared = desk_with_lists(status_token(issued_at=LIST_ISSUED + 2)).hold(floor)
    assert verdict_for(card().text, held=cleared, at=NOW).reason is Reason.REVOKED


def test_a_rolled_back_list_is_stale_but_its_revocations_count() -> None:
    floor = desk_with_lists(status_token(issued_at=LIST_ISSUED + 1)).hold().floor
    assert verdict_for(card().text, held=DeskFiles().hold(floor), at=NOW).reason is Reason.STATUS_STALE
    revoked = desk_with_lists(status_token({IDX: Status.INVALID})).hold(floor)
    assert verdict_for(card().text, held=revoked, at=NOW).reason is Reason.REVOKED
    assert revoked.floor.lists[URI].number == LIST_ISSUED + 1


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_invalid_indexes_are_found_in_lists_of_every_width(bits: int) -> None:
    wanted = {0, 1, 7, 8, 100, 1234, 4095}
    others = {} if bits == 1 else {idx + 2: 2 for idx in wanted if idx + 2 < 4096 and idx + 2 not in wanted}
    token = packed_list(bits, dict.fromkeys(wanted, 1) | others)
    status_list = desk_with_lists(token).hold().lists[URI].newest
    bitmap = status_list.invalid_indexes()
    assert {idx for idx in range(len(bitmap) * 8) if bitmap[idx // 8] >> idx % 8 & 1} == wanted
    assert all(status_list.value(idx) == 1 for idx in wanted)
    assert status_list.value(4096) is None


def test_a_floor_reads_back_from_its_text() -> None:
    floor = desk_with_lists(status_token({IDX: Status.INVALID})).hold().floor
    assert Floor.from_json(floor.to_json()) == floor
    assert Floor.from_json(Floor().to_json()) == Floor()
    assert "\n" not in floor.to_json()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"trust": 1, "lists": {}, "invalid": {}, "last_seen": 0}',
        '{"trust": ["7", "x"], "lists": {}, "invalid": {}, "last_seen": 0}',
        '{"trust": null, "lists": {"u": null}, "invalid": {}, "last_seen": 0}',
        '{"trust": null, "lists": {}, "invalid": {"u": "!"}, "last_seen": 0}',
        '{"trust": null, "lists": {}, "invalid": {"u": "AAAA"}, "last_seen": 0}',
        '{"trust": null, "lists": {}, "invalid": {"u": "eJwDAAAAAAE=!"}, "last_seen": 0}',
        '{"trust": null, "lists": {}, "invalid": {}, "last_seen": "0"}',
        "[" * 100_000,
    ],
)
def test_a_broken_floor_is_no_empty_floor(text: str) -> None:
    with pytest.raises(UnusableFloor):
        Floor.from_json(text)


def test_a_desk_that_has_seen_nothing_remembers_nothing() -> None:
    nothing = '{"trust": null, "lists": {}, "invalid": {"u": "eJwDAAAAAAE="}, "last_seen": 0}'
    assert Floor.from_json(nothing) == Floor(invalid={"u": b""})
    assert (Floor().trust, Floor().lists, Floor().invalid, Floor().last_seen) == (None, {}, {}, 0)


def test_an_edition_rolls_back_by_number_or_by_bytes() -> None:
    seen = Edition(number=7, sha256="a")
    assert seen.is_rolled_back_by(Edition(number=6, sha256="a"))
    assert seen.is_rolled_back_by(Edition(number=7, sha256="b"))
    assert not seen.is_rolled_back_by(Edition(number=7, sha256="a"))
    assert not seen.is_rolled_back_by(Edition(number=8, sha256="b"))


def test_sets_of_indexes_of_different_length_join() -> None:
    assert union(b"\x01", b"\x02\x80") == b"\x03\x80"
    assert union(b"", b"") == b""


def test_nothing_is_published_that_a_reader_would_not_use() -> None:
    with pytest.raises(UnusableTrust):
        encode_trust_bundle(bundle(signers=(listed(country().card), listed(country().card))))
    with pytest.raises(NotStrictCbor):
        encode_trust_bundle(replace(bundle(), issuer="bmet\u200b.gov.bd"))
    with pytest.raises(UnusableStatusList):
        encode_status_list({5: Status.INVALID}, uri=URI, size=5, issued_at=1, expires_at=LIST_EXPIRES)


class _UnderAnotherName:
    """The trust signer, who names another key in the header."""

    def __init__(self, signer: Signer, kid: bytes) -> None:
        self.algorithm, self.sign, self.kid = signer.algorithm, signer.sign, kid


def test_a_bundle_that_names_another_key_than_its_certificate_s_is_unusable() -> None:
    signer = country().trust
    token = trust_token(bundle(), signer=_UnderAnotherName(signer, bytes(8)))
    held = replace(DeskFiles(), trust=token).hold()
    assert held.bundle is None
    assert "another certificate" in held.faults[0]


def test_a_list_beyond_every_size_is_no_list() -> None:
    held = desk_with_lists(bytes(MAX_TOKEN + 1), status_token()).hold()
    assert list(held.lists) == [URI]
    assert "above" in held.faults[0]
