"""Who asks through the interface, and where the answers are sent to."""

import base64
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from clearance.domain.client import ClientScope
from clearance.issuing import clients
from clearance.web.api.door import REQUESTS
from clearance.web.api.operation import Operation
from clearance.web.api.routes import OPERATIONS
from tests.fakes.office import AGENCY, AGENCY_CLERK, EVERYTHING, PERMIT, OfficeAtWork
from tests.integration.api.programs import Program, problem, program, said


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
