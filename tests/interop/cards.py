"""Five hundred different cards of each algorithm, made by the command line from claims that look like real ones."""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization

COUNT = 500
DAY = 86_400
LATIN = [
    "RAHIMA", "KHATUN", "MOHAMMAD", "ABDUL", "KARIM", "SHEIKH", "BEGUM", "AKTER", "UDDIN", "MIAH", "O'HARA",
    "JEAN-PAUL", "AL",
]  # fmt: skip
BENGALI = [
    "রহিমা", "খাতুন", "মোহাম্মদ", "আব্দুল", "করিম", "শেখ", "বেগম", "আক্তার", "উদ্দিন", "মিয়া", "ঢালী", "বাড়ৈ", "দেওয়ান",
    "র\N{ZERO WIDTH JOINER}্যাংকিং", "ক্ষুদিরাম",
]  # fmt: skip
OPTIONAL = [
    "name_bn", "passport_expiry", "registration_no", "visa_no", "visa_type", "employer", "licence_no", "office",
    "class", "occupation", "previous_passport_no",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Cards:
    """Claims and the QR texts made of them, with the key that signed; `bundle` is what desks hold."""

    algorithm: str
    claims: Sequence[dict[str, Any]]
    texts: Sequence[str]
    public_key_pem: str
    bundle: Path


def make_cards(directory: Path, algorithm: str) -> Cards:
    clearance = [sys.executable, "-m", "clearance"]
    subprocess.run([*clearance, "keys", "init", "--dir", directory, "--alg", algorithm, "--demo"], check=True)
    random = Random(169)
    now = int(time.time())
    claims = [_claims(random, index, now) for index in range(COUNT)]
    signing = [*clearance, "credential", "sign", "--keys", directory, "--claims", "-"]
    lines = "".join(json.dumps(each) + "\n" for each in claims)
    run = subprocess.run(signing, input=lines, check=True, capture_output=True, text=True)
    return Cards(
        algorithm=algorithm,
        claims=claims,
        texts=run.stdout.splitlines(),
        public_key_pem=public_key_pem(directory / "private" / "card.crt"),
        bundle=directory / "public",
    )


def public_key_pem(certificate: Path) -> str:
    key = x509.load_pem_x509_certificate(certificate.read_bytes()).public_key()
    pem, spki = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(pem, spki).decode()


def _claims(random: Random, index: int, now: int) -> dict[str, Any]:
    issued_at = now - random.randrange(300 * DAY)
    last_day = datetime.fromtimestamp(now + random.randrange(1, 400) * DAY, UTC).date()
    claims = {
        "name": " ".join(random.choices(LATIN, k=random.randrange(1, 6))),
        "name_bn": " ".join(random.choices(BENGALI, k=random.randrange(1, 5))),
        "birth_date": f"{random.randrange(1960, 2008)}-{random.randrange(1, 13):02}-{random.randrange(1, 29):02}",
        "gender": random.choice(["male", "female", "other"]),
        "passport_no": f"{random.choice('ABEPR')}{random.randrange(10**8):08}",
        "passport_expiry": f"{random.randrange(2028, 2037)}-0{random.randrange(1, 10)}-15",
        "registration_no": f"BMET{random.randrange(10**9)}",
        "clearance_no": f"BMET-2026-{index:010}",
        "destination": random.choice(["SAU", "MYS", "ARE", "QAT", "KWT", "OMN", "SGP", "JPN", "ITA"]),
        "visa_no": f"{random.randrange(10**10)}",
        "visa_type": random.randrange(1, 5),
        "employer": f"AL {random.choice(LATIN)} CONTRACTING COMPANY {random.randrange(100)}",
        "licence_no": f"RL-{random.randrange(3000)}",
        "office": random.choice(["DHA", "CTG", "SYL"]),
        "class": random.randrange(1, 5),
        "occupation": random.choice([7112, 5152, 8322, 9112]),
        "previous_passport_no": f"B{random.randrange(10**7):07}",
        "issued_at": issued_at,
        "valid_until": last_day.isoformat(),
        "status_idx": random.randrange(1 << 20),
    }
    for name in OPTIONAL:
        if random.random() < 0.2:
            del claims[name]
    return claims
