"""Searching for a part of a text, within what an officer may see."""

from sqlalchemy import and_
from sqlalchemy.sql import ColumnElement

from clearance.domain.staff import Scope
from clearance.storage.tables import applications


def containing(text: str) -> str:
    """The LIKE pattern (escape character: backslash) for rows that contain `text`; "" is contained in all."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def within(scope: Scope) -> ColumnElement[bool]:
    """The condition for cases that lie within a scope."""
    conditions = []
    if scope.office_code is not None:
        conditions.append(applications.c.office_code == scope.office_code)
    if scope.licence_no is not None:
        conditions.append(applications.c.licence_no == scope.licence_no)
    return and_(True, *conditions)
