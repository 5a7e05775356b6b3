"""What administrators and auditors look at: who signs, what is published, who holds it, what is issued anew."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from cryptography import x509

from clearance.credential.cose import kid_of
from clearance.credential.held import HeldList, HeldTrust
from clearance.credential.trust import Purpose, SignerState, TrustBundle
from clearance.domain.desk import Desk
from clearance.domain.reissue import ReissueTally
from clearance.domain.status_lists import next_list
from clearance.issuing.desks import DesksHolding, enrolled, holding
from clearance.issuing.ports import UnitOfWork
from clearance.issuing.service import Service

ENDS_SOON = timedelta(days=120)
"""A new signer takes a ceremony and a round of desks: time to begin."""
SILENT_AFTER = timedelta(days=1)


class ListUse(StrEnum):
    """What a published status list is for."""

    NEW_CARDS = "new_cards"
    AHEAD = "ahead"
    OLDER_CARDS = "older_cards"


@dataclass(frozen=True, kw_only=True)
class SignerView:
    """A signer as the bundle lists it. `ends_soon` for one that signs and has little time left."""

    purpose: Purpose
    state: SignerState
    kid: str
    start: datetime
    end: datetime
    retired_at: datetime | None
    ends_soon: bool


@dataclass(frozen=True, kw_only=True)
class ListView:
    """A status list: `taken` is the share of its indices that cards have, `cancelled` how many of those are revoked.

    `age_s` is None where the list is not published, or not whole.
    """

    uri: str
    use: ListUse
    age_s: int | None
    overdue: bool
    taken: float
    cancelled: int


@dataclass(frozen=True, kw_only=True)
class DeskView:
    """An enrolled desk, and since how many seconds it was not heard from (None: never)."""

    desk: Desk
    silent_s: int | None
    silent: bool
    behind: bool


@dataclass(frozen=True, kw_only=True)
class KeysAndDesks:
    """`bundle` is None where nothing usable is published; `faults` says why, for administrators, in English."""

    bundle: TrustBundle | None
    faults: tuple[str, ...]
    issued_at: datetime | None
    next_update: datetime | None
    overdue: bool
    signers: tuple[SignerView, ...]
    lists: tuple[ListView, ...]
    desks: tuple[DeskView, ...]
    holding: DesksHolding | None
    reissues: Sequence[ReissueTally]


def keys_and_desks(service: Service, held: HeldTrust) -> KeysAndDesks:
    """Everything of the page; `held` is what a new desk would hold now."""
    now, bundle = service.now(), held.bundle
    sequence = bundle.sequence if bundle else 0
    with service.database.read() as work:
        lists = tuple(_lists(work, held, at=int(now.timestamp())))
        tallies = work.reissues.tallies()
    return KeysAndDesks(
        bundle=bundle,
        faults=held.faults,
        issued_at=_moment(bundle.issued_at) if bundle else None,
        next_update=_moment(bundle.next_update) if bundle else None,
        overdue=bundle is not None and bundle.next_update < now.timestamp(),
        signers=tuple(_signers(bundle, now)) if bundle else (),
        lists=lists,
        desks=tuple(_desk(desk, sequence, now) for desk in enrolled(service)),
        holding=holding(service, sequence) if bundle else None,
        reissues=tallies,
    )


def _signers(bundle: TrustBundle, now: datetime) -> Iterator[SignerView]:
    for listed in sorted(bundle.signers, key=lambda each: (each.purpose, each.state)):
        retired_at = None if listed.retired_at is None else _moment(listed.retired_at)
        yield _signer(listed.certificate_der, listed.purpose, listed.state, retired_at, now)
    yield _signer(bundle.trust_certificate_der, Purpose.TRUST, SignerState.ACTIVE, None, now)


def _signer(der: bytes, purpose: Purpose, state: SignerState, retired_at: datetime | None, now: datetime) -> SignerView:
    certificate = x509.load_der_x509_certificate(der)
    end = certificate.not_valid_after_utc
    return SignerView(
        purpose=purpose,
        state=state,
        kid=kid_of(der).hex(),
        start=certificate.not_valid_before_utc,
        end=end,
        retired_at=retired_at,
        ends_soon=state is SignerState.ACTIVE and end - now < ENDS_SOON,
    )


def _lists(work: UnitOfWork, held: HeldTrust, *, at: int) -> Iterator[ListView]:
    uris = held.bundle.status_uris if held.bundle else ()
    ahead = next_list(uris) if uris else None
    for uri in reversed(uris):
        use = ListUse.NEW_CARDS if uri == uris[-1] else ListUse.AHEAD if uri == ahead else ListUse.OLDER_CARDS
        yield _list(uri, use, held.lists.get(uri), work.intents.drawn(uri), at=at)


def _list(uri: str, use: ListUse, each: HeldList | None, drawn: int, *, at: int) -> ListView:
    if each is None:
        return ListView(uri=uri, use=use, age_s=None, overdue=True, taken=0.0, cancelled=0)
    newest = each.newest
    age_s = max(0, at - newest.issued_at)
    return ListView(
        uri=uri,
        use=use,
        age_s=age_s,
        overdue=age_s > newest.ttl,
        taken=drawn / (len(newest.entries) * 8 // newest.bits),
        cancelled=int.from_bytes(newest.invalid_indexes(), "little").bit_count(),
    )


def _desk(desk: Desk, sequence: int, now: datetime) -> DeskView:
    silence = None if desk.last_seen is None else now - desk.last_seen
    return DeskView(
        desk=desk,
        silent_s=None if silence is None else max(0, int(silence.total_seconds())),
        silent=silence is None or silence > SILENT_AFTER,
        behind=desk.trust_sequence is None or desk.trust_sequence < sequence,
    )


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
