"""A card key is replaced, and later distrusted, under an office at work and three desks that fetch over HTTP.

Everything is real but the paper and the clock: the ceremony, the database, the web, the trust stores of the desks.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from shutil import copytree
from tempfile import mkdtemp

import pytest
from werkzeug.serving import make_server

from clearance.credential.claims import end_of_day_dhaka
from clearance.credential.gate import verdict_for
from clearance.credential.qrtext import pack
from clearance.credential.reasons import Reason
from clearance.domain.clearance import Clearance
from clearance.domain.desk import Airport
from clearance.issuing import desks, distrusted, entry
from clearance.issuing.component import SigningComponent
from clearance.issuing.lookup import SecondFactor
from clearance.issuing.publish import keep_published
from clearance.issuing.request import request_card
from clearance.signing import keystore
from clearance.signing.authority import Role
from clearance.signing.ceremony_state import rotate
from clearance.signing.errors import OutOfOrder
from clearance.web.app import create_app
from clearance.web.options import WebOptions
from tests.fakes.installation import Installation, joined, snapshot
from tests.fakes.office import (
    CLERK,
    DEVICE,
    ISSUER,
    NOW,
    SECOND_ISSUER,
    decide,
    draft,
    expect,
    furnish,
)
from tests.fakes.outside import FakePrinter
from tests.fakes.sqlite import sqlite_database
from tests.unit.signing.ceremonies import NO_SECRETS, Ceremony
from verifier.sync import Puller, Reporter
from verifier.truststore import TrustStore


@dataclass
class AirportDesk:
    """A desk with a disk of its own; it learns of anything only when it synchronises."""

    home: Path
    url: str
    token: str

    def __post_init__(self) -> None:
        self.store = TrustStore(self.home / "trust", self.home / "state")
        self.puller = Puller(self.url, self.store, ticks=time.monotonic)
        self.reporter = Reporter(self.url, token=lambda: self.token, version="0.1.0", ticks=time.monotonic)

    def synchronise(self) -> None:
        assert self.puller.pull().complete
        self.reporter.report(self.store.load())

    def reason(self, card: Clearance, *, at: int) -> Reason:
        return verdict_for(pack(card.token), held=self.store.load(), at=at).reason


@dataclass
class Country:
    """The office, its keys and its desks."""

    installed: Installation
    ceremony: Ceremony
    url: str
    desks: list[AirportDesk] = field(default_factory=list)
    cards: int = 0

    @property
    def now(self) -> int:
        return int(self.installed.clock.at.timestamp())

    def enrol(self, counter: str) -> AirportDesk:
        made = desks.enrol(self.installed.service, airport=Airport.DHAKA, counter=counter)
        home = self.installed.home / f"desk-{counter}"
        (home / "trust").mkdir(parents=True)
        (home / "trust" / "root.pem").write_bytes((self.installed.keys.public / "root.pem").read_bytes())
        desk = AirportDesk(home, self.url, made.token)
        desk.synchronise()
        self.desks.append(desk)
        return desk

    def issue(self, number: int) -> list[Clearance]:
        first = self.cards
        self.cards += number
        return [self._issue(index) for index in range(first, first + number)]

    def _issue(self, index: int) -> Clearance:
        service = self.installed.service
        wanted = entry.with_portrait(service, draft(index), service.prepare_photo(snapshot()))
        entered = expect(entry.enter(service, wanted, officer=CLERK, device=DEVICE))
        decide(service, entered)
        return expect(request_card(service, entered.reference, officer=ISSUER, device=DEVICE))

    def pass_time(self, **span: float) -> None:
        self.installed.clock.advance(**span)
        self.ceremony = self.ceremony.later(**span)

    def rotate(self, name: str) -> None:
        ask = lambda sequence: desks.holding(self.installed.service, sequence)  # noqa: E731
        rotate(self.ceremony.ring(), name, ask_desks=ask, despite=None, on=self.ceremony.on, secrets=NO_SECRETS)

    def restart_the_signer(self) -> None:
        """The signing program opens the keys anew."""
        keys = keystore.load(self.installed.home / "keys")
        room = replace(self.installed.room, card_signer=keys.card, publisher=keys.publisher())
        service = replace(self.installed.service, signing=SigningComponent(room))
        self.installed = replace(self.installed, keys=keys, room=room, service=service)

    def reasons(self, cards: list[Clearance]) -> set[Reason]:
        """What the desks say of these cards, every desk of every card."""
        return {desk.reason(card, at=self.now) for desk in self.desks for card in cards}


@cache
def ready() -> Path:
    """A root and a first signer of each purpose, published."""
    home = Path(mkdtemp(prefix="clearance-test-"))
    ceremony = Ceremony(home=home)
    ceremony.create_root()
    for role in Role:
        ceremony.add(role)
    ceremony.publish()
    return home


@contextmanager
def serving(app: object) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)  # type: ignore[arg-type]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def country(tmp_path: Path) -> Iterator[Country]:
    copytree(ready(), tmp_path, dirs_exist_ok=True)
    with sqlite_database(tmp_path) as database:
        furnish(database)
        installed = joined(tmp_path, database=database, printer=FakePrinter())
        installed.clock.at = NOW + timedelta(minutes=1)
        options = WebOptions(
            secret_key=b"k" * 32, second_factor=SecondFactor.BIRTH_DATE, trust_directory=installed.keys.public
        )
        with serving(create_app(installed.service, options)) as url:
            country = Country(installed=installed, ceremony=Ceremony(home=tmp_path).later(minutes=1), url=url)
            for counter in ("1", "2", "3"):
                country.enrol(counter)
            yield country


def test_a_key_is_replaced_without_one_false_refusal(country: Country) -> None:
    old = country.issue(4)
    assert country.reasons(old) == {Reason.VALID}

    # The new key is published. No desk has it yet, so it must not sign.
    country.pass_time(minutes=1)
    name = country.ceremony.add(Role.CARD)
    country.ceremony.publish()
    with pytest.raises(OutOfOrder, match="3 of 3 desks"):
        country.rotate(name)
    first, second, last = country.desks
    first.synchronise()
    second.synchronise()
    with pytest.raises(OutOfOrder, match="DAC-3"):
        country.rotate(name)
    country.restart_the_signer()
    old += country.issue(2)  # the office goes on with the old key meanwhile
    assert country.reasons(old) == {Reason.VALID}

    # Every desk has reported it: the switch. Cards of both keys pass everywhere, without another update.
    last.synchronise()
    country.pass_time(minutes=1)
    country.rotate(name)
    country.restart_the_signer()
    new = country.issue(4)
    assert {card.kid for card in new}.isdisjoint({card.kid for card in old})
    assert country.reasons(old + new) == {Reason.VALID}

    # The old key is retired, and its cards stay valid until their last second.
    country.pass_time(minutes=1)
    country.ceremony.retire("card")
    assert country.reasons(old + new) == {Reason.VALID}
    for desk in country.desks:
        desk.synchronise()
    assert country.reasons(old + new) == {Reason.VALID}
    end = end_of_day_dhaka(old[0].valid_until)
    country.pass_time(seconds=end - country.now)
    keep_published(country.installed.room)
    for desk in country.desks:
        desk.synchronise()
    assert country.reasons(old + new) == {Reason.VALID}
    country.pass_time(seconds=1)
    assert country.reasons(old) == {Reason.EXPIRED}


def test_a_distrusted_key_dies_with_the_next_update_and_its_cards_are_issued_anew(country: Country) -> None:
    old = country.issue(3)
    name = country.ceremony.add(Role.CARD)
    country.ceremony.publish()
    for desk in country.desks:
        desk.synchronise()
    country.pass_time(minutes=1)
    country.rotate(name)
    country.restart_the_signer()
    new = country.issue(3)

    # Distrust: each desk refuses the old cards from its own next update on, and no other card.
    country.pass_time(minutes=1)
    country.ceremony.distrust("card")
    *told, untold = country.desks
    for desk in told:
        desk.synchronise()
        assert {desk.reason(card, at=country.now) for card in old} == {Reason.UNTRUSTED_SIGNER}
    assert {untold.reason(card, at=country.now) for card in old} == {Reason.VALID}
    untold.synchronise()
    assert country.reasons(old) == {Reason.UNTRUSTED_SIGNER}
    assert country.reasons(new) == {Reason.VALID}

    # The affected cards are known, put down, and made anew by the key that is trusted.
    service = country.installed.service
    affected = {card.clearance_no for card in distrusted.affected(service, old[0].kid)}
    assert affected == {card.clearance_no for card in old}
    assert distrusted.queue_reissue(service, old[0].kid) == 3
    ended = distrusted.reissue_waiting(service, officer=SECOND_ISSUER)
    assert (ended.done, ended.refused, ended.stopped) == (3, 0, None)
    with service.database.read() as work:
        anew = [work.clearances.for_application(card.application_reference) for card in old]
    cards = [card for card in anew if card is not None]
    assert {card.kid for card in cards} == {new[0].kid}
    for desk in country.desks:
        desk.synchronise()
    assert country.reasons(cards + new) == {Reason.VALID}
    assert country.reasons(old) == {Reason.UNTRUSTED_SIGNER}
