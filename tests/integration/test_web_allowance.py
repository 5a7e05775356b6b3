"""How many requests of one network the worker's pages bear in an hour, besides look-ups."""

from collections.abc import Callable
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from clearance.web.public.check import CHECKS_AN_HOUR
from clearance.web.public.routes import DOWNLOADS_AN_HOUR
from tests.fakes.office import OfficeAtWork
from tests.integration.worker_pages import open_app

Ask = Callable[[str], TestResponse]


@pytest.fixture
def opened(tmp_path: Path) -> tuple[OfficeAtWork, dict[str, Ask]]:
    office, app = open_app(tmp_path)
    client = app.test_client(use_cookies=False)

    def check(address: str) -> TestResponse:
        return client.post("/check?lang=en", data={}, environ_base={"REMOTE_ADDR": address})

    def download(address: str) -> TestResponse:
        return client.get("/card/file/pdf/none", environ_base={"REMOTE_ADDR": address})

    return office, {"check": check, "download": download}


@pytest.mark.parametrize(("what", "bound"), [("check", CHECKS_AN_HOUR), ("download", DOWNLOADS_AN_HOUR)])
def test_a_network_that_asks_too_often_waits_until_the_hour_ends(
    opened: tuple[OfficeAtWork, dict[str, Ask]], what: str, bound: int
) -> None:
    office, asks = opened
    ask = asks[what]
    assert {ask("203.0.113.7").status_code for _ in range(bound)} <= {410, 422}
    refused = ask("203.0.113.7")
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 3_600
    assert ask("203.0.113.8").status_code != 429, "nobody else is"
    office.clock.advance(hours=1)
    assert ask("203.0.113.7").status_code != 429
