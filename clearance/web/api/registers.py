"""Permits, licences and statistics, to be read."""

from datetime import date
from typing import cast

from clearance.domain.client import ClientScope
from clearance.domain.staff import OVERSIGHT
from clearance.domain.statistics import COLUMNS, Row
from clearance.issuing import interface
from clearance.issuing.statistics import export
from clearance.web.api.models import (
    CardCounts,
    CardCountsOf,
    Licence,
    Permit,
    PermitList,
    PermitQuery,
    Statistics,
    StatisticsQuery,
    Texts,
)
from clearance.web.api.operation import Call, Operation, Result
from clearance.web.api.problems import Wrong
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


def statistics(call: Call) -> Result:
    """The counts of one month, fit to be given away; it is put on record who took them."""
    query = cast(StatisticsQuery, call.query)
    month = date.fromisoformat(f"{query.month}-01")
    caller = call.caller
    if not caller.officer.roles & OVERSIGHT:
        raise Wrong(ProblemCode.SCOPE_MISSING)
    given = export(call.service, query.by, month=month, officer=caller.officer, device=caller.client.device)
    if given is None:
        raise Wrong(ProblemCode.WITHHELD)
    return Result(
        model=Statistics(
            month=query.month,
            by=query.by,
            rows=[CardCountsOf(value=value, **_named(row)) for value, row in given.rows.items()],
            total=CardCounts(**_named(given.total)),
        )
    )


def _named(row: Row) -> dict[str, int | None]:
    return dict(zip(COLUMNS, row, strict=True))


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
    Operation(
        id="getStatistics",
        method="GET",
        path="/statistics",
        scope=ClientScope.STATISTICS,
        summary="Cards of one month by day, destination, office, agency or sex; for accounts of oversight.",
        perform=statistics,
        query=StatisticsQuery,
        answer=Statistics,
        problems=(ProblemCode.WITHHELD,),
    ),
)
