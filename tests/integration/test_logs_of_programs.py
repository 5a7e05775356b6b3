"""What all programs write while a worker's story goes by: the number that joins their lines, and nobody's data."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from clearance import logs
from clearance.bootstrap import open_queue, read_settings, service_of
from clearance.demo import home as demo_home
from clearance.domain.lifecycle import ApplicationState
from clearance.issuing.ports import Sought
from clearance.issuing.service import Service
from clearance.serving import web_app
from clearance.worker import chores_of, working
from tests.e2e.story_data import logins, sample
from tests.integration.staff_pages import Desk, words
from tests.integration.worker_pages import ticket_in
from tests.stack.programs import signing_service

ISSUER = "BMET-3001"


@pytest.fixture
def said() -> Iterator[io.StringIO]:
    to = io.StringIO()
    logs.begin("web", form=logs.LogFormat.JSON, to=to)
    yield to
    structlog.reset_defaults()


def people_of(service: Service) -> set[str]:
    """What names or reaches a person: of all workers, and of the officers who sign in."""
    with service.database.read() as work:
        sought = Sought(states=frozenset(ApplicationState), on=service.today())
        workers = [case.draft.worker for case in work.applications.find(sought, limit=500, offset=0)]
        officers = work.staff.all()
    found = {name for officer in officers for name in (officer.name.en, officer.name.bn)}
    for each in workers:
        found |= {each.name_en, each.name_bn or "", each.passport.number, each.registration_no}
        found |= {each.mobile or "", each.email or ""}
    return {text for text in found if len(text) > 3}


def test_a_story_leaves_nobodys_data_in_any_line_and_one_number_joins_them(
    demo: Path, tmp_path: Path, said: io.StringIO
) -> None:
    settings, log = read_settings(demo), tmp_path / "signer.log"
    with (
        signing_service(demo, log=log),
        service_of(settings) as service,
        working(service, open_queue(settings), threads=1, chores=chores_of(settings)),
    ):
        app = web_app(service, settings)
        secrets = logins(demo_home.welcome(demo))
        desk = Desk(app, language="en")
        with service.database.read() as work:
            officer = work.staff.get(ISSUER)
            approved = Sought(states=frozenset({ApplicationState.APPROVED}), on=service.today())
            [case] = work.applications.find(approved, limit=1, offset=0)
        assert officer is not None
        assert desk.sign_in(officer, password=secrets["nasrin"]).status_code == 303
        issued = desk.post(f"/staff/cases/{case.reference}/issue", at=f"/staff/cases/{case.reference}")
        assert issued.status_code == 303
        desk.get(f"/staff/cards?text={case.draft.worker.passport.number}")
        worker = sample(demo_home.welcome(demo), "card ready")
        born = {"day": worker.day, "month": worker.month, "year": worker.year}
        found = desk.send("/card", passport_no=worker.passport_no, **born)
        assert "আপনার কার্ড তৈরি" in words(found) or "Your card is ready" in words(found)
        ticket = ticket_in(found)
        offered = desk.send("/card/download", ticket=ticket).headers["Location"]
        assert desk.get(offered).status_code == 200
        desk.send("/card", passport_no="A99999999", **born)
        desk.send("/card", passport_no="A\n{}\x1b[2J", **born)
        people = (
            people_of(service)
            | set(secrets.values())
            | {ticket, offered.rpartition("/")[2], "A99999999", worker.passport_no}
        )
    written = said.getvalue() + log.read_text()
    assert len(people) > 100
    assert [each for each in people if each in written or json.dumps(each)[1:-1] in written] == []
    assert "\x1b" not in written
    lines = [json.loads(line) for line in written.splitlines() if line.startswith("{")]
    [asked] = [line for line in lines if line["program"] == "signer" and line.get("asked") == "Issue"]
    assert asked["request"] == issued.headers["X-Request-ID"]
    assert {line["route"] for line in lines if "route" in line} >= {
        "/card",
        "/card/download",
        "/card/file/<form>/<ticket>",
    }
    assert "void" in {line["work"] for line in lines if line["event"] == "work done"}
