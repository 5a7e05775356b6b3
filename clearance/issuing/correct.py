"""Correcting a card: a case of its own, linked to the card whose place the new one takes.

It goes the whole way, by four officers; on the day of issue the old card becomes REPLACED in the transaction that
records the new one, and stays good until then. It takes no new place on the permit and no second fee.
"""

from dataclasses import replace

from clearance.domain import decision
from clearance.domain.application import Application, ApplicationDraft
from clearance.domain.audit import AuditAct
from clearance.domain.clearance import new_reference
from clearance.domain.decision import Attempt, Refused
from clearance.domain.lifecycle import Move
from clearance.domain.person import Passport
from clearance.domain.staff import Officer
from clearance.issuing.cases import card_seen_by, read_officer
from clearance.issuing.entry import add, require_that_a_card_can_carry
from clearance.issuing.service import Service


def correct(
    service: Service, clearance_no: str, draft: ApplicationDraft, *, officer: Officer, device: str
) -> Application | Refused:
    """The case that corrects a card, submitted; or why there is none.

    Raises NotOnRecord where this officer sees no such card, MalformedClaims.
    """
    return _begin(service, clearance_no, draft, AuditAct.CORRECTION_SUBMITTED, officer=officer, device=device)


def renew_passport(
    service: Service, clearance_no: str, passport: Passport, *, officer: Officer, device: str
) -> Application | Refused:
    """The case that links a worker's new passport to the one of a card, submitted; or why there is none.

    The number of the card's passport becomes the first of the new one's previous numbers, so that both are found.
    Raises as `correct` does.
    """
    with service.database.read() as work:
        _, old = card_seen_by(work, clearance_no, officer=officer)
    linked = replace(passport, previous_numbers=old.draft.worker.passport.numbers)
    draft = replace(old.draft, worker=replace(old.draft.worker, passport=linked))
    return _begin(service, clearance_no, draft, AuditAct.RENEWAL_SUBMITTED, officer=officer, device=device)


def _begin(
    service: Service,
    clearance_no: str,
    draft: ApplicationDraft,
    put_down_as: AuditAct,
    *,
    officer: Officer,
    device: str,
) -> Application | Refused:
    require_that_a_card_can_carry(service, draft)
    with service.database.write() as work:
        by = Attempt(officer=read_officer(work, officer.number), at=service.now(), device=device)
        clearance, old = card_seen_by(work, clearance_no, officer=by.officer)
        against = decision.may_replace(old, clearance, draft, officer=by.officer, on=service.today())
        if against:
            return Refused(objections=against)
        begun = decision.begun(new_reference(), draft, Move.SUBMIT, by, replaces=clearance_no)
        application = add(work, begun, put_down_as)
        work.commit()
    return application
