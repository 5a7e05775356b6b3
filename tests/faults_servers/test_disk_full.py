"""The disk of an office runs full, really: nothing is issued and that is said; pages that only read go on; and with
room again so does everything, nothing twice.

Office and signing service lie on a file system of a few megabytes (a tmpfs that root may mount), as processes.
"""

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from clearance.cli import TRY_AGAIN
from clearance.domain.application import Application
from clearance.domain.lifecycle import Move
from clearance.issuing import clients, entry
from clearance.issuing.ports import NotSigned, Trouble, Unavailable
from clearance.issuing.request import request_card
from clearance.issuing.service import Service
from tests.fakes.installation import snapshot
from tests.fakes.office import AGENCY_CLERK, CLERK, DEVICE, ISSUER, decide, expect
from tests.faults.invariants import Told, violations
from tests.faults_servers.lines import Browser
from tests.faults_servers.premises import SCOPES, current_draft, current_row, small_office
from tests.integration.command_line import program
from tests.stack.programs import signing_service, web_server

SIZE_MB = 16
CASES = 4


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m", "tmpfs", str(place)]
    can = shutil.which("mount") and subprocess.run(mount, capture_output=True, check=False).returncode == 0
    if not can:
        assert not os.environ.get("CI"), "root is needed here"
        pytest.skip("only root can mount a small disk")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """Not a byte is left until the block ends."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"x" * 4_096)
    try:
        yield
    finally:
        ballast.unlink()


def approved(service: Service, index: int) -> Application:
    wanted = entry.with_portrait(service, current_draft(index), service.prepare_photo(snapshot()))
    return decide(service, expect(entry.enter(service, wanted, officer=CLERK, device=DEVICE)))


def test_on_a_full_disk_nothing_is_issued_and_with_room_everything_goes_on(small_disk: Path, tmp_path: Path) -> None:
    home, told = small_disk / "office", Told()
    with (
        small_office(home) as service,
        signing_service(home, log=tmp_path / "signer.log") as signer,
        web_server(home, log=tmp_path / "web.log", environment={"CLEARANCE_EMBEDDED_WORKER": "false"}) as web,
    ):
        visitor = Browser(port=web.port)
        token = clients.register(service, name="agency", officer_no=AGENCY_CLERK.number, scopes=SCOPES).token
        references = [approved(service, index).reference for index in range(CASES)]
        first = expect(request_card(service, references[0], officer=ISSUER, device=DEVICE))
        told.cards.add((references[0], first.clearance_no))
        with full(small_disk):
            for reference in references[1:]:
                with pytest.raises(NotSigned) as stopped:
                    request_card(service, reference, officer=ISSUER, device=DEVICE)
                assert stopped.value.trouble in {Trouble.DATABASE, Trouble.STORAGE}
            still_served(visitor)
            not_saved(visitor, token)
            with pytest.raises((Unavailable, OSError)):
                approved(service, 900)
            assert signer.running
            assert web.program.running
        for reference in references:
            card = expect(request_card(service, reference, officer=ISSUER, device=DEVICE))
            told.cards.add((reference, card.clearance_no))
            told.moves.add((reference, Move.ISSUE))
        assert "Your card is ready" in visitor.look_up("A00000001").text
        assert violations(home, told) == []


def still_served(visitor: Browser) -> None:
    """What only reads: the first page, the style sheet, the trust files, and a card that is there."""
    for path in ("/", "/check", "/static/public.css", "/trust/trust.cose", "/healthz"):
        assert visitor.get(path).status == 200, path
    assert "Your card is ready" in visitor.look_up("A00000000").text


def not_saved(visitor: Browser, token: str) -> None:
    """A program that sends an application is told to come again; nothing of it is kept."""
    body = json.dumps(current_row(500) | {"photo": base64.b64encode(snapshot()).decode()}).encode()
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "one", "Content-Type": "application/json"}
    answer = visitor.ask("POST", "/api/v1/applications", body, headers)
    assert answer.status == 503, answer
    assert answer.headers["Retry-After"]
    assert "Traceback" not in answer.text


def test_an_office_whose_first_start_finds_no_room_says_so_and_starts_when_there_is(small_disk: Path) -> None:
    home = small_disk / "office"
    with small_office(home):
        pass
    for secret in ("session.secret", "factors.key"):
        (home / secret).unlink(missing_ok=True)
    with full(small_disk):
        run = program("clearance", "serve", "--home", home, "--port", 1)
        assert run.returncode in {1, TRY_AGAIN}
        assert "Traceback" not in run.stderr
        assert "cannot be used now: it is full" in run.stderr or "No space left" in run.stderr
        assert not (home / "factors.key").exists()
    with web_server(home) as web:
        assert Browser(port=web.port).get("/").status == 200
    assert len((home / "session.secret").read_bytes()) == 64
