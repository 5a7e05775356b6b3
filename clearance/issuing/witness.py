"""Checkpoints that desks report: kept as heads to check the record against, compared with it at once.

A desk that holds another record than this one says that somebody rewrote it, here or there: that goes on record.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from clearance.credential.checkpoint import Checkpoint, read_checkpoint
from clearance.credential.errors import UnusableCheckpoint
from clearance.credential.signers import SignersByKid
from clearance.domain.audit import AuditAct, AuditEntry, Facts
from clearance.domain.desk import Desk
from clearance.issuing.ports import UnitOfWork, WitnessedCheckpoint
from clearance.issuing.service import Service


@dataclass(frozen=True, kw_only=True)
class Testimony:
    """What one desk says that the record was, and whether this record agrees."""

    desk: Desk
    witnessed: WitnessedCheckpoint | None
    agrees: bool


def testify(service: Service, desk: Desk, tokens: Iterable[bytes], *, signers: SignersByKid) -> int:
    """Keep the genuine checkpoints of a desk's report; how many of them this record does not go through."""
    now, disagreeing = service.now(), 0
    given = {token: checkpoint for token in tokens if (checkpoint := _read(token, signers)) is not None}
    if not given:
        return 0
    with service.database.write() as work:
        for token, checkpoint in given.items():
            witnessed = _witnessed(desk, token, checkpoint, at=now)
            work.oversight.witnesses.add(witnessed)
            if not _agrees(work, witnessed):
                disagreeing += 1
                _put_on_record(work, witnessed, at=now)
        work.commit()
    return disagreeing


def testimonies(service: Service) -> Sequence[Testimony]:
    """The newest of each enrolled desk."""
    with service.database.read() as work:
        newest = {each.desk_id: each for each in work.oversight.witnesses.newest()}
        return [
            Testimony(desk=desk, witnessed=said, agrees=said is None or _agrees(work, said))
            for desk in work.desks.open()
            for said in [newest.get(desk.id)]
        ]


def _read(token: bytes, signers: SignersByKid) -> Checkpoint | None:
    try:
        return read_checkpoint(token, signers=signers)
    except UnusableCheckpoint:
        return None


def _witnessed(desk: Desk, token: bytes, checkpoint: Checkpoint, *, at: datetime) -> WitnessedCheckpoint:
    return WitnessedCheckpoint(
        desk_id=desk.id,
        number=checkpoint.number,
        digest=checkpoint.digest.hex(),
        issued_at=checkpoint.issued_at,
        reported_at=at,
        token=token,
    )


def _agrees(work: UnitOfWork, witnessed: WitnessedCheckpoint) -> bool:
    """Whether the record goes through it: its entry of that number has that digest."""
    if witnessed.number == 0:
        return True
    link = next(iter(work.audit.links(after=witnessed.number - 1)), None)
    return link is not None and (link.number, link.digest) == (witnessed.number, witnessed.digest)


def _put_on_record(work: UnitOfWork, witnessed: WitnessedCheckpoint, *, at: datetime) -> None:
    """Once for each checkpoint that does not fit."""
    subject = f"{witnessed.desk_id}:{witnessed.number}"
    if any(entry.act == AuditAct.WITNESS_DISAGREES for entry in work.audit.entries(subject=subject)):
        return
    facts: Facts = {"number": witnessed.number, "digest": witnessed.digest, "issued_at": witnessed.issued_at}
    work.audit.append(
        AuditEntry(at=at, officer_no=witnessed.desk_id, act=AuditAct.WITNESS_DISAGREES, subject=subject, facts=facts)
    )
