"""Join the parts of the desk and run them. The only place of the desk where clocks are read.

trust store ─┬─ held trust ─┐
puller ──────┘              ├─ check ─ page on 127.0.0.1
keyboard, serial, camera, file ─┤
journal ────────────────────┘
"""

import logging
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from threading import Event, Lock, Thread

from cryptography import x509
from cryptography.x509.oid import NameOID
from flask import Flask
from waitress.server import create_server
from waitress.wasyncore import close_all

from clearance.credential.claims import DHAKA
from clearance.credential.held import HeldTrust
from clearance.reading.findings import Paper
from clearance.reading.paper import pinned_roots, read_paper
from verifier import enrolment
from verifier.acts import Act, ActRecord, Ground, KeptScan, Objection, objection_to
from verifier.cards import CardFile, fetch
from verifier.config import HOST, DeskConfig
from verifier.desk import NotRecorded, NotYet, Repeat, ScannedText, ScanRecord, Source, check
from verifier.exchange import Exchange
from verifier.heard import Heard, SharedJournal
from verifier.journal import ScanJournal, verify_chain
from verifier.line import Line
from verifier.passport import PassportInHand
from verifier.relay_link import known_relay
from verifier.scan import camera, keyboard
from verifier.scan.serial import SerialScanners
from verifier.sync import Puller, Reporter, is_confidential, opener
from verifier.truststore import TrustStore
from verifier.web.app import create_app
from verifier.web.services import DeskState, Services
from verifier.witness import Witness

MAX_REQUEST_BYTES = 12_000_000
THREADS = 8  # a page asks for at most four things at once, one of which waits for a serial scanner
CLOSE_S = 5.0
ENDLESS_S = 1.0
EXCHANGE_PAUSE_S = 2.0
CONFLICTS_TOLD = 4  # contradictions in one report, two tokens each, well below what the office reads

log = logging.getLogger(__name__)


class CannotStart(Exception):
    """The desk cannot be started; the text says what to do, in both languages."""


def now() -> int:
    """The clock of the desk, in UTC seconds."""
    return int(time.time())


@dataclass(kw_only=True)
class Desk:
    """A desk with its parts joined. `held` is replaced as a whole when new files have come; scans read it once."""

    config: DeskConfig
    store: TrustStore
    puller: Puller
    reporter: Reporter
    witness: Witness
    journal: ScanJournal
    journal_whole: bool
    heard: Heard
    office: Exchange
    line: Line  # to the office
    cards: CardFile
    relay: Exchange | None
    scanners: SerialScanners
    demo: bool
    version: str
    now: Callable[[], int]
    held: HeldTrust = field(init=False, default_factory=lambda: HeldTrust(bundle=None))
    issuer_answers: bool | None = None
    contradicted: bool = False  # two checkpoints of the office's record that cannot both be true were seen
    news: Event = field(init=False, default_factory=Event)  # something was written that others should hear soon
    acting: Lock = field(init=False, default_factory=Lock)  # two pages, one person, one act

    def __post_init__(self) -> None:
        self.reload()

    def reload(self) -> None:
        """Take what the trust files are worth now; what is wrong with them is logged when it is news."""
        known = self.held.faults
        self.held = self.store.load()
        for fault in self.held.faults:
            if fault not in known:
                log.warning("trust: %s", fault)

    def check(self, scan: ScannedText, passport: PassportInHand | None) -> ScanRecord | Repeat | NotYet:
        known = SharedJournal(own=self.journal, heard=self.heard)
        return check(scan, held=self.held, at=self.now(), desk=self.config.desk, journal=known, passport=passport)

    def act(self, act: Act, number: int, ground: Ground | None) -> KeptScan | Objection:
        """Take an act on the scan of this number, once; what stands in the journal then. Raises NotRecorded."""
        record = ActRecord(at=self.now(), scan=number, act=act, ground=ground)
        with self.acting:
            scan = self.journal.scan(number)
            objection = objection_to(record, scan)
            if scan is None or objection:
                return objection or Objection.NO_SUCH_SCAN
            self.journal.act(record)
        self.news.set()
        return replace(scan, done=act)

    def find(self, passport: PassportInHand) -> ScanRecord | Repeat | NotYet | None:
        """Judge the card of a passport from this desk's own file; None where there is none, or no file to look in."""
        texts = self.cards.find(passport.number)
        return self.check(ScannedText(candidates=texts[:1], source=Source.PASSPORT), passport) if texts else None

    def read_file(self, data: bytes) -> Paper:
        """What a dropped file gives: the texts of its codes, and what the seal of a PDF is worth."""
        return read_paper(data, roots=pinned_roots(self.config.trust / "root.pem"))

    def pull(self) -> bool:
        """Ask the issuing service once. False: something did not come, and what was held is still held."""
        pull = self.puller.pull()
        self.issuer_answers = bool(pull.came)
        self.reload()
        return pull.complete

    def report(self) -> bool:
        """Tell the office what is held here, and the checkpoints that this desk can witness."""
        told: list[bytes] = []
        try:
            newest, conflicts = self.witness.newest(), self.witness.conflicts()
            told += [newest.last_token] if newest else []
            told += [token for conflict in conflicts[:CONFLICTS_TOLD] for token in conflict.tokens]
            self.contradicted = bool(conflicts)
        except OSError as error:  # the trust data is told of all the same
            log.error("no checkpoint can be witnessed: %s", error)
        return self.reporter.report(self.held, told, rows=self.journal.last())

    def exchange(self) -> None:
        """Send the office what it does not know, and hear who left elsewhere."""
        self.news.clear()
        for exchange in (self.relay, self.office):  # the relay first: it is near, and it matters most
            if exchange is not None:
                exchange.exchange()
        if self.config.keep_cards and self.held.bundle is not None and self.line.token() is not None:
            fetch(self.line, self.cards, issuer=self.held.bundle.issuer, now=self.now)

    def state(self) -> DeskState:
        at = self.now()
        midnight = datetime.fromtimestamp(at, DHAKA).replace(hour=0, minute=0, second=0)
        tally = self.journal.tally(since=int(midnight.timestamp()))
        return DeskState(
            at=at,
            list_age_s=self.held.status_age(at),
            issuer_answers=self.issuer_answers,
            demo=self.demo,
            journal_whole=self.journal_whole,
            record_whole=not self.contradicted,
            by_reason=tally.by_reason,
            by_act=tally.by_act,
            latest=tally.latest,
            kept=tally.kept,
            unsent=self.office.unsent(),
            heard_at=self._heard_at(),
            cards_at=self.cards.heard_at(),
        )

    def _heard_at(self) -> int | None:
        moments = [exchange.heard_at() for exchange in (self.office, self.relay) if exchange is not None]
        return max((at for at in moments if at is not None), default=None)

    def services(self) -> Services:
        return Services(
            desk=self.config.desk,
            version=self.version,
            keyboard=keyboard.scanned,
            camera=camera.Watch,
            file=self.read_file,
            check=self.check,
            act=self.act,
            find=self.find,
            hear=self.scanners.hear,
            choose_port=self.scanners.choose,
            state=self.state,
            pull=self.pull,
            ticks=time.monotonic,
        )


def join(config: DeskConfig, *, clock: Callable[[], int] = now) -> Desk:
    """Open what a desk needs and join it. Raises CannotStart."""
    root = pinned_root(config)
    try:
        config.state.mkdir(parents=True, exist_ok=True)
        program = version("clearance")
        journal = ScanJournal(config.journal, desk=config.desk, version=program)
        broken_at = verify_chain(config.journal)
    except (OSError, NotRecorded) as error:
        raise CannotStart(
            f"The journal cannot be used: {error}. Free the disk or mend the file's permissions.\n"
            f"জার্নাল ব্যবহার করা যাচ্ছে না: {error}। ডিস্ক খালি করুন বা ফাইলের অনুমতি ঠিক করুন।"
        ) from error
    if broken_at is not None:
        log.error("the journal is not what was written from row %d on", broken_at)
    store, witness = TrustStore(config.trust, config.state), Witness(config.state / "checkpoints.db")
    heard = Heard(config.state / "heard.db")
    line = Line(name="office", url=config.issuer_url.rstrip("/"), token=partial(_confided_token, config))
    return Desk(
        config=config,
        store=store,
        puller=Puller(
            config.issuer_url,
            store,
            ticks=time.monotonic,
            offer_checkpoint=lambda token: witness.offer(token, signers=store.load().signers),
        ),
        reporter=Reporter(
            config.issuer_url, token=partial(enrolment.token, config.token), version=program, ticks=time.monotonic
        ),
        witness=witness,
        journal=journal,
        journal_whole=broken_at is None,
        heard=heard,
        office=Exchange(line, journal, heard, now=clock),
        line=line,
        cards=CardFile(config.state / "cards.db", token=line.token),
        relay=_relay_of(config, journal, heard, clock),
        scanners=SerialScanners(config.serial_port),
        demo=is_demo_root(root),
        version=program,
        now=clock,
    )


def pinned_root(config: DeskConfig) -> Path:
    """The file of the root certificate. Raises CannotStart where it is missing."""
    root = config.trust / "root.pem"
    if not root.is_file():
        raise CannotStart(
            f"{root} is missing. Copy the root certificate of BMET there; get it from the administrator by hand, never "
            f"from the network.\n{root} নেই। বিএমইটির রুট সনদ সেখানে রাখুন; প্রশাসকের কাছ থেকে হাতে নিন, ইন্টারনেট থেকে নয়।"
        )
    return root


def _confided_token(config: DeskConfig) -> str | None:
    """The token that the office is told; None without one, and where the network could read it."""
    return enrolment.token(config.token) if is_confidential(config.issuer_url) else None


def _relay_of(config: DeskConfig, journal: ScanJournal, heard: Heard, now: Callable[[], int]) -> Exchange | None:
    """The talk with the relay of the airport, where this desk was told of one."""
    known = known_relay(config.relay)
    if known is None:
        return None
    relay = Line(name="relay", url=known.url, token=lambda: known.secret, opener=opener(known.context()))
    return Exchange(relay, journal, heard, now=now)


def is_demo_root(root: Path) -> bool:
    """Tell whether a pinned root names an organisation that begins with DEMO; such a desk says so on its screen."""
    try:
        pinned = x509.load_pem_x509_certificates(root.read_bytes())
    except (OSError, ValueError):
        return False
    names = [name.value for each in pinned for name in each.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)]
    return any(str(name).strip().upper().startswith("DEMO") for name in names)


@dataclass(frozen=True, kw_only=True)
class OpenDesk:
    """A desk that answers at `address` until the block that opened it is left."""

    desk: Desk
    address: str


@contextmanager
def opened(
    config: DeskConfig, *, clock: Callable[[], int] = now, listener: socket.socket | None = None
) -> Iterator[OpenDesk]:
    """Open a desk: it answers and pulls in the background, and is closed on leaving. Raises CannotStart."""
    with listener or listening(config.port) as door:
        joined = join(config, clock=clock)
        stopped = Event()
        try:
            with answering(create_app(joined.services()), door):
                Thread(target=joined.scanners.run, name="serial", daemon=True).start()
                Thread(target=_pull_now_and_then, args=(joined, stopped), name="pull", daemon=True).start()
                Thread(target=_exchange_now_and_then, args=(joined, stopped), name="exchange", daemon=True).start()
                try:
                    yield OpenDesk(desk=joined, address=address_of(door))
                finally:
                    stopped.set()
                    joined.news.set()
                    joined.scanners.stop()
        finally:
            for each in (joined.journal, joined.heard, joined.cards, joined.witness):
                each.close()


@contextmanager
def answering(app: Flask, listener: socket.socket) -> Iterator[None]:
    """The application answers until the block is left; who knocks afterwards waits for the next one at this door."""
    connections: dict[int, object] = {}
    server = create_server(
        app,
        map=connections,
        sockets=[listener.dup()],
        threads=THREADS,
        max_request_body_size=MAX_REQUEST_BYTES,
        ident="",
    )
    serving = Thread(target=server.run, name="serve", daemon=True)
    serving.start()
    try:
        yield
    finally:
        server.task_dispatcher.shutdown()  # what is being answered is answered
        with suppress(OSError):  # that thread was awake already: it has closed this door, too
            server.trigger.pull_trigger(lambda: close_all(connections))  # the server's own thread does it, and ends
        serving.join(CLOSE_S)


def address_of(listener: socket.socket) -> str:
    """Where a browser finds it."""
    return f"http://{HOST}:{listener.getsockname()[1]}/"


def wait_for_the_end() -> None:
    """Return after SIGINT or SIGTERM."""
    wait_for(told_to_end())


def told_to_end() -> Event:
    """Set by SIGINT and SIGTERM."""
    end = Event()
    for told in (signal.SIGINT, signal.SIGTERM):
        signal.signal(told, lambda *_: end.set())
    return end


def wait_for(end: Event) -> None:
    """Return when the event is set."""
    while not end.wait(ENDLESS_S):  # Windows hears signals between two waits only
        pass


def listening(port: int) -> socket.socket:
    """The door of the desk's page; port 0 is any. Raises CannotStart."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(64)
    except OSError as error:
        listener.close()
        raise CannotStart(
            f"Port {port} is taken; is the desk open already? Close the other program or choose another port: --port.\n"
            f"{port} পোর্ট ব্যস্ত; ডেস্ক কি আগে থেকেই খোলা? অন্য প্রোগ্রামটি বন্ধ করুন, অথবা অন্য পোর্ট দিন: --port।"
        ) from error
    return listener


def _pull_now_and_then(joined: Desk, stopped: Event) -> None:
    while not stopped.is_set():
        try:
            joined.pull()
            joined.report()
        except Exception:  # whatever is wrong with a pull, the desk goes on with what it holds and tries again
            log.exception("pull failed")
        stopped.wait(joined.config.sync_every_s)


def _exchange_now_and_then(joined: Desk, stopped: Event) -> None:
    """Soon after each act, and as often as files are pulled; never more often than every EXCHANGE_PAUSE_S."""
    while not stopped.is_set():
        try:
            joined.exchange()
        except Exception:  # the journal keeps what was not sent, and the next round tries again
            log.exception("exchange failed")
        joined.news.wait(joined.config.sync_every_s)
        stopped.wait(EXCHANGE_PAUSE_S)
