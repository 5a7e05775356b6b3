"""A small office at work: four officers, an agency, a permit, and cases in good order. The card key is a real one."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from cryptography.hazmat.primitives.serialization import Encoding

from clearance.credential.claims import CardClass, VisaType
from clearance.credential.cose import Algorithm, sign1
from clearance.credential.held import HeldTrust, hold
from clearance.credential.status import STATUS_CONTENT_TYPE, Status, encode_status_list
from clearance.credential.trust import (
    TRUST_CONTENT_TYPE,
    Purpose,
    TrustBundle,
    TrustedSigner,
    encode_trust_bundle,
)
from clearance.domain.application import Application, ApplicationDraft, Job, Orientation, Payment, Visa, VisaCheck
from clearance.domain.clearance import Clearance
from clearance.domain.decision import Refused
from clearance.domain.factors import needs_second_factor
from clearance.domain.permit import Agency, Permit
from clearance.domain.person import Passport, Sex, Worker
from clearance.domain.signing import Ceiling
from clearance.domain.staff import Office, Officer, Role
from clearance.domain.text import BilingualText
from clearance.issuing import approve, check, entry
from clearance.issuing.component import SigningComponent
from clearance.issuing.ports import Database, UnitOfWork
from clearance.issuing.request import request_card
from clearance.issuing.service import Service
from clearance.issuing.signing_room import SigningRoom
from clearance.signing import keystore
from clearance.signing.authority import DEMO
from clearance.signing.keystore import KeyStore
from clearance.workbook import XlsxWorkbooks
from tests.fakes.access import FakeVault
from tests.fakes.database import FakeDatabase
from tests.fakes.outside import (
    PORTRAIT,
    FakeClock,
    FakeDocuments,
    FakePasswords,
    FakePrinter,
    FakePublisher,
    prepare_photo,
    read_file,
)
from tests.fakes.passkey import stored_passkey

Done = TypeVar("Done")

NOW = datetime(2026, 11, 22, 6, 0, 0, 250_000, tzinfo=UTC)
"""Noon in Dhaka."""
TODAY = date(2026, 11, 22)
PASSWORD = "correct horse battery"
STATUS_SIZE = 1 << 20
CEILING = Ceiling(an_hour=1_000, a_day=5_000)

HEADQUARTERS = Office(code="BMET", name=BilingualText(en="BMET Headquarters", bn="বিএমইটি প্রধান কার্যালয়"))
DISTRICT = Office(code="DEMO-RNG", name=BilingualText(en="DEMO Rangpur", bn="জেলা কর্মসংস্থান অফিস, রংপুর"))
AGENCY = Agency(
    licence_no="RL-1234",
    name=BilingualText(en="MEGHNA MANPOWER SERVICES", bn="মেঘনা ম্যানপাওয়ার"),
    phone="+880 2 5550 0102",
    licence_valid_until=date(2028, 1, 1),
)
PERMIT = Permit(
    number="EA-SAU-1234",
    licence_no="RL-1234",
    destination="SAU",
    places=25,
    used=0,
    valid_from=date(2026, 1, 1),
    valid_until=date(2027, 12, 31),
)


def officer(
    number: str, *roles: Role, active: bool = True, office_code: str = "BMET", licence_no: str | None = None
) -> Officer:
    return Officer(
        number=number,
        username=number.lower(),
        name=BilingualText(en=f"Officer {number}", bn="কর্মকর্তা"),
        roles=frozenset(roles),
        office_code=office_code,
        password_hash=FakePasswords().hash(PASSWORD),
        active=active,
        licence_no=licence_no,
    )


DEVICE = "test-device"
CLERK = officer("E-1", Role.DEMO_OFFICER)
CHECKER = officer("C-1", Role.CHECKER)
APPROVER = officer("A-1", Role.APPROVER)
ISSUER = officer("I-1", Role.ISSUER)
SECOND_ISSUER = officer("I-2", Role.ISSUER)
EVERYTHING = officer("X-1", *Role)
AGENCY_CLERK = officer("AG-1", Role.AGENCY_CLERK, licence_no="RL-1234")
STAFF = (CLERK, CHECKER, APPROVER, ISSUER, SECOND_ISSUER, EVERYTHING)


def draft(index: int = 0, *, permit: Permit = PERMIT, photo_sha256: str = "") -> ApplicationDraft:
    """A case in good order; each index is another worker."""
    return ApplicationDraft(
        worker=Worker(
            name_en="MD. RAHIM UDDIN",
            name_bn="মোঃ রহিম উদ্দিন",
            birth_date=date(1995, 3, 14),
            sex=Sex.MALE,
            passport=Passport(number=f"A{index:08d}", issued_on=date(2024, 2, 1), expires_on=date(2034, 1, 31)),
            registration_no=f"BIDN2026{index:07d}",
            registered_on=date(2026, 6, 1),
            fingerprint_taken_on=date(2026, 6, 1),
            photo_sha256=photo_sha256,
        ),
        destination=permit.destination,
        visa=Visa(
            number=f"60{index:08d}",
            type=VisaType.SINGLE,
            issued_on=date(2026, 10, 1),
            expires_on=date(2027, 3, 31),
            check=VisaCheck(on=date(2026, 10, 5)),
        ),
        job=Job(
            employer="RIYADH BUILDING CO",
            occupation_code=7112,
            occupation=BilingualText(en="Mason", bn="রাজমিস্ত্রি"),
            salary="SAR 1,200",
            contract_until=date(2028, 11, 30),
        ),
        licence_no=permit.licence_no,
        permit_no=permit.number,
        orientation=Orientation(
            days=(date(2026, 11, 1), date(2026, 11, 2), date(2026, 11, 3)), certificate_no="PDO-2026-000123"
        ),
        payment=Payment(receipt_no=f"CH-26-{index:06d}", paid_on=date(2026, 11, 4), amount_taka=3450),
        card_class=CardClass.INDIVIDUAL,
        office_code="BMET",
    )


@cache
def demo_keys() -> KeyStore:
    """Real keys, made once for the whole test run; their files are gone again."""
    with TemporaryDirectory() as folder:
        keystore.init(Path(folder) / "keys", algorithm=Algorithm.ES256, subject=DEMO, at=int(NOW.timestamp()))
        return keystore.load(Path(folder) / "keys")


@lru_cache
def desk_at(at: int, off: frozenset[tuple[int, Status]]) -> HeldTrust:
    """What a desk holds that fetched its files just now, with these entries of the status list not VALID."""
    keys = demo_keys()
    bundle = TrustBundle(
        sequence=1,
        issued_at=at,
        next_update=at + 86_400,
        issuer=keys.issuer,
        signers=(
            TrustedSigner(certificate_der=keys.card.certificate_der, purpose=Purpose.CARD),
            TrustedSigner(certificate_der=keys.status.certificate_der, purpose=Purpose.STATUS),
        ),
        status_uris=(keys.status_uri,),
        trust_certificate_der=keys.trust.certificate_der,
    )
    entries = encode_status_list(
        dict(off), uri=keys.status_uri, size=STATUS_SIZE, issued_at=at, expires_at=at + 86_400, ttl=None
    )
    return hold(
        root_pem=keys.root_certificate.public_bytes(Encoding.PEM),
        trust_token=sign1(encode_trust_bundle(bundle), signer=keys.trust, content_type=TRUST_CONTENT_TYPE),
        status_tokens=[sign1(entries, signer=keys.status, content_type=STATUS_CONTENT_TYPE)],
    )


def expect(result: Done | Refused) -> Done:
    """The result, where a refusal would be a fault of the test."""
    assert not isinstance(result, Refused), result.objections
    return result


def decide(service: Service, entered: Application, *, photo_accepted: bool = False) -> Application:
    """The case checked by one officer and approved by another."""
    reference = entered.reference
    checked = expect(check.check(service, reference, officer=CHECKER, device=DEVICE, version=entered.version))
    return expect(
        approve.approve(
            service,
            reference,
            officer=APPROVER,
            device=DEVICE,
            version=checked.version,
            photo_accepted=photo_accepted,
        )
    )


@dataclass
class OfficeAtWork:
    """The signing room and the service over fakes, with handles on each of them."""

    room: SigningRoom
    service: Service
    clock: FakeClock
    documents: FakeDocuments
    printer: FakePrinter
    publisher: FakePublisher

    def change_room(self, **parts: Any) -> None:
        """Exchange parts of the signing room, and let the service ask the new one."""
        self.room = replace(self.room, **parts)
        self.service = replace(self.service, signing=SigningComponent(self.room))

    def enter(self, wanted: ApplicationDraft | None = None) -> Application:
        with_photo = entry.with_portrait(self.service, wanted or draft(), self.service.prepare_photo(PORTRAIT))
        return expect(entry.enter(self.service, with_photo, officer=CLERK, device=DEVICE))

    def check(self, wanted: ApplicationDraft | None = None) -> Application:
        entered = self.enter(wanted)
        return expect(
            check.check(self.service, entered.reference, officer=CHECKER, device=DEVICE, version=entered.version)
        )

    def approve(self, wanted: ApplicationDraft | None = None) -> Application:
        return decide(self.service, self.enter(wanted))

    def issue(self, wanted: ApplicationDraft | None = None) -> Clearance:
        approved = self.approve(wanted)
        return expect(request_card(self.service, approved.reference, officer=ISSUER, device=DEVICE))

    def stored(self, reference: str) -> Application:
        with self.service.database.read() as work:
            application = work.applications.get(reference)
        assert application is not None
        return application


def open_office(
    database: Database | None = None, *, permits: tuple[Permit, ...] = (PERMIT,), empty: bool = True
) -> OfficeAtWork:
    """An office over an empty database, or one that is furnished: the fake one, or any other that implements the
    port."""
    database = database or FakeDatabase()
    keys = demo_keys()
    clock, documents, printer, publisher = FakeClock(NOW), FakeDocuments(), FakePrinter(), FakePublisher()
    room = SigningRoom(
        database=database,
        documents=documents,
        printer=printer,
        card_signer=keys.card,
        publisher=publisher,
        held=lambda: desk_at(int(clock.at.timestamp()), frozenset(publisher.newest.items())),
        now=clock.now,
        issuer=keys.issuer,
        status_size=STATUS_SIZE,
        ceiling=CEILING,
        demo=True,
    )
    service = Service(
        database=database,
        documents=documents,
        printer=printer,
        signing=SigningComponent(room),
        prepare_photo=prepare_photo,
        read_file=read_file,
        passwords=FakePasswords(),
        vault=FakeVault(),
        workbooks=XlsxWorkbooks(),
        now=clock.now,
        issuer=keys.issuer,
        status_uri=keys.status_uri,
        demo=True,
    )
    if empty:
        furnish(database, permits=permits)
    return OfficeAtWork(
        room=room, service=service, clock=clock, documents=documents, printer=printer, publisher=publisher
    )


def furnish(database: Database, *, permits: tuple[Permit, ...] = (PERMIT,)) -> None:
    """Offices, staff, agency and permits."""
    with database.write() as work:
        for office in (HEADQUARTERS, DISTRICT):
            work.staff.add_office(office)
        for member in (*STAFF, AGENCY_CLERK):
            take_on(work, member)
        work.permits.add_agency(AGENCY)
        for permit in permits:
            work.permits.add(permit)
        work.commit()


def take_on(work: UnitOfWork, member: Officer) -> None:
    """An account in good order: with a passkey, where the officer decides."""
    work.staff.add(member)
    if needs_second_factor(member):
        work.factors.add_passkey(stored_passkey(member, at=NOW))


def later(days: int) -> date:
    return TODAY + timedelta(days=days)
