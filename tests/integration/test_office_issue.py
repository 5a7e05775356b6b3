"""The office on its real adapters: a card from case to refusal, machines that stop half way, officers who race."""

import os
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from clearance.credential.cose import Algorithm
from clearance.credential.gate import verdict_for
from clearance.credential.held import hold
from clearance.credential.qrtext import pack
from clearance.credential.reasons import Reason
from clearance.domain.application import Application
from clearance.domain.audit import AuditAct
from clearance.domain.clearance import Clearance, RevocationReason
from clearance.domain.decision import Refused
from clearance.domain.eligibility import Ground
from clearance.domain.lifecycle import ApplicationState
from clearance.domain.staff import Scope
from clearance.issuing import approve, cards, check, entry, queue
from clearance.issuing.issue import issue
from clearance.issuing.lookup import CardCancelled, CardFound, SecondFactor, lookup
from clearance.issuing.ports import Conflict, Sought
from clearance.issuing.revoke import revoke
from clearance.issuing.sign import sign
from clearance.signing.certified import CertifiedSigner
from clearance.storage.database import SqlDatabase
from tests.fakes.installation import Installation, installation, joined, snapshot
from tests.fakes.office import (
    APPROVER,
    CHECKER,
    CLERK,
    DEVICE,
    EVERYTHING,
    ISSUER,
    PERMIT,
    SECOND_ISSUER,
    TODAY,
    decide,
    draft,
    expect,
)
from tests.fakes.outside import FakePrinter
from tests.fakes.records_keys import KEYS


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Installation]:
    """Everything real but the paper, which is tested elsewhere and slow."""
    with installation(tmp_path, printer=FakePrinter()) as installed:
        yield installed


def approved(office: Installation, index: int = 0) -> Application:
    wanted = entry.with_portrait(office.service, draft(index), office.service.prepare_photo(snapshot()))
    entered = expect(entry.enter(office.service, wanted, officer=CLERK, device=DEVICE))
    return decide(office.service, entered)


def desk_says(office: Installation, qr_text: str) -> Reason:
    """What a desk says that copied the published folder now."""
    held = hold(
        root_pem=(office.keys.public / "root.pem").read_bytes(),
        trust_token=(office.keys.public / "trust.cose").read_bytes(),
        status_tokens=[path.read_bytes() for path in (office.keys.public / "status").glob("*.cwt")],
    )
    return verdict_for(qr_text, held=held, at=int(office.clock.at.timestamp())).reason


def used_places(office: Installation) -> int:
    with office.service.database.read() as work:
        permit = work.permits.get(PERMIT.number)
    assert permit is not None
    return permit.used


def together(*acts) -> list[object]:
    """Do things at the same moment; their results or exceptions."""
    start, results = threading.Barrier(len(acts)), []

    def run(act) -> None:
        start.wait()
        try:
            results.append(act())
        except Conflict as conflict:
            results.append(conflict)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_a_card_on_real_paper_from_case_to_revocation(tmp_path: Path) -> None:
    with installation(tmp_path) as office:
        case = approved(office)
        clearance = expect(issue(office.room, case.reference, officer_no=ISSUER.number, device=DEVICE))
        pdf = cards.pdf(office.service, clearance.clearance_no)
        assert pdf.startswith(b"%PDF-")
        texts = office.service.printer.read_back(pdf)
        assert set(texts) == {pack(clearance.token)}
        assert desk_says(office, texts[0]) is Reason.VALID

        worker = case.draft.worker
        ask = {"passport_no": worker.passport.number, "birth_date": worker.birth_date}
        assert isinstance(lookup(office.service, **ask, second_factor=SecondFactor.BIRTH_DATE), CardFound)
        reason = RevocationReason.EMPLOYER_CANCELLED
        expect(
            revoke(
                office.service, clearance.clearance_no, officer=SECOND_ISSUER, device=DEVICE, reason=reason, remark=""
            )
        )
        assert desk_says(office, texts[0]) is Reason.REVOKED
        assert isinstance(lookup(office.service, **ask, second_factor=SecondFactor.BIRTH_DATE), CardCancelled)

        view = queue.case(office.service, case.reference, officer=ISSUER)
        assert view is not None
        assert [entry.act for entry in view.history] == [
            AuditAct.APPLICATION_SUBMITTED,
            AuditAct.APPLICATION_CHECKED,
            AuditAct.APPLICATION_APPROVED,
            AuditAct.SIGNING_PLANNED,
            AuditAct.CARD_ISSUED,
            AuditAct.CARD_REVOKED,
        ]
        with office.service.database.read() as work:
            assert work.audit.verify().faults == ()


def die(*_: object, **__: object) -> NoReturn:
    os._exit(9)


@pytest.mark.parametrize("where", ["printer.render", "printer.seal", "documents.put"])
def test_a_machine_that_stops_between_plan_and_record_makes_the_same_card_later(
    office: Installation, where: str
) -> None:
    case = approved(office)
    child = os.fork()
    if child == 0:  # a process of its own, with connections of its own, that ends as by kill -9
        own = joined(
            office.home,
            database=SqlDatabase(f"sqlite:///{office.home / 'clearance.db'}", keys=KEYS),
            printer=FakePrinter(),
        )
        port, _, method = where.partition(".")
        setattr(type(getattr(own.room, port)), method, die)
        issue(own.room, case.reference, officer_no=ISSUER.number, device=DEVICE)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    with office.service.database.read() as work:
        plan = work.intents.for_application(case.reference)
        assert work.clearances.for_application(case.reference) is None
        assert work.audit.verify().faults == ()
    assert plan is not None
    assert used_places(office) == 0
    office.clock.advance(hours=3)
    clearance = expect(issue(office.room, case.reference, officer_no=SECOND_ISSUER.number, device=DEVICE))
    assert (clearance.clearance_no, clearance.status_ref) == (plan.clearance_no, plan.status_ref)
    assert clearance.issued_at == plan.planned_at
    assert used_places(office) == 1


def test_of_twenty_cases_racing_for_the_last_place_one_is_signed_and_issued(tmp_path: Path) -> None:
    last_place = replace(PERMIT, places=21, used=20, used_before=20)
    with installation(tmp_path, printer=FakePrinter(), permits=(last_place,)) as office:
        cases = [approved(office, index) for index in range(20)]
        signer = CountingSigner(office.keys.card)
        room = replace(office.room, card_signer=signer)
        results = together(
            *(lambda case=case: issue(room, case.reference, officer_no=ISSUER.number, device=DEVICE) for case in cases),
        )
        won = [result for result in results if isinstance(result, Clearance)]
        lost = [result for result in results if isinstance(result, Refused)]
        assert (len(won), len(lost)) == (1, 19)
        assert {objection.ground for refused in lost for objection in refused.objections} == {Ground.PERMIT_USED_UP}
        assert signer.signatures == 1
        assert used_places(office) == 21
        with office.service.database.read() as work:
            issued = work.applications.count(Sought(states=frozenset({ApplicationState.ISSUED}), on=TODAY))
            assert (issued, work.clearances.count(text="", scope=Scope())) == (1, 1)
            assert work.audit.verify().faults == ()


class CountingSigner:
    """The card key with a counter."""

    def __init__(self, key: CertifiedSigner) -> None:
        self._key, self.signatures = key, 0

    @property
    def algorithm(self) -> Algorithm:
        return self._key.algorithm

    @property
    def kid(self) -> bytes:
        return self._key.kid

    def sign(self, message: bytes) -> bytes:
        self.signatures += 1
        return self._key.sign(message)


def test_of_two_officers_on_one_case_at_the_same_moment_one_issues(office: Installation) -> None:
    for index in range(5):
        case = approved(office, index)
        results = together(
            lambda case=case: issue(office.room, case.reference, officer_no=ISSUER.number, device=DEVICE),
            lambda case=case: issue(office.room, case.reference, officer_no=SECOND_ISSUER.number, device=DEVICE),
        )
        assert sum(isinstance(result, Clearance) for result in results) == 1
        assert used_places(office) == index + 1


def test_of_two_approvals_at_the_same_moment_one_counts(office: Installation) -> None:
    entered = expect(entry.enter(office.service, draft(0, photo_sha256="0" * 64), officer=CLERK, device=DEVICE))
    expect(check.check(office.service, entered.reference, officer=CHECKER, device=DEVICE, version=1))
    both = [APPROVER, EVERYTHING]
    results = together(
        *(
            lambda who=who: approve.approve(office.service, entered.reference, officer=who, device=DEVICE, version=2)
            for who in both
        )
    )
    assert sorted(type(result).__name__ for result in results) == ["Application", "Conflict"]


def test_a_self_approval_written_past_every_constraint_is_still_refused_by_the_signing_step(
    office: Installation,
) -> None:
    case = approved(office)
    insider = sqlite3.connect(office.home / "clearance.db", isolation_level=None)
    for trigger in ("acts_no_update", "acts_no_delete", "cases_move_by_acts"):
        insider.execute(f"DROP TRIGGER {trigger}")
    for forgery, officer_no in (
        ("UPDATE acts SET officer_no = 'X-1' WHERE move = 'approve'", EVERYTHING.number),
        ("UPDATE acts SET officer_no = 'E-1' WHERE move = 'approve'", ISSUER.number),
        ("UPDATE acts SET officer_no = 'C-1' WHERE move = 'approve'", ISSUER.number),
        ("UPDATE applications SET state = 'submitted'", ISSUER.number),
        ("DELETE FROM acts WHERE move = 'approve'", ISSUER.number),
        ("UPDATE applications SET state = 'approved'", ISSUER.number),
    ):
        insider.execute(forgery)
        assert isinstance(sign(office.room, case.reference, officer_no=officer_no, device=DEVICE), Refused), forgery
    insider.close()
    with office.service.database.read() as work:
        assert work.intents.for_application(case.reference) is None
