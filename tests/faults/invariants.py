"""What must be true of an office after anything that can go wrong, asked of the installation as it lies there.

Drivers keep what they were told in a `Told` while things break around them. When every program runs again and work was
taken up where it stopped, `violations` compares that with the database (SQLite or PostgreSQL, whatever the settings
name), the documents, the published files and the record, and gives a sentence for each thing that must never happen:

* a clearance issued twice (one that stands per case, per passport, per visa) or beyond its permit;
* one half issued: no document, no signature on record, no entry, a case that does not know of it, a card no desk takes;
* something acknowledged that is not there, or is there twice; a revocation that desks are not told of;
* a scan of a desk that the office lost or has twice; a break in the record or in a journal.
"""

import json
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, select

from clearance.bootstrap import now, open_database, open_documents, published_trust, read_settings
from clearance.config import Settings
from clearance.credential.gate import verdict_for
from clearance.credential.held import HeldTrust
from clearance.credential.qrtext import pack
from clearance.credential.reasons import Reason
from clearance.credential.status import Status
from clearance.domain.audit import AuditAct
from clearance.domain.lifecycle import ApplicationState, Move
from clearance.signing import publication
from clearance.storage.database import SqlUnitOfWork
from clearance.storage.tables import applications, audit_log, clearances, permits, signatures, signing_intents
from clearance.storage.tables_batches import batch_rows
from clearance.storage.tables_cases import acts
from clearance.storage.tables_desks import departures, desk_rows
from tests.integration.command_line import program
from verifier.journal import ScanJournal, verify_chain

STANDING = (Status.VALID, Status.SUSPENDED)
WITH_CARD = {ApplicationState.ISSUED, ApplicationState.REVOKED, ApplicationState.DEPARTED, ApplicationState.SUPERSEDED}
OPEN_PLAN = {ApplicationState.APPROVED, ApplicationState.HELD}
"""Where a case may stand that was planned and not issued: the next attempt makes the planned card."""


@dataclass(kw_only=True)
class Told:
    """What was acknowledged to whoever asked. Threads may add to it; nothing is ever taken out."""

    moves: set[tuple[str, Move]] = field(default_factory=set)
    """A case's reference, and the move that the office said was made."""
    cards: set[tuple[str, str]] = field(default_factory=set)
    """A case's reference, and the number of the clearance that it was answered with."""
    revoked: set[str] = field(default_factory=set)
    scans: set[str] = field(default_factory=set)
    """The texts of scans that were answered with a verdict."""
    heads: list[str] = field(default_factory=list)
    """Heads of the record, as `clearance audit verify` printed them."""

    def __len__(self) -> int:
        return len(self.moves) + len(self.cards) + len(self.revoked) + len(self.scans)

    def __str__(self) -> str:
        counts = (f"{len(many)} {name}" for name, many in vars(self).items())
        return f"acknowledged: {', '.join(counts)}"


def violations(home: Path, told: Told, *, journals: Iterable[Path] = (), open_work: bool = False) -> list[str]:
    """Everything that is not as it must be at the installation `home`, after its recovery; empty where all is well.

    `journals` are those of all desks, once everything was sent. `open_work`: cases may still wait for the cards that
    were planned for them. What desks may fetch is judged as it lies there: have the signing service publish first.
    """
    settings = read_settings(home)
    found = list(_of_record(home, told))
    with open_database(settings) as database, database.read() as work:
        assert isinstance(work, SqlUnitOfWork)
        stored = _Stored(work.connection)
        for check in (_of_cards, _of_permits, _of_plans, _of_batches):
            found += check(stored)
        found += [] if open_work else _of_unfinished(stored)
        found += _of_told(stored, told)
        found += _of_desks(stored, told, list(journals))
        found += _of_published(stored, settings)
        found += _of_documents(stored, settings)
    return found


def lost(home: Path, told: Told) -> list[str]:
    """What is not as it must be at an office that nobody has started again yet, such as after a power cut.

    Work may be open, and desks may not have heard of a revocation that nobody was told of.
    """
    settings = read_settings(home)
    found: list[str] = []
    with open_database(settings) as database, database.read() as work:
        assert isinstance(work, SqlUnitOfWork)
        if (said := work.connection.exec_driver_sql("PRAGMA integrity_check").scalar_one()) != "ok":
            found.append(f"the database is damaged: {said}")
        found += [f"the record is not whole: {fault}" for fault in work.audit.verify().faults]
        stored = _Stored(work.connection)
        for check in (_of_cards, _of_permits, _of_plans):
            found += check(stored)
        found += _of_told(stored, told)
        found += _of_documents(stored, settings)
        held = _held(settings)
        at = int(now().timestamp())
        revoked = [card for card in stored[clearances] if card.clearance_no in told.revoked]
        reasons = {card.clearance_no: verdict_for(pack(card.token), held=held, at=at).reason for card in revoked}
    found += [f"{number} was taken back and a desk says {why}" for number, why in reasons.items() if why != "revoked"]
    return found


class _Stored:
    """Whole tables, read once each."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._read: dict[str, list[Any]] = {}

    def __getitem__(self, table: Table) -> list[Any]:
        if table.name not in self._read:
            self._read[table.name] = list(self._connection.execute(select(table)))
        return self._read[table.name]


def _twice(values: Iterable[Hashable]) -> list[Hashable]:
    return [value for value, count in Counter(values).items() if count > 1]


def _of_record(home: Path, told: Told) -> Iterator[str]:
    """Ask as an auditor does, with every head that was noted before."""
    heads = [word for head in told.heads for word in ("--head", head)]
    run = program("clearance", "audit", "verify", "--home", home, *heads, "--lang", "en")
    if run.returncode:
        yield f"the record is not whole: {run.stdout}{run.stderr}"
    else:
        told.heads.append(run.stdout.split()[-1])


def _of_cards(stored: _Stored) -> Iterator[str]:
    cards = stored[clearances]
    standing = [card for card in cards if card.status in STANDING]
    for name, of in _ONCE.items():
        for value in _twice(map(of, standing)):
            yield f"issued twice, {name}: {value}"
    yield from (f"one place on a status list twice: {at}" for at in _twice((c.status_uri, c.status_idx) for c in cards))
    states = {case.reference: case.state for case in stored[applications]}
    made = [entry for entry in stored[audit_log] if entry.act in (AuditAct.CARD_ISSUED, AuditAct.CARD_REISSUED)]
    entries = Counter(json.loads(entry.facts)["clearance"] for entry in made)
    issued = Counter(act.reference for act in stored[acts] if act.move == Move.ISSUE)
    signed = {(row.clearance_no, row.payload_sha256) for row in stored[signatures]}
    planned = {plan.clearance_no: plan.payload_sha256 for plan in stored[signing_intents]}
    for card in cards:
        number, case = card.clearance_no, card.application_reference
        if states[case] not in {*WITH_CARD, ApplicationState.HELD}:
            yield f"half issued: {number} is on record and its case {case} is {states[case]}"
        if entries[number] != 1:
            yield f"{number} has {entries[number]} entries in the record that it was issued"
        if issued[case] != 1:
            yield f"{case} was issued {issued[case]} times"
        if number in planned and (number, planned[number]) not in signed:
            yield f"{number} has no signature on record"
    with_card = {card.application_reference for card in cards}
    for case in stored[applications]:
        if case.state in WITH_CARD and case.reference not in with_card:
            yield f"half issued: case {case.reference} is {case.state} without a card"


_ONCE: dict[str, Callable[[Any], Hashable]] = {
    "one case": lambda card: card.application_reference,
    "one passport": lambda card: card.passport_no,
    "one visa": lambda card: (card.destination, card.visa_no),
}


def _of_permits(stored: _Stored) -> Iterator[str]:
    taken = Counter(card.permit_no for card in stored[clearances] if card.place_of is None)
    for permit in stored[permits]:
        used = taken[permit.number] + (permit.used_before or 0)
        if used != permit.used or used > permit.places:
            yield f"permit {permit.number}: {used} cards, {permit.used} places counted, {permit.places} there"


def _of_plans(stored: _Stored) -> Iterator[str]:
    """A plan is carried out or can be: a case that waits where the next attempt makes the planned card."""
    states = {case.reference: case.state for case in stored[applications]}
    made = {card.clearance_no for card in stored[clearances]}
    for plan in stored[signing_intents]:
        state = states[plan.application_reference]
        if plan.clearance_no not in made and state not in OPEN_PLAN:
            yield f"{plan.clearance_no} was planned and not made, and its case {plan.application_reference} is {state}"


def _of_unfinished(stored: _Stored) -> Iterator[str]:
    made = {card.clearance_no for card in stored[clearances]}
    yield from (
        f"{plan.clearance_no} was planned and never made"
        for plan in stored[signing_intents]
        if plan.clearance_no not in made
    )


def _of_batches(stored: _Stored) -> Iterator[str]:
    for reference in _twice(row.reference for row in stored[batch_rows] if row.reference):
        yield f"two rows of batches made one case {reference}"


def _of_told(stored: _Stored, told: Told) -> Iterator[str]:
    made = Counter((act.reference, act.move) for act in stored[acts])
    for reference, move in sorted(told.moves):
        if made[reference, move.value] != 1:
            yield f"acknowledged: {reference} {move}; on record {made[reference, move.value]} times"
    cards = {(card.application_reference, card.clearance_no): card.status for card in stored[clearances]}
    yield from (f"acknowledged and lost: the card {card}" for card in sorted(told.cards - cards.keys()))
    revoked = {number for (_, number), status in cards.items() if status == Status.INVALID}
    yield from (f"acknowledged and lost: the revocation of {number}" for number in sorted(told.revoked - revoked))


def _of_desks(stored: _Stored, told: Told, journals: list[Path]) -> Iterator[str]:
    """What the desks wrote is at the office, row by row and once, and so is every scan that was answered."""
    written: list[dict[str, Any]] = []
    for path in journals:
        if broken := verify_chain(path):
            yield f"{path} is broken at row {broken}"
        with closing(ScanJournal(path, desk="-", version="-")) as journal:
            rows = [dict(row) for row in journal.rows(after=0, limit=1 << 30)]
        written += rows
    scans = Counter(row["text_sha256"] for row in written if row["kind"] == "scan")
    for text in sorted(told.scans):
        count = scans[sha256(text.encode()).hexdigest()]
        if journals and count != 1:
            yield f"a scan that was answered is in the journals {count} times: {text[:60]}"
    kept = {row.nonce: row for row in stored[desk_rows]}
    yield from (f"a row of a journal is not at the office: {row['seq']}" for row in written if row["nonce"] not in kept)
    yield from (f"the office holds a row to be wrong: {row.seq}" for row in kept.values() if not row.sound)
    for row in written:
        if row["nonce"] in kept and json.loads(kept[row["nonce"]].columns) | {"kind": row["kind"]} != row:
            yield f"row {row['seq']} is not as the desk wrote it"
    if journals and len(kept) > len(written):
        yield f"the office has {len(kept)} rows, the desks wrote {len(written)}"
    left = {row["nonce"] for row in written if row.get("act") == "let_pass"}
    yield from (f"a departure is not on record: {nonce}" for nonce in left - {row.nonce for row in stored[departures]})


def _of_published(stored: _Stored, settings: Settings) -> Iterator[str]:
    """Desks that fetch now hear of everything that was taken back, and take every card that stands."""
    held = _held(settings)
    if held.bundle is None or held.faults:
        yield f"no desk can use what is published: {held.faults}"
        return
    at = int(now().timestamp())
    for card in stored[clearances]:
        reason = verdict_for(pack(card.token), held=held, at=at).reason
        wanted = _VERDICTS[Status(card.status)]
        if reason not in wanted:
            yield f"{card.clearance_no} is {Status(card.status).name} and a desk says {reason}"


_VERDICTS = {
    Status.VALID: {Reason.VALID},
    Status.INVALID: {Reason.REVOKED},
    Status.SUSPENDED: {Reason.SUSPENDED},
    Status.SUPERSEDED: {Reason.SUPERSEDED},
}


def _held(settings: Settings) -> HeldTrust:
    root, _ = published_trust(settings)
    return publication.published(settings.published, root=root)


def _of_documents(stored: _Stored, settings: Settings) -> Iterator[str]:
    documents = open_documents(settings)
    for card in stored[clearances]:
        try:
            size = len(documents.get(card.pdf_sha256))
        except KeyError:
            size = 0
        if size != card.pdf_size:
            yield f"half issued: the PDF of {card.clearance_no} has {size} bytes instead of {card.pdf_size}"
    for case in stored[applications]:
        try:
            documents.get(case.photo_sha256)
        except KeyError:
            yield f"the photo of {case.reference} is lost"
