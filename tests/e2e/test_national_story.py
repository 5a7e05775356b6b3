"""The same story as a nation runs it: PostgreSQL, Redis, an S3-compatible store, two web servers behind a proxy that
sends each request to the other one, a worker and the signing service, every program in a folder of its own."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright

from tests.e2e.story import Town, from_application_to_gate, town_of
from tests.stack import nation, postgresql, programs, proxy
from tests.stack.nation import Nation
from tests.stack.proxy import Proxy

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Nation, Proxy]]:
    postgresql.require()
    home = tmp_path_factory.mktemp("nation") / "demo"
    with nation.servers() as shared:
        programs.prepare_demo(home, environment=shared.environment(home))
        with nation.nation(home, shared) as whole, proxy.proxy(whole.web) as front:
            yield whole, front


@pytest.fixture(scope="module")
def town(running: tuple[Nation, Proxy]) -> Iterator[Town]:
    whole, front = running

    def kill_issuer() -> None:
        for server in whole.web:
            server.program.kill()

    with programs.desk(whole.home / "desk", issuer=front.url) as desk:
        yield town_of(whole.home, issuer=front.url, desk=desk.url, kill_issuer=kill_issuer)


def test_from_application_to_gate(
    town: Town, running: tuple[Nation, Proxy], browser: Browser, playwright: Playwright, tmp_path: Path
) -> None:
    whole, front = running
    from_application_to_gate(town, browser, playwright, tmp_path)
    posts = Counter(who for who, method, _, status in front.answered() if method == "POST" and status < 400)
    assert posts.keys() == {f"127.0.0.1:{server.port}" for server in whole.web}, "each did a part of it"
    assert not (whole.home / "clearance.db").exists()
    assert not (whole.home / "documents").exists()
    assert not list(whole.home.glob("web-*/*.db"))
    assert whole.servers.store.objects()
