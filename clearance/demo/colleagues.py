"""The demo's officers at work, each in the step that is theirs, through the same use cases as real work."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from clearance.demo import people
from clearance.demo.staffing import AGENCY, DISTRICT
from clearance.domain.application import Application, ApplicationDraft
from clearance.domain.clearance import Clearance, RevocationReason
from clearance.domain.decision import Refused
from clearance.domain.lifecycle import Move
from clearance.domain.person import Passport
from clearance.domain.staff import Officer
from clearance.issuing import approve, check, entry, revoke
from clearance.issuing.correct import renew_passport
from clearance.issuing.depart import record_departure
from clearance.issuing.request import request_card
from clearance.issuing.service import Service
from clearance.issuing.with_reason import move_with_reason

Result = TypeVar("Result")

DEVICE = "cli:demo"


@dataclass(frozen=True, kw_only=True)
class Colleagues:
    """The staff by user name, and the service they work with."""

    service: Service
    staff: dict[str, Officer]

    def enter(self, person: people.DemoWorker, *, as_draft: bool) -> Application:
        """A worker's case, submitted or kept as a draft."""
        draft = entry.with_portrait(self.service, person.draft, self.service.prepare_photo(person.photo))
        begin: Callable[..., Application | Refused] = entry.keep_draft if as_draft else entry.enter
        return expect(begin(self.service, draft, officer=self._clerk(draft), device=DEVICE))

    def check(self, application: Application) -> Application:
        """The case checked."""
        checker = self._checker(application.draft)
        return expect(
            check.check(
                self.service, application.reference, officer=checker, device=DEVICE, version=application.version
            )
        )

    def approve(self, application: Application, *, number: int = 1) -> Application:
        """The case approved, by one of two at headquarters in turn."""
        return expect(
            approve.approve(
                self.service,
                application.reference,
                officer=self._approver(application.draft, number),
                device=DEVICE,
                version=application.version,
                photo_accepted=True,
            )
        )

    def issue(self, application: Application) -> Clearance:
        """The card."""
        issuer = self.staff["nasrin"]
        return expect(request_card(self.service, application.reference, officer=issuer, device=DEVICE))

    def reject(self, application: Application) -> None:
        """The case rejected."""
        self._give_reason(Move.REJECT, application, self._approver(application.draft, 1), "Visa copy illegible")

    def send_back(self, application: Application) -> None:
        """The case sent back for correction."""
        reason = "The name differs from the passport's data page"
        self._give_reason(Move.SEND_BACK, application, self._checker(application.draft), reason)

    def hold(self, application: Application, *, reason: str) -> None:
        """The case, and its card where it has one, on hold."""
        self._give_reason(Move.HOLD, application, self.staff["karim"], reason)

    def revoke(self, card: Clearance) -> None:
        """The card taken back."""
        expect(
            revoke.revoke(
                self.service,
                card.clearance_no,
                officer=self.staff["nasrin"],
                device=DEVICE,
                reason=RevocationReason.VISA_CANCELLED,
                remark="Employer withdrew",
            )
        )

    def depart(self, card: Clearance, *, desk_id: str) -> None:
        """The worker let pass at a desk."""
        expect(record_departure(self.service, card.clearance_no, desk_id=desk_id, at=self.service.now()))

    def renew(self, card: Clearance) -> Application:
        """The case that links a new passport to the card's."""
        today = self.service.today()
        digits = "".join(letter if letter.isdigit() else "0" for letter in card.passport_no[1:])
        passport = Passport(
            number=f"{'B' if card.passport_no[0] == 'A' else 'A'}{digits}",
            issued_on=today - timedelta(days=3),
            expires_on=today + timedelta(days=3650),
        )
        clerk = self._clerk(self.case(card.application_reference).draft)
        return expect(renew_passport(self.service, card.clearance_no, passport, officer=clerk, device=DEVICE))

    def case(self, reference: str) -> Application:
        """The case as it is now."""
        with self.service.database.read() as work:
            application = work.applications.get(reference)
        assert application is not None
        return application

    def _give_reason(self, move: Move, application: Application, officer: Officer, reason: str) -> None:
        expect(
            move_with_reason(
                self.service,
                application.reference,
                move,
                officer=officer,
                device=DEVICE,
                version=application.version,
                reason=reason,
            )
        )

    def _clerk(self, draft: ApplicationDraft) -> Officer:
        if draft.licence_no == AGENCY:
            return self.staff["ripon"]
        return self.staff["jamal" if draft.office_code == DISTRICT else "rahima"]

    def _checker(self, draft: ApplicationDraft) -> Officer:
        return self.staff["mitu" if draft.office_code == DISTRICT else "sohel"]

    def _approver(self, draft: ApplicationDraft, number: int) -> Officer:
        if draft.office_code == DISTRICT:
            return self.staff["habib"]
        return self.staff["shirin" if number % 2 else "karim"]


def expect(result: Result | Refused) -> Result:
    """The demo people are made to pass; a refusal here is a fault of the demo and stops it."""
    if isinstance(result, Refused):
        raise RuntimeError(f"a demo case was refused: {result.objections}")
    return result
