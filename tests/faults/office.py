"""An office that real programs can run: laid into a folder, its officers at real pages, its cases good on any day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

from clearance.bootstrap import now, open_service
from clearance.config import SETTINGS_FILE
from clearance.credential.cose import Algorithm
from clearance.demo.hiring import hire
from clearance.demo.portraits import portrait
from clearance.domain.client import ClientScope
from clearance.domain.desk import Airport
from clearance.domain.permit import Agency, Permit
from clearance.domain.person import Sex
from clearance.domain.staff import HEADQUARTERS, Office, Role
from clearance.domain.text import BilingualText
from clearance.issuing import clients, desks
from clearance.issuing.people import NewOfficer
from clearance.issuing.rows import EXAMPLE
from clearance.issuing.service import Service, dhaka_day
from clearance.signing import keystore
from clearance.signing.authority import DEMO

PLACES = 100_000
SETTINGS = """\
environment = "demo"
embedded_worker = false
database_url = "{database_url}"
[signer]
cards_an_hour = 1000000
cards_a_day = 1000000
"""
CLERK, CHECKER, APPROVER, ISSUER = "rahima", "sohel", "karim", "nasrin"
POSTS = {
    CLERK: ("BMET-1001", Role.DEMO_OFFICER),
    CHECKER: ("BMET-1501", Role.CHECKER),
    APPROVER: ("BMET-2001", Role.APPROVER),
    ISSUER: ("BMET-3001", Role.ISSUER),
}
"""User name -> number and role."""


@dataclass(frozen=True, kw_only=True)
class Laid:
    """An installation in a folder, and what opens its doors."""

    home: Path
    passwords: Mapping[str, str]
    """Of the officers, by user name."""
    client: str
    """The token of a program that submits applications."""

    @property
    def desk(self) -> Path:
        """The folder of the desk that is enrolled here."""
        return self.home / "desk"


def lay_office(home: Path, *, database_url: str = "", places: int = PLACES) -> Laid:
    """Keys, database, four officers, a program of theirs, a permit and a desk; nothing runs yet."""
    home.mkdir(parents=True, exist_ok=True)
    (home / SETTINGS_FILE).write_text(SETTINGS.format(database_url=database_url), encoding="utf-8")
    keystore.init(home / "keys", algorithm=Algorithm.ES256, subject=DEMO, at=int(now().timestamp()) - 60)
    with open_service(home) as service:
        with service.database.write() as work:
            work.staff.add_office(Office(code=HEADQUARTERS, name=BilingualText(en="BMET", bn="বিএমইটি")))
            work.permits.add_agency(_agency(service.today()))
            work.permits.add(_permit(service.today(), places))
            work.commit()
        passwords = {name: hire(service, _officer(name))[1] for name in POSTS}
        client = clients.register(service, name="erp", officer_no=POSTS[CLERK][0], scopes=[ClientScope.SUBMIT])
        _enrol_desk(home, service)
    return Laid(home=home, passwords=passwords, client=client.token)


def row(index: int, *, photo: str = "") -> dict[str, str]:
    """An application in good order, as sheet and interface take it; each index is another worker."""
    today = dhaka_day(now())

    def day(days: int) -> str:
        return (today + timedelta(days=days)).isoformat()

    return {
        **EXAMPLE,
        "registration_no": f"BIDN2026{index:07d}",
        "registered_on": day(-170),
        "fingerprint_taken_on": day(-170),
        "fingerprint_office": "",
        "passport_no": f"A{index:08d}",
        "passport_issued_on": day(-900),
        "passport_expires_on": day(2700),
        "photo": photo,
        "visa_no": f"60{index:08d}",
        "visa_issued_on": day(-50),
        "visa_expires_on": day(130),
        "visa_checked_on": day(-45),
        "visa_check_evidence": "",
        "visa_advice_no": "",
        "sponsor_id": "",
        "contract_until": day(730),
        **{f"orientation_day_{number}": day(number - 22) for number in (1, 2, 3)},
        "receipt_no": f"CH-26-{index:06d}",
        "pay_order_no": f"PO-26-{index:06d}",
        "paid_on": day(-18),
    }


def face() -> bytes:
    """A JPEG of a drawn face."""
    return portrait(Random(1), Sex.MALE)


def _agency(today: date) -> Agency:
    return Agency(
        licence_no=EXAMPLE["licence_no"],
        name=BilingualText(en="MEGHNA MANPOWER SERVICES", bn="মেঘনা ম্যানপাওয়ার"),
        phone="+880 2 5550 0102",
        licence_valid_until=today + timedelta(days=700),
    )


def _permit(today: date, places: int) -> Permit:
    return Permit(
        number=EXAMPLE["permit_no"],
        licence_no=EXAMPLE["licence_no"],
        destination=EXAMPLE["destination"],
        places=places,
        used=0,
        valid_from=today - timedelta(days=300),
        valid_until=today + timedelta(days=300),
    )


def _officer(name: str) -> NewOfficer:
    number, role = POSTS[name]
    return NewOfficer(
        number=number,
        username=name,
        name=BilingualText(en=f"Officer {name}", bn="কর্মকর্তা"),
        roles=frozenset({role}),
        office_code=HEADQUARTERS,
    )


def _enrol_desk(home: Path, service: Service) -> None:
    """What an installer does: pin the root, and hand over the token. The rest the desk fetches."""
    trust = home / "desk" / "trust"
    trust.mkdir(parents=True)
    (trust / "root.pem").write_bytes((home / "keys" / "public" / "root.pem").read_bytes())
    token = desks.enrol(service, airport=Airport.DHAKA, counter="1").token
    (home / "desk" / "desk.token").write_text(token + "\n", encoding="ascii")
