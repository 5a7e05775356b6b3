"""What tests of a life do to a case, and read of it."""

from datetime import date

from clearance.domain.application import Application, ApplicationDraft
from clearance.domain.clearance import Clearance
from clearance.domain.decision import Refused
from clearance.domain.eligibility import Ground
from clearance.domain.lifecycle import Move
from clearance.domain.person import Passport
from clearance.domain.staff import Officer
from clearance.issuing import entry
from clearance.issuing.with_reason import move_with_reason
from tests.fakes.office import APPROVER, DEVICE, ISSUER, OfficeAtWork, draft, expect
from tests.fakes.outside import PORTRAIT

NEW_PASSPORT = Passport(number="B00000009", issued_on=date(2026, 11, 20), expires_on=date(2036, 11, 19))


def with_photo(office: OfficeAtWork, wanted: ApplicationDraft | None = None) -> ApplicationDraft:
    return entry.with_portrait(office.service, wanted or draft(), office.service.prepare_photo(PORTRAIT))


def grounds(result: object) -> list[Ground]:
    assert isinstance(result, Refused)
    return [objection.ground for objection in result.objections]


def acts(office: OfficeAtWork, reference: str) -> list[str]:
    with office.service.database.read() as work:
        return [each.act for each in work.audit.entries(subject=reference)]


def card_of(office: OfficeAtWork, clearance: Clearance) -> Clearance:
    with office.service.database.read() as work:
        found = work.clearances.get(clearance.clearance_no)
    assert found is not None
    return found


def held(office: OfficeAtWork, reference: str, *, by: Officer = APPROVER) -> Application:
    version = office.stored(reference).version
    return expect(
        move_with_reason(
            office.service, reference, Move.HOLD, officer=by, device=DEVICE, version=version, reason="letter 12/26"
        )
    )


def released(office: OfficeAtWork, case: Application, *, by: Officer = ISSUER) -> Application | Refused:
    return move_with_reason(
        office.service,
        case.reference,
        Move.RELEASE,
        officer=by,
        device=DEVICE,
        version=case.version,
        reason="cleared up",
    )
