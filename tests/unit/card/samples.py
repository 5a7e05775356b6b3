"""Cards of people who do not exist, short and long, and a throw-away key to seal them with."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from random import Random
from typing import Any
from unicodedata import normalize

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from faker import Faker
from PIL import Image

from clearance.card.photo import prepare
from clearance.domain.first_rules import OTHERS, SEVEN
from clearance.domain.person import Sex
from clearance.domain.printed_card import OptionalFact, PrintedCard
from clearance.domain.text import BilingualText

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
QR_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

HARD_TEXTS = (
    "জনশক্তি, কর্মসংস্থান ও প্রশিক্ষণ ব্যুরো",
    "র্ত্তি ঙ্ক্ষ ন্ত্র্য ষ্ট্র স্ক্রু হ্ণ চাঁদ ৳",
    "ক্ষেত্রজ্ঞ উজ্জ্বল দ্বন্দ্ব স্বাস্থ্য বিজ্ঞান শুশ্রূষা হৃদয় গ্রাম্য কর্তৃপক্ষ",
    "র‍্যাব ও র‍্যাম্প",
    "Name: মোঃ শফিকুল ইসলাম (AVATAR To.)",
    "A-শ্রী কৃষ্ণ ভট্টাচার্য্য, ১২/৩ Road No. 5",
)

LONG: dict[str, Any] = {
    "name": BilingualText(
        en="ABUL HASNAT MUHAMMAD SHAMSUZZAMAN CHOWDHURY MURSHEDUL KABIR TALUKDER BHATTACHARJ",
        bn="আবুল হাসনাত মুহাম্মদ শামসুজ্জামান চৌধুরী মুর্শেদুল কবীর তালুকদার ভট্টাচার্য্য মজুমদার",
    ),
    "employer": "NATIONAL ELECTROMECHANICAL MAINTENANCE AND OPERATION CONTRACTING COMPANY LIMITED, JEDDAH INDUSTRIAL",
    "occupation": BilingualText(
        en="HEATING, VENTILATION AND AIR CONDITIONING TECHNICIAN", bn="তাপ, বায়ু চলাচল ও শীতাতপ নিয়ন্ত্রণ কারিগর"
    ),
    "agency": BilingualText(
        en="KARNAPHULI TRAVELS AND EMPLOYMENT SERVICES INTERNATIONAL LIMITED",
        bn="কর্ণফুলী ট্রাভেলস অ্যান্ড এমপ্লয়মেন্ট সার্ভিসেস ইন্টারন্যাশনাল লিমিটেড",
    ),
    "office": BilingualText(
        en="District Employment and Manpower Office, Brahmanbaria", bn="জেলা কর্মসংস্থান ও জনশক্তি অফিস, ব্রাহ্মণবাড়িয়া"
    ),
    "destination": "ARE",
    "previous_passport_no": "BX0123456",
    "visa_no": "201/2026/2/0123456789",
    "visa_type": "attested_group",
    "registration_no": "BIDN2026001234567890",
    "salary": "AED 2,350.00 + food allowance",
    "agency_phone": "+880 2 5550 0102, 01711-000000",
    "fees_taka": 123_450,
}
BARE: dict[str, Any] = {
    "name": BilingualText(en="RAHIM"),
    "occupation": BilingualText(en="COOK"),
    "agency": None,
    "licence_no": None,
    "agency_phone": None,
    "salary": None,
    "mission_phone": None,
    "previous_passport_no": None,
    "orientation_certificate": "",
    "demo": False,
}


def sample_card(seed: int = 1, **changes: Any) -> PrintedCard:
    """An ordinary card; its QR text is as long as a typical one (version 15) and random, as Base45 looks."""
    random = Random(seed)
    card = PrintedCard(
        qr_text="NCF" + "".join(random.choices(QR_ALPHABET, k=526)),
        credential=random.randbytes(330),
        photo=portrait_jpeg(),
        clearance_no="BMET-2026-7K3QX9M2VD4",
        registration_no="BIDN20260012345",
        name=BilingualText(en="MD SHAFIQUL ISLAM", bn="মোঃ শফিকুল ইসলাম"),
        sex=Sex.MALE,
        birth_date=date(1992, 3, 14),
        passport_no="A01234567",
        passport_expiry=date(2031, 5, 9),
        previous_passport_no=None,
        destination="SAU",
        visa_no="6012345678",
        visa_type="single",
        employer="AL NOOR CONTRACTING CO. LTD., RIYADH",
        occupation=BilingualText(en="ELECTRICIAN", bn="ইলেকট্রিশিয়ান"),
        salary="SAR 1,400",
        agency=BilingualText(en="MEGHNA MANPOWER SERVICES", bn="মেঘনা ম্যানপাওয়ার সার্ভিসেস"),
        licence_no="RL-9002",
        agency_phone="+880 2 5550 0102",
        permit_no="EA-SAU-9002",
        orientation_certificate="PDO-2026-004512",
        office=BilingualText(en="BMET Headquarters, Dhaka", bn="বিএমইটি প্রধান কার্যালয়, ঢাকা"),
        approved_by="BMET-2001",
        issued_by="BMET-3001",
        fees_taka=3450,
        mission_phone="+966 11 419 5300",
        issued_on=date(2026, 11, 22),
        valid_until=date(2027, 2, 19),
        printed=frozenset(OptionalFact),
        demo=True,
    )
    return replace(card, **changes)


def people(count: int) -> Iterator[PrintedCard]:
    """Cards with every mixture of short, ordinary, long and missing facts."""
    random = Random(2026)
    bengali, latin = Faker("bn_BD"), Faker("en_US")
    bengali.seed_instance(7)
    latin.seed_instance(7)
    for index in range(count):
        long = {key: value for key, value in LONG.items() if random.random() < 0.25}
        bare = {key: value for key, value in BARE.items() if random.random() < 0.15}
        english = " ".join(latin.name().upper() for _ in range(random.choice((1, 1, 2, 3))))[:80].strip()
        changes: dict[str, Any] = {
            "name": BilingualText(en=english, bn=normalize("NFC", bengali.name())),
            "employer": f"{latin.company()} {latin.company()}, {latin.city()}".upper()[: random.choice((30, 60, 80))],
            "occupation": BilingualText(en=latin.job().upper(), bn=normalize("NFC", bengali.job())),
            "office": BilingualText(en=f"DEMO {latin.city()}", bn=normalize("NFC", bengali.administrative_unit())),
            "destination": random.choice((*SEVEN, *OTHERS)),
            "sex": random.choice(list(Sex)),
            "birth_date": date(1970, 1, 1) + timedelta(days=random.randrange(12_000)),
            "demo": random.random() < 0.5,
        }
        yield sample_card(index, **(changes | long | bare))


@cache
def bengali_texts(count: int) -> tuple[str, ...]:
    """Distinct Bengali names, addresses and companies in NFC, the hard ones first."""
    faker = Faker("bn_BD")
    faker.seed_instance(11)
    texts = dict.fromkeys(normalize("NFC", text) for text in HARD_TEXTS)
    while len(texts) < count:
        for text in (faker.name(), faker.address(), faker.company(), faker.job()):
            texts[" ".join(normalize("NFC", text).split())] = None
    return tuple(texts)[:count]


@cache
def portrait_jpeg() -> bytes:
    """A prepared picture about as large as that of a real face."""
    picture = Image.effect_noise((552, 708), 26).convert("RGB").reduce(4).resize((552, 708))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=90)
    return prepare(out.getvalue()).jpeg


@dataclass(frozen=True, kw_only=True)
class SoftwareKey:
    """A SealingKey in memory."""

    private: ec.EllipticCurvePrivateKey
    certificate_der: bytes
    chain_der: tuple[bytes, ...]

    def sign(self, message: bytes) -> bytes:
        return self.private.sign(message, ec.ECDSA(hashes.SHA256()))


DOCUMENT_SIGNING = (x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36"), ExtendedKeyUsageOID.EMAIL_PROTECTION)


def sealing_key(
    *, starting: datetime = NOW, days: int = 365, purposes: Sequence[x509.ObjectIdentifier] = DOCUMENT_SIGNING
) -> tuple[SoftwareKey, bytes]:
    """A new sealing key under a new root, valid from the day before `starting`, and the root's DER."""
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    root = (
        _certificate("Seal test root", "Seal test root", root_key, starting, days)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(ca, critical=True)
        .sign(root_key, hashes.SHA256())
    )
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    certificate = (
        _certificate("Seal test", "Seal test root", key, starting, days)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)
        .sign(root_key, hashes.SHA256())
    )
    root_der = root.public_bytes(Encoding.DER)
    return SoftwareKey(
        private=key, certificate_der=certificate.public_bytes(Encoding.DER), chain_der=(root_der,)
    ), root_der


def _certificate(
    subject: str, issuer: str, key: ec.EllipticCurvePrivateKey, starting: datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(starting - timedelta(days=1))
        .not_valid_after(starting + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "ZZ"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "DEMO - NOT FOR TRAVEL"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )
