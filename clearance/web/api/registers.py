"""Permits and licences, to be read."""

from typing import cast

from clearance.domain.client import ClientScope
from clearance.issuing import interface
from clearance.web.api.models import Licence, Permit, PermitList, PermitQuery, Texts
from clearance.web.api.operation import Call, Operation, Result
from clearance.web.wording_interface import ProblemCode


def permits(call: Call) -> Result:
    """The balance of each permit."""
    number = cast(PermitQuery, call.query).number or ""
    return Result(
        model=PermitList(
            items=[
                Permit(
                    number=permit.number,
                    licence_no=permit.licence_no,
                    destination=permit.destination,
                    places=permit.places,
                    used=permit.used,
                    balance=permit.balance,
                    valid_from=permit.valid_from,
                    valid_until=permit.valid_until,
                )
                for permit in interface.permits(call.service, call.caller, number=number)
            ]
        )
    )


def licence(call: Call) -> Result:
    """The state of one agency's licence."""
    agency = interface.licence(call.service, call.caller, call.path["licence_no"])
    today = call.service.today()
    suspended = agency.suspended_on is not None and agency.suspended_on <= today
    return Result(
        model=Licence(
            licence_no=agency.licence_no,
            name=Texts(bn=agency.name.bn or agency.name.en, en=agency.name.en),
            valid_until=agency.licence_valid_until,
            suspended_on=agency.suspended_on,
            in_force=not suspended and today <= agency.licence_valid_until,
        )
    )


OPERATIONS = (
    Operation(
        id="listPermits",
        method="GET",
        path="/permits",
        scope=ClientScope.PERMITS,
        summary="Recruitment permits with their balances.",
        perform=permits,
        query=PermitQuery,
        answer=PermitList,
    ),
    Operation(
        id="getLicence",
        method="GET",
        path="/licences/{licence_no}",
        scope=ClientScope.PERMITS,
        summary="Whether an agency's licence is in force.",
        perform=licence,
        answer=Licence,
        problems=(ProblemCode.NOT_FOUND,),
    ),
)
