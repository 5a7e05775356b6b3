"""`clearance card` on a real installation: print files of issued cards, each printing on record."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from clearance.card.read_back import codes
from clearance.cli import clearance as main
from clearance.credential.qrtext import pack
from clearance.domain.audit import AuditAct
from clearance.domain.clearance import Clearance
from clearance.domain.staff import Officer
from clearance.issuing import entry
from clearance.issuing.request import request_card
from clearance.issuing.service import Service
from tests.fakes.codes import codes_for
from tests.fakes.installation import Installation, installation, snapshot
from tests.fakes.office import (
    APPROVER,
    CLERK,
    DEVICE,
    ISSUER,
    PASSWORD,
    decide,
    draft,
    expect,
)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installation(tmp_path_factory.mktemp("office")) as made:
        with made.service.database.write() as work:
            for officer in (APPROVER, ISSUER):
                work.staff.save(replace(officer, password_hash=made.service.passwords.hash(PASSWORD)))
            work.commit()
        yield made


@pytest.fixture(scope="module")
def issued(installed: Installation) -> list[Clearance]:
    """Two cards, drawn, sealed and recorded by the real adapters."""
    return [_issued(installed.service, index) for index in (1, 2)]


def _issued(service: Service, index: int) -> Clearance:
    wanted = entry.with_portrait(service, draft(index), service.prepare_photo(snapshot()))
    entered = expect(entry.enter(service, wanted, officer=CLERK, device=DEVICE))
    decide(service, entered, photo_accepted=True)
    return expect(request_card(service, entered.reference, officer=ISSUER, device=DEVICE))


def run(installed: Installation, *command: str, officer: Officer = ISSUER, password: str = PASSWORD) -> Result:
    @contextmanager
    def opener(_home: Path) -> Iterator[Service]:
        yield installed.service

    name = officer.username
    variable = "CLEARANCE_PASSWORD_" + name.upper().replace("-", "_")
    codes = codes_for(installed.service, officer)
    runner = CliRunner(env={"LC_ALL": "C.UTF-8", "COLUMNS": "160", variable: password, **codes})
    given = ["card", *command, "--printed-by", name, "--home", str(installed.home)]
    return runner.invoke(main, given, obj=opener)


def printings(installed: Installation, clearance: Clearance) -> int:
    with installed.service.database.read() as work:
        entries = work.audit.entries(subject=clearance.application_reference)
    return sum(entry.act == AuditAct.CARD_PRINTED for entry in entries)


def test_a_card_comes_as_two_pages_with_its_own_code(
    installed: Installation, issued: list[Clearance], tmp_path: Path
) -> None:
    out, before = tmp_path / "card.pdf", printings(installed, issued[0])
    result = run(installed, "plastic", issued[0].clearance_no, "--out", str(out))
    assert (result.exit_code, result.output) == (0, "")
    assert codes(out.read_bytes()) == ((), (pack(issued[0].token),))
    assert printings(installed, issued[0]) == before + 1


def test_several_cards_come_on_one_sheet(installed: Installation, issued: list[Clearance], tmp_path: Path) -> None:
    out = tmp_path / "cards.pdf"
    result = run(installed, "sheets", *(each.clearance_no for each in issued), "--out", str(out))
    assert (result.exit_code, result.output) == (0, "")
    [fronts, backs] = codes(out.read_bytes())
    assert (fronts, set(backs)) == ((), {pack(each.token) for each in issued})


@pytest.mark.parametrize(
    ("number", "officer", "password", "status", "said"),
    [
        ("BMET-2026-00000000000", ISSUER, PASSWORD, os.EX_DATAERR, "There is no card BMET-2026-00000000000."),
        (None, APPROVER, PASSWORD, os.EX_DATAERR, "No card was printed:"),
        (None, ISSUER, "guessed", os.EX_NOPERM, "User name or password is wrong: i-1."),
    ],
)
def test_what_is_not_printed_leaves_no_file_and_no_entry(
    installed: Installation,
    issued: list[Clearance],
    tmp_path: Path,
    number: str | None,
    officer: Officer,
    password: str,
    status: int,
    said: str,
) -> None:
    out, before = tmp_path / "card.pdf", printings(installed, issued[0])
    wanted = number or issued[0].clearance_no
    result = run(installed, "plastic", wanted, "--out", str(out), officer=officer, password=password)
    assert result.exit_code == status
    assert said in result.output
    assert not out.exists()
    assert printings(installed, issued[0]) == before


def test_a_file_that_is_there_is_not_overwritten(
    installed: Installation, issued: list[Clearance], tmp_path: Path
) -> None:
    out, before = tmp_path / "card.pdf", printings(installed, issued[0])
    out.write_text("something else")
    result = run(installed, "plastic", issued[0].clearance_no, "--out", str(out))
    assert result.exit_code == os.EX_CANTCREAT
    assert out.read_text() == "something else"
    assert printings(installed, issued[0]) == before


def test_an_order_has_its_limit(installed: Installation, tmp_path: Path) -> None:
    numbers = (f"BMET-2026-{number:011d}" for number in range(51))
    result = run(installed, "sheets", *numbers, "--out", str(tmp_path / "cards.pdf"))
    assert result.exit_code == os.EX_USAGE
    assert "choose 1 to 50 cards" in result.output
