"""The seal of a card's PDF beside the verdict on its code: on the command line and on the desk's screen."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cryptography import x509

from clearance.card import document
from clearance.card.seal import Seal
from clearance.credential.qrtext import unpack
from clearance.reading.findings import Doubt
from clearance.reading.paper import pinned_roots, read_paper
from tests.integration.desk.counter import REVOKED_IDX, Counter, answered
from tests.unit.card.samples import sample_card, sealing_key
from tests.unit.desk.bureau import NOW, Bureau, tampered
from tests.unit.desk.pictures import pdf as picture_pdf
from tests.unit.desk.pictures import png, qr_image
from verifier.check_cli import check

FIELDS = [
    "outcome", "reason", "clearance_no", "passport_no", "name", "name_bn", "destination", "valid_until", "issuer",
    "kid", "status_age_s",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Files:
    """One card as a file, honest and not."""

    text: str
    honest: bytes
    other_face: bytes
    added_to: bytes
    by_others: bytes
    unsealed: bytes
    swapped: bytes
    """Sealed by the office, and yet with the credential of another card."""


@pytest.fixture(scope="module")
def files(bureau: Bureau) -> Files:
    text, other = bureau.card(), bureau.card(passport_no="B7654321")
    drawn = document.render(sample_card(qr_text=text, credential=unpack(text)), mask=3)
    honest = bureau.sealed(drawn)
    key, root = sealing_key()
    mismatched = document.render(sample_card(qr_text=text, credential=unpack(other)), mask=3)
    photo = honest.index(b"/DCTDecode") + 3000
    return Files(
        text=text,
        honest=honest,
        other_face=honest[:photo] + bytes([honest[photo] ^ 1]) + honest[photo + 1 :],
        added_to=honest + b"\n% a new page could hang here\n%%EOF\n",
        by_others=Seal(key, [root]).seal(drawn, at=datetime.fromtimestamp(NOW, UTC)),
        unsealed=drawn,
        swapped=bureau.sealed(mismatched),
    )


@dataclass(frozen=True, kw_only=True)
class Run:
    status: int
    answer: dict[str, Any]
    said: str


@pytest.fixture
def checked(bureau: Bureau, tmp_path: Path) -> Iterator[Any]:
    def run(content: bytes, *arguments: str) -> Run:
        file = tmp_path / "card.pdf"
        file.write_bytes(content)
        asked = ["--bundle", str(bureau.public), "--at", str(NOW), *arguments, "--image", str(file)]
        result = CliRunner().invoke(check, asked)
        return Run(status=result.exit_code, answer=json.loads(result.stdout), said=result.stderr)

    return run


class TestCommandLine:
    def test_a_card_as_it_was_sealed_passes_and_says_by_whom(self, checked: Any, files: Files) -> None:
        run = checked(files.honest)
        assert run.status == 0
        assert list(run.answer) == [*FIELDS, "seal"]
        seal = run.answer["seal"]
        assert (seal["state"], seal["reason"], seal["same_credential"]) == ("intact", None, True)
        assert seal["signed_at"] == "2026-11-22T06:00:00+00:00"
        assert f"sealed by {seal['signer']}, 2026-11-22 06:00 UTC; not changed since." in run.said

    @pytest.mark.parametrize("change", ["other_face", "added_to"])
    def test_a_changed_file_warns_and_ends_with_2_although_its_code_passes(
        self, checked: Any, files: Files, change: str
    ) -> None:
        run = checked(getattr(files, change))
        assert run.status == 2
        assert (run.answer["outcome"], run.answer["reason"]) == ("pass", "valid")
        assert run.answer["seal"]["state"] == "broken"
        assert run.answer["seal"]["reason"] is not None
        assert run.answer["seal"]["same_credential"] is None
        assert "WARNING: the seal is broken" in run.said

    def test_a_seal_of_somebody_else_is_none_of_the_office(self, checked: Any, files: Files) -> None:
        run = checked(files.by_others)
        assert (run.status, run.answer["outcome"], run.answer["seal"]["state"]) == (2, "pass", "foreign")
        assert "WARNING: not sealed by the office" in run.said

    def test_a_sealed_credential_that_is_not_the_codes_is_told(self, checked: Any, files: Files) -> None:
        run = checked(files.swapped)
        assert (run.status, run.answer["outcome"]) == (2, "pass")
        assert (run.answer["seal"]["state"], run.answer["seal"]["same_credential"]) == ("intact", False)
        assert "is not the one of the code" in run.said

    def test_a_print_without_a_seal_is_judged_by_its_code(self, checked: Any, files: Files) -> None:
        for content in (files.unsealed, picture_pdf(qr_image(files.text))):
            run = checked(content)
            assert (run.status, run.answer["seal"]["state"]) == (0, "none")
            assert "no seal: a print or a copy" in run.said

    def test_a_picture_has_no_member_for_a_seal(self, checked: Any, files: Files) -> None:
        run = checked(png(qr_image(files.text)))
        assert run.status == 0
        assert list(run.answer) == FIELDS
        assert run.said == ""

    def test_a_refusal_stays_a_refusal_whatever_the_seal(self, checked: Any, bureau: Bureau) -> None:
        text = bureau.card(idx=REVOKED_IDX)
        drawn = document.render(sample_card(qr_text=text, credential=unpack(text)), mask=3)
        honest = bureau.sealed(drawn)
        for content in (honest, honest[:-200] + b"\0" + honest[-199:]):
            assert checked(content).status == 1

    def test_a_forged_code_in_a_sealed_file_is_refused_and_no_name_is_said(self, checked: Any, bureau: Bureau) -> None:
        text = tampered(bureau.card())
        run = checked(bureau.sealed(document.render(sample_card(qr_text=text, credential=unpack(text)), mask=3)))
        assert (run.status, run.answer["reason"], run.answer["name"]) == (1, "bad_signature", None)

    def test_without_a_usable_root_no_seal_is_the_offices(self, files: Files, tmp_path: Path) -> None:
        (tmp_path / "root.pem").write_text("no certificate")
        for root in (tmp_path / "root.pem", tmp_path / "missing.pem"):
            assert read_paper(files.honest, roots=pinned_roots(root)).doubt is Doubt.SEALED_BY_OTHERS


class TestScreen:
    @pytest.mark.parametrize(
        ("file", "state", "doubt", "english", "bengali"),
        [
            ("honest", "intact", None, "The file is as BMET sealed it.", "বিএমইটি যেভাবে সিল দিয়েছে"),
            ("unsealed", "none", None, "The file has no seal", "ফাইলে সিল নেই"),
            ("other_face", "broken", "altered", "it was changed after it was sealed", "সিল দেওয়ার পরে এটি বদলানো হয়েছে"),
            ("by_others", "foreign", "sealed_by_others", "BMET did not seal it", "বিএমইটি এতে সিল দেয়নি"),
            ("swapped", "intact", "other_credential", "code and seal do not match", "কোড ও সিল মেলে না"),
        ],
    )
    def test_a_dropped_file_shows_the_codes_verdict_and_the_seal_in_both_languages(
        self, counter: Counter, files: Files, file: str, state: str, doubt: str | None, english: str, bengali: str
    ) -> None:
        answer = answered(counter.file(getattr(files, file)))
        assert (answer["kind"], answer["reason"]) == ("verdict", "valid")
        assert (answer["seal"], answer["doubt"]) == (state, doubt)
        assert english in answer["screen"]
        assert bengali in answer["screen"]
        assert ('class="doubt"' in answer["screen"]) == (doubt is not None)

    def test_a_scan_and_a_picture_say_nothing_of_seals(self, counter: Counter, files: Files) -> None:
        for answer in (counter.scan(files.text), answered(counter.file(png(qr_image(files.text))))):
            assert (answer.get("seal"), answer.get("doubt")) == (None, None)
            assert "seal" not in answer.get("screen", "")


def test_the_roots_of_a_desk_are_read_as_they_lie(bureau: Bureau) -> None:
    [root] = pinned_roots(bureau.public / "root.pem")
    assert isinstance(root, x509.Certificate)
