"""A restored office that is not reconciled: every way to sign or to publish is shut, and says what to do."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from clearance.bootstrap import ConfigurationRefused, read_settings, service_of
from clearance.domain.decision import Refused
from clearance.domain.eligibility import Ground, Objection
from clearance.issuing.checkpoint import publish_checkpoint
from clearance.issuing.halt import resume_signing
from clearance.issuing.publish import NotReconciled, keep_published
from clearance.issuing.request import request_card
from clearance.signer import signing
from clearance.signing.keyring import Standing, read_ring
from clearance.web.wording import ground_text
from clearance_templates.i18n import Translator
from tests.fakes.office import DEVICE, ISSUER, NOW
from tests.fakes.outside import FakeClock
from tests.integration.backups import (
    Lost,
    at,
    bring_keys,
    done,
    interrupted,
    restored,
    restored_office,
    run,
)


@pytest.fixture(autouse=True)
def two_hours_later() -> Iterator[None]:
    with at(FakeClock(NOW + timedelta(hours=2))):
        yield


@pytest.fixture(scope="module")
def not_finished(lost: Lost, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A restored home with its keys, where somebody put the published files back by hand."""
    home = tmp_path_factory.mktemp("restored") / "new"
    restored(lost, home)
    assert not (home / "keys" / "public").exists()
    shutil.copytree(lost.desk, home / "keys" / "public")
    bring_keys(lost, home)
    return home


@pytest.fixture
def home(not_finished: Path, tmp_path: Path) -> Path:
    shutil.copytree(not_finished, tmp_path / "new")
    return tmp_path / "new"


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_nothing_is_signed_or_published_before_the_office_is_reconciled(lost: Lost, home: Path) -> None:
    published = content(home / "keys" / "public")
    with restored_office(lost, home) as office:
        with pytest.raises(NotReconciled):
            keep_published(office.room)
        with pytest.raises(NotReconciled):
            publish_checkpoint(office.room)
        refused = resume_signing(office.service, officer_no=ISSUER.number, reason="Let us go on")
        assert isinstance(refused, Refused)
        assert refused.objections[0].ground is Ground.NOT_RECONCILED
        reference = lost.cards["unknown"].application_reference
        stopped = request_card(office.service, reference, officer=ISSUER, device=DEVICE)
        assert isinstance(stopped, Refused)
        assert stopped.objections[0].ground is Ground.NOT_RECONCILED
    assert content(home / "keys" / "public") == published


@pytest.mark.parametrize(
    "command",
    [
        ("serve",),
        ("worker", "run"),
        ("signer", "run"),
        ("signer", "resume", "--officer", ISSUER.number, "--reason", "Let us go on"),
        ("reissue", "run", "--officer", ISSUER.number),
        ("void", "list"),
    ],
    ids=" ".join,
)
def test_no_program_of_the_office_starts_and_each_says_what_comes_first(home: Path, command: tuple[str, ...]) -> None:
    refused = run(*command, "--home", home)
    assert refused.exit_code in (1, 78), refused.output
    assert "clearance restore finish" in refused.output


@pytest.mark.parametrize("command", [("bundle", "publish", "--renew"), ("rotate", "card"), ("retire", "card")])
@pytest.mark.parametrize("named", [True, False], ids=["named", "where the keys lie"])
def test_no_step_of_the_ceremony_publishes(home: Path, command: tuple[str, ...], named: bool) -> None:
    before = content(home / "keys")
    where = ("--home", home) if named else ()
    refused = done("keys", *command, "--dir", home / "keys", *where, status=75)
    assert "clearance restore finish" in refused.output
    assert content(home / "keys") == before


def test_keys_that_lie_alone_are_asked_nothing(home: Path, tmp_path: Path) -> None:
    """The machine of the ceremony may know no office."""
    shutil.copytree(home / "keys", tmp_path / "alone")
    done("keys", "bundle", "publish", "--renew", "--dir", tmp_path / "alone")


def test_a_database_that_does_not_answer_stops_a_publication_and_no_distrust(home: Path) -> None:
    (home / "clearance.toml").write_text(
        'environment = "demo"\ndatabase_url = "postgresql+psycopg://nobody@127.0.0.1:1/none"\n'
    )
    refused = done("keys", "bundle", "publish", "--renew", "--dir", home / "keys", status=75)
    assert "cannot be reached" in refused.output
    said = done("keys", "distrust", "card", "--yes", "--dir", home / "keys")
    assert "cannot be reached" in said.output
    assert read_ring(home / "keys").named("card").standing is Standing.DISTRUSTED


def test_a_stolen_key_is_distrusted_at_once_and_stays_so_when_the_office_is_reconciled(lost: Lost, home: Path) -> None:
    said = done("keys", "distrust", "card", "--yes", "--dir", home / "keys", "--home", home)
    assert "After `clearance restore finish`, run this again" in said.output
    assert read_ring(home / "keys").named("card").standing is Standing.DISTRUSTED
    done("restore", "finish", "--home", home, "--officer", ISSUER.number, "--latest-trust", lost.desk)
    assert read_ring(home / "keys").named("card").standing is Standing.DISTRUSTED
    again = done("keys", "distrust", "card", "--yes", "--dir", home / "keys", "--home", home)
    assert "were put in the queue" in again.output


def test_a_distrust_that_desks_pass_over_for_a_newer_bundle_is_named_by_finishing(
    lost: Lost, home: Path, tmp_path: Path
) -> None:
    desk = tmp_path / "desk"
    shutil.copytree(home / "keys", desk)
    for _ in range(2):  # what the office of the lost days went on to publish
        done("keys", "bundle", "publish", "--renew", "--dir", desk)
    done("keys", "distrust", "card", "--yes", "--dir", home / "keys")
    stolen = read_ring(home / "keys").named("card").kid.hex()
    shutil.copytree(home / "keys" / "public", tmp_path / "told")
    said = done(
        *("restore", "finish", "--home", home, "--officer", ISSUER.number),
        *("--latest-trust", desk / "public", "--latest-trust", tmp_path / "told"),
    )
    assert f"{stolen} distrusted" in said.output
    assert read_ring(home / "keys").named("card").standing is Standing.SIGNING
    done("keys", "distrust", stolen, "--yes", "--dir", home / "keys", "--home", home)
    assert read_ring(home / "keys").named("card").standing is Standing.DISTRUSTED


def test_a_distrust_needs_a_bundle_to_go_on_from_and_says_where_to_lay_it(lost: Lost, tmp_path: Path) -> None:
    home = tmp_path / "new"
    restored(lost, home)
    bring_keys(lost, home)
    refused = done("keys", "distrust", "card", "--yes", "--dir", home / "keys", "--home", home, status=75)
    assert "verifier bundle export" in refused.output


def test_while_a_restore_is_interrupted_no_program_starts(lost: Lost, tmp_path: Path) -> None:
    home = tmp_path / "new"
    interrupted(lost, home, step="documents_back")
    shutil.copytree(lost.desk, home / "keys" / "public")
    bring_keys(lost, home)
    with pytest.raises(ConfigurationRefused, match="was interrupted"), service_of(read_settings(home)):
        pass
    with pytest.raises(ConfigurationRefused, match="was interrupted"), signing(home):
        pass
    with restored_office(lost, home) as office, pytest.raises(NotReconciled):
        keep_published(office.room)


def test_officers_read_in_their_own_language_what_to_do() -> None:
    objection = Objection(ground=Ground.NOT_RECONCILED)
    bn, en = (ground_text(objection, Translator(language)) for language in ("bn", "en"))
    assert bn != en
    for text in (bn, en):
        assert "clearance restore finish" in text
