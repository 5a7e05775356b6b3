"""The offices of BMET: headquarters and the districts'. Opening one is the operator's, at the server."""

import re
from collections.abc import Sequence

from clearance.domain.audit import AuditAct, AuditEntry
from clearance.domain.staff import Office
from clearance.issuing.people import OPERATOR
from clearance.issuing.ports import Conflict
from clearance.issuing.service import Service

CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{0,11}", re.ASCII)
"""What the card's office claim can carry."""


class OfficeRefused(ValueError):
    """An office cannot be opened under this code: it has another form, or an office bears it."""


def open_office(service: Service, office: Office) -> Office:
    """The office opened. Raises OfficeRefused."""
    if not CODE.fullmatch(office.code):
        raise OfficeRefused(office.code)
    entry = AuditEntry(at=service.now(), officer_no=OPERATOR, act=AuditAct.OFFICE_OPENED, subject=office.code, facts={})
    try:
        with service.database.write() as work:
            work.staff.add_office(office)
            work.audit.append(entry)
            work.commit()
    except Conflict:
        raise OfficeRefused(office.code) from None
    return office


def offices(service: Service) -> Sequence[Office]:
    """Every office, in order of the codes."""
    with service.database.read() as work:
        return sorted(work.staff.offices(), key=lambda office: office.code)
