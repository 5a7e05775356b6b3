"""Signing in, staying signed in, opening and closing accounts."""

from dataclasses import replace
from typing import Any

import pytest

from clearance.domain.audit import AuditAct
from clearance.domain.staff import Officer, Role
from clearance.domain.text import BilingualText
from clearance.issuing.fields import FaultKind
from clearance.issuing.ports import NotOnRecord
from clearance.issuing.sign_in import (
    OPERATOR,
    AccountRefused,
    add_officer,
    block_officer,
    sign_in,
    still_signed_in,
)
from tests.fakes.office import APPROVER, CLERK, PASSWORD, OfficeAtWork


def add(office: OfficeAtWork, **changes: Any) -> Officer:
    account: dict[str, Any] = {
        "number": "BMET-1001",
        "username": "rahima",
        "name": BilingualText(en="Rahima Khatun", bn="রহিমা খাতুন"),
        "roles": frozenset({Role.ENTRY}),
        "office_code": "BMET",
        "password": "a long password",
    }
    return add_officer(office.service, **(account | changes))


def acts(office: OfficeAtWork, number: str) -> list[tuple[str, str]]:
    with office.service.database.read() as work:
        return [(entry.act, entry.officer_no) for entry in work.audit.entries(subject=number)]


def test_the_right_password_signs_in_and_is_on_record(office: OfficeAtWork) -> None:
    assert sign_in(office.service, username=" E-1 ", password=PASSWORD) == CLERK
    assert acts(office, CLERK.number) == [(AuditAct.OFFICER_SIGNED_IN, CLERK.number)]


@pytest.mark.parametrize(("username", "password"), [("e-1", "wrong"), ("nobody", PASSWORD), ("", ""), ("e-1", "")])
def test_anything_else_is_one_answer(office: OfficeAtWork, username: str, password: str) -> None:
    assert sign_in(office.service, username=username, password=password) is None
    assert acts(office, CLERK.number) == []


def test_an_unknown_name_costs_the_same_hash_as_a_wrong_password(office: OfficeAtWork) -> None:
    asked: list[str | None] = []

    class Counting:
        def hash(self, password: str) -> str:
            return password

        def verify(self, password_hash: str | None, password: str) -> bool:
            asked.append(password_hash)
            return False

    service = replace(office.service, passwords=Counting())
    sign_in(service, username="nobody", password="x")
    sign_in(service, username="e-1", password="x")
    assert asked == [None, CLERK.password_hash]


def test_a_session_lasts_until_the_account_is_blocked(office: OfficeAtWork) -> None:
    assert still_signed_in(office.service, number=CLERK.number, epoch=1) == CLERK
    blocked = block_officer(office.service, number=CLERK.number)
    assert blocked == replace(CLERK, active=False, session_epoch=2)
    assert still_signed_in(office.service, number=CLERK.number, epoch=1) is None
    assert still_signed_in(office.service, number=CLERK.number, epoch=2) is None
    assert sign_in(office.service, username=CLERK.username, password=PASSWORD) is None
    assert acts(office, CLERK.number) == [(AuditAct.OFFICER_BLOCKED, OPERATOR)]


def test_a_session_of_an_older_epoch_has_ended(office: OfficeAtWork) -> None:
    assert still_signed_in(office.service, number=APPROVER.number, epoch=0) is None
    assert still_signed_in(office.service, number="Z-9", epoch=1) is None


def test_a_new_officer_can_sign_in(office: OfficeAtWork) -> None:
    added = add(office, username=" Rahima ")
    assert (added.username, added.active, added.session_epoch) == ("rahima", True, 1)
    assert sign_in(office.service, username="rahima", password="a long password") == added
    assert acts(office, added.number)[0] == (AuditAct.OFFICER_ADDED, OPERATOR)


def test_the_password_itself_is_not_kept(office: OfficeAtWork) -> None:
    assert add(office).password_hash != "a long password"


@pytest.mark.parametrize(
    ("changes", "field", "kind"),
    [
        ({"number": "bmet 1"}, "number", FaultKind.WRONG_FORM),
        ({"number": "E-1"}, "number", FaultKind.TAKEN),
        ({"username": "rahima khatun"}, "username", FaultKind.WRONG_FORM),
        ({"username": "e-1"}, "username", FaultKind.TAKEN),
        ({"name": BilingualText(en=" ")}, "name_en", FaultKind.REQUIRED),
        ({"roles": frozenset()}, "roles", FaultKind.REQUIRED),
        ({"office_code": "DEMO-XXX"}, "office_code", FaultKind.WRONG_FORM),
        ({"password": "short"}, "password", FaultKind.TOO_SHORT),
        ({"password": "x" * 201}, "password", FaultKind.TOO_LONG),
    ],
)
def test_an_account_that_cannot_be_opened_says_why(
    office: OfficeAtWork, changes: dict[str, Any], field: str, kind: FaultKind
) -> None:
    with pytest.raises(AccountRefused) as refused:
        add(office, **changes)
    assert [(fault.field, fault.kind) for fault in refused.value.faults] == [(field, kind)]
    with office.service.database.read() as work:
        assert len(work.staff.all()) == 5


def test_everything_wrong_with_an_account_is_said_at_once(office: OfficeAtWork) -> None:
    with pytest.raises(AccountRefused) as refused:
        add(office, number="?", username="?", password="?")
    assert [fault.field for fault in refused.value.faults] == ["number", "username", "password"]


def test_nobody_is_blocked_who_is_not_there(office: OfficeAtWork) -> None:
    with pytest.raises(NotOnRecord):
        block_officer(office.service, number="Z-9")
