"""A national office at work for a test: its programs as processes, its acts as calls, its dates around today's."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from clearance.bootstrap import open_service
from clearance.credential.cose import Algorithm
from clearance.domain.application import Application, ApplicationDraft, Orientation, Payment, VisaCheck
from clearance.domain.client import ClientScope
from clearance.domain.oversight import DHAKA
from clearance.issuing import clients, entry
from clearance.issuing.ports import Database
from clearance.issuing.service import Service
from clearance.signing import keystore
from clearance.signing.authority import DEMO, Subject
from tests.fakes.batch_files import line
from tests.fakes.installation import snapshot
from tests.fakes.office import AGENCY, AGENCY_CLERK, CLERK, DEVICE, PERMIT, decide, draft, expect, furnish
from tests.stack.nation import Nation, Servers, nation

BMET = Subject(organisation="Bureau of Manpower, Employment and Training", country="BD")
PASSPHRASE = "only for this test, and long enough"
SCOPES = (ClientScope.SUBMIT, ClientScope.STATUS)


@dataclass(frozen=True, kw_only=True)
class Premises:
    """The programs, and the office's own hands: `service` is what the command line uses."""

    nation: Nation
    service: Service

    @property
    def home(self) -> Path:
        return self.nation.home

    def token(self, name: str) -> str:
        """A token for one more program of the agency."""
        made = clients.register(self.service, name=name, officer_no=AGENCY_CLERK.number, scopes=SCOPES)
        return made.token

    def approved(self, index: int) -> Application:
        """A case that waits for its card."""
        wanted = entry.with_portrait(self.service, current_draft(index), self.service.prepare_photo(snapshot()))
        return decide(self.service, expect(entry.enter(self.service, wanted, officer=CLERK, device=DEVICE)))


@contextmanager
def premises(home: Path, shared: Servers, *, places: int = 10_000, web_servers: int = 2) -> Iterator[Premises]:
    """An office of today with one permit, open for business."""
    make_keys(home)
    write_settings(home, shared.environment(home))
    with open_service(home) as service:
        furnish_today(service.database, places=places)
        with nation(home, shared, web_servers=web_servers) as programs:
            yield Premises(nation=programs, service=service)


@contextmanager
def small_office(home: Path, *, places: int = 10_000, demo: bool = True) -> Iterator[Service]:
    """An office of today on SQLite and files, as a laptop has it: its own hands, no programs yet.

    Where it is no demo, its keys open with `PASSPHRASE`.
    """
    home.mkdir(parents=True, exist_ok=True)
    make_keys(home, demo=demo)
    write_settings(home, {"CLEARANCE_ENVIRONMENT": "demo" if demo else "production"})
    with open_service(home) as service:
        furnish_today(service.database, places=places)
        yield service


def make_keys(home: Path, *, demo: bool = True) -> None:
    subject, passphrase = (DEMO, None) if demo else (BMET, PASSPHRASE.encode())
    at = int(time.time()) - 60
    keystore.init(home / "keys", algorithm=Algorithm.ES256, subject=subject, at=at, passphrase=passphrase)


def furnish_today(database: Database, *, places: int) -> None:
    """The office of `tests.fakes.office`, with an agency and a permit in force today."""
    year = timedelta(days=365)
    permit = replace(PERMIT, places=places, valid_from=today() - year, valid_until=today() + year)
    furnish(database, permits=(permit,))
    with database.write() as work:
        work.permits.save_agency(replace(AGENCY, licence_valid_until=today() + year))
        work.commit()


def write_settings(home: Path, environment: Mapping[str, str]) -> None:
    """The same settings as a file, for whoever opens the installation without the environment of its programs."""
    lines = []
    for name, value in environment.items():
        key = name.removeprefix("CLEARANCE_").lower()
        if key == "signer":
            lines.append(f"signer = {{ address = {json.dumps(json.loads(value)['address'])} }}")
        elif name.startswith("CLEARANCE_"):
            lines.append(f"{key} = {value if value in ('true', 'false') else json.dumps(value)}")
    (home / "clearance.toml").write_text("\n".join(lines) + "\n")


def today() -> date:
    """The day in Dhaka, as the office has it."""
    return datetime.now(DHAKA).date()


def ago(days: int) -> date:
    return today() - timedelta(days=days)


def current_draft(index: int) -> ApplicationDraft:
    """A case in good order today; each index is another worker."""
    plain = draft(index)
    passport = replace(plain.worker.passport, issued_on=ago(700), expires_on=ago(-2_900))
    return replace(
        plain,
        worker=replace(plain.worker, passport=passport, registered_on=ago(170), fingerprint_taken_on=ago(170)),
        visa=replace(plain.visa, issued_on=ago(50), expires_on=ago(-130), check=VisaCheck(on=ago(48))),
        job=replace(plain.job, contract_until=ago(-730)),
        orientation=Orientation(days=(ago(21), ago(20), ago(19)), certificate_no="PDO-2026-000123"),
        payment=Payment(receipt_no=f"CH-26-{index:06d}", paid_on=ago(18), amount_taka=3450),
    )


def current_row(index: int) -> dict[str, str]:
    """The same as a row of the sheet and of the interface, without its photo."""
    dates = {
        "registered_on": ago(170),
        "fingerprint_taken_on": ago(170),
        "passport_issued_on": ago(700),
        "passport_expires_on": ago(-2_900),
        "visa_issued_on": ago(50),
        "visa_expires_on": ago(-130),
        "visa_checked_on": ago(48),
        "contract_until": ago(-730),
        "paid_on": ago(18),
        **{f"orientation_day_{number}": ago(22 - number) for number in (1, 2, 3)},
    }
    return line(index, **{name: day.isoformat() for name, day in dates.items()})
