"""A whole installation in a folder: the real adapters, joined as in bootstrap, with a clock that stands still."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from tempfile import mkdtemp

import argon2
from cryptography.hazmat.primitives.serialization import Encoding

from clearance.card.photo import prepare
from clearance.card.printer import CardPrinter, SealingPrinter
from clearance.credential.cose import Algorithm
from clearance.demo.portraits import portrait
from clearance.domain.permit import Permit
from clearance.domain.person import Sex
from clearance.issuing.component import SigningComponent
from clearance.issuing.ports import Database
from clearance.issuing.ports import SealingPrinter as SealingPrinterPort
from clearance.issuing.service import Service
from clearance.issuing.signing_room import SigningRoom
from clearance.signing import keystore, publication
from clearance.signing.authority import DEMO
from clearance.signing.keystore import KeyStore
from clearance.storage.documents import DocumentDirectory
from clearance.storage.passwords import Argon2Passwords
from clearance.storage.sealed_documents import DocumentSeal
from clearance.storage.sealing import keys_in
from clearance.storage.vault import AesVault
from clearance.workbook import XlsxWorkbooks
from tests.fakes.office import CEILING, NOW, PERMIT, furnish
from tests.fakes.outside import FakeClock, read_file
from tests.fakes.sqlite import sqlite_database


@dataclass(frozen=True, kw_only=True)
class Installation:
    """The signing room, the service that asks it, and what only a test touches."""

    room: SigningRoom
    service: Service
    keys: KeyStore
    clock: FakeClock
    home: Path


@contextmanager
def installation(
    home: Path, *, printer: SealingPrinterPort | None = None, permits: tuple[Permit, ...] = (PERMIT,)
) -> Iterator[Installation]:
    """A furnished installation at `home`: real database, documents, keys and publication; real paper unless given."""
    shutil.copytree(made_keys(), home / "keys")
    with sqlite_database(home) as database:
        furnish(database, permits=permits)
        yield joined(home, database=database, printer=printer)


def joined(home: Path, *, database: Database, printer: SealingPrinterPort | None = None) -> Installation:
    """The adapters over what lies at `home`."""
    keys, clock = keystore.load(home / "keys"), FakeClock(NOW)
    root = keys.root_certificate
    documents = DocumentDirectory(home / "documents", DocumentSeal(keys_in(home / "records.key")))
    room = SigningRoom(
        database=database,
        documents=documents,
        printer=printer or SealingPrinter(keys.seal, root_certificates=(root.public_bytes(Encoding.DER),)),
        card_signer=keys.card,
        publisher=keys.publisher(),
        held=lambda: publication.published(keys.public, root=root),
        now=clock.now,
        issuer=keys.issuer,
        status_size=publication.STATUS_LIST_SIZE,
        ceiling=CEILING,
        demo=True,
    )
    service = Service(
        database=database,
        documents=documents,
        printer=printer or CardPrinter(),
        signing=SigningComponent(room),
        prepare_photo=prepare,
        read_file=read_file,
        passwords=Argon2Passwords(argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)),
        vault=AesVault(b"v" * 32),
        workbooks=XlsxWorkbooks(),
        now=clock.now,
        issuer=keys.issuer,
        status_uri=keys.status_uri,
        demo=True,
    )
    return Installation(room=room, service=service, keys=keys, clock=clock, home=home)


@cache
def made_keys() -> Path:
    """A folder of keys, made once a test run: to be copied, not changed."""
    directory = Path(mkdtemp(prefix="clearance-test-")) / "keys"
    keystore.init(directory, algorithm=Algorithm.ES256, subject=DEMO, at=int(NOW.timestamp()) - 60)
    return directory


@cache
def snapshot() -> bytes:
    """A JPEG of a drawn face."""
    return portrait(Random(1), Sex.MALE)
