"""The interface for programs, through the web application: what is asked, what is answered, what is refused."""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import validate
from werkzeug.test import TestResponse

from clearance.domain.client import ClientScope
from clearance.domain.lifecycle import Move
from clearance.domain.person import Sex
from clearance.issuing import clients
from clearance.issuing.lookup import SecondFactor
from clearance.issuing.ports import Unavailable
from clearance.issuing.rows import COLUMNS, EXAMPLE
from clearance.issuing.with_reason import move_with_reason
from clearance.web.api.document import document
from clearance.web.api.door import REQUESTS
from clearance.web.api.operation import Operation
from clearance.web.api.routes import OPERATIONS
from clearance.web.app import create_app
from clearance.web.options import WebOptions
from tests.fakes.database import FakeDatabase
from tests.fakes.office import (
    AGENCY,
    AGENCY_CLERK,
    CHECKER,
    CLERK,
    DEVICE,
    EVERYTHING,
    NOW,
    PERMIT,
    OfficeAtWork,
    draft,
    expect,
    open_office,
)
from tests.fakes.outside import PORTRAIT
from tests.fakes.rows import Rows

AGENCYS = frozenset(ClientScope) - {ClientScope.STATISTICS}
"""What an agency's program is given."""
ROW = {name: EXAMPLE[name] for name in COLUMNS} | {"photo": base64.b64encode(PORTRAIT).decode()}


@dataclass
class Program:
    """An agency's program at the other end of the line."""

    office: OfficeAtWork
    client: FlaskClient
    token: str
    client_id: str
    keys: int = field(default=0)

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {self.token}", **headers})

    def post(self, path: str, body: object = None, *, key: str | None = None, **headers: str) -> TestResponse:
        self.keys += 1
        sent = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key or f"key-{self.keys}", **headers}
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        if body is not None:
            sent = {"Content-Type": "application/json", **sent}
        return self.client.post(f"/api/v1{path}", data=data, headers={k: v for k, v in sent.items() if v})

    def submit(self, index: int = 1, *, key: str | None = None, **changes: str) -> TestResponse:
        row = ROW | {
            "passport_no": f"A{index:08d}",
            "receipt_no": f"CH-99-{index:06d}",
            "pay_order_no": f"PO-99-{index:06d}",
            "visa_no": f"77{index:08d}",
        }
        return self.post("/applications", row | changes, key=key)


def open_api(folder: Path) -> tuple[OfficeAtWork, Flask]:
    office = open_office()
    options = WebOptions(secret_key=b"k" * 32, second_factor=SecondFactor.BIRTH_DATE, trust_directory=folder)
    return office, create_app(office.service, options)


def program(office: OfficeAtWork, app: Flask, *scopes: ClientScope, officer_no: str = AGENCY_CLERK.number) -> Program:
    made = clients.register(
        office.service, name=f"p{len(clients.registered(office.service))}", officer_no=officer_no, scopes=scopes
    )
    return Program(office, app.test_client(), made.token, made.client.id)


@pytest.fixture(scope="module")
def opened_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[OfficeAtWork, Flask, Rows]:
    """Making the application takes longer than any of these tests."""
    office, app = open_api(tmp_path_factory.mktemp("trust"))
    assert isinstance(office.service.database, FakeDatabase)
    return office, app, office.service.database.rows.copy()


@pytest.fixture
def opened(opened_once: tuple[OfficeAtWork, Flask, Rows]) -> tuple[OfficeAtWork, Flask]:
    """The office as it was furnished, at noon."""
    office, app, furnished = opened_once
    assert isinstance(office.service.database, FakeDatabase)
    office.service.database.rows = furnished.copy()
    office.clock.at = NOW
    return office, app


@pytest.fixture
def agency(opened: tuple[OfficeAtWork, Flask]) -> Program:
    return program(*opened, *AGENCYS)


def said(answer: TestResponse) -> Mapping[str, Any]:
    told: Mapping[str, Any] = json.loads(answer.data)
    return told


def problem(answer: TestResponse) -> str:
    assert answer.mimetype == "application/problem+json"
    told = said(answer)
    assert told["status"] == answer.status_code
    assert told["messages"]["bn"] != told["messages"]["en"]
    return str(told["code"])


class TestSubmitting:
    def test_an_application_is_submitted_in_the_name_of_the_account_and_from_the_client(self, agency: Program) -> None:
        answer = agency.submit(1)
        assert answer.status_code == 201, answer.text
        told = said(answer)
        assert told["state"] == "submitted"
        assert answer.headers["Location"] == f"/api/v1/applications/{told['reference']}"
        stored = agency.office.stored(told["reference"])
        assert stored.entered.officer_no == AGENCY_CLERK.number
        assert stored.entered.device == f"client:{agency.client_id}"
        assert stored.draft.worker.passport.number == "A00000001"

    def test_a_repeated_request_is_carried_out_once_and_answered_alike(self, agency: Program) -> None:
        first, again = agency.submit(1, key="same"), agency.submit(1, key="same")
        assert (first.status_code, first.data, first.headers["Location"]) == (
            again.status_code,
            again.data,
            again.headers["Location"],
        )
        assert len(said(agency.get("/applications"))["items"]) == 1

    def test_a_key_of_another_request_is_refused(self, agency: Program) -> None:
        agency.submit(1, key="same")
        assert problem(agency.submit(2, key="same")) == "key_of_another"
        assert problem(agency.post("/webhooks", {"url": "https://a.example/x"}, key="same")) == "key_of_another"

    def test_another_client_s_key_is_another_key(self, agency: Program, opened: tuple[OfficeAtWork, Flask]) -> None:
        other = program(*opened, *AGENCYS, officer_no=CLERK.number)
        assert agency.submit(1, key="same").status_code == 201
        assert other.submit(2, key="same").status_code == 201

    def test_a_request_in_hand_is_not_begun_again_until_it_is_given_up(self, agency: Program) -> None:
        refuse = agency.office.service.documents

        def interrupted(content: bytes) -> str:
            [answer] = [agency.submit(1, key="same")]  # the same request arrives while this one is in hand
            assert problem(answer) == "key_in_hand"
            raise KeyboardInterrupt  # the process dies

        put, refuse.put = refuse.put, interrupted  # type: ignore[method-assign]
        with pytest.raises(KeyboardInterrupt):
            agency.submit(1, key="same")
        refuse.put = put  # type: ignore[method-assign]
        assert problem(agency.submit(1, key="same")) == "key_in_hand"
        agency.office.clock.advance(seconds=61)
        assert agency.submit(1, key="same").status_code == 201

    def test_after_a_crash_between_commit_and_answer_the_repetition_gets_the_answer(
        self, agency: Program, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def die(*_: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as dying:
            dying.setattr("clearance.web.api.door._response", die)
            with pytest.raises(KeyboardInterrupt):
                agency.submit(1, key="same")
        answer = agency.submit(1, key="same")
        assert answer.status_code == 201
        [only] = said(agency.get("/applications"))["items"]
        assert only["reference"] == said(answer)["reference"]

    def test_nothing_of_a_failed_request_keeps_its_repetition_from_being_carried_out(
        self, agency: Program, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def unavailable(*_: object, **__: object) -> None:
            raise Unavailable("no database")

        with monkeypatch.context() as broken:
            broken.setattr("clearance.issuing.interface.entry.enter", unavailable)
            answer = agency.submit(1, key="same")
            assert problem(answer) == "busy"
            assert int(answer.headers["Retry-After"]) >= 30
        assert agency.submit(1, key="same").status_code == 201

    @pytest.mark.parametrize("key", ["", " ", "ключ", "k" * 256])
    def test_a_request_without_a_sound_key_is_refused(self, agency: Program, key: str) -> None:
        headers = {"Authorization": f"Bearer {agency.token}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key.encode().decode("latin-1")
        answer = agency.client.post("/api/v1/applications", data=json.dumps(ROW), headers=headers)
        assert problem(answer) == "key_missing"

    def test_every_field_is_judged_as_in_a_batch_and_nothing_sent_is_repeated(self, agency: Program) -> None:
        answer = agency.submit(1, passport_no="B1234567X", birth_date="1995-02-30", name_en="RAHIM@UDDIN")
        assert problem(answer) == "invalid"
        wrong = {error["field"]: error["code"] for error in said(answer)["errors"]}
        assert wrong == {
            "name_en": "character_not_allowed",
            "birth_date": "no_such_date",
            "passport_no": "not_a_passport_no",
        }
        for sent in ("B1234567X", "1995-02-30", "RAHIM", "@"):
            assert sent not in answer.text

    @pytest.mark.parametrize(
        ("photo", "code"),
        [
            ("AAAA", "photo_not_an_image"),
            ("====", "string_pattern_mismatch"),
            ("AAAAA", "base64"),
            ("", "string_too_short"),
        ],
    )
    def test_a_photo_that_is_none_is_named(self, agency: Program, photo: str, code: str) -> None:
        answer = agency.submit(1, photo=photo)
        assert problem(answer) == "invalid"
        assert [(error["field"], error["code"]) for error in said(answer)["errors"]] == [("photo", code)]

    def test_what_the_rules_refuse_is_refused_with_its_ground(self, agency: Program) -> None:
        agency.submit(1)
        answer = agency.submit(2, receipt_no="CH-99-000001")
        assert problem(answer) == "refused"
        [error] = said(answer)["errors"]
        assert error["code"] == "receipt_used"
        assert "APP-" not in answer.text, "the case may be another agency's"

    def test_a_case_of_another_agency_is_not_submitted(self, agency: Program) -> None:
        answer = agency.submit(1, licence_no="RL-77", permit_no="EA-SAU-77")
        assert problem(answer) == "refused"

    def test_no_field_that_is_not_described_is_taken_or_repeated(self, agency: Program) -> None:
        answer = agency.submit(1, A01234567="x")
        assert problem(answer) == "invalid"
        assert "A01234567" not in answer.text

    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"A01234567"', b"\xff\xfe", b"[" * 100_000])
    def test_what_is_no_object_is_refused(self, agency: Program, body: bytes) -> None:
        answer = agency.post("/applications", body)
        assert problem(answer) in {"malformed", "invalid"}
        assert answer.status_code in {400, 422}

    def test_another_media_type_is_refused(self, agency: Program) -> None:
        answer = agency.post("/applications", b"name_en=X", **{"Content-Type": "application/x-www-form-urlencoded"})
        assert problem(answer) == "wrong_media_type"

    def test_what_is_too_large_is_refused(self, agency: Program) -> None:
        assert problem(agency.post("/webhooks", b'"' + b"x" * 20_000 + b'"')) == "too_large"
        assert problem(agency.post("/applications", b'"' + b"x" * 15_000_000 + b'"')) == "too_large"


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


class TestWhoAsks:
    @pytest.mark.parametrize(
        "authorization", [None, "", "Bearer", "Bearer x", "Basic QTpC", "Bearer CLT-00000000-" + "0" * 32, "Bearer é"]
    )
    def test_without_a_token_nobody_is_heard(self, agency: Program, authorization: str | None) -> None:
        headers = {} if authorization is None else {"Authorization": authorization}
        answer = agency.client.get("/api/v1/applications", headers=headers)
        assert (answer.status_code, problem(answer)) == (401, "token_unknown")
        assert answer.headers["WWW-Authenticate"] == "Bearer"

    def test_a_token_ends_a_rotated_one_after_its_overlap_and_a_revoked_one_at_once(self, agency: Program) -> None:
        service, clock = agency.office.service, agency.office.clock
        old = agency.token
        agency.token = clients.rotate(service, agency.client_id, overlap=timedelta(hours=1)).token
        assert agency.get("/permits").status_code == 200
        new, agency.token = agency.token, old
        assert agency.get("/permits").status_code == 200
        clock.advance(hours=1)
        assert agency.get("/permits").status_code == 401
        agency.token = new
        assert agency.get("/permits").status_code == 200
        clock.advance(days=181)
        assert agency.get("/permits").status_code == 401
        agency.token = clients.rotate(service, agency.client_id).token
        assert agency.get("/permits").status_code == 200
        clients.revoke(service, agency.client_id)
        assert agency.get("/permits").status_code == 401

    def test_a_blocked_account_blocks_its_programs(self, agency: Program) -> None:
        with agency.office.service.database.write() as work:
            work.staff.save(replace(AGENCY_CLERK, active=False))
            work.commit()
        assert agency.get("/permits").status_code == 401

    @pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
    def test_each_operation_asks_for_its_scope(self, opened: tuple[OfficeAtWork, Flask], operation: Operation) -> None:
        without = program(*opened, *(set(ClientScope) - {operation.scope}), officer_no=EVERYTHING.number)
        path = re.sub(r"\{\w+\}", "x", operation.path)
        headers = {"Authorization": f"Bearer {without.token}", "Idempotency-Key": "k"}
        answer = without.client.open(f"/api/v1{path}", method=operation.method, headers=headers)
        assert (answer.status_code, problem(answer)) == (403, "scope_missing")

    def test_one_agency_sees_nothing_of_another(self, agency: Program, opened: tuple[OfficeAtWork, Flask]) -> None:
        office = agency.office
        rival = replace(AGENCY_CLERK, number="AG-2", username="ag-2", licence_no="RL-77")
        with office.service.database.write() as work:
            work.staff.add(rival)
            work.permits.add_agency(replace(AGENCY, licence_no="RL-77"))
            work.permits.add(replace(PERMIT, number="EA-SAU-77", licence_no="RL-77"))
            work.commit()
        other = program(*opened, ClientScope.STATUS, ClientScope.PERMITS, ClientScope.WEBHOOKS, officer_no="AG-2")
        reference = said(agency.submit(1))["reference"]
        hook = said(agency.post("/webhooks", {"url": "https://a.example/x"}))["id"]
        assert said(other.get("/applications"))["items"] == []
        assert [permit["number"] for permit in said(other.get("/permits"))["items"]] == ["EA-SAU-77"]
        for path in (
            f"/applications/{reference}",
            f"/applications?cursor={reference}",
            "/licences/RL-1234",
            f"/webhooks/{hook}",
            f"/webhooks/{hook}/secret",
            f"/webhooks/{hook}/deliveries",
        ):
            assert problem(other.get(path)) == "not_found", path
        assert (
            other.client.delete(
                f"/api/v1/webhooks/{hook}", headers={"Authorization": f"Bearer {other.token}"}
            ).status_code
            == 404
        )

    def test_no_operation_decides(self) -> None:
        assert {operation.id for operation in OPERATIONS if operation.scope is ClientScope.SUBMIT} == {
            "submitApplication"
        }

    def test_a_client_is_told_how_many_requests_are_left_and_stopped_after_them(self, agency: Program) -> None:
        first = agency.get("/permits")
        assert first.headers["RateLimit-Policy"] == '"client";q=300;w=60'
        assert first.headers["RateLimit"].startswith('"client";r=299;t=')
        for _ in range(REQUESTS - 1):
            assert agency.get("/licences/RL-0").status_code == 404
        answer = agency.get("/permits")
        assert problem(answer) == "too_many_requests"
        assert 1 <= int(answer.headers["Retry-After"]) <= 60
        assert answer.headers["RateLimit"].startswith('"client";r=0;t=')

    def test_one_client_s_limit_is_not_another_s(self, agency: Program, opened: tuple[OfficeAtWork, Flask]) -> None:
        other = program(*opened, ClientScope.PERMITS)
        for _ in range(REQUESTS + 1):
            agency.get("/licences/RL-0")
        assert agency.get("/permits").status_code == 429
        assert other.get("/permits").status_code == 200

    def test_guessing_tokens_is_slowed_for_the_guesser_alone(self, agency: Program) -> None:
        elsewhere = {"REMOTE_ADDR": "192.0.2.77"}
        answers = [agency.client.get("/api/v1/permits", environ_base=elsewhere) for _ in range(61)]
        assert [answer.status_code for answer in answers] == [401] * 60 + [429]
        assert agency.get("/permits").status_code == 200


class TestWebhooks:
    def test_a_webhook_is_registered_shown_rotated_and_removed(self, agency: Program) -> None:
        answer = agency.post("/webhooks", {"url": "https://agency.example/in?x=1"})
        assert answer.status_code == 201, answer.text
        made = said(answer)
        where = f"/webhooks/{made['id']}"
        assert said(agency.get(where)) == made
        assert said(agency.get("/webhooks"))["items"] == [made]
        secret = said(agency.get(f"{where}/secret"))["secret"]
        assert secret.startswith("whsec_")
        assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32
        rotated = said(agency.post(f"{where}/secret"))
        assert rotated["overlap_until"] == "2026-11-23T06:00:00.250000Z"
        assert said(agency.get(f"{where}/secret"))["secret"] != secret
        removed = agency.client.delete(f"/api/v1{where}", headers={"Authorization": f"Bearer {agency.token}"})
        assert (removed.status_code, removed.data) == (204, b"")
        assert problem(agency.get(where)) == "not_found"

    def test_no_stored_answer_holds_a_secret(self, agency: Program) -> None:
        made = said(agency.post("/webhooks", {"url": "https://agency.example/in"}, key="k"))
        secret = said(agency.get(f"/webhooks/{made['id']}/secret"))["secret"]
        with agency.office.service.database.read() as work:
            stored = work.keyed_requests.get(agency.client_id, "k")
        assert stored is not None
        assert secret not in str(stored)

    @pytest.mark.parametrize(
        "url",
        [
            "http://agency.example/",
            "https://user@agency.example/",
            "https://[::1]/",
            "https://agency.example/#x",
            "https://agency.example/\n",
            "https:///x",
            "file:///etc/passwd",
            "https://agency.example/" + "x" * 500,
        ],
    )
    def test_addresses_of_another_form_are_refused(self, agency: Program, url: str) -> None:
        assert problem(agency.post("/webhooks", {"url": url})) == "invalid"

    def test_a_client_has_ten_at_most(self, agency: Program) -> None:
        for number in range(10):
            assert agency.post("/webhooks", {"url": f"https://a.example/{number}"}).status_code == 201
        assert problem(agency.post("/webhooks", {"url": "https://a.example/11"})) == "too_many_webhooks"

    def test_a_test_is_queued_and_what_was_given_up_can_be_tried_anew(self, agency: Program) -> None:
        hook = said(agency.post("/webhooks", {"url": "https://agency.example/in"}))["id"]
        answer = agency.post(f"/webhooks/{hook}/ping")
        assert answer.status_code == 202
        sent = said(answer)
        assert (sent["event"], sent["state"]) == ("ping", "waiting")
        again = f"/webhooks/{hook}/deliveries/{sent['id']}/retry"
        assert problem(agency.post(again)) == "conflict"
        now = agency.office.clock.at
        with agency.office.service.database.write() as work:
            [claimed] = work.deliveries.claim(now=now, until=now, limit=1)
            work.deliveries.settle(claimed.given_up(now, why="answered_410"))
            work.commit()
        [dead] = said(agency.get(f"/webhooks/{hook}/deliveries?state=dead"))["items"]
        assert (dead["id"], dead["error"], dead["next_try_at"]) == (sent["id"], "answered_410", None)
        assert said(agency.post(again))["state"] == "waiting"


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
