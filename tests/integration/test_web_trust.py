"""The files that desks fetch, over HTTP: as they lie on disk, and only when there is anything new."""

from datetime import UTC, datetime
from os import utime
from pathlib import Path

import pytest

from tests.integration.worker_pages import Phone, open_app

FILES = {
    "/trust/trust.cose": ("trust.cose", "application/cose"),
    "/trust/root.pem": ("root.pem", "application/x-pem-file"),
    "/trust/status/26a.cwt": ("status/26a.cwt", "application/statuslist+cwt"),
}
PUBLISHED = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)


@pytest.fixture
def trust(tmp_path: Path) -> Path:
    """A published directory."""
    for name, _ in FILES.values():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(f"contents of {name}".encode())
        utime(tmp_path / name, (PUBLISHED.timestamp(), PUBLISHED.timestamp()))
    (tmp_path / "root.key").write_bytes(b"never to be served")
    return tmp_path


@pytest.fixture
def desk(trust: Path) -> Phone:
    office, app = open_app(trust)
    return Phone(office=office, client=app.test_client(use_cookies=False))


@pytest.mark.parametrize("path", FILES)
def test_a_file_is_served_byte_for_byte_with_its_type_and_age(desk: Phone, trust: Path, path: str) -> None:
    name, content_type = FILES[path]
    answer = desk.get(path)
    assert answer.status_code == 200
    assert answer.data == (trust / name).read_bytes()
    assert answer.headers["Content-Type"] == content_type
    assert answer.headers["Last-Modified"] == "Sun, 22 Nov 2026 06:00:00 GMT"
    assert answer.cache_control.max_age == 30


@pytest.mark.parametrize("path", FILES)
def test_a_desk_that_has_the_file_is_told_so_without_it(desk: Phone, path: str) -> None:
    first = desk.get(path)
    for condition in ({"If_None_Match": first.headers["ETag"]}, {"If_Modified_Since": first.headers["Last-Modified"]}):
        again = desk.get(path, **condition)
        assert again.status_code == 304
        assert again.data == b""


def test_a_new_list_is_served_at_once(desk: Phone, trust: Path) -> None:
    old = desk.get("/trust/status/26a.cwt").headers["ETag"]
    (trust / "status" / "26a.cwt").write_bytes(b"one more revoked card")
    answer = desk.get("/trust/status/26a.cwt", If_None_Match=old)
    assert answer.status_code == 200
    assert answer.data == b"one more revoked card"


@pytest.mark.parametrize(
    "path",
    [
        "/trust/status/26b.cwt",
        "/trust/status/.cwt",
        "/trust/status/-26a.cwt",
        "/trust/status/..%2froot.cwt",
        "/trust/status/%2e%2e/root.pem",
        "/trust/status/26a.cwt%00.cwt",
        "/trust/status/" + "a" * 64 + ".cwt",
        "/trust/root.key",
        "/trust/../root.key",
        "/trust/",
    ],
)
def test_no_other_name_leads_to_a_file(desk: Phone, path: str) -> None:
    answer = desk.get(path)
    assert answer.status_code == 404
    assert b"never to be served" not in answer.data


@pytest.mark.parametrize("path", FILES)
def test_what_is_not_published_yet_is_not_found(tmp_path_factory: pytest.TempPathFactory, path: str) -> None:
    office, app = open_app(tmp_path_factory.mktemp("empty"))
    assert Phone(office=office, client=app.test_client()).get(path).status_code == 404


@pytest.mark.parametrize("path", FILES)
def test_trust_files_may_be_read_by_any_site_and_carry_the_headers(desk: Phone, path: str) -> None:
    headers = desk.get(path).headers
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in headers
