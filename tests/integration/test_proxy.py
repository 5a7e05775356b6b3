"""The shipped nginx in front of two real web programs: what it keeps, whom it believes, and that nobody is dropped.

Between them are socket files, as `deploy/systemd` has it.
"""

import re
import signal
import socket
import ssl
import stat
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from clearance.demo import home as demo_home
from tests.e2e.story_data import sample
from tests.fakes import nginx
from tests.stack.program import Program, free_port, running
from tests.stack.programs import python

SETTINGS = {
    "CLEARANCE_TRUSTED_PROXIES": "1",
    "CLEARANCE_LOG_FORMAT": "json",
    "CLEARANCE_EMBEDDED_WORKER": "false",
}
AT_ONCE = 200


@dataclass(frozen=True, kw_only=True)
class Site:
    """The proxy, what stands behind it, and where that tells what it did."""

    proxy: nginx.Proxy
    web: tuple[Program, ...]
    logs: tuple[Path, ...]
    home: Path

    def visitor(self, **headers: str) -> httpx.Client:
        verify = ssl.create_default_context(cafile=str(self.proxy.certificate))
        return httpx.Client(base_url=self.proxy.url, verify=verify, headers=headers, timeout=30)

    def door(self, number: int) -> Path:
        """The socket file of a web program: 1 or 2."""
        return self.proxy.folder / "web" / f"{number}.sock"

    def asked(self) -> int:
        """How many requests the web programs have answered."""
        return sum(log.read_text().count('"event": "answered"') for log in self.logs)


@pytest.fixture(scope="module")
def site(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    if nginx.program() is None:
        pytest.skip("nginx is not installed (apt-get install nginx-light)")
    folder = tmp_path_factory.mktemp("proxy")
    logs = (folder / "web-1.log", folder / "web-2.log")
    doors = (folder / "nginx" / "web" / "1.sock", folder / "nginx" / "web" / "2.sock")
    doors[0].parent.mkdir(parents=True)
    with ExitStack() as stack:
        web = tuple(web_program(demo, door, log) for door, log in zip(doors, logs, strict=True))
        for program in web:
            stack.enter_context(running(program, wait=False))
        for program in web:
            program.wait()
        proxy = nginx.running(
            folder / "nginx",
            port=free_port(),
            plain_port=free_port(),
            upstreams=[f"unix:{door}" for door in doors],
            uncounted="127.0.0.0/8",
        )
        yield Site(proxy=stack.enter_context(proxy), web=web, logs=logs, home=demo)


def web_program(home: Path, door: Path, log: Path) -> Program:
    """`clearance serve` on a socket file, not yet started."""
    command = python("clearance", "serve", "--home", home, "--socket", door)
    return Program(command, answers=opens(door), environment=SETTINGS, log=log)


def opens(door: Path) -> Callable[[], bool]:
    """Whether somebody listens on a socket file."""

    def answers() -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(door)) == 0

    return answers


def test_web_programs_are_on_no_network_and_only_their_group_can_reach_them(site: Site) -> None:
    for number, program in enumerate(site.web, 1):
        assert stat.S_IMODE(site.door(number).stat().st_mode) == 0o660
        assert not listening_ports(program.pid)


def listening_ports(pid: int) -> list[str]:
    """Local addresses of TCP on which a process listens (proc(5): state 0A)."""
    mine = {path.readlink().name for path in Path(f"/proc/{pid}/fd").iterdir()}
    tables = [Path(f"/proc/{pid}/net/{kind}").read_text().splitlines()[1:] for kind in ("tcp", "tcp6")]
    rows = [line.split() for table in tables for line in table]
    return [row[1] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in mine]


@pytest.mark.parametrize("path", ["/api/v1/applications", "/api/desks/self", "/trust/trust.cose", "/api/nothing"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_programs_that_ask_in_the_clear_are_refused_and_not_led_on(site: Site, method: str, path: str) -> None:
    before = site.asked()
    plain = httpx.request(method, f"{site.proxy.plain}{path}", headers={"Authorization": "Bearer secret"})
    assert (plain.status_code, plain.headers["Content-Type"]) == (403, "application/problem+json")
    assert plain.json()["title"] == "HTTPS is needed"
    assert "Location" not in plain.headers
    assert site.asked() == before


def test_a_form_that_comes_in_the_clear_is_refused(site: Site) -> None:
    plain = httpx.post(f"{site.proxy.plain}/card", data={"passport_no": "A01234567"})
    assert plain.status_code == 403
    assert "Location" not in plain.headers


def test_each_web_program_can_be_watched_by_itself(site: Site) -> None:
    with site.visitor() as visitor:
        before = [log.read_text().count('"event": "answered"') for log in site.logs]
        assert [visitor.get(f"/web/{number}/healthz").status_code for number in (1, 2, 9)] == [200, 200, 502]
        after = [log.read_text().count('"event": "answered"') for log in site.logs]
        assert visitor.get("/web/1/staff").status_code == 404
    assert [late - early for early, late in zip(before, after, strict=True)] == [1, 1]


def test_visitors_come_by_tls_and_are_bound_to_it_once(site: Site) -> None:
    plain = httpx.get(f"{site.proxy.plain}/card?lang=bn")
    assert (plain.status_code, plain.headers["Location"]) == (308, f"{site.proxy.url}/card?lang=bn")
    with site.visitor() as visitor:
        answer = visitor.get("/")
    assert answer.status_code == 200
    assert answer.headers.get_list("Strict-Transport-Security") == ["max-age=31536000; includeSubDomains"]
    assert "nginx/" not in answer.headers.get("Server", "")


def test_public_files_are_kept_and_personal_answers_never(site: Site) -> None:
    with site.visitor() as visitor:
        for path in ("/trust/trust.cose", "/trust/root.pem", "/static/public.css"):
            first = visitor.get(path)
            before = site.asked()
            assert visitor.get(path).content == first.content, path
            assert site.asked() == before, f"{path} was asked for again"
            assert "Set-Cookie" not in first.headers
        for path in ("/", "/card", "/staff/", "/healthz", "/check"):
            before = site.asked()
            visitor.get(path)
            visitor.get(path)
            assert site.asked() == before + 2, path


def test_a_persons_card_is_in_no_file_of_the_proxy(site: Site) -> None:
    worker = sample(demo_home.welcome(site.home), "card ready")
    with site.visitor() as visitor:
        form = visitor.get("/?lang=en").text
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
        born = {"day": worker.day, "month": worker.month, "year": worker.year}
        found = visitor.post("/card", data={**fields, "passport_no": worker.passport_no, **born})
        assert found.status_code in (200, 403, 422)
    kept = [path.read_bytes() for path in site.proxy.folder.rglob("*") if path.is_file()]
    assert not [content for content in kept if worker.passport_no.encode() in content]
    assert worker.passport_no not in "".join(log.read_text() for log in site.logs)


def test_the_proxy_compresses_nothing_but_files_that_are_the_same_for_all(site: Site) -> None:
    wanted = {"Accept-Encoding": "gzip"}
    unix = httpx.HTTPTransport(uds=str(site.door(2)))
    with (
        site.visitor(**wanted) as visitor,
        httpx.Client(transport=unix, base_url="http://localhost", headers=wanted) as direct,
    ):
        for path in ("/", "/card", "/check", "/staff/sign-in", "/request", "/trust/trust.cose"):
            asked, own = visitor.get(path), direct.get(path)
            assert asked.headers.get("Content-Encoding") == own.headers.get("Content-Encoding"), path
        assert "Content-Encoding" not in visitor.get("/trust/trust.cose").headers
        assert visitor.get("/static/public.css").headers["Content-Encoding"] == "gzip"


def test_forged_addresses_and_numbers_count_for_nothing(site: Site) -> None:
    with site.visitor() as visitor:
        forged = {"X-Request-ID": "forged-number", "Forwarded": "for=::1"}
        numbers = {
            visitor.get("/", headers={**forged, "X-Forwarded-For": f"198.51.100.{each}"}).headers["X-Request-ID"]
            for each in range(1, 30)
        }
        statuses = [
            visitor.post("/staff/sign-in", headers={"X-Forwarded-For": f"198.51.100.{each}"}).status_code
            for each in range(1, 60)
        ]
    assert len(numbers) == 29
    assert all(re.fullmatch(r"[0-9a-f]{12}", number) for number in numbers)
    assert "198.51.100" not in "".join(log.read_text() for log in site.logs)
    assert set(statuses) <= {400, 404, 405, 429}


def test_the_number_of_a_request_is_the_same_in_the_lines_of_both_programs(site: Site) -> None:
    with site.visitor() as visitor:
        number = visitor.get("/").headers["X-Request-ID"]
    assert f'"request": "{number}"' in "".join(log.read_text() for log in site.logs)
    ends = time.monotonic() + 10
    while f'"request":"{number}"' not in site.proxy.log():  # nginx writes its line after the visitor has the answer
        assert time.monotonic() < ends, site.proxy.log()
        time.sleep(0.05)


def test_bodies_beyond_what_a_page_takes_are_refused_at_the_door(site: Site) -> None:
    before = site.asked()
    with site.visitor() as visitor:
        assert visitor.post("/card", content=b"x" * 200_000).status_code == 413
    assert site.asked() == before


def test_whoever_asks_for_no_name_of_ours_is_not_answered(site: Site) -> None:
    with pytest.raises(httpx.ConnectError):
        httpx.get(site.proxy.url.replace("localhost", "127.0.0.1"), verify=False)


def test_two_hundred_requests_under_way_lose_nothing_when_a_web_program_is_stopped(site: Site) -> None:
    """Last in this file: it leaves one of the two stopped, and started again."""
    leaving = threading.Event()

    def visit(_number: int) -> list[int]:
        with site.visitor() as visitor:
            statuses = [visitor.get("/").status_code]
            leaving.wait(30)
            statuses += [visitor.get("/").status_code for _ in range(3)]
        return statuses

    with ThreadPoolExecutor(AT_ONCE) as crowd:
        visits = [crowd.submit(visit, number) for number in range(AT_ONCE)]
        time.sleep(1)
        leaving.set()
        site.web[0].process.send_signal(signal.SIGTERM)
        statuses = [status for visit_ in visits for status in visit_.result()]
    assert site.web[0].process.wait(30) == 0
    assert statuses == [200] * (AT_ONCE * 4)
