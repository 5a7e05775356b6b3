"""`verifier check` with a memory that cannot be used, times that are none, and texts that no encoding has."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from clearance.credential.status import Status
from tests.unit.desk_trust.conftest import AT, Issuer
from tests.vectors.desk import IDX
from verifier.check_cli import check

LATER = AT + 60


def run(*arguments: object, given: bytes = b"") -> tuple[int, list[dict[str, Any]]]:
    result = CliRunner().invoke(check, [str(each) for each in arguments], input=given)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]


def test_a_memory_that_is_no_directory_leaves_no_trust(issuer: Issuer, desk: Path) -> None:
    for state in (desk / "trust" / "root.pem", "/proc/nowhere", desk / ("x" * 300)):
        code, answers = run("--bundle", desk / "trust", "--state", state, "--at", LATER, issuer.card())
        assert (code, answers[0]["reason"]) == (2, "trust_unusable")


def test_a_damaged_memory_leaves_no_trust_and_stays_as_it_is(issuer: Issuer, desk: Path) -> None:
    state = desk / "state"
    state.mkdir()
    for name in ("floor.json", "floor.bak"):
        (state / name).write_text('{"trust": null}')
    code, answers = run("--bundle", desk / "trust", "--state", state, "--at", LATER, issuer.card())
    assert (code, answers[0]["reason"]) == (2, "trust_unusable")
    assert {path.read_text() for path in state.iterdir()} == {'{"trust": null}'}


def test_the_bundle_directory_is_never_written_to(issuer: Issuer, desk: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in (desk / "trust").rglob("*")}
    assert run("--bundle", desk / "trust", "--state", desk / "state", "--at", LATER, issuer.card())[0] == 0
    assert {path: path.stat().st_mtime_ns for path in (desk / "trust").rglob("*")} == before


def test_what_one_line_saw_revoked_the_next_refuses_only_with_a_memory(issuer: Issuer, desk: Path) -> None:
    second = desk / "second"
    (second / "status").mkdir(parents=True)
    for name in ("root.pem", "trust.cose"):
        (second / name).write_bytes((desk / "trust" / name).read_bytes())
    (second / "status" / "26a.cwt").write_bytes(issuer.status({IDX: Status.INVALID}, at=AT - 600))
    (desk / "trust" / "status" / "26a.cwt").write_bytes(issuer.status({}, at=AT))
    text = issuer.card()
    question = "".join(
        json.dumps({"text": text, "bundle": str(bundle), "at": LATER}) + "\n" for bundle in (second, desk / "trust")
    ).encode()
    assert [answer["reason"] for answer in run("--jsonl", "-", given=question)[1]] == ["revoked", "valid"]
    remembered = run("--jsonl", "-", "--state", desk / "state", given=question)[1]
    assert [answer["reason"] for answer in remembered] == ["revoked", "revoked"]


@pytest.mark.parametrize(
    "at",
    ["", "nan", "inf", "1e9", "9" * 5000, "0000-01-01", "2026-11-22T06:00:00+24:00", "2026-11-22 25:00", "১২৩", "1.5"],
)
def test_what_is_no_time_is_wrong_usage_on_the_line_and_unreadable_in_a_stream(
    issuer: Issuer, desk: Path, at: str
) -> None:
    code, answers = run("--bundle", desk / "trust", f"--at={at}", issuer.card())
    assert (code, answers) == (2, [])  # click's own number; `python -m verifier` makes 64 of it
    line = json.dumps({"text": issuer.card(), "at": at}).encode()
    code, answers = run("--bundle", desk / "trust", "--jsonl", "-", given=line)
    assert (code, answers[0]["outcome"], answers[0]["reason"]) == (0, "refuse", "unreadable")


@pytest.mark.parametrize("at", [0, -1, 10**18, -(10**30), 10**300])
def test_a_time_far_away_is_still_answered(issuer: Issuer, desk: Path, at: int) -> None:
    line = json.dumps({"text": issuer.card(), "at": at}).encode()
    code, answers = run("--bundle", desk / "trust", "--jsonl", "-", given=line)
    assert code == 0
    assert answers[0]["reason"] in ("clock_wrong", "expired")


def test_lone_surrogates_break_neither_question_nor_answer(issuer: Issuer, desk: Path) -> None:
    surrogate = b"\xed\xa0\x80\xff".decode("utf-8", "surrogateescape")
    passport = json.dumps({"text": issuer.card(), "passport": "\ud800", "at": LATER}).encode()
    assert run("--bundle", desk / "trust", "--jsonl", "-", given=passport)[1][0]["reason"] == "passport_mismatch"
    code, answers = run("--bundle", desk / "trust", "--at", LATER, "--passport", surrogate, issuer.card())
    assert (code, answers[0]["reason"]) == (2, "passport_mismatch")
    code, answers = run("--bundle", desk / "trust", "--at", LATER, surrogate)
    assert (code, answers[0]["reason"]) == (1, "unreadable")
