"""The token of a desk: taken, kept for its owner alone, and never half."""

import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from verifier import enrolment
from verifier.__main__ import verifier
from verifier.config import settings

TOKEN = "DSK-7K3D9Q2M-0123456789ABCDEFGHJKMNPQRSTVWXYZ"
OTHER = "DSK-00000000-" + "Z" * 32


def enrol(home: Path, source: str, given: str = "") -> Result:
    return CliRunner().invoke(verifier, ["enrol", "--home", str(home), source], input=given)


def test_a_token_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(TOKEN + "\n")
    result = enrol(tmp_path / "desk", str(tmp_path / "token"))
    assert result.exit_code == 0, result.output
    assert "DSK-7K3D9Q2M" in result.output
    assert TOKEN not in result.output
    kept = tmp_path / "desk" / "desk.token"
    assert enrolment.token(kept) == TOKEN
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_token_may_be_typed(tmp_path: Path) -> None:
    assert enrol(tmp_path, "-", f"  {TOKEN}\r\n").exit_code == 0
    assert enrolment.token(tmp_path / "desk.token") == TOKEN


def test_the_line_of_a_code_carries_the_address_along(tmp_path: Path) -> None:
    assert enrol(tmp_path, "-", f"ENROL https://office.example {TOKEN}\n").exit_code == 0
    assert enrolment.token(tmp_path / "desk.token") == TOKEN
    assert settings({}, home=tmp_path).issuer_url == "https://office.example"


def test_a_desk_that_is_enrolled_anew_has_the_new_token(tmp_path: Path) -> None:
    enrol(tmp_path, "-", TOKEN)
    enrol(tmp_path, "-", OTHER)
    assert enrolment.token(tmp_path / "desk.token") == OTHER


@pytest.mark.parametrize(
    "given", ["", "hello", TOKEN[:-1], TOKEN + "0", TOKEN.lower(), TOKEN + "\n" + OTHER, "\x00" * 99]
)
def test_what_is_not_a_token_changes_nothing(tmp_path: Path, given: str) -> None:
    enrol(tmp_path, "-", TOKEN)
    result = enrol(tmp_path, "-", given)
    assert result.exit_code == 2  # 64 where `verifier` runs as a program
    assert "টোকেন" in result.output
    assert enrolment.token(tmp_path / "desk.token") == TOKEN


def test_a_disk_that_takes_nothing_is_said(tmp_path: Path) -> None:
    (tmp_path / "desk.token").mkdir()  # in the way of the file
    result = enrol(tmp_path, "-", TOKEN)
    assert result.exit_code == 1
    assert "cannot be written" in result.output


@pytest.mark.parametrize("content", [b"", b"\xff" * 40, b"x" * 9999])
def test_a_damaged_file_counts_as_no_token(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "desk.token").write_bytes(content)
    assert enrolment.token(tmp_path / "desk.token") is None
    assert enrolment.token(tmp_path / "nothing here") is None
