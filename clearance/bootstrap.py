"""The one place where the issuer's parts are joined and the clock is read.

It refuses a production configuration that is unsafe, and names every fault and its cure at once.
"""

import secrets
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import structlog
from cryptography.hazmat.primitives.serialization import Encoding
from flask import Flask
from pydantic import ValidationError
from waitress.server import BaseWSGIServer, create_server

from clearance.card.photo import prepare
from clearance.card.printer import CardPrinter, SealingPrinter
from clearance.config import Settings
from clearance.domain.signing import Ceiling
from clearance.issuing.component import SigningComponent
from clearance.issuing.ports import NotSigned
from clearance.issuing.service import Service
from clearance.issuing.signing_room import SigningRoom
from clearance.signing import keystore, publication
from clearance.signing.errors import SigningFault
from clearance.signing.keystore import KeyStore
from clearance.storage.database import SqlDatabase
from clearance.storage.documents import DocumentDirectory
from clearance.storage.passwords import Argon2Passwords
from clearance.storage.schema import UnknownSchema
from clearance.web.app import create_app
from clearance.web.options import WebOptions

SESSION_SECRET = "session.secret"  # noqa: S105 - the name of a file, not a secret
PUBLISH_EVERY_S = 3600
"""Desks call a list stale that is older than its ttl and their grace; an hourly list never comes near."""
TRUST_EVERY_S = 86_400
THREADS = 8

log = structlog.get_logger()


class ConfigurationRefused(Exception):
    """The installation must not start; `faults` are sentences that each name a fault and its cure."""

    def __init__(self, *faults: str) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def now() -> datetime:
    """The clock of the issuing side (aware, UTC)."""
    return datetime.now(UTC)


def read_settings(home: Path) -> Settings:
    """The settings of the installation at `home`. Raises ConfigurationRefused with a sentence for each wrong value."""
    try:
        return Settings.of(home)
    except ValidationError as error:
        faults = (f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors(include_input=False))
        raise ConfigurationRefused(*faults) from None


def load_keys(settings: Settings) -> KeyStore:
    """The installation's keys. Raises ConfigurationRefused where they are missing, unusable or a demo's."""
    if not settings.keys.exists():
        cure = f"clearance keys init --dir {settings.keys}"
        raise ConfigurationRefused(f"There are no keys in {settings.keys}. Make them with: {cure}")
    try:
        keys = keystore.load(settings.keys, passphrase=settings.passphrase())
    except (SigningFault, OSError) as error:
        raise ConfigurationRefused(str(error)) from None
    if keys.is_demo and not settings.demo:
        raise ConfigurationRefused(
            f"The keys in {settings.keys} are demo keys, and this is a production installation: no desk would accept "
            "its cards. Make real keys in an empty folder with `clearance keys init`."
        )
    return keys


@contextmanager
def open_service(home: Path) -> Iterator[Service]:
    """Everything the use cases need, for the installation at `home`.

    Raises ConfigurationRefused where the settings, the keys and the environment do not go together.
    """
    settings = read_settings(home)
    with service_of(settings, load_keys(settings)) as service:
        yield service


@contextmanager
def service_of(settings: Settings, keys: KeyStore) -> Iterator[Service]:
    """The ports joined; the database is brought to the newest schema first."""
    database = SqlDatabase(settings.url)
    try:
        database.migrate()
    except UnknownSchema as error:
        raise ConfigurationRefused(str(error)) from None
    root = keys.root_certificate
    try:
        room = SigningRoom(
            database=database,
            documents=DocumentDirectory(settings.documents),
            printer=SealingPrinter(keys.seal, root_certificates=(root.public_bytes(Encoding.DER),)),
            card_signer=keys.card,
            publisher=keys.publisher(),
            held=lambda: publication.published(keys.public, root=root),
            now=now,
            issuer=keys.issuer,
            status_uri=keys.status_uri,
            status_size=publication.STATUS_LIST_SIZE,
            ceiling=Ceiling(an_hour=6_000, a_day=10_000),
            demo=keys.is_demo,
            card_policy=settings.card_policy,
        )
        yield Service(
            database=database,
            documents=room.documents,
            printer=CardPrinter(),
            signing=SigningComponent(room),
            prepare_photo=prepare,
            passwords=Argon2Passwords(),
            now=now,
            issuer=keys.issuer,
            status_uri=keys.status_uri,
            demo=keys.is_demo,
            card_policy=settings.card_policy,
        )
    finally:
        database.close()


@contextmanager
def serving(home: Path, *, host: str, port: int) -> Iterator[Callable[[], None]]:
    """A bound server of the installation at `home`; calling what is yielded serves until the process is told to stop.

    Raises ConfigurationRefused, and OSError where the port cannot be had.
    """
    log_in_lines()
    settings = read_settings(home)
    keys = load_keys(settings)
    with service_of(settings, keys) as service, _published_regularly(service, keys):
        app = web_app(service, settings, keys)
        server = create_server(app, host=host, port=port, threads=THREADS, ident=None)
        try:
            yield lambda: _serve(server, service)
        finally:
            server.close()


def _serve(server: BaseWSGIServer, service: Service) -> None:
    """Serve until told to stop; the libraries for the first card load meanwhile."""
    threading.Thread(target=service.printer.get_ready, name="printer", daemon=True).start()
    server.run()


def web_app(service: Service, settings: Settings, keys: KeyStore) -> Flask:
    """The Flask application over an open service."""
    return create_app(
        service,
        WebOptions(
            secret_key=_session_secret(settings.home),
            second_factor=settings.second_factor,
            trust_directory=keys.public,
            limiter_storage=settings.limiter_storage,
            trusted_proxies=settings.trusted_proxies,
        ),
    )


@contextmanager
def _published_regularly(service: Service, keys: KeyStore) -> Iterator[None]:
    """Publish now and every hour until the end, in a thread of its own."""
    stop = threading.Event()

    def loop() -> None:
        while not stop.is_set():
            _publish(service, keys)
            stop.wait(PUBLISH_EVERY_S)

    thread = threading.Thread(target=loop, name="publisher", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(10)


def _publish(service: Service, keys: KeyStore) -> None:
    """Sign the status list anew, and the trust bundle when a day has passed since the last one."""
    at = int(service.now().timestamp())
    try:
        service.signing.publish_status()
        if (publication.published(keys.public, root=keys.root_certificate).trust_age(at) or 0) > TRUST_EVERY_S:
            keys.publisher().republish_trust(at)
    except (SigningFault, NotSigned, OSError) as error:
        # The old files stay and age in the open; the next round tries again.
        log.error("nothing published", error=str(error))


def log_in_lines() -> None:
    """One JSON object a line. Tracebacks go without the values of variables: those are people's data."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False)),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _session_secret(home: Path) -> bytes:
    """The key of session cookies and download tokens: made once, readable by this user only."""
    path = home / SESSION_SECRET
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32), encoding="ascii")
    return path.read_bytes()
