"""A case that an agency's program sends: entered once, refused with its reasons, never half."""

import json

import pytest
from flask import Flask

from clearance.issuing.ports import Unavailable
from tests.fakes.office import AGENCY_CLERK, CLERK, OfficeAtWork
from tests.integration.api.programs import AGENCYS, ROW, Program, problem, program, said


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
