"""Every file that people send in is looked through before it is read and kept, where the office has a scanner.

It decides what becomes of a file by the scanner's judgement: without one it is not taken. How a file is looked through
is the scanner's business, what a good photo or list is that of others.
"""

import hashlib

from clearance.domain.audit import AuditAct, AuditEntry
from clearance.domain.staff import Officer
from clearance.issuing.fields import Fault, FaultKind
from clearance.issuing.ports import Judgement, Scan, Scanned, ScannerAway
from clearance.issuing.service import Service

MAX_NAME = 100


class UploadRefused(ValueError):
    """A file was not taken; `fault` says which and why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.kind.value)
        self.fault = fault


def look_through(service: Service, content: bytes, *, name: str, field: str, officer: Officer, device: str) -> Scanned:
    """The file as it came. `name` is its sender's, for the sender alone; `field` the one of the form it came in.

    Raises UploadRefused: for what the scanner finds, which goes on record, and where it does not answer.
    """
    if service.scanner is None:
        return Scanned(content)
    try:
        scan = service.scanner.scan(content)
    except ScannerAway:
        raise _refused(FaultKind.NOT_SCANNED, name, field) from None
    match scan.judgement:
        case Judgement.CLEAN:
            return Scanned(content)
        case Judgement.INFECTED:
            kind = FaultKind.INFECTED
        case Judgement.BEYOND_LIMITS:
            kind = FaultKind.NOT_SCANNED_WHOLE
    _put_on_record(service, scan, content, field, officer, device)
    raise _refused(kind, name, field)


def _refused(kind: FaultKind, name: str, field: str) -> UploadRefused:
    printable = "".join(character for character in name if character.isprintable())
    return UploadRefused(Fault(field=field, kind=kind, details={"text": printable[-MAX_NAME:]}))


def _put_on_record(service: Service, scan: Scan, content: bytes, field: str, officer: Officer, device: str) -> None:
    """Enough to find the file again, and none of its name, which may be a worker's."""
    facts = {
        "device": device,
        "field": field,
        "judgement": scan.judgement.value,
        "signature": scan.signature,
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    entry = AuditEntry(
        at=service.now(), officer_no=officer.number, act=AuditAct.UPLOAD_REFUSED, subject=officer.number, facts=facts
    )
    with service.database.write() as work:
        work.audit.append(entry)
        work.commit()
