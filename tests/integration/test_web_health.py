"""Whether a web program is alive, ready and how it is: who is told, and what."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from clearance.issuing.lookup import SecondFactor
from clearance.issuing.ports import Database, Unavailable, UnitOfWork
from clearance.web.app import create_app
from clearance.web.options import WebOptions
from tests.integration.worker_pages import READY, open_app

TOKEN = b"0123456789abcdef"
SHOWN = {"Authorization": f"Bearer {TOKEN.decode()}"}


class GoneDatabase:
    def __init__(self, real: Database) -> None:
        self.real = real

    def read(self) -> UnitOfWork:
        raise Unavailable("gone")


@pytest.fixture
def client_of(tmp_path: Path) -> Callable[..., FlaskClient]:
    office, _ = open_app(tmp_path)

    def made(*, gone: bool = False, **options: object) -> FlaskClient:
        service = replace(office.service, database=GoneDatabase(office.service.database)) if gone else office.service
        plain = WebOptions(secret_key=b"k" * 32, second_factor=SecondFactor.BIRTH_DATE, trust_directory=tmp_path)
        return create_app(service, replace(plain, **options)).test_client()

    return made


def measured(client: FlaskClient) -> dict[tuple[str, ...], float]:
    """Every sample: (name, values of its labels in the order of their names) -> value."""
    answer = client.get("/metrics", headers=SHOWN)
    assert answer.status_code == 200
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_alive_asks_nobody(client_of: Callable[..., FlaskClient]) -> None:
    def fail() -> bool:
        raise AssertionError("asked")

    answer = client_of(gone=True, probes={"database": fail}).get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok")


def test_ready_names_what_fails_and_nothing_else(client_of: Callable[..., FlaskClient]) -> None:
    def breaks() -> bool:
        raise RuntimeError("postgresql://clearance:secret@10.0.0.7/")

    probes = {"database": lambda: True, "signing": lambda: False, "queue": breaks}
    answer = client_of(probes=probes).get("/readyz")
    assert answer.status_code == 503
    assert answer.text == "database: ok\nsigning: failed\nqueue: failed\n"
    assert client_of(probes={"database": lambda: True}).get("/readyz").status_code == 200


def test_who_asks_without_end_does_not_ask_the_neighbours_without_end(client_of: Callable[..., FlaskClient]) -> None:
    asked = []
    client = client_of(probes={"database": lambda: bool(asked.append(1)) or True})
    for _ in range(20):
        client.get("/readyz")
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("token", "shown", "status"),
    [
        (None, SHOWN, 404),
        (TOKEN, {}, 401),
        (TOKEN, {"Authorization": "Bearer 0123456789abcdeg"}, 401),
        (TOKEN, {"Authorization": "Basic 0123456789abcdef"}, 401),
        (TOKEN, {"Authorization": "Bearer ১২৩৪"}, 401),
        (TOKEN, SHOWN, 200),
    ],
)
def test_metrics_are_told_to_whoever_has_the_token(
    client_of: Callable[..., FlaskClient], token: bytes | None, shown: dict[str, str], status: int
) -> None:
    encoded = {name: value.encode().decode("latin-1") for name, value in shown.items()}
    answer = client_of(metrics_token=token).get("/metrics", headers=encoded)
    assert answer.status_code == status
    assert ("clearance_http" in answer.text) is (status == 200)


def test_requests_are_counted_by_rule_and_status_and_nothing_that_was_sent_is_a_label(
    client_of: Callable[..., FlaskClient],
) -> None:
    client = client_of(metrics_token=TOKEN)
    for _ in range(3):
        client.get("/")
    client.post("/card", data={"passport_no": READY})
    client.get(f"/{READY}")
    client.open("/", method=READY)
    found = measured(client)
    assert found["clearance_http_requests_total", "GET", "/", "200"] == 3
    assert found["clearance_http_requests_total", "POST", "/card", "422"] == 1
    assert found["clearance_http_requests_total", "none", "none", "404"] == 1
    assert found["clearance_http_request_seconds_count", "/"] == 3
    assert READY not in client.get("/metrics", headers=SHOWN).text


def test_the_vital_signs_are_among_the_metrics(client_of: Callable[..., FlaskClient]) -> None:
    found = measured(client_of(metrics_token=TOKEN, chores=("void",)))
    assert found["clearance_database_answers",] == 1
    assert found["clearance_signing_stopped",] == 0
    assert found["clearance_work_waiting", "messages"] == 0
    assert ("clearance_cards_signed", "hour") in found
    assert ("clearance_checkpoint_age_seconds",) not in found, "none was published here"


def test_without_a_database_the_metrics_say_that_it_is_gone(client_of: Callable[..., FlaskClient]) -> None:
    found = measured(client_of(gone=True, metrics_token=TOKEN))
    assert found["clearance_database_answers",] == 0
    assert ("clearance_signing_stopped",) not in found
