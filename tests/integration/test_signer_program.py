"""The signing service as a program of its own, and a web that holds no key: what each does while the other is away."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import pytest
from cryptography import x509
from flask import Flask
from pydantic import SecretStr

from clearance.bootstrap import ConfigurationRefused, read_settings, service_of
from clearance.config import SETTINGS_FILE, Settings
from clearance.credential.status import Status
from clearance.demo import home as demo_home
from clearance.domain.application import Application
from clearance.domain.clearance import Clearance, RevocationReason
from clearance.domain.eligibility import Ground
from clearance.domain.lifecycle import ApplicationState
from clearance.domain.staff import Officer, Scope
from clearance.issuing.moving import NotYetPublished
from clearance.issuing.ports import Conflict, NotSigned, Sought, Trouble
from clearance.issuing.request import request_card
from clearance.issuing.revoke import revoke
from clearance.issuing.service import Service
from clearance.serving import require_no_keys, web_app
from clearance.signing import publication
from tests.e2e import programs
from tests.e2e.story_data import logins, sample
from tests.fakes.passkey import stored_passkey
from tests.integration.command_line import program
from tests.integration.staff_pages import Desk, words
from tests.integration.worker_pages import ticket_in

ISSUER = "BMET-3001"
DEVICE = "test-device"
NO_ANSWER = "The signing service does not answer; nothing was issued."


@dataclass
class Web:
    """A web server's home that holds no key, opened in this process."""

    home: Path
    signer_home: Path
    service: Service
    app: Flask

    def waiting(self) -> Application:
        """A case that only wants issuing."""
        with self.service.database.read() as work:
            approved = Sought(states=frozenset({ApplicationState.APPROVED}), on=self.service.today())
            [case] = work.applications.find(approved, limit=1, offset=0)
        return case

    def issuer(self) -> Officer:
        with self.service.database.read() as work:
            officer = work.staff.get(ISSUER)
        assert officer is not None
        return officer

    def give_passkey(self) -> None:
        """A code of the demo counts once in half a minute, which is longer than these tests take."""
        with suppress(Conflict), self.service.database.write() as work:
            work.factors.add_passkey(stored_passkey(self.issuer(), at=self.service.now()))
            work.commit()

    def desk(self, *, language: str = "en") -> Desk:
        """The issuing officer's browser, signed in."""
        desk = Desk(self.app, language=language)
        passwords = logins(demo_home.welcome(self.signer_home))
        assert desk.sign_in(self.issuer(), password=passwords["nasrin"]).status_code == 303
        return desk

    def clearance(self, reference: str) -> Clearance | None:
        with self.service.database.read() as work:
            return work.clearances.for_application(reference)


@pytest.fixture
def web(demo: Path, tmp_path: Path) -> Iterator[Web]:
    home = tmp_path / "web"
    home.mkdir()
    settings = {
        "environment": "demo",
        "database_url": f"sqlite:///{demo / 'clearance.db'}",
        "documents_directory": str(demo / "documents"),
        "trust_directory": str(demo / "keys" / "public"),
    }
    lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
    address = json.dumps(f"unix:{demo / 'signer.sock'}")
    for secret in ("factors.key", "records.key"):  # what opens second factors and sealed columns belongs to the web too
        shutil.copy(demo / secret, home)
    (home / SETTINGS_FILE).write_text("\n".join([*lines, "[signer]", f"address = {address}", ""]))
    read = read_settings(home)
    with service_of(read) as service:
        opened = Web(home, demo, service, web_app(service, read))
        opened.give_passkey()
        yield opened


def issue_path(case: Application) -> str:
    return f"/staff/cases/{case.reference}"


def test_a_web_without_keys_serves_everything_and_has_cards_issued(demo: Path, web: Web) -> None:
    case = web.waiting()
    with programs.signing_service(demo):
        desk = web.desk()
        answer = desk.post(f"{issue_path(case)}/issue", at=issue_path(case))
    assert answer.status_code == 303
    clearance = web.clearance(case.reference)
    assert clearance is not None
    assert desk.get(f"/staff/cards/{clearance.clearance_no}/card.pdf").data.startswith(b"%PDF-")
    for path in ("/trust/trust.cose", "/trust/root.pem", "/trust/status/26a.cwt", "/", "/staff/queue"):
        assert desk.get(path).status_code == 200, path
    kept = {path.name for path in web.home.iterdir() if not path.name.startswith("queue.db")}
    assert kept == {SETTINGS_FILE, "factors.key", "records.key", "session.secret"}


def test_without_the_signing_service_one_sentence_says_so_and_all_else_goes_on(demo: Path, web: Web) -> None:
    case = web.waiting()
    for language, sentence in (("en", NO_ANSWER), ("bn", "স্বাক্ষর সেবা সাড়া দিচ্ছে না; কিছুই ইস্যু হয়নি।")):
        desk = web.desk(language=language)
        answer = desk.post(f"{issue_path(case)}/issue", at=issue_path(case))
        assert answer.status_code == 503
        assert sentence in words(answer)
    assert web.clearance(case.reference) is None
    worker = sample(demo_home.welcome(demo), "card ready")
    born = {"day": worker.day, "month": worker.month, "year": worker.year}
    found = desk.send("/card", passport_no=worker.passport_no, **born)
    assert "আপনার কার্ড তৈরি" in words(found)
    assert ticket_in(found)
    assert desk.get("/trust/trust.cose").status_code == 200
    with programs.signing_service(demo):  # started anew; the web was not
        assert desk.post(f"{issue_path(case)}/issue", at=issue_path(case)).status_code == 303
    assert web.clearance(case.reference) is not None


def test_a_card_taken_back_while_the_signing_service_is_away_is_published_when_it_is_back(demo: Path, web: Web) -> None:
    with web.service.database.read() as work:
        *_, card = (
            each
            for each in work.clearances.find(text="", scope=Scope(), limit=50, offset=0)
            if each.status is Status.VALID
        )
    reason = RevocationReason.VISA_CANCELLED
    with pytest.raises(NotYetPublished):
        revoke(web.service, card.clearance_no, officer=web.issuer(), device=DEVICE, reason=reason, remark="")
    assert published_status(demo, card) == Status.VALID
    with programs.signing_service(demo):
        wait_until(lambda: published_status(demo, card) == Status.INVALID)


def published_status(demo: Path, card: Clearance) -> int | None:
    """What desks read of a card now."""
    public = demo / "keys" / "public"
    root = x509.load_pem_x509_certificate((public / "root.pem").read_bytes())
    return publication.published(public, root=root).lists[card.status_ref.uri].newest.value(card.status_ref.idx)


def test_a_stop_is_shown_to_every_officer_and_ends_every_signature_until_it_is_lifted(demo: Path, web: Web) -> None:
    case, desk, reason = web.waiting(), web.desk(), "Passwords of the queue desk stolen"
    with programs.signing_service(demo):
        stopped = program("clearance", "signer", "stop", "--home", demo, "--officer", ISSUER, "--reason", reason)
        assert (stopped.returncode, stopped.stderr) == (0, "")
        for page in ("/staff/queue", "/staff/cards", issue_path(case)):
            assert "Signing is stopped. No card can be issued now. Stopped by Nasrin Akter on" in words(desk.get(page))
            assert reason in words(desk.get(page))
        assert "স্বাক্ষর বন্ধ আছে" in words(web.desk(language="bn").get("/staff/queue"))
        answer = desk.post(f"{issue_path(case)}/issue", at=issue_path(case))
        assert answer.status_code == 422
        assert "BMET-3001 stopped all signing on" in words(answer)
        status = program("clearance", "signer", "status", "--home", demo)
        assert status.returncode == 1
        assert "The signing service answers." in status.stdout
        assert reason in status.stdout
        web.service.signing.publish_status()  # a stop keeps no revocation from the desks
        resumed = program("clearance", "signer", "resume", "--home", demo, "--officer", ISSUER, "--reason", "Changed")
        assert (resumed.returncode, resumed.stdout) == (0, "Signing goes on.\n")
        assert desk.post(f"{issue_path(case)}/issue", at=issue_path(case)).status_code == 303
    assert "Signing is stopped" not in words(desk.get("/staff/queue"))


def test_the_ceiling_counts_on_after_a_new_start(demo: Path, web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    with web.service.database.read() as work:
        assert work.signing.lately(web.service.now()).in_a_day >= 48  # those of the demo's first start
    monkeypatch.setenv("CLEARANCE_SIGNER", json.dumps({"cards_a_day": 48}))
    case = web.waiting()
    with programs.signing_service(demo):
        refused = request_card(web.service, case.reference, officer=web.issuer(), device=DEVICE)
    monkeypatch.delenv("CLEARANCE_SIGNER")
    assert [objection.ground for objection in getattr(refused, "objections", ())] == [Ground.TOO_MANY_TODAY]


def test_killed_at_some_moment_and_started_anew_it_issues_the_card_once(demo: Path, web: Web) -> None:
    for _ in range(2):
        case, officer = web.waiting(), web.issuer()
        with programs.signing_service(demo) as service:
            kill = f"import os, time; time.sleep({random.random() * 0.5}); os.kill({service.pid}, {signal.SIGKILL})"
            with subprocess.Popen([sys.executable, "-c", kill]):
                try:
                    request_card(web.service, case.reference, officer=officer, device=DEVICE)
                except NotSigned as stopped:
                    assert stopped.trouble in {Trouble.CUT_OFF, Trouble.NO_ANSWER}  # noqa: PT017 - it may succeed
        with programs.signing_service(demo):
            clearance = request_card(web.service, case.reference, officer=officer, device=DEVICE)
            assert clearance == request_card(web.service, case.reference, officer=officer, device=DEVICE)
        assert clearance == web.clearance(case.reference)


def test_the_web_program_opens_no_private_key_even_where_it_could(demo: Path, tmp_path: Path) -> None:
    seen, port = tmp_path / "opened.txt", programs.free_port()
    watched = (
        "import sys; seen = open(sys.argv.pop(1), 'a', buffering=1)\n"
        "sys.addaudithook(lambda event, about: print(about[0], file=seen) if event == 'open' else None)\n"
        "from clearance.cli import main; main()"
    )
    arguments = [str(seen), "serve", "--home", str(demo), "--port", str(port)]
    with subprocess.Popen([sys.executable, "-c", watched, *arguments], stdout=subprocess.DEVNULL) as serving:
        wait_until(programs.listens(port))
        for path in ("/", "/staff/sign-in", "/trust/trust.cose", "/trust/status/26a.cwt"):
            with urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as page:
                assert page.status == 200
        serving.terminate()
    opened = seen.read_text().splitlines()
    assert any(path.endswith("trust.cose") for path in opened)
    assert not [path for path in opened if "/private" in path]


def wait_until(condition: Callable[[], bool], *, within_s: float = 60) -> None:
    ends = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.1)


def test_it_ends_when_told_to_and_leaves_no_socket(demo: Path) -> None:
    with programs.signing_service(demo) as service:
        service.send_signal(signal.SIGINT)
        assert service.wait(20) == 0
    assert not (demo / "signer.sock").exists()


def test_a_second_signing_service_of_one_home_does_not_start(demo: Path) -> None:
    with programs.signing_service(demo):
        second = program("clearance", "signer", "run", "--home", demo)
    assert second.returncode == os.EX_CONFIG
    assert "Another signing service runs" in second.stderr


@contextmanager
def production(tmp_path: Path, demo: Path) -> Iterator[Settings]:
    """A home in production whose keys this user can read."""
    (tmp_path / "keys").symlink_to(demo / "keys")
    yield Settings(home=tmp_path)


def test_a_production_web_server_that_could_sign_does_not_start(demo: Path, tmp_path: Path) -> None:
    with production(tmp_path, demo) as settings, pytest.raises(ConfigurationRefused, match="can read") as refused:
        require_no_keys(settings)
    named = [fault for fault in refused.value.faults if fault.startswith("The web server can read")]
    assert len(named) == len(list((demo / "keys" / "private").glob("*.pem")))
    secret = Settings(home=tmp_path / "web", key_passphrase=SecretStr("six random words are a passphrase"))
    with pytest.raises(ConfigurationRefused, match="passphrase or PIN"):
        require_no_keys(secret)
    require_no_keys(Settings(home=tmp_path / "web"))


def test_the_command_says_what_it_could_not_do(demo: Path) -> None:
    nobody = program("clearance", "signer", "stop", "--home", demo, "--officer", "Z-9", "--reason", "x")
    assert (nobody.returncode, "There is no officer Z-9." in nobody.stderr) == (65, True)
    blank = program("clearance", "signer", "stop", "--home", demo, "--officer", ISSUER, "--reason", " ")
    assert (blank.returncode, "Write the reason" in blank.stderr) == (65, True)
    down = program("clearance", "signer", "status", "--home", demo)
    assert down.returncode == 1
    assert "does not answer" in down.stdout
    idle = program("clearance", "signer", "resume", "--home", demo, "--officer", ISSUER, "--reason", "x")
    assert (idle.returncode, idle.stdout) == (0, "Signing was not stopped.\n")


def test_without_keys_it_says_how_to_make_them(tmp_path: Path) -> None:
    (tmp_path / SETTINGS_FILE).write_text('environment = "demo"\n')
    refused = program("clearance", "signer", "run", "--home", tmp_path)
    assert refused.returncode == os.EX_CONFIG
    assert "clearance keys init --dir" in refused.stderr
