"""The page of keys and desks: what it shows, to whom, in both languages."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from clearance.credential.cose import Algorithm
from clearance.credential.status import Status
from clearance.credential.trust import Purpose, SignerState, TrustBundle
from clearance.domain.desk import Airport, Holding
from clearance.domain.staff import Officer, Role
from clearance.issuing import desks
from clearance.signing import keystore
from clearance.signing.authority import DEMO
from clearance.signing.keystore import KeyStore
from tests.fakes.office import APPROVER, CLERK, ISSUER, NOW, draft, officer
from tests.integration.staff_pages import Desk, Workplace, open_workplace, words

AT = int(NOW.timestamp()) - 60
ADMINISTRATOR, AUDITOR = officer("M-1", Role.ADMINISTRATOR), officer("U-1", Role.AUDITOR)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("made") / "keys"
    keystore.init(directory, algorithm=Algorithm.ES256, subject=DEMO, at=AT)
    return directory


class Office:
    """The office with its published files and its overseers."""

    def __init__(self, folder: Path, workplace: Workplace, keys: KeyStore) -> None:
        self.workplace, self.keys, self.service = workplace, keys, workplace.office.service
        for member in (ADMINISTRATOR, AUDITOR):
            workplace.hire(member)

    def enrol(self, name: str, *, sequence: int | None, days_ago: float | None = 0) -> None:
        airport, _, counter = name.partition("-")
        desk = desks.enrol(self.service, airport=Airport(airport), counter=counter).desk
        if days_ago is not None:
            heard = desk.reported(
                Holding(trust_sequence=sequence, lists={self.keys.status_uri: AT}, software="0.1.0"),
                at=self.workplace.office.clock.at - timedelta(days=days_ago),
            )
            with self.service.database.write() as work:
                work.desks.save(heard)
                work.commit()

    def page(self, reader: Officer = ADMINISTRATOR, *, language: str = "en") -> str:
        return words(self.workplace.desk_of(reader, language=language).get("/staff/keys/"))


@contextmanager
def opened(folder: Path, made: Path) -> Iterator[Office]:
    keys = keystore.load(Path(shutil.copytree(made, folder / "keys")))
    for name in ("root.pem", "trust.cose", "status"):
        (folder / name).symlink_to(keys.public / name)
    with open_workplace(folder) as workplace:
        yield Office(folder, workplace, keys)


@pytest.fixture
def office(tmp_path: Path, made: Path) -> Iterator[Office]:
    with opened(tmp_path, made) as office:
        yield office


@pytest.mark.parametrize(("reader", "status"), [(ADMINISTRATOR, 200), (AUDITOR, 200), (CLERK, 403), (ISSUER, 403)])
def test_administrators_and_auditors_see_the_page_and_nobody_else(office: Office, reader: Officer, status: int) -> None:
    desk = office.workplace.desk_of(reader)
    assert desk.get("/staff/keys/").status_code == status
    assert ("Keys and desks" in words(desk.get("/staff/cards"))) == (status == 200)


def test_whoever_only_oversees_begins_there(office: Office) -> None:
    assert office.workplace.desk_of(AUDITOR).get("/staff/").location == "/staff/keys/"
    assert office.workplace.desk_of(APPROVER).get("/staff/").location == "/staff/queue?state=checked"


def test_who_is_not_signed_in_sees_nothing(office: Office) -> None:
    assert Desk(office.workplace.app).get("/staff/keys/").status_code == 303


def test_which_desks_hold_the_bundle_is_said_first(office: Office) -> None:
    for counter in range(1, 12):
        office.enrol(f"DAC-{counter}", sequence=1)
    office.enrol("CGP-2", sequence=None, days_ago=3)
    said = office.page()
    assert "11 of 12 desks hold bundle 1." in said
    assert "CGP-2 : last seen 3 days ago" in said
    assert "Silent" in said


def test_the_page_speaks_bengali_with_its_digits(office: Office) -> None:
    for counter in range(1, 12):
        office.enrol(f"DAC-{counter}", sequence=1)
    office.enrol("CGP-2", sequence=None, days_ago=3)
    said = office.page(language="bn")
    assert "১২টি ডেস্কের মধ্যে ১১টির কাছে ১ নম্বর তালিকা আছে।" in said
    assert "শেষ যোগাযোগ ৩ দিন আগে" in said


def test_a_desk_that_never_reported_is_named(office: Office) -> None:
    office.enrol("ZYL-1", sequence=None, days_ago=None)
    assert "ZYL-1 : never heard from" in office.page()


def test_all_desks_in_step_are_good_news(office: Office) -> None:
    office.enrol("DAC-1", sequence=1)
    assert "The one desk holds bundle 1." in office.page()
    office.enrol("DAC-2", sequence=2)
    assert "All 2 desks hold bundle 1." in office.page()


def test_without_a_desk_the_page_says_what_to_do(office: Office) -> None:
    said = office.page()
    assert "No desk is enrolled." in said
    assert "clearance desks add" in said


def test_every_key_is_listed_with_its_state_and_days(office: Office) -> None:
    def distrust(bundle: TrustBundle) -> TrustBundle:
        states = {Purpose.CARD: SignerState.DISTRUSTED, Purpose.STATUS: SignerState.RETIRED}
        return replace(bundle, signers=tuple(replace(s, state=states[s.purpose]) for s in bundle.signers))

    keys = office.keys
    assert office.page().count("In use") == 3
    keys.publisher().publish({}, uri=keys.status_uri, at=AT + 1)
    keys.publisher().amend_trust(distrust, at=AT + 10)
    said = office.page()
    for kid in (keys.card.kid, keys.status.kid, keys.trust.kid):
        assert kid.hex() in said
    assert "Distrusted: all its cards are refused" in said
    assert "Retired: its cards stay valid" in said
    assert said.count("In use") == 1


def test_every_list_is_shown_with_its_age_and_what_is_cancelled(office: Office) -> None:
    publisher = office.keys.publisher()
    publisher.name_lists(("https://s.bmet.gov.bd/26b", office.keys.status_uri), at=AT)
    publisher.publish(dict.fromkeys(range(5), Status.INVALID), uri=office.keys.status_uri, at=AT + 30)
    said = office.page()
    assert "https://s.bmet.gov.bd/26a for new cards less than a minute ago 0 % 5" in said
    assert "https://s.bmet.gov.bd/26b opened ahead, not used yet 1 minute ago 0 % 0" in said
    office.workplace.office.clock.advance(hours=2)
    assert "Overdue" in office.page()


def test_files_that_are_not_usable_are_said_and_nothing_breaks(office: Office) -> None:
    (office.keys.public / "trust.cose").write_bytes(b"garbage")
    office.enrol("DAC-1", sequence=1)
    said = office.page()
    assert "No usable trust bundle is published." in said
    assert "DAC-1" in said


def test_what_is_to_be_issued_anew_is_counted_for_each_key(office: Office) -> None:
    first, second = (office.workplace.office.issue(wanted) for wanted in (draft(1), draft(2)))
    with office.service.database.write() as work:
        work.reissues.queue(first.kid, on=office.service.today(), at=office.service.now())
        entry, _ = work.reissues.waiting(after="", limit=2)
        work.reissues.settle(entry.refused("visa_expired", at=office.service.now()))
        work.commit()
    said = office.page()
    assert f"{first.kid.hex()} 2 0 1 1" in said
    refused = min(first.clearance_no, second.clearance_no)
    assert f"{refused} Nothing stands against it any more: try again." in said
    office.workplace.office.clock.advance(days=200)  # the visa ran out, and the card with it
    assert "The visa ended on" in office.page()
