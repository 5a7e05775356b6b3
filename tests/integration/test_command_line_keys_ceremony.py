"""The key ceremony as its people meet it: commands, answers, questions at the terminal, exit statuses."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from clearance.cli import clearance
from clearance.domain.clearance import Clearance
from clearance.domain.desk import Airport, Holding
from clearance.issuing import desks, entry
from clearance.issuing.request import request_card
from clearance.issuing.service import Service
from clearance.storage.database import SqlDatabase
from tests.fakes.installation import Installation, installation, snapshot
from tests.fakes.office import (
    CLERK,
    DEVICE,
    ISSUER,
    decide,
    draft,
    expect,
)
from tests.fakes.outside import FakePrinter
from tests.fakes.records_keys import lay_keys
from tests.integration.command_line import ask, claims, lines, make_keys, program
from tests.integration.test_command_line_keys import typing

PASSPHRASE = "correct horse battery staple"
ROLES = ("card", "status", "trust", "seal")


def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess:
    environment.setdefault("CLEARANCE_KEY_PASSPHRASE", PASSPHRASE)
    return program("clearance", "keys", *arguments, **environment)


def done(*arguments: object, **environment: str) -> str:
    completed = run(*arguments, **environment)
    assert (completed.returncode, completed.stderr) == (0, "")
    return str(completed.stdout)


def add(home: Path, role: str, name: str) -> None:
    keys, root = home / "keys", home / "root"
    done("signer", "request", "--dir", keys, "--role", role, "--root", root / "public" / "root.pem")
    done("signer", "certify", "--root", root, "--role", role, keys / "requests" / f"{name}.csr")
    done("signer", "install", "--dir", keys, keys / "requests" / f"{name}.crt")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Root, four signers and a second card signer, all real, published; in an installation that has two desks."""
    home = tmp_path_factory.mktemp("ceremony")
    done("root", "create", "--dir", home / "root", "--organisation", "Bureau of Manpower", "--witness", "N. Akter")
    for role in ROLES:
        add(home, role, role)
    assert "Trust bundle 1 of bmet.gov.bd" in done("bundle", "publish", "--dir", home / "keys")
    add(home, "card", "card-2")
    published = done("bundle", "publish", "--dir", home / "keys")
    assert "It names card-2 for the first time." in published
    assert f"clearance keys rotate --dir {home / 'keys'} --home HOME card-2" in published
    return home


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path, dirs_exist_ok=True))


class Office:
    """The office's side of an installation: a database with desks."""

    def __init__(self, home: Path) -> None:
        self.database = SqlDatabase(f"sqlite:///{home / 'clearance.db'}")
        self.database.migrate()
        lay_keys(home)
        self.issuer = "bmet.gov.bd"

    def now(self) -> datetime:
        return datetime.now(UTC)

    def enrol(self, *counters: str) -> list[str]:
        made = [desks.enrol(self, airport=Airport.CHATTOGRAM, counter=each) for each in counters]  # type: ignore[arg-type]
        return [each.desk.id for each in made]

    def report(self, desk_id: str, sequence: int) -> None:
        desks.report(self, desk_id, Holding(trust_sequence=sequence, software="1"))  # type: ignore[arg-type]


def test_cards_of_the_ceremony_pass_at_the_desk(home: Path) -> None:
    given = lines(claims())
    signing = ["credential", "sign", "--keys", home / "keys", "--claims", "-"]
    signed = program("clearance", *signing, given=given, CLEARANCE_KEY_PASSPHRASE=PASSPHRASE)
    assert (signed.returncode, signed.stderr) == (0, "")
    [answer] = ask("--bundle", home / "keys" / "public", questions=lines({"text": signed.stdout.strip()}))
    assert answer["outcome"] == "pass"


def test_a_rotation_waits_for_desks_and_names_them(home: Path) -> None:
    keys, office = home / "keys", Office(home)
    first, second, third = office.enrol("1", "2", "3")
    office.report(first, 2)
    office.report(second, 1)
    refused = run("rotate", "--dir", keys, "--home", home, "card-2")
    assert (refused.returncode, refused.stdout) == (75, "")
    assert refused.stderr.splitlines()[:3] == [
        "Error: 2 of 3 desks do not hold card-2 yet (trust bundle 2):",
        "  CGP-2 last seen just now, holds bundle 1",
        "  CGP-3 was never heard from",
    ]
    office.report(second, 2)
    office.report(third, 3)
    said = done("rotate", "--dir", keys, "--home", home, "card-2")
    assert said.startswith("card-2 signs cards from now on.\nAll 3 enrolled desks hold it.")
    assert f"clearance keys retire --dir {keys} card" in said
    assert "card-2 signs cards already." in done("rotate", "--dir", keys, "--home", home, "card-2")


def test_a_dead_desk_does_not_hold_up_a_rotation_for_ever(home: Path) -> None:
    Office(home).enrol("1")
    reason = "CGP-1 burnt down on 3 May"
    said = done("rotate", "--dir", home / "keys", "--home", home, "card-2", "--despite-desks", reason)
    assert f"Not waited for, because: {reason}" in said
    [page] = (home / "keys" / "ceremony").glob("*-rotate-card-2-*.md")
    assert reason in page.read_text()
    assert run("rotate", "--dir", home / "keys", "card-2", "--despite-desks", " ").returncode == 64


def test_an_office_that_cannot_be_asked_is_named(home: Path) -> None:
    assert "--home" in run("rotate", "--dir", home / "keys", "card-2").stderr
    (home / "clearance.toml").write_text("nonsense = 1\n")
    refused = run("rotate", "--dir", home / "keys", "--home", home, "card-2")
    assert refused.returncode == 78
    assert "nonsense" in refused.stderr


def test_list_shows_every_signer_and_where_it_stands(home: Path) -> None:
    Office(home)
    shown = done("list", "--dir", home / "keys", "--home", home).splitlines()
    assert shown[0].split() == [
        "signer",
        "purpose",
        "state",
        "key",
        "identifier",
        "algorithm",
        "key",
        "valid",
        "until",
        "bundle",
        "cards",
    ]
    assert [line.split()[:3] for line in shown[1:6]] == [
        ["card", "card", "signing"],
        ["card-2", "card", "published"],
        ["status", "status", "signing"],
        ["trust", "trust", "signing"],
        ["seal", "seal", "signing"],
    ]
    rows = json.loads(done("list", "--dir", home / "keys", "--json"))
    assert {row["key"] for row in rows} == {"encrypted file"}
    assert [row["bundle"] for row in rows] == [1, 2, 1, None, None]


class TestFaults:
    def test_a_wrong_passphrase_makes_nothing(self, home: Path) -> None:
        before = sorted(home.rglob("*"))
        keys = home / "keys"
        for step in (
            ("signer", "request", "--dir", keys, "--role", "status"),
            ("bundle", "publish", "--dir", keys, "--renew"),
            ("rotate", "--dir", keys, "card-2", "--despite-desks", "a test"),
            ("distrust", "--dir", keys, "card", "--yes"),
        ):
            refused = run(*step, CLEARANCE_KEY_PASSPHRASE="wrong horse battery staple")
            assert (refused.returncode, refused.stdout) == (77, "")
            assert "does not open" in refused.stderr
        assert sorted(home.rglob("*")) == before

    def test_a_certificate_of_another_root_is_refused(self, home: Path) -> None:
        done("root", "create", "--dir", home / "other", "--organisation", "Bureau of Manpower")
        done("signer", "request", "--dir", home / "keys", "--role", "card")
        request = home / "keys" / "requests" / "card-3.csr"
        done("signer", "certify", "--root", home / "other", "--role", "card", request)
        refused = run("signer", "install", "--dir", home / "keys", request.with_suffix(".crt"))
        assert refused.returncode == 66
        assert "issued by another root than the one pinned here" in refused.stderr

    def test_a_request_for_another_purpose_is_refused(self, home: Path) -> None:
        request = home / "keys" / "requests" / "status.csr"
        refused = run("signer", "certify", "--root", home / "root", "--role", "card", request, "--out", home / "x.crt")
        assert refused.returncode == 66
        assert "for a status key, and a card key was to be certified" in refused.stderr
        assert not (home / "x.crt").exists()

    def test_a_bundle_for_another_issuer_is_refused(self, home: Path) -> None:
        refused = run("bundle", "publish", "--dir", home / "keys", "--issuer", "elsewhere")
        assert refused.returncode == 73
        assert "'bmet.gov.bd', not 'elsewhere'" in refused.stderr

    def test_a_full_disk_is_said_in_a_sentence(self, home: Path) -> None:
        before = (home / "keys" / "public" / "trust.cose").read_bytes()
        full = f"""
import errno, os, sys
real = os.fsync
def fsync(descriptor):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
os.fsync = fsync
from clearance.cli import main
sys.argv = ["clearance", "keys", "bundle", "publish", "--dir", {str(home / "keys")!r}, "--renew"]
main()
"""
        environment = {"PATH": os.environ["PATH"], "CLEARANCE_KEY_PASSPHRASE": PASSPHRASE}
        refused = subprocess.run([sys.executable, "-c", full], capture_output=True, text=True, env=environment)
        assert refused.returncode == 74
        assert "No space left on device. No file was left half-written" in refused.stderr
        assert (home / "keys" / "public" / "trust.cose").read_bytes() == before

    def test_keys_that_are_not_there_are_explained(self, tmp_path: Path) -> None:
        for step in (("list",), ("bundle", "publish"), ("rotate", "card"), ("retire", "card"), ("distrust", "card")):
            refused = run(*step, "--dir", tmp_path / "nowhere")
            assert refused.returncode == 66
            assert "root.crt" in refused.stderr

    def test_a_module_that_is_not_there_is_explained(self, home: Path) -> None:
        token = "pkcs11:token=clearance?module-path=/usr/lib/nowhere.so"
        asked = ["signer", "request", "--dir", home / "keys", "--role", "card", "--token", token]
        refused = run(*asked, CLEARANCE_HSM_PIN="123456")
        assert refused.returncode == 69
        assert "/usr/lib/nowhere.so cannot be loaded" in refused.stderr


class TestQuestions:
    @pytest.mark.parametrize(("answer", "status"), [("card", 0), ("yes", 75), ("", 75)])
    def test_distrust_asks_for_the_name(self, home: Path, answer: str, status: int) -> None:
        secret = home / "secret"
        secret.write_text(PASSPHRASE)
        before = (home / "keys" / "public" / "trust.cose").read_bytes()
        asked = ["keys", "distrust", "--dir", home / "keys", "card", "--passphrase-file", secret]
        exit_status, shown = typing([answer], *asked)
        assert exit_status == status, shown
        assert ((home / "keys" / "public" / "trust.cose").read_bytes() == before) is (status != 0)

    def test_without_a_terminal_nothing_is_distrusted_or_destroyed(self, home: Path) -> None:
        done("rotate", "--dir", home / "keys", "card-2", "--despite-desks", "a test")
        for step in (("distrust", "card"), ("retire", "card", "--destroy-key")):
            refused = run(*step, "--dir", home / "keys")
            assert refused.returncode == 64
            assert "--yes" in refused.stderr
        assert (home / "keys" / "private" / "card.pem").exists()

    def test_a_passphrase_is_asked_once_for_all_keys(self, home: Path) -> None:
        status, shown = typing([PASSPHRASE], "keys", "doctor", "--dir", home / "keys")
        assert (status, shown.count("Passphrase")) == (0, 1), shown
        assert PASSPHRASE not in shown


class TestDoctor:
    def test_a_healthy_directory_answers_0(self, home: Path) -> None:
        assert done("doctor", "--dir", home / "keys") == "All is well.\n"
        assert json.loads(done("doctor", "--dir", home / "keys", "--json")) == []

    @pytest.mark.parametrize(
        ("harm", "status", "said"),
        [
            (lambda keys: (keys / "private" / "card.pem").chmod(0o644), 2, "chmod 600"),
            (lambda keys: (keys / "private" / ".card.pem.1.new").touch(), 1, "cut short left this behind"),
        ],
    )
    def test_the_exit_status_tells_how_grave_it_is(
        self, home: Path, harm: Callable[[Path], object], status: int, said: str
    ) -> None:
        harm(home / "keys")
        examined = run("doctor", "--dir", home / "keys")
        assert examined.returncode == status
        assert said in examined.stdout
        [finding] = json.loads(run("doctor", "--dir", home / "keys", "--json").stdout)
        assert finding["gravity"] == {1: "warning", 2: "fault"}[status]

    def test_demo_keys_are_at_home_in_a_demo_only(self, tmp_path: Path) -> None:
        done("init", "--dir", tmp_path / "keys", "--demo")
        assert run("doctor", "--dir", tmp_path / "keys").returncode == 2
        assert run("doctor", "--dir", tmp_path / "keys", "--demo").returncode == 0
        (tmp_path / "clearance.toml").write_text('environment = "demo"\n')
        assert run("doctor", "--dir", tmp_path / "keys", "--home", tmp_path).returncode == 0


def test_init_leaves_a_page_for_real_keys_and_none_for_a_demo(tmp_path: Path) -> None:
    done("init", "--dir", tmp_path / "real", "--organisation", "Bureau of Manpower", "--operator", "A. Rahman")
    [page] = (tmp_path / "real" / "ceremony").iterdir()
    assert "Operator: A. Rahman" in page.read_text()
    make_keys(tmp_path / "demo", "es256")
    assert sorted(path.name for path in (tmp_path / "demo").iterdir()) == ["private", "public"]


@pytest.mark.parametrize(
    "command",
    [
        ["root", "create"],
        ["signer", "request"],
        ["signer", "certify"],
        ["signer", "install"],
        ["bundle", "publish"],
        ["rotate"],
        ["retire"],
        ["distrust"],
        ["list"],
        ["doctor"],
    ],
)
def test_help_shows_an_example(command: list[str]) -> None:
    shown = program("clearance", "keys", *command, "--help")
    assert shown.returncode == 0
    assert "Example" in shown.stdout


class TestDistrust:
    """In-process, so that the office's clock can be the one of its cards."""

    @pytest.fixture
    def office(self, tmp_path: Path) -> Iterator[Installation]:
        with installation(tmp_path / "office", printer=FakePrinter()) as installed:
            yield installed

    def distrust(self, office: Installation) -> Result:
        command = ["keys", "distrust", "--dir", str(office.home / "keys"), "--home", str(office.home), "card", "--yes"]
        return CliRunner().invoke(clearance, command, obj=lambda _home: nullcontext(office.service))

    def test_the_clearances_it_meets_are_listed_and_queued_for_a_new_card(self, office: Installation) -> None:
        cards = sorted(issued(office.service, index).clearance_no for index in (1, 2, 3))
        result = self.distrust(office)
        assert result.exit_code == 0, result.output
        assert "3 clearances in force are met by this; 3 were put in the queue" in result.output
        listed = office.home / "keys" / "ceremony" / "affected-by-card.txt"
        assert listed.read_text().split() == cards
        assert all(f"\n  {number}\n" in result.output for number in cards)
        with office.service.database.read() as work:
            assert [entry.clearance_no for entry in work.reissues.waiting(after="", limit=10)] == cards

    def test_taking_the_step_again_queues_what_was_left_out_and_nothing_twice(self, office: Installation) -> None:
        issued(office.service, 1)
        self.distrust(office)
        again = self.distrust(office)
        assert again.exit_code == 0, again.output
        assert "card is distrusted already" in again.output
        assert "1 clearance in force is met by this; 0 were put in the queue" in again.output

    def test_a_key_without_cards_meets_nobody(self, office: Installation) -> None:
        assert "No clearance in force was signed by it." in self.distrust(office).output


def issued(service: Service, index: int) -> Clearance:
    wanted = entry.with_portrait(service, draft(index), service.prepare_photo(snapshot()))
    entered = expect(entry.enter(service, wanted, officer=CLERK, device=DEVICE))
    decide(service, entered, photo_accepted=True)
    return expect(request_card(service, entered.reference, officer=ISSUER, device=DEVICE))
