"""Cases: submitting one, the list, where one stands."""

import base64
import binascii
from typing import cast

from werkzeug.exceptions import ServiceUnavailable

from clearance.credential.errors import MalformedClaims
from clearance.domain.application import Application, ApplicationDraft
from clearance.domain.client import ClientScope
from clearance.domain.decision import Refused
from clearance.domain.lifecycle import ApplicationState
from clearance.issuing import interface
from clearance.issuing.entry import with_portrait
from clearance.issuing.fields import Fault, FaultKind
from clearance.issuing.interface import CaseStanding, NextActor
from clearance.issuing.ports import PhotoRefused, Portrait, StoredAnswer
from clearance.issuing.rows import parse_row
from clearance.issuing.scanning import UploadRefused, look_through
from clearance.web.api.models import (
    MAX_PHOTO,
    Case,
    CasePage,
    CaseQuery,
    CaseStatus,
    Missing,
    NewCase,
    Texts,
)
from clearance.web.api.operation import SMALL, Call, Operation, Result
from clearance.web.api.problems import of_faults, of_objections, of_one_field
from clearance.web.wording_entry import PHOTO_FAULTS
from clearance.web.wording_interface import ProblemCode, objection_texts

PREFIX = "/api/v1"
CREATED = 201
PHOTO = "photo"
AGAIN_AFTER_S = 60
"""When a scanner that does not answer may be asked again."""


def submit(call: Call) -> Result:
    """The case as submitted, its answer kept with its key in one transaction."""
    assert call.reserved is not None
    draft = _draft(call)
    try:
        outcome = interface.submit(call.service, call.caller, draft, reserved=call.reserved, answer=_stored)
    except MalformedClaims:
        raise of_one_field("name_en", "uncarried") from None
    if isinstance(outcome, Refused):
        raise of_objections(outcome.objections)
    kept = _stored(outcome)
    return Result(model=_new(outcome), location=kept.location, kept=kept)


def show_list(call: Call) -> Result:
    """One part of the list."""
    query = cast(CaseQuery, call.query)
    states = frozenset({query.state}) if query.state else frozenset[ApplicationState]()
    found = interface.cases(call.service, call.caller, states=states, after=query.cursor or "", limit=query.limit + 1)
    items = [_case(standing) for standing in found[: query.limit]]
    more = len(found) > query.limit
    return Result(model=CasePage(items=items, next_cursor=items[-1].reference if more else None))


def show(call: Call) -> Result:
    """One case."""
    standing = interface.standing(call.service, call.caller, call.path["reference"])
    application = standing.application
    returned = standing.state is ApplicationState.RETURNED
    return Result(
        model=CaseStatus(
            **dict(_case(standing)),
            headquarters_decides=application.forwarded,
            missing=[
                Missing(code=objection.ground.value, messages=Texts(**objection_texts(objection)))
                for objection in standing.missing
            ],
            returned_because=application.acts[-1].reason if returned else None,
        )
    )


def _draft(call: Call) -> ApplicationDraft:
    """What the request describes, judged as a row of a batch is. Raises Wrong."""
    row: dict[str, str] = call.body.model_dump()
    officer = call.caller.officer
    portrait = _portrait(call, row[PHOTO])
    read = parse_row(
        row | {PHOTO: PHOTO},
        office_code=officer.office_code,
        photo_sha256="",
        missing_characters=call.service.printer.missing_characters,
    )
    faults = [each for each in (portrait, *(read if isinstance(read, tuple) else ())) if isinstance(each, Fault)]
    if isinstance(read, tuple) or isinstance(portrait, Fault):
        raise of_faults(faults)
    return with_portrait(call.service, read, portrait)


def _portrait(call: Call, text: str) -> Portrait | Fault:
    caller = call.caller
    try:
        photo = base64.b64decode(text, validate=True)
        return call.service.prepare_photo(
            look_through(
                call.service, photo, name=PHOTO, field=PHOTO, officer=caller.officer, device=caller.client.device
            )
        )
    except binascii.Error:
        raise of_one_field(PHOTO, "base64") from None
    except UploadRefused as refused:
        if refused.fault.kind is FaultKind.NOT_SCANNED:
            raise ServiceUnavailable(retry_after=AGAIN_AFTER_S) from None
        return refused.fault
    except PhotoRefused as refused:
        return Fault(field=PHOTO, kind=PHOTO_FAULTS[refused.ground])


def _stored(application: Application) -> StoredAnswer:
    where = f"{PREFIX}/applications/{application.reference}"
    return StoredAnswer(status=CREATED, body=_new(application).model_dump_json(), location=where)


def _new(application: Application) -> Case:
    return Case(
        reference=application.reference,
        state=application.state,
        submitted_at=application.entered.at,
        receipt_no=application.draft.payment.receipt_no,
        permit_no=application.draft.permit_no,
        clearance_no=None,
        valid_until=None,
        next_actor=NextActor.CHECKER,
    )


def _case(standing: CaseStanding) -> Case:
    clearance, application = standing.clearance, standing.application
    return Case(
        reference=application.reference,
        state=standing.state,
        submitted_at=application.entered.at,
        receipt_no=application.draft.payment.receipt_no,
        permit_no=application.draft.permit_no,
        clearance_no=clearance.clearance_no if clearance else None,
        valid_until=clearance.valid_until if clearance else None,
        next_actor=standing.next_actor,
    )


OPERATIONS = (
    Operation(
        id="submitApplication",
        method="POST",
        path="/applications",
        scope=ClientScope.SUBMIT,
        summary="Submit an application; officers check, approve and issue it.",
        perform=submit,
        body=NewCase,
        answer=Case,
        status=CREATED,
        once=True,
        max_body=MAX_PHOTO + SMALL * 8,
        problems=(ProblemCode.REFUSED, ProblemCode.CONFLICT),
    ),
    Operation(
        id="listApplications",
        method="GET",
        path="/applications",
        scope=ClientScope.STATUS,
        summary="The client's cases, oldest first.",
        perform=show_list,
        query=CaseQuery,
        answer=CasePage,
        problems=(ProblemCode.NOT_FOUND,),
    ),
    Operation(
        id="getApplication",
        method="GET",
        path="/applications/{reference}",
        scope=ClientScope.STATUS,
        summary="Where one case stands, what is missing, who must act.",
        perform=show,
        answer=CaseStatus,
        problems=(ProblemCode.NOT_FOUND,),
    ),
)
