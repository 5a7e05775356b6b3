"""Checkpoints of the record: what the signing component vouches for, every few minutes (docs/adr/0085).

It signs a head only of a record that goes on from the one it vouched for before, having checked every entry in between.
So whoever edits the record behind the program's back gets no signature for what came of it; the old checkpoint ages,
and every desk shows how old it is.
"""

from clearance.credential.checkpoint import Checkpoint
from clearance.domain.audit import EMPTY, AuditHead, check
from clearance.issuing.ports import KeysUnusable
from clearance.issuing.publish import require_reconciled
from clearance.issuing.signing_room import SigningRoom


class RecordRewritten(KeysUnusable):
    """The record does not go on from the checkpoint published last. Nothing is signed for it."""


def publish_checkpoint(room: SigningRoom) -> None:
    """Publish how far the record has come. Raises NotReconciled, RecordRewritten and what the publisher raises."""
    require_reconciled(room)

    def head_after(last: Checkpoint | None) -> AuditHead:
        return _checked_head(room, EMPTY if last is None else head_of(last))

    room.publisher.publish_checkpoint(head_after, at=int(room.now().timestamp()))


def head_of(checkpoint: Checkpoint) -> AuditHead:
    """A checkpoint as the head that it vouches for."""
    return AuditHead(number=checkpoint.number, digest=checkpoint.digest.hex())


def _checked_head(room: SigningRoom, last: AuditHead) -> AuditHead:
    with room.database.read() as work:
        report = check(work.audit.links(after=last.number), head=work.audit.head(), after=last)
    if report.faults:
        fault = report.faults[0]
        raise RecordRewritten(
            f"The record does not go on from its checkpoint {last.number}: entry {fault.first} is {fault.kind.value}. "
            "Nothing is signed for it. Run: clearance audit verify"
        )
    return report.head
