"""The story on a laptop: one web process with the worker inside, SQLite and files in one folder, a signing service."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright

from tests.e2e.actors import DeskOfficer
from tests.e2e.conftest import context_of
from tests.e2e.story import Town, from_application_to_gate, good_card, town_of
from tests.e2e.story_data import qr_text
from tests.stack import programs
from tests.stack.program import free_port

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo as its first start makes it."""
    home = tmp_path_factory.mktemp("story") / "demo"
    programs.prepare_demo(home)
    return home


@pytest.fixture(scope="module")
def town(home: Path) -> Iterator[Town]:
    with (
        programs.signing_service(home),
        programs.web_server(home) as web,
        programs.desk(home / "desk", issuer=web.url) as desk,
    ):
        yield town_of(home, issuer=web.url, desk=desk.url, kill_issuer=web.program.kill)


def test_from_application_to_gate(town: Town, browser: Browser, playwright: Playwright, tmp_path: Path) -> None:
    from_application_to_gate(town, browser, playwright, tmp_path)


def test_a_desk_that_starts_without_any_network_verifies(home: Path, browser: Browser, tmp_path: Path) -> None:
    shutil.copytree(home / "desk", tmp_path / "desk")  # one program works in a desk's home, and the town's still does
    with programs.desk(tmp_path / "desk", issuer=f"http://127.0.0.1:{free_port()}") as alone:
        desk = DeskOfficer(context_of(browser), alone.url)
        desk.scan(qr_text(good_card(home)))
        desk.sees("cleared")
