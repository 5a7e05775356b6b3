"""Vectors of sections 7 and 8: clock, period, status lists, passport, use."""

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from hashlib import sha256

from clearance.credential.claims import end_of_day_dhaka
from clearance.credential.floor import Edition, Floor
from clearance.credential.gate import Note
from clearance.credential.reasons import Reason
from clearance.credential.status import Status
from clearance.credential.trust import Purpose, SignerState
from tests.vectors.desk import (
    CARD_ISSUED,
    FULL_CLAIMS,
    IDX,
    LIST_ISSUED,
    NOW,
    TRUST_NEXT_UPDATE,
    URI,
    DeskFiles,
    bundle,
    country,
    desk_with_lists,
    listed,
    raw_status_token,
    status_token,
    trust_token,
)
from tests.vectors.model import Card, Vector, card

DAY = 86_400
EXP = FULL_CLAIMS.expires_at
GOOD = card(FULL_CLAIMS)

refused = partial(Vector, folder="invalid", card=GOOD)
accepted = partial(Vector, folder="edge", card=GOOD, reason=Reason.VALID)


def vectors() -> Iterator[Vector]:
    yield from _clock()
    yield from _in_force()
    yield from _standing()
    yield from _unknown_standing()
    yield from _stale()
    yield from _remembered()
    yield from _passport_and_use()
    yield from _precedence()


def _clock() -> Iterator[Vector]:
    rule, reason = "8 step 5: desk clock sane", Reason.CLOCK_WRONG
    yield refused(name="clock-in-1970", rule=rule, at=0, reason=reason)
    yield refused(name="clock-before-1970", rule=rule, at=-1, reason=reason)
    yield refused(name="clock-301-seconds-before-the-list", rule=rule, at=LIST_ISSUED - 301, reason=reason)
    seen = Floor(last_seen=NOW + 301)
    yield refused(name="clock-301-seconds-before-last-seen", rule=rule, floor=seen, reason=reason)
    newer_trust = replace(DeskFiles(), trust=trust_token(bundle(issued_at=NOW + 301)))
    yield refused(name="clock-301-seconds-before-the-bundle", rule=rule, desk=newer_trust, reason=reason)
    yield accepted(name="clock-300-seconds-before-the-list", rule=rule, at=LIST_ISSUED - 300)
    forged = desk_with_lists(status_token(), status_token(issued_at=NOW + DAY, signer=country().card))
    yield accepted(name="clock-and-a-forged-list-of-tomorrow", rule="7: its iat counts for nothing", desk=forged)


def _in_force() -> Iterator[Vector]:
    rule, reason = "8 step 7: time", Reason.NOT_YET_VALID
    later = card(replace(FULL_CLAIMS, issued_at=NOW + 301))
    yield refused(name="issued-301-seconds-from-now", rule=rule, card=later, reason=reason)
    booked = card(replace(FULL_CLAIMS, not_before=NOW + 301))
    yield refused(name="not-before-301-seconds-from-now", rule=rule, card=booked, reason=reason)
    soon = card(replace(FULL_CLAIMS, issued_at=NOW + 299, not_before=NOW + 300))
    yield accepted(name="not-before-300-seconds-from-now", rule=rule, card=soon)
    last_second = card(replace(FULL_CLAIMS, not_before=EXP))
    yield refused(name="not-before-its-last-second", rule=rule, card=last_second, reason=reason)
    yield refused(name="expired-ten-years-ago", rule=rule, at=EXP + 3653 * DAY, reason=Reason.EXPIRED)
    brief = card(replace(FULL_CLAIMS, expires_at=CARD_ISSUED + 1))
    yield refused(name="expired-a-second-after-issue", rule=rule, card=brief, reason=Reason.EXPIRED)
    today = card(replace(FULL_CLAIMS, expires_at=end_of_day_dhaka(date(2026, 11, 22))))
    end = end_of_day_dhaka(date(2026, 11, 22))
    yield accepted(name="last-second-of-the-last-day", rule=rule, card=today, at=end)
    yield refused(name="expired-a-second-ago", rule=rule, card=today, at=end + 1, reason=Reason.EXPIRED)


def _standing() -> Iterator[Vector]:
    rule = "8 step 8: status"
    for status, reason in (
        (Status.INVALID, Reason.REVOKED),
        (Status.SUSPENDED, Reason.SUSPENDED),
        (Status.SUPERSEDED, Reason.SUPERSEDED),
    ):
        desk = desk_with_lists(status_token({IDX: status}))
        yield refused(name=f"status-{reason}", rule=rule, desk=desk, reason=reason)
        around = desk_with_lists(status_token({IDX - 1: status, IDX + 1: status, 0: status}))
        yield accepted(name=f"status-{reason}-are-the-neighbours", rule="7: LSB first", desk=around)
    for bits in (1, 4, 8):
        desk = desk_with_lists(packed_list(bits, {IDX + 1: 1}))
        yield accepted(name=f"status-list-of-{bits}-bits", rule="7: bits 1, 2, 4, 8", desk=desk)
        revoked = desk_with_lists(packed_list(bits, {IDX: 1}))
        name = f"status-revoked-in-{bits}-bits"
        yield refused(name=name, rule="7: bits 1, 2, 4, 8", desk=revoked, reason=Reason.REVOKED)
    old = status_token({IDX: Status.INVALID}, issued_at=LIST_ISSUED - 30 * DAY, expires_at=LIST_ISSUED - 20 * DAY)
    rule = "7: INVALID in any genuine held list"
    yield refused(name="status-revoked-in-a-stale-list", rule=rule, desk=desk_with_lists(old), reason=Reason.REVOKED)
    both = desk_with_lists(status_token(), old)
    yield refused(name="status-revoked-in-an-older-list", rule=rule, desk=both, reason=Reason.REVOKED)
    lifted = desk_with_lists(
        status_token({IDX: Status.SUSPENDED}, issued_at=LIST_ISSUED - DAY), status_token({IDX: Status.VALID})
    )
    yield accepted(name="status-suspension-lifted", rule="7: only SUSPENDED may be lifted", desk=lifted)
    misnamed = replace(DeskFiles(), status={"other.cwt": status_token()})
    yield accepted(name="status-list-under-another-file-name", rule="7: lists are found by sub", desk=misnamed)
    beside = desk_with_lists(b"garbage", status_token(), status_token()[:-1])
    yield accepted(name="status-list-beside-unreadable-files", rule="7: as if absent", desk=beside)


def packed_list(bits: int, values: Mapping[int, int], size: int = 4096) -> bytes:
    """A list of any width, with values beyond our own."""
    entries = bytearray(size * bits // 8)
    for idx, value in values.items():
        at = idx * bits
        entries[at // 8] |= value << at % 8
    return raw_status_token({65533: {"bits": bits, "lst": zlib.compress(bytes(entries), 9)}})


def _unknown_standing() -> Iterator[Vector]:
    good = zlib.compress(bytes(1024), 9)
    above_8_megabytes = zlib.compress(bytes((8 << 20) + 1), 9)

    def lst(bits: object = 2, data: object = good) -> dict[int, object]:
        return {65533: {"bits": bits, "lst": data}}

    retired = bundle(
        signers=(
            listed(country().card),
            listed(country().status, Purpose.STATUS, state=SignerState.RETIRED, retired_at=LIST_ISSUED - 1),
        )
    )
    distrusted = bundle(
        signers=(listed(country().card), listed(country().status, Purpose.STATUS, state=SignerState.DISTRUSTED))
    )
    other_uri = "https://s.bmet.gov.bd/26b"
    tampered = bytearray(status_token())
    tampered[-70] ^= 1
    for name, desk in (
        ("no-list", desk_with_lists()),
        ("index-past-the-end", desk_with_lists(status_token(size=IDX - 2))),
        ("uri-not-allowed", replace(DeskFiles(), trust=trust_token(bundle(status_uris=(other_uri,))))),
        ("list-of-another-uri", desk_with_lists(status_token(uri=other_uri))),
        ("value-4", desk_with_lists(packed_list(4, {IDX: 4}))),
        ("value-255", desk_with_lists(packed_list(8, {IDX: 255}))),
        ("list-signed-by-the-card-signer", desk_with_lists(status_token(signer=country().card))),
        ("list-signed-under-another-root", desk_with_lists(status_token(signer=country("other root").status))),
        ("list-tampered", desk_with_lists(bytes(tampered))),
        ("list-signer-distrusted", replace(DeskFiles(), trust=trust_token(distrusted))),
        ("list-signer-retired-before-it", replace(DeskFiles(), trust=trust_token(retired))),
        ("list-without-exp", desk_with_lists(raw_status_token({4: None} | lst()))),
        ("list-without-iat", desk_with_lists(raw_status_token({6: None} | lst()))),
        ("list-without-sub", desk_with_lists(raw_status_token({2: None} | lst()))),
        ("list-ttl-text", desk_with_lists(raw_status_token({65534: "12"} | lst()))),
        ("list-of-3-bits", desk_with_lists(raw_status_token(lst(3)))),
        ("list-bits-true", desk_with_lists(raw_status_token(lst(True)))),
        ("list-not-compressed", desk_with_lists(raw_status_token(lst(data=bytes(1024))))),
        ("list-with-bytes-after-it", desk_with_lists(raw_status_token(lst(data=good + b"\0")))),
        ("list-of-8-megabytes-and-1", desk_with_lists(raw_status_token(lst(data=above_8_megabytes)))),
    ):
        yield refused(name=f"status-{name}", rule="7, 8 step 8", desk=desk, reason=Reason.STATUS_UNKNOWN)


def _stale() -> Iterator[Vector]:
    rule, reason = "7, 8 step 8: staleness", Reason.STATUS_STALE
    yield refused(name="status-past-grace", rule=rule, at=LIST_ISSUED + 7 * DAY + 1, reason=reason)
    yield accepted(name="status-at-the-end-of-grace", rule=rule, at=LIST_ISSUED + 7 * DAY)
    ttl = desk_with_lists(status_token(ttl=DAY))
    yield refused(name="status-past-ttl-and-grace", rule=rule, desk=ttl, at=LIST_ISSUED + 8 * DAY + 1, reason=reason)
    yield accepted(name="status-at-the-end-of-ttl-and-grace", rule=rule, desk=ttl, at=LIST_ISSUED + 8 * DAY)
    brief = desk_with_lists(status_token(expires_at=NOW))
    yield refused(name="status-past-exp", rule=rule, desk=brief, at=NOW + 1, reason=reason)
    yield accepted(name="status-at-exp", rule=rule, desk=brief, at=NOW)
    for name, number, sha in (
        ("status-rolled-back", LIST_ISSUED + 1, "00" * 32),
        ("status-same-time-other-bytes", LIST_ISSUED, "00" * 32),
    ):
        floor = Floor(lists={URI: Edition(number=number, sha256=sha)})
        yield refused(name=name, rule="7: roll-back", floor=floor, reason=reason)
    two = desk_with_lists(status_token(), status_token({7: Status.SUSPENDED}))
    yield refused(name="status-two-lists-of-one-time", rule="7: roll-back", desk=two, reason=reason)
    seen = Floor(lists={URI: Edition(number=LIST_ISSUED, sha256=sha256(status_token()).hexdigest())})
    yield accepted(name="status-seen-before", rule="7: roll-back", floor=seen)
    late = TRUST_NEXT_UPDATE + 1
    fresh = desk_with_lists(status_token(issued_at=TRUST_NEXT_UPDATE, expires_at=TRUST_NEXT_UPDATE + DAY))
    yield refused(name="trust-past-next-update", rule="8 step 8", desk=fresh, at=late, reason=Reason.TRUST_STALE)
    yield accepted(name="trust-at-next-update", rule="8 step 8", desk=fresh, at=late - 1)


def _remembered() -> Iterator[Vector]:
    """What a floor remembers of lists that are gone."""
    revoked = desk_with_lists(status_token({IDX: Status.INVALID}, issued_at=LIST_ISSUED - DAY)).hold().floor
    rule, reason = "7: revocation is final", Reason.REVOKED
    yield refused(name="status-cleared-after-revocation", rule=rule, floor=revoked, reason=reason)
    gone = desk_with_lists()
    yield refused(name="status-list-gone-after-revocation", rule=rule, floor=revoked, desk=gone, reason=reason)
    neighbour = desk_with_lists(status_token({IDX + 1: Status.INVALID}, issued_at=LIST_ISSUED - DAY)).hold().floor
    yield accepted(name="status-of-a-neighbour-remembered", rule=rule, floor=neighbour)
    suspended = desk_with_lists(status_token({IDX: Status.SUSPENDED}, issued_at=LIST_ISSUED - DAY)).hold().floor
    yield accepted(name="status-suspension-forgotten", rule="7: only SUSPENDED may be lifted", floor=suspended)


def _passport_and_use() -> Iterator[Vector]:
    rule, reason = "8 step 9: passport in hand", Reason.PASSPORT_MISMATCH
    for name, passport_no in (
        ("passport-of-another-person", "A07654321"),
        ("passport-empty", ""),
        ("passport-o-for-zero", "AO1234567"),
    ):
        yield refused(name=name, rule=rule, passport_no=passport_no, reason=reason)
    yield replace(accepted(name="passport-matches", rule=rule, passport_no="A01234567"), folder="valid")
    for name, passport_no in (
        ("passport-typed-in-lower-case", " a01 234 567 "),
        ("passport-from-the-machine-readable-zone", "A01234567<"),
        ("passport-in-bengali-digits", "A০১২৩৪৫৬৭"),
    ):
        yield accepted(name=name, rule=rule, passport_no=passport_no)
    note = Note.PREVIOUS_PASSPORT
    yield accepted(name="passport-is-the-previous-one", rule=rule, passport_no="BX0123456", note=note)
    rule = "8 step 10: used before"
    yield refused(name="used-before", rule=rule, used_before=True, reason=Reason.ALREADY_USED)


def _precedence() -> Iterator[Vector]:
    """Several faults at once: the first step that fails decides."""
    rule = "8: the first that fails decides"
    invalid = desk_with_lists(status_token({IDX: Status.INVALID}))
    suspended = desk_with_lists(status_token({IDX: Status.SUSPENDED}))
    yield refused(name="expired-before-revoked", rule=rule, desk=invalid, at=EXP + 1, reason=Reason.EXPIRED)
    yield refused(name="clock-before-not-yet-valid", rule=rule, at=CARD_ISSUED - 9 * DAY, reason=Reason.CLOCK_WRONG)
    yield refused(
        name="suspended-before-stale", rule=rule, desk=suspended, at=LIST_ISSUED + 8 * DAY, reason=Reason.SUSPENDED
    )
    brief = card(replace(FULL_CLAIMS, expires_at=CARD_ISSUED + 1))
    yield refused(name="clock-before-expired", rule=rule, card=brief, at=LIST_ISSUED - 301, reason=Reason.CLOCK_WRONG)
    yield refused(name="status-before-passport", rule=rule, desk=invalid, passport_no="X", reason=Reason.REVOKED)
    yield refused(
        name="status-stale-before-trust-stale", rule=rule, at=TRUST_NEXT_UPDATE + 1, reason=Reason.STATUS_STALE
    )
    mismatch = Reason.PASSPORT_MISMATCH
    yield refused(name="passport-before-used", rule=rule, passport_no="A07654321", used_before=True, reason=mismatch)
    both = replace(invalid, trust=trust_token(bundle(status_uris=())))
    yield refused(name="revoked-before-uri-not-allowed", rule=rule, desk=both, reason=Reason.REVOKED)
    no_trust = replace(DeskFiles(), trust=None)
    yield refused(
        name="unreadable-before-trust", rule=rule, desk=no_trust, card=Card(text="X"), reason=Reason.UNREADABLE
    )
