"""Two hundred invented workers with permits, visas and employers: the same ones on every machine and day of the year.

Names and numbers come from one fixed seed; dates hang on the day of the first start, so that the demo is never stale.
It decides who exists and what is wrong with whom; the use cases decide what becomes of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from random import Random

from clearance.credential.claims import CardClass, VisaType
from clearance.demo import names
from clearance.demo.portraits import portrait
from clearance.domain.application import ApplicationDraft, Job, Orientation, Payment, Visa, VisaCheck
from clearance.domain.permit import Agency, Permit
from clearance.domain.person import Passport, Sex, Worker
from clearance.domain.text import BilingualText
from clearance.issuing.ports import Scanned

SEED = 2026
NUMBER_OF_WORKERS = 200
DESTINATIONS = tuple(names.EMPLOYERS)
FEES_TAKA = 3450
"""Within the Tk 3,050-3,450 of BMET's citizen charter."""


class Flaw(StrEnum):
    """What is missing in a case, so that officers see the system say no."""

    NONE = "none"
    NO_FINGERPRINT = "no_fingerprint"
    ORIENTATION_OPEN = "orientation_open"
    VISA_UNCHECKED = "visa_unchecked"
    VISA_EXPIRED = "visa_expired"
    PERMIT_USED_UP = "permit_used_up"


@dataclass(frozen=True, kw_only=True)
class DemoWorker:
    """One invented worker: the draft of the case (its portrait not yet stored), the portrait and what is missing."""

    draft: ApplicationDraft
    photo: Scanned
    """Drawn by ourselves."""
    flaw: Flaw


def agencies(today: date) -> Iterator[Agency]:
    """Five agencies with licences in force."""
    for licence_no, en, bn, phone in names.AGENCIES:
        yield Agency(
            licence_no=licence_no,
            name=BilingualText(en=en, bn=bn),
            phone=phone,
            licence_valid_until=today + timedelta(days=700),
        )


def permits(today: date) -> Iterator[Permit]:
    """One permit for each destination and agency, one without agency, and one that has no place left."""
    for destination in DESTINATIONS:
        for licence_no in (*(row[0] for row in names.AGENCIES), None):
            yield Permit(
                number=permit_no(destination, licence_no),
                licence_no=licence_no,
                destination=destination,
                places=25,
                used=0,
                valid_from=today - timedelta(days=120),
                valid_until=today + timedelta(days=240),
            )
    yield Permit(
        number=used_up_permit_no(),
        licence_no=names.AGENCIES[0][0],
        destination="ARE",
        places=40,
        used=40,
        used_before=40,
        valid_from=today - timedelta(days=120),
        valid_until=today + timedelta(days=240),
    )


def permit_no(destination: str, licence_no: str | None) -> str:
    """The demo's permit number for a destination and agency."""
    return f"EA-{destination}-{licence_no[3:] if licence_no else 'SELF'}"


def used_up_permit_no() -> str:
    """The permit whose forty places are all used."""
    return "EA-ARE-FULL"


def workers(today: date) -> Iterator[DemoWorker]:
    """The invented workers, most of them with everything in order."""
    random = Random(SEED)  # noqa: S311 - invented people need no secrecy, but the same ones every time
    for index in range(NUMBER_OF_WORKERS):
        flaw = _flaw(index)
        person = _worker(random, index, today)
        draft = _with_flaw(_draft(random, index, person, today), flaw, today)
        yield DemoWorker(draft=draft, photo=Scanned(portrait(random, person.sex)), flaw=flaw)


def _flaw(index: int) -> Flaw:
    # The last forty are never decided, so that the queue shows every kind of trouble.
    if index < NUMBER_OF_WORKERS - 40 or index % 3 == 0:
        return Flaw.NONE
    kinds = [flaw for flaw in Flaw if flaw is not Flaw.NONE]
    return kinds[index % len(kinds)]


def _worker(random: Random, index: int, today: date) -> Worker:
    sex = Sex.FEMALE if index % 6 == 5 else Sex.MALE
    name_en, name_bn = _name(random, index, sex)
    born = today - timedelta(days=random.randint(26 * 366, 44 * 365))
    issued = today - timedelta(days=random.randint(200, 1400))
    new_style = random.random() < 0.8
    number = f"A{random.randint(10**7, 10**8 - 1):08d}" if new_style else f"BX{random.randint(0, 10**7 - 1):07d}"
    registered = today - timedelta(days=random.randint(40, 300))
    return Worker(
        name_en=name_en,
        name_bn=name_bn,
        birth_date=born,
        sex=sex,
        passport=Passport(number=number, issued_on=issued, expires_on=issued + timedelta(days=3652)),
        registration_no=f"BIDN{registered.year}{random.randint(0, 10**7 - 1):07d}",
        registered_on=registered,
        fingerprint_taken_on=registered,
        photo_sha256="",
    )


def _name(random: Random, index: int, sex: Sex) -> tuple[str, str]:
    if sex is Sex.MALE and index % 40 in (7, 21):
        return names.LONG_NAMES[index % len(names.LONG_NAMES)]
    if sex is Sex.FEMALE:
        parts = [random.choice(names.FEMALE_GIVEN), random.choice(names.FEMALE_FAMILY)]
    else:
        parts = [random.choice(pool) for pool in (names.MALE_GIVEN, names.MALE_MIDDLE, names.MALE_FAMILY)]
    return " ".join(en for en, _ in parts), " ".join(bn for _, bn in parts)


def _draft(random: Random, index: int, worker: Worker, today: date) -> ApplicationDraft:
    destination = DESTINATIONS[index % len(DESTINATIONS)]
    # Districts decide only what the notice lets them: men, single visas, the seven destinations.
    district = index % 4 == 1 and worker.sex is Sex.MALE and DESTINATIONS.index(destination) < 7
    office = random.choice(names.OFFICES[1:])[0] if district else names.OFFICES[0][0]
    agency = None if district or index % 5 == 0 else random.choice(names.AGENCIES)[0]
    visa_issued = today - timedelta(days=random.randint(10, 45))
    trained = today - timedelta(days=random.randint(8, 30))
    return ApplicationDraft(
        worker=worker,
        destination=destination,
        visa=Visa(
            number=f"{random.randint(10**9, 10**10 - 1)}",
            type=VisaType.SINGLE,
            issued_on=visa_issued,
            expires_on=visa_issued + timedelta(days=random.choice((120, 180, 365))),
            check=VisaCheck(
                on=visa_issued + timedelta(days=2),
                site="embassy's own page",
                result="valid",
                evidence="print of that day",
            ),
        ),
        job=_job(random, worker.sex, destination, today),
        licence_no=agency,
        permit_no=permit_no(destination, agency),
        orientation=Orientation(
            days=tuple(trained + timedelta(days=day) for day in range(3)),
            certificate_no=f"PDO-{trained.year}-{random.randint(0, 999999):06d}",
        ),
        payment=Payment(receipt_no=f"CH-{today:%y}-9{index + 1:05d}", paid_on=trained, amount_taka=FEES_TAKA),
        card_class=CardClass.DEMO_SINGLE if district else CardClass.INDIVIDUAL,
        office_code=office,
    )


def _job(random: Random, sex: Sex, destination: str, today: date) -> Job:
    pool = names.WOMENS_OCCUPATIONS if sex is Sex.FEMALE else names.OCCUPATIONS
    code, en, bn = random.choice(pool)
    currency, low, high = names.SALARIES[destination]
    step = 10 ** (len(str(low)) - 2)
    return Job(
        employer=random.choice(names.EMPLOYERS[destination]),
        occupation_code=code,
        occupation=BilingualText(en=en, bn=bn),
        salary=f"{currency} {random.randrange(low, high, step):,}",
        contract_until=today + timedelta(days=random.choice((730, 1095))),
    )


def _with_flaw(draft: ApplicationDraft, flaw: Flaw, today: date) -> ApplicationDraft:
    match flaw:
        case Flaw.NONE:
            return draft
        case Flaw.NO_FINGERPRINT:
            return replace(draft, worker=replace(draft.worker, fingerprint_taken_on=None))
        case Flaw.ORIENTATION_OPEN:
            return replace(draft, orientation=Orientation(days=draft.orientation.days[:1], certificate_no=None))
        case Flaw.VISA_UNCHECKED:
            visa = replace(draft.visa, check=None)
            return replace(draft, destination="QAT", permit_no=permit_no("QAT", draft.licence_no), visa=visa)
        case Flaw.VISA_EXPIRED:
            return replace(draft, visa=replace(draft.visa, expires_on=today - timedelta(days=3)))
        case Flaw.PERMIT_USED_UP:
            full = names.AGENCIES[0][0]
            return replace(draft, destination="ARE", licence_no=full, permit_no=used_up_permit_no(), office_code="BMET")
