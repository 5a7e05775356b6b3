"""Row scope: every route of one case or card, asked by every role of every kind of office."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from werkzeug.routing import Rule

from clearance.domain.clearance import Clearance
from clearance.domain.staff import Office, Officer, Role
from clearance.domain.text import BilingualText
from tests.fakes.office import DISTRICT, draft, officer, take_on
from tests.integration.staff_pages import Desk, Workplace, open_workplace

ELSEWHERE = Office(code="DEMO-SYL", name=BilingualText(en="DEMO Sylhet", bn="জেলা কর্মসংস্থান অফিস, সিলেট"))
STAFF_ROLES = [role for role in Role if role is not Role.AGENCY_CLERK]
INSIDE = [
    *(officer(f"HQ-{role.value}"[:18].upper(), role) for role in STAFF_ROLES),
    *(officer(f"OWN-{role.value}"[:18].upper(), role, office_code=DISTRICT.code) for role in STAFF_ROLES),
    officer("AG-OWN", Role.AGENCY_CLERK, licence_no="RL-1234"),
]
OUTSIDE = [
    *(officer(f"FAR-{role.value}"[:18].upper(), role, office_code=ELSEWHERE.code) for role in STAFF_ROLES),
    officer("FAR-EVERYTHING", *STAFF_ROLES, office_code=ELSEWHERE.code),
    officer("AG-FAR", Role.AGENCY_CLERK, licence_no="RL-77"),
    # Headquarters lends an agency's clerk nothing.
    officer("AG-HQ", Role.AGENCY_CLERK, licence_no="RL-77", office_code="BMET"),
]
PASSPORT_NO = draft(7).worker.passport.number


@dataclass(frozen=True, kw_only=True)
class Place:
    """A workplace with one card of a district's case."""

    workplace: Workplace
    card: Clearance

    def desk_of(self, member: Officer) -> Desk:
        """The officer's browser; at an address of its own, since sign-ins from one address are counted."""
        number = (*INSIDE, *OUTSIDE).index(member)
        desk = Desk(self.workplace.app, address=f"198.51.100.{number + 1}")
        assert desk.sign_in(member).status_code == 303
        return desk

    def routes(self) -> Iterator[tuple[str, str]]:
        """Method and path of every route of this case and card."""
        values = {"reference": self.card.application_reference, "clearance_no": self.card.clearance_no}
        values |= {"form": "picture"}
        for rule in self.workplace.app.url_map.iter_rules():
            if rule.rule.startswith(("/staff/cases/<", "/staff/cards/<")):
                for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                    yield method, _path(rule, values)


def _path(rule: Rule, values: dict[str, str]) -> str:
    built = rule.build({name: values[name] for name in rule.arguments})
    assert built is not None
    return str(built[1])


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with open_workplace(Path(tmp_path_factory.mktemp("scope"))) as workplace:
        with workplace.office.service.database.write() as work:
            work.staff.add_office(ELSEWHERE)
            for member in (*INSIDE, *OUTSIDE):
                take_on(work, member)
            work.commit()
        card = workplace.office.issue(replace(draft(7), office_code=DISTRICT.code))
        yield Place(workplace=workplace, card=card)


def state_of(place: Place) -> tuple[object, ...]:
    """Everything that a forbidden act could have changed."""
    with place.workplace.office.service.database.read() as work:
        return (
            work.applications.get(place.card.application_reference),
            work.clearances.get(place.card.clearance_no),
            len(work.audit.entries(subject=place.card.application_reference)),
        )


@pytest.mark.parametrize("member", OUTSIDE, ids=lambda member: member.number)
def test_a_case_of_another_office_is_not_there_on_any_route(place: Place, member: Officer) -> None:
    desk, before = place.desk_of(member), state_of(place)
    asked = 0
    for method, path in place.routes():
        form = {"version": "4", "reason": "deceased", "confirmed": "yes"}
        answer = desk.get(path) if method == "GET" else desk.post(path, at="/staff/queue", **form)
        assert answer.status_code == 404, f"{method} {path} answers {answer.status_code}"
        assert PASSPORT_NO not in answer.text
        asked += 1
    assert asked >= 20
    assert state_of(place) == before


@pytest.mark.parametrize("member", OUTSIDE, ids=lambda member: member.number)
def test_no_list_and_no_search_shows_a_case_of_another_office(place: Place, member: Officer) -> None:
    desk = place.desk_of(member)
    for path in ("/staff/queue?state=issued", f"/staff/queue?state=issued&text={PASSPORT_NO}", "/staff/cards"):
        answer = desk.get(path)
        assert place.card.clearance_no not in answer.text
        assert place.card.application_reference not in answer.text
    printed = desk.post("/staff/cards/sheets.pdf", at="/staff/queue", card=place.card.clearance_no)
    assert printed.status_code == 404


@pytest.mark.parametrize("member", INSIDE, ids=lambda member: member.number)
def test_whoever_may_see_a_case_sees_it_and_its_card(place: Place, member: Officer) -> None:
    desk = place.desk_of(member)
    for path in (f"/staff/cases/{place.card.application_reference}", f"/staff/cards/{place.card.clearance_no}"):
        assert PASSPORT_NO in desk.get(path).text
