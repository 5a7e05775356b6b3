"""The files that desks fetch, over HTTP: as they were published, whole, and only when there is anything new."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from os import utime
from pathlib import Path

import pytest

from clearance.credential.cose import Algorithm
from clearance.credential.status import Status
from clearance.signing import keystore
from clearance.signing.authority import DEMO
from clearance.signing.keystore import KeyStore
from tests.integration.worker_pages import Phone, open_app

FILES = {
    "/trust/trust.cose": ("trust.cose", "application/cose"),
    "/trust/root.pem": ("root.pem", "application/x-pem-file"),
    "/trust/status/26a.cwt": ("status/26a.cwt", "application/statuslist+cwt"),
}
AT = 1_795_327_200
PUBLISHED = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
SECOND = "https://s.bmet.gov.bd/26b"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("made") / "keys"
    keystore.init(directory, algorithm=Algorithm.ES256, subject=DEMO, at=AT)
    return directory


@pytest.fixture
def keys(made: Path, tmp_path: Path) -> KeyStore:
    return keystore.load(Path(shutil.copytree(made, tmp_path / "keys")))


@pytest.fixture
def trust(keys: KeyStore) -> Path:
    """A published directory, and a file in it that is nobody's business."""
    for name, _ in FILES.values():
        utime(keys.public / name, (PUBLISHED.timestamp(), PUBLISHED.timestamp()))
    (keys.public / "root.key").write_bytes(b"never to be served")
    return keys.public


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
def test_nothing_is_compressed_and_no_proxy_may_do_so(desk: Phone, trust: Path, path: str) -> None:
    answer = desk.get(path, Accept_Encoding="gzip, br, zstd")
    assert "Content-Encoding" not in answer.headers
    assert answer.data == (trust / FILES[path][0]).read_bytes()
    assert answer.cache_control.no_transform
    assert answer.cache_control.public


@pytest.mark.parametrize("path", FILES)
def test_a_desk_that_has_the_file_is_told_so_without_it(desk: Phone, path: str) -> None:
    first = desk.get(path)
    for condition in ({"If_None_Match": first.headers["ETag"]}, {"If_Modified_Since": first.headers["Last-Modified"]}):
        again = desk.get(path, **condition)
        assert again.status_code == 304
        assert again.data == b""
        assert again.headers["ETag"] == first.headers["ETag"]


@pytest.mark.parametrize("path", FILES)
def test_who_asks_for_the_head_gets_what_a_whole_answer_would_say(desk: Phone, path: str) -> None:
    whole, head = desk.get(path), desk.client.head(path)
    assert (head.status_code, head.data) == (200, b"")
    for name in ("ETag", "Last-Modified", "Content-Type", "Content-Length", "Cache-Control"):
        assert head.headers[name] == whole.headers[name]


def test_a_part_of_a_file_is_not_served(desk: Phone, trust: Path) -> None:
    answer = desk.get("/trust/trust.cose", Range="bytes=0-9")
    assert answer.status_code == 200
    assert answer.data == (trust / "trust.cose").read_bytes()


def test_a_new_list_is_served_at_once(desk: Phone, keys: KeyStore) -> None:
    old = desk.get("/trust/status/26a.cwt").headers["ETag"]
    keys.publisher().publish({7: Status.INVALID}, uri=keys.status_uri, at=AT + 60)
    answer = desk.get("/trust/status/26a.cwt", If_None_Match=old)
    assert answer.status_code == 200
    assert answer.data == (keys.public / "status" / "26a.cwt").read_bytes()


def test_a_list_that_was_opened_is_served_and_one_that_is_closed_is_not(desk: Phone, keys: KeyStore) -> None:
    assert desk.get("/trust/status/26b.cwt").status_code == 404
    keys.publisher().name_lists((SECOND, keys.status_uri), at=AT + 60)
    answer = desk.get("/trust/status/26b.cwt")
    assert answer.data == (keys.public / "status" / "26b.cwt").read_bytes()
    keys.publisher().name_lists((keys.status_uri,), at=AT + 120)
    assert desk.get("/trust/status/26b.cwt").status_code == 404


@pytest.mark.parametrize("path", FILES)
@pytest.mark.parametrize("damage", ["half", "empty", "one bit", "another's", "gone"])
def test_a_file_that_is_not_whole_never_takes_the_place_of_a_good_one(
    desk: Phone, trust: Path, path: str, damage: str
) -> None:
    file = trust / FILES[path][0]
    good = desk.get(path).data
    match damage:
        case "half":
            file.write_bytes(good[: len(good) // 2])
        case "empty":
            file.write_bytes(b"")
        case "one bit":
            file.write_bytes(good[:90] + bytes([good[90] ^ 0x80]) + good[91:])
        case "another's":
            file.write_bytes(b"<html>502 Bad Gateway</html>")
        case "gone":
            file.unlink()
    assert desk.get(path).data == good
    file.write_bytes(good)
    assert desk.get(path).data == good


@pytest.mark.parametrize("path", FILES)
def test_a_file_that_never_was_good_is_not_served(desk: Phone, trust: Path, path: str) -> None:
    (trust / FILES[path][0]).write_bytes(b"half of a fi")
    assert desk.get(path).status_code == 404


def test_an_older_list_or_bundle_put_back_is_not_served(desk: Phone, keys: KeyStore) -> None:
    names = ("trust.cose", "status/26a.cwt")
    old = {name: (keys.public / name).read_bytes() for name in names}
    keys.publisher().republish_trust(AT + 60)
    keys.publisher().publish({7: Status.INVALID}, uri=keys.status_uri, at=AT + 60)
    new = {name: desk.get(f"/trust/{name}").data for name in names}
    for name in names:
        assert new[name] != old[name]
        (keys.public / name).write_bytes(old[name])
        assert desk.get(f"/trust/{name}").data == new[name]


def test_a_list_of_a_new_signer_is_served_once_the_bundle_knows_it(desk: Phone, keys: KeyStore, tmp_path: Path) -> None:
    desk.get("/trust/status/26a.cwt")
    keystore.init(tmp_path / "other", algorithm=Algorithm.ES256, subject=DEMO, at=AT)
    other = keystore.load(tmp_path / "other")
    for name in ("root.pem", "trust.cose", "status/26a.cwt"):  # a ceremony that begins anew
        shutil.copy(other.public / name, keys.public / name)
    desk.get("/trust/status/26a.cwt")
    other_public = replace(other.publisher(), directory=keys.public)
    other_public.republish_trust(AT + 60)
    other_public.publish({}, uri=keys.status_uri, at=AT + 60)
    assert desk.get("/trust/status/26a.cwt").data == (keys.public / "status" / "26a.cwt").read_bytes()


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
