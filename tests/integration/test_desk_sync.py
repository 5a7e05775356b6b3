"""Pulling lists from an issuing service that answers, lies, dawdles or is gone."""

import json
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from clearance.credential.reasons import Reason
from clearance.credential.status import Status
from tests.unit.desk.bureau import NOW, Bureau
from tests.unit.desk.test_check import scan
from verifier.desk import judge
from verifier.sync import (
    MAX_TRUST_BYTES,
    REPORT_EVERY_S,
    Puller,
    Reporter,
    is_confidential,
    report_of,
    status_names,
)
from verifier.truststore import TrustStore

REVOKED_IDX = 7


@dataclass
class Issuer:
    """An HTTP server over a folder, as the issuing service publishes it; `instead` replaces single answers."""

    public: Path
    asked: list[tuple[str, str | None, int]] = field(default_factory=list)  # path, If-None-Match, status
    instead: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    drip_s: float = 0
    heard: list[tuple[str, str | None, dict[str, object]]] = field(default_factory=list)  # path, token, message
    answers_reports: int = 204
    server: ThreadingHTTPServer = field(init=False)

    def __post_init__(self) -> None:
        issuer = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.answer(self)

            def do_POST(self) -> None:
                issuer.hear(self)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def hear(self, request: BaseHTTPRequestHandler) -> None:
        said = json.loads(request.rfile.read(int(request.headers["Content-Length"])))
        self.heard.append((request.path, request.headers["Authorization"], said))
        request.send_response(self.answers_reports)
        if self.answers_reports == 302:
            request.send_header("Location", f"{self.url}/elsewhere")
        request.end_headers()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        name = request.path.removeprefix("/trust/")
        file = self.public / name
        status, content = self.instead.get(name) or ((200, file.read_bytes()) if file.is_file() else (404, b"not here"))
        etag = f'"{hash(content)}"'
        if status == 200 and request.headers["If-None-Match"] == etag:
            status, content = 304, b""
        self.asked.append((name, request.headers["If-None-Match"], status))
        request.send_response(status)
        request.send_header("ETag", etag)
        if status == 302:
            request.send_header("Location", f"{self.url}/trust/trust.cose")
        request.end_headers()
        try:
            for place in range(0, len(content), 100 if self.drip_s else 1 << 20):
                request.wfile.write(content[place : place + (100 if self.drip_s else 1 << 20)])
                time.sleep(self.drip_s)
        except OSError:
            pass  # the desk has heard enough


@pytest.fixture
def bureau(tmp_path: Path) -> Bureau:
    return Bureau(tmp_path / "keys")


@pytest.fixture
def issuer(bureau: Bureau) -> Iterator[Issuer]:
    issuer = Issuer(bureau.public)
    thread = threading.Thread(target=issuer.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield issuer
    issuer.server.shutdown()
    issuer.server.server_close()
    thread.join()


@pytest.fixture
def store(bureau: Bureau, tmp_path: Path) -> TrustStore:
    """A desk that was given the root certificate by hand, and nothing else."""
    trust = tmp_path / "desk" / "trust"
    trust.mkdir(parents=True)
    shutil.copy(bureau.public / "root.pem", trust)
    return TrustStore(trust, tmp_path / "desk" / "state")


@pytest.fixture
def puller(issuer: Issuer, store: TrustStore) -> Puller:
    return Puller(issuer.url, store, ticks=time.monotonic)


def verdict(store: TrustStore, text: str) -> Reason:
    return judge(scan(text), held=store.load(), at=NOW, passport_no=None)[1].reason


def test_a_new_desk_holds_everything_after_one_pull(bureau: Bureau, store: TrustStore, puller: Puller) -> None:
    assert verdict(store, bureau.card()) is Reason.TRUST_UNUSABLE
    pull = puller.pull()
    assert pull.complete
    assert pull.came == ("trust.cose", "status/26a.cwt")
    assert verdict(store, bureau.card()) is Reason.VALID


@pytest.mark.parametrize("pattern", ["trust.*", "status/*"])
def test_a_file_that_was_lost_with_its_copy_comes_again(
    tmp_path: Path, store: TrustStore, puller: Puller, pattern: str
) -> None:
    puller.pull()
    assert store.is_whole()
    for lost in (tmp_path / "desk" / "trust").glob(pattern):
        lost.unlink()
    assert not store.is_whole()
    assert puller.pull().complete
    assert store.is_whole()


def test_a_revocation_arrives_with_the_next_pull(bureau: Bureau, store: TrustStore, puller: Puller) -> None:
    puller.pull()
    bureau.publish({REVOKED_IDX: Status.INVALID}, at=NOW)
    assert verdict(store, bureau.card(idx=REVOKED_IDX)) is Reason.VALID
    assert puller.pull().complete
    assert verdict(store, bureau.card(idx=REVOKED_IDX)) is Reason.REVOKED


def test_what_is_unchanged_is_not_sent_again(issuer: Issuer, puller: Puller) -> None:
    puller.pull()
    assert puller.pull().complete
    assert [status for *_, status in issuer.asked] == [200, 200, 304, 304]


def test_the_root_certificate_is_never_asked_for(issuer: Issuer, puller: Puller) -> None:
    puller.pull()
    assert {name for name, *_ in issuer.asked} == {"trust.cose", "status/26a.cwt"}


@pytest.mark.parametrize(
    "answer",
    [
        (200, b"<html>Log in to the airport's WiFi</html>"),
        (200, b""),
        (200, b"\xd2" + b"x" * 500),
        (302, b""),
        (404, b""),
        (500, b"oops"),
        (200, b"x" * (MAX_TRUST_BYTES + 1)),
    ],
    ids=["captive portal", "empty", "garbage", "redirect", "404", "500", "too large"],
)
@pytest.mark.parametrize("name", ["trust.cose", "status/26a.cwt"])
def test_a_bad_answer_changes_nothing(
    bureau: Bureau, store: TrustStore, issuer: Issuer, puller: Puller, name: str, answer: tuple[int, bytes]
) -> None:
    puller.pull()
    before = store.load()
    issuer.instead[name] = answer
    pull = puller.pull()
    assert [path for path, _ in pull.failed] == [name]
    assert not pull.complete
    assert store.load() == before
    assert verdict(store, bureau.card()) is Reason.VALID
    del issuer.instead[name]
    assert puller.pull().complete


def test_a_list_signed_by_somebody_else_is_refused(
    tmp_path: Path, bureau: Bureau, store: TrustStore, issuer: Issuer, puller: Puller
) -> None:
    puller.pull()
    stranger = Bureau(tmp_path / "stranger")
    for name in ("trust.cose", "status/26a.cwt"):
        issuer.instead[name] = (200, (stranger.public / name).read_bytes())
    assert len(puller.pull().failed) == 2
    assert verdict(store, bureau.card()) is Reason.VALID
    assert verdict(store, stranger.card()) is Reason.UNKNOWN_SIGNER


def test_an_older_list_cannot_bring_a_revoked_card_back(
    bureau: Bureau, store: TrustStore, issuer: Issuer, puller: Puller
) -> None:
    old = (bureau.public / "status" / "26a.cwt").read_bytes()
    bureau.publish({REVOKED_IDX: Status.INVALID}, at=NOW)
    puller.pull()
    issuer.instead["status/26a.cwt"] = (200, old)
    assert not puller.pull().complete
    assert verdict(store, bureau.card(idx=REVOKED_IDX)) is Reason.REVOKED


def test_with_nobody_there_the_desk_keeps_what_it_has(bureau: Bureau, store: TrustStore, puller: Puller) -> None:
    puller.pull()
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        alone = Puller(f"http://127.0.0.1:{nobody.getsockname()[1]}", store, ticks=time.monotonic)
        pull = alone.pull()
    assert pull.came == ()
    assert not pull.complete
    assert verdict(store, bureau.card()) is Reason.VALID


def test_an_answer_that_drips_is_given_up(issuer: Issuer, store: TrustStore) -> None:
    issuer.drip_s = 0.01
    ticks = iter(range(0, 10_000, 20))
    pull = Puller(issuer.url, store, ticks=lambda: next(ticks)).pull()
    assert pull.failed == (("trust.cose", "too slow"),)


def test_a_disk_that_takes_nothing_is_a_failed_pull_and_no_crash(
    issuer: Issuer, store: TrustStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_token: bytes) -> bool:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "offer_trust", full)
    ((path, cause),) = Puller(issuer.url, store, ticks=time.monotonic).pull().failed
    assert path == "trust.cose"
    assert "No space left" in cause


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("https://s.bmet.gov.bd/26a", "26a"),
        ("https://clearance.bmet.gov.bd/trust/status/26b.cwt", "26b"),
        ("https://s.bmet.gov.bd/26a?x=../../etc", "26a"),
        ("https://s.bmet.gov.bd/", None),
        ("https://s.bmet.gov.bd/..", None),
        ("https://s.bmet.gov.bd/a%2f..%2fb", None),
        ("https://s.bmet.gov.bd/.hidden", None),
        ("26a", "26a"),
    ],
)
def test_a_list_s_file_name_is_the_last_part_of_its_address(uri: str, name: str | None) -> None:
    assert status_names([uri]) == ((name,) if name else ())


TOKEN = "DSK-7K3D9Q2M-0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass
class Told:
    """A reporter whose token and clock a test sets."""

    url: str
    token: str | None = TOKEN
    seconds: float = 0

    def __post_init__(self) -> None:
        self.reporter = Reporter(self.url, token=lambda: self.token, version="0.1.0", ticks=lambda: self.seconds)


def test_what_a_desk_holds_is_reported_once_and_then_now_and_again(
    issuer: Issuer, store: TrustStore, puller: Puller
) -> None:
    told = Told(issuer.url)
    puller.pull()
    held = store.load()
    assert held.bundle is not None
    assert told.reporter.report(held)
    lists = {uri: each.newest.issued_at for uri, each in held.lists.items()}
    said = {"trust_sequence": held.bundle.sequence, "lists": lists, "software": "0.1.0", "rows": 0}
    assert issuer.heard == [("/api/desks/report", f"Bearer {TOKEN}", said)]
    told.seconds = REPORT_EVERY_S - 1
    assert not told.reporter.report(held)
    told.seconds = REPORT_EVERY_S
    assert told.reporter.report(held)
    assert len(issuer.heard) == 2


def test_a_new_list_is_reported_at_once(bureau: Bureau, issuer: Issuer, store: TrustStore, puller: Puller) -> None:
    told = Told(issuer.url)
    puller.pull()
    told.reporter.report(store.load())
    bureau.publish({REVOKED_IDX: Status.INVALID}, at=NOW)
    puller.pull()
    assert told.reporter.report(store.load())


def test_a_desk_that_holds_nothing_says_so(issuer: Issuer, store: TrustStore) -> None:
    assert Told(issuer.url).reporter.report(store.load())
    assert issuer.heard[0][2] == {"trust_sequence": None, "lists": {}, "software": "0.1.0", "rows": 0}


def test_a_desk_that_was_not_enrolled_is_silent_until_it_is(issuer: Issuer, store: TrustStore) -> None:
    told = Told(issuer.url, token=None)
    assert not told.reporter.report(store.load())
    assert issuer.heard == []
    told.token = TOKEN
    assert told.reporter.report(store.load())


@pytest.mark.parametrize("answer", [302, 401, 404, 413, 422, 429, 500])
def test_a_report_that_is_not_taken_is_made_again_after_the_next_pull(
    issuer: Issuer, store: TrustStore, puller: Puller, answer: int
) -> None:
    told, issuer.answers_reports = Told(issuer.url), answer
    puller.pull()
    assert not told.reporter.report(store.load())
    assert puller.pull().complete
    issuer.answers_reports = 204
    assert told.reporter.report(store.load())
    assert [path for path, *_ in issuer.heard] == ["/api/desks/report"] * 2  # and nowhere else


def test_a_report_to_nobody_is_no_crash(store: TrustStore) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        assert not Told(f"http://127.0.0.1:{nobody.getsockname()[1]}").reporter.report(store.load())


@pytest.mark.parametrize(
    ("url", "confidential"),
    [
        ("https://clearance.bmet.gov.bd", True),
        ("http://127.0.0.1:8000", True),
        ("http://[::1]:8000", True),
        ("http://localhost:8000", True),
        ("http://clearance.bmet.gov.bd", False),
        ("http://10.0.0.5:8000", False),
        ("http://127.0.0.1.example", False),
        ("http://localhost.example", False),
    ],
)
def test_the_token_is_sent_only_where_nobody_on_the_way_reads_it(url: str, confidential: bool) -> None:
    assert is_confidential(url) is confidential


def test_without_tls_nothing_is_reported_to_another_machine(store: TrustStore) -> None:
    assert not Told("http://192.0.2.1").reporter.report(store.load())


def test_the_checkpoint_of_the_record_comes_with_every_pull_and_nothing_waits_for_it(
    issuer: Issuer, store: TrustStore
) -> None:
    taken: list[bytes] = []
    puller = Puller(issuer.url, store, ticks=time.monotonic, offer_checkpoint=lambda token: taken.append(token) is None)
    assert puller.pull().complete  # an office that publishes none yet
    for content in (b"one", b"one", b"another"):
        (issuer.public / "checkpoint.cose").write_bytes(content)
        assert puller.pull().complete
    assert taken == [b"one", b"another"]
    (issuer.public / "checkpoint.cose").write_bytes(bytes(4_096))
    assert puller.pull().complete
    assert len(taken) == 2


def test_a_desk_reports_the_checkpoints_that_it_can_witness(store: TrustStore) -> None:
    said = json.loads(report_of(store.load(), version="1", checkpoints=[b"one", b"other"]))
    assert said["checkpoints"] == ["b25l", "b3RoZXI="]
    assert "checkpoints" not in json.loads(report_of(store.load(), version="1"))
