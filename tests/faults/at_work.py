"""One program doing acknowledged work, alone and in one thread, for whoever records or disturbs its calls.

    python -m tests.faults.at_work office HOME CASES [SYNCHRONOUS]
    python -m tests.faults.at_work desk HOME SCANS [SYNCHRONOUS]
    python -m tests.faults.at_work trust HOME EDITIONS

Each acknowledgement is one line on standard output, written at once: a kind and what it is about. SYNCHRONOUS is for
the control that shows what another setting of SQLite would lose.
"""

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from clearance.bootstrap import now, read_settings, service_of
from clearance.credential.gate import Verdict
from clearance.credential.reasons import Reason
from clearance.credential.status import Status
from clearance.domain.application import Application, ApplicationDraft
from clearance.domain.clearance import RevocationReason
from clearance.domain.lifecycle import Move
from clearance.domain.staff import HEADQUARTERS, Officer
from clearance.issuing import approve, check, entry
from clearance.issuing.component import SigningComponent
from clearance.issuing.request import request_card
from clearance.issuing.revoke import revoke
from clearance.issuing.rows import parse_row
from clearance.issuing.service import Service
from clearance.signer import load_keys, room_of
from clearance.storage import database
from tests.fakes.office import expect
from tests.fakes.outside import PORTRAIT, FakePrinter, prepare_photo
from tests.faults.office import APPROVER, CHECKER, CLERK, ISSUER, row
from verifier.acts import Act, ActRecord
from verifier.desk import ScanRecord, Source
from verifier.journal import ScanJournal

DEVICE = "test-device"


def acknowledge(kind: str, *about: str) -> None:
    """Tell whoever waits, who will rely on it from now on."""
    os.write(1, (" ".join((kind, *about)) + "\n").encode())


def office(home: Path, cases: int) -> None:
    """Enter, check, approve and issue cases; take every second card back."""
    settings = read_settings(home)
    with service_of(settings) as joined:
        assert isinstance(joined.database, database.SqlDatabase)
        room = replace(room_of(settings, load_keys(settings), joined.database), printer=FakePrinter())
        service = replace(joined, printer=room.printer, signing=SigningComponent(room), prepare_photo=prepare_photo)
        for index in range(cases):
            reference = _enter(service, index)
            _decide(service, reference)
            _issue(service, reference)
            if index % 2:
                _take_back(service, reference)


def approved(service: Service, index: int) -> str:
    """A case that waits for its card."""
    reference = _enter(service, index)
    _decide(service, reference)
    return reference


def _enter(service: Service, index: int) -> str:
    with_photo = entry.with_portrait(service, draft(index), service.prepare_photo(PORTRAIT))
    entered = expect(entry.enter(service, with_photo, officer=officer(service, CLERK), device=DEVICE))
    acknowledge("move", entered.reference, Move.SUBMIT)
    return entered.reference


def _decide(service: Service, reference: str) -> None:
    steps: tuple[tuple[Move, str, Callable[..., Application]], ...] = (
        (Move.CHECK, CHECKER, check.check),
        (Move.APPROVE, APPROVER, approve.approve),
    )
    for move, who, verb in steps:
        version = _case(service, reference).version
        who_does = officer(service, who)
        more = {"photo_accepted": True} if move is Move.APPROVE else {}
        expect(verb(service, reference, officer=who_does, device=DEVICE, version=version, **more))
        acknowledge("move", reference, move)


def _issue(service: Service, reference: str) -> None:
    issued = expect(request_card(service, reference, officer=officer(service, ISSUER), device=DEVICE))
    acknowledge("move", reference, Move.ISSUE)
    acknowledge("card", reference, issued.clearance_no)


def _take_back(service: Service, reference: str) -> None:
    with service.database.read() as work:
        card = work.clearances.for_application(reference)
    assert card is not None
    revoked = revoke(
        service,
        card.clearance_no,
        officer=officer(service, ISSUER),
        device=DEVICE,
        reason=RevocationReason.VISA_CANCELLED,
        remark="Employer withdrew",
    )
    acknowledge("revoked", expect(revoked).clearance_no)


def _case(service: Service, reference: str) -> Application:
    with service.database.read() as work:
        case = work.applications.get(reference)
    assert case is not None
    return case


def officer(service: Service, username: str) -> Officer:
    """An officer by the user name."""
    with service.database.read() as work:
        found = work.staff.by_username(username)
    assert found is not None
    return found


def draft(index: int) -> ApplicationDraft:
    """The application of one worker."""
    read = parse_row(row(index), office_code=HEADQUARTERS, photo_sha256="", missing_characters=lambda _: "")
    assert isinstance(read, ApplicationDraft), read
    return read


def desk(home: Path, scans: int) -> None:
    """Scan, and act on every second scan."""
    journal = ScanJournal(home / "journal.db", desk="DAC-1", version="1")
    for number in range(scans):
        text = f"https://bmet.example/clearance?id={number}"
        kept = journal.append(
            ScanRecord(
                at=int(now().timestamp()),
                source=Source.CAMERA,
                text=text,
                passport=None,
                trust_sequence=1,
                verdict=Verdict(reason=Reason.WEB_LINK),
            )
        )
        acknowledge("scan", text)
        if number % 2:
            journal.act(ActRecord(at=int(now().timestamp()), scan=kept, act=Act.REFER, ground=None))
            acknowledge("act", str(kept))
    journal.close()


def trust(home: Path, editions: int) -> None:
    """Publish the trust bundle and the status lists anew."""
    keys = load_keys(read_settings(home))
    for edition in range(editions):
        at = int(now().timestamp()) + edition
        keys.publisher().republish_trust(at)
        acknowledge("edition", str(edition))
        keys.publisher().publish({edition: Status.INVALID}, uri=keys.status_uri, at=at)
        acknowledge("revocation", str(edition))


if __name__ == "__main__":
    program, folder, count, *synchronous = sys.argv[1:]
    if synchronous:
        pragmas = (pragma.replace("= FULL", f"= {synchronous[0]}") for pragma in database._PRAGMAS)
        database._PRAGMAS = tuple(pragmas)  # type: ignore[assignment]
    {"office": office, "desk": desk, "trust": trust}[program](Path(folder), int(count))
