"""What a program reads of its cases, and the document that describes the interface."""

import json
import re
from dataclasses import replace
from pathlib import Path

from flask import Flask
from openapi_spec_validator import validate

from clearance.domain.client import ClientScope
from clearance.domain.lifecycle import Move
from clearance.domain.person import Sex
from clearance.issuing.with_reason import move_with_reason
from clearance.web.api.document import document
from clearance.web.api.routes import OPERATIONS
from tests.fakes.office import CHECKER, DEVICE, EVERYTHING, OfficeAtWork, draft, expect
from tests.integration.api.programs import Program, problem, program, said


class TestReading:
    def test_the_list_is_read_part_by_part_in_the_order_of_entry(self, agency: Program) -> None:
        references = [said(agency.submit(number))["reference"] for number in range(1, 6)]
        seen, cursor = [], ""
        for _ in range(3):
            part = said(agency.get(f"/applications?limit=2{cursor}"))
            seen += [item["reference"] for item in part["items"]]
            cursor = f"&cursor={part['next_cursor']}"
        assert sorted(seen) == sorted(references)
        assert part["next_cursor"] is None

    def test_the_list_is_narrowed_to_a_state(self, agency: Program) -> None:
        agency.submit(1)
        assert len(said(agency.get("/applications?state=submitted"))["items"]) == 1
        assert said(agency.get("/applications?state=issued"))["items"] == []

    def test_a_case_says_what_is_missing_and_who_must_act(self, agency: Program) -> None:
        reference = said(agency.submit(1, fingerprint_taken_on=""))["reference"]
        told = said(agency.get(f"/applications/{reference}"))
        assert told["next_actor"] == "checker"
        assert "fingerprint_missing" in [each["code"] for each in told["missing"]]
        assert told["missing"][0]["messages"]["bn"]

    def test_an_issued_case_has_its_clearance_number_and_nothing_of_the_worker(self, agency: Program) -> None:
        card = agency.office.issue(draft(3))
        answer = agency.get(f"/applications/{card.application_reference}")
        told = said(answer)
        assert (told["state"], told["clearance_no"], told["next_actor"]) == ("issued", card.clearance_no, "nobody")
        assert "RAHIM" not in answer.text
        assert "A00000003" not in answer.text

    def test_a_case_that_was_sent_back_says_why(self, agency: Program) -> None:
        reference = said(agency.submit(1))["reference"]
        expect(
            move_with_reason(
                agency.office.service,
                reference,
                Move.SEND_BACK,
                officer=CHECKER,
                device=DEVICE,
                version=1,
                reason="the visa copy is unreadable",
            )
        )
        told = said(agency.get(f"/applications/{reference}"))
        assert (told["state"], told["next_actor"]) == ("returned", "submitter")
        assert told["returned_because"] == "the visa copy is unreadable"

    def test_permits_tell_their_balance_to_their_holder(self, agency: Program) -> None:
        agency.office.issue(draft(3))
        [permit] = said(agency.get("/permits"))["items"]
        assert (permit["number"], permit["places"], permit["used"], permit["balance"]) == ("EA-SAU-1234", 25, 1, 24)
        assert said(agency.get("/permits?number=EA-SAU-1234"))["items"] == [permit]
        assert said(agency.get("/permits?number=EA-SAU-9"))["items"] == []

    def test_a_licence_says_whether_it_is_in_force(self, agency: Program) -> None:
        told = said(agency.get("/licences/RL-1234"))
        assert told["in_force"] is True
        assert told["valid_until"] == "2028-01-01"
        agency.office.clock.advance(days=600)
        renewed = program(agency.office, agency.client.application, ClientScope.PERMITS)
        assert said(renewed.get("/licences/RL-1234"))["in_force"] is False

    def test_statistics_are_for_accounts_of_oversight(
        self, agency: Program, opened: tuple[OfficeAtWork, Flask]
    ) -> None:
        for number in range(3, 9):
            agency.office.issue(draft(number))
        ministry = program(*opened, ClientScope.STATISTICS, officer_no=EVERYTHING.number)
        told = said(ministry.get("/statistics?month=2026-11&by=destination"))
        assert told["rows"] == [{"value": "SAU", "issued": 6, "held": 0, "revoked": 0, "departed": 0}]

    def test_a_month_that_would_tell_of_single_people_is_withheld(
        self, agency: Program, opened: tuple[OfficeAtWork, Flask]
    ) -> None:
        ministry = program(*opened, ClientScope.STATISTICS, officer_no=EVERYTHING.number)
        for index in range(3, 7):
            agency.office.issue(draft(index))
        agency.office.issue(replace(draft(9), worker=replace(draft(9).worker, sex=Sex.OTHER)))
        assert problem(ministry.get("/statistics?month=2026-11&by=sex")) == "withheld"


class TestTheDocument:
    def test_it_is_valid_and_served_to_anybody(self, agency: Program) -> None:
        answer = agency.client.get("/api/v1/openapi.json")
        assert answer.mimetype == "application/json"
        validate(said(answer))
        assert said(answer)["openapi"].startswith("3.1")

    def test_the_committed_copy_is_the_served_one(self, agency: Program, root: Path) -> None:
        committed = json.loads((root / "docs" / "openapi.json").read_text(encoding="utf-8"))
        cure = "write it anew: python -m clearance.web.api > docs/openapi.json"
        assert committed == said(agency.client.get("/api/v1/openapi.json")), cure

    def test_it_names_every_route_and_no_other(self, opened: tuple[OfficeAtWork, Flask]) -> None:
        described = {
            (method.upper(), f"/api/v1{path}")
            for path, item in document(OPERATIONS)["paths"].items()
            for method in item
        }
        routed = {
            (method, re.sub(r"<(\w+)>", r"{\1}", rule.rule))
            for rule in opened[1].url_map.iter_rules()
            if rule.endpoint.startswith("api.") and not rule.rule.endswith("openapi.json")
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        }
        assert described == routed

    def test_unknown_addresses_and_methods_are_problems_too(self, agency: Program) -> None:
        assert problem(agency.get("/nothing")) == "not_found"
        answer = agency.client.put("/api/v1/applications")
        assert problem(answer) == "method_not_allowed"
        assert set(answer.headers["Allow"].split(", ")) >= {"GET", "POST"}
