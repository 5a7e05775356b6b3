"""The signing component joined: the only program that opens private keys (docs/adr/0060).

It makes cards on request and keeps in date what desks fetch: the status list after each change, everything in rounds.
"""

import os
import pwd
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import structlog
from cryptography.hazmat.primitives.serialization import Encoding

from clearance.bootstrap import (
    ConfigurationRefused,
    log_in_lines,
    now,
    open_database,
    open_documents,
    read_settings,
    require_fit,
    require_reconciled,
    signer_address,
)
from clearance.card.printer import SealingPrinter
from clearance.channel.address import AddressTaken
from clearance.channel.server import SigningServer, bound
from clearance.config import Settings
from clearance.domain.signing import Ceiling
from clearance.issuing.component import SigningComponent
from clearance.issuing.ports import KeysUnusable, NotSigned
from clearance.issuing.signing_room import SigningRoom
from clearance.signing import keystore, publication
from clearance.signing.errors import SigningFault
from clearance.signing.keystore import KeyStore
from clearance.storage.database import SqlDatabase

ROUND_EVERY_S = 240
"""What a request should have published and could not, such as after a crash, is out no later than this; so is the next
checkpoint of the record. Below five minutes with the time that a round itself takes."""

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Running:
    """A bound signing service. `serve` returns some time after `stop`: when the requests at work are answered."""

    serve: Callable[[], None]
    stop: Callable[[], None]


@contextmanager
def signing(home: Path, *, clock_is_right: bool = False) -> Iterator[Running]:
    """The signing service of the installation at `home`, ready to serve; see `issuing.clock_check` for its clock.

    Raises ConfigurationRefused, and OSError where the address cannot be had.
    """
    settings = read_settings(home)
    log_in_lines("signer", settings)
    keys, address, users = load_keys(settings), signer_address(settings), _users(settings)
    with open_database(settings) as database:
        require_reconciled(settings, database)
        component = SigningComponent(replace(room_of(settings, keys, database), clock_is_right=clock_is_right))
        try:
            with bound(address, component, users=users) as server, _published_regularly(component):
                yield Running(serve=lambda: _serve(server, component), stop=server.stop)
        except AddressTaken as taken:
            raise ConfigurationRefused(str(taken)) from None


def load_keys(settings: Settings) -> KeyStore:
    """The installation's keys. Raises ConfigurationRefused where they are missing, unusable or a demo's."""
    if not settings.keys.exists():
        cure = f"clearance keys init --dir {settings.keys}"
        raise ConfigurationRefused(f"There are no keys in {settings.keys}. Make them with: {cure}")
    try:
        keys = keystore.load(settings.keys, passphrase=settings.passphrase(), pin=settings.pin())
    except (SigningFault, OSError) as error:
        raise ConfigurationRefused(str(error)) from None
    require_fit(keys.root_certificate, settings)
    return keys


def room_of(settings: Settings, keys: KeyStore, database: SqlDatabase) -> SigningRoom:
    """The ports of the signing component joined."""
    root = keys.root_certificate
    return SigningRoom(
        database=database,
        documents=open_documents(settings),
        printer=SealingPrinter(keys.seal, (root.public_bytes(Encoding.DER),), tsa_url=settings.tsa_url),
        card_signer=keys.card,
        publisher=keys.publisher(),
        held=lambda: publication.published(keys.public, root=root),
        now=now,
        issuer=keys.issuer,
        status_size=publication.STATUS_LIST_SIZE,
        ceiling=Ceiling(an_hour=settings.signer.cards_an_hour, a_day=settings.signer.cards_a_day),
        demo=keys.is_demo,
        card_policy=settings.card_policy,
    )


def _serve(server: SigningServer, component: SigningComponent) -> None:
    """Serve until told to stop; the libraries for the first card load meanwhile."""

    def get_ready() -> None:
        try:
            component.get_ready()
        except KeysUnusable as fault:
            log.error("the seal key cannot be used", cause=str(fault))

    threading.Thread(target=get_ready, name="printer", daemon=True).start()
    server.serve()


def _users(settings: Settings) -> frozenset[int]:
    """The user ids that may ask over a Unix socket. Raises ConfigurationRefused for a user that is not there."""
    users = {os.getuid()}
    for client in settings.signer.clients:
        try:
            users.add(int(client) if client.isdecimal() else pwd.getpwnam(client).pw_uid)
        except KeyError:
            raise ConfigurationRefused(f"signer.clients: there is no user {client} on this machine.") from None
    return frozenset(users)


@contextmanager
def _published_regularly(component: SigningComponent) -> Iterator[None]:
    """A round of publication now and every few minutes until the end, in a thread of its own."""
    stop = threading.Event()

    def rounds() -> None:
        while not stop.is_set():
            for publish in (component.keep_published, component.publish_checkpoint):
                try:
                    publish()
                except NotSigned as failed:
                    # The old files stay and age in the open; the next round tries again.
                    log.error("nothing published", trouble=failed.trouble, cause=str(failed.__cause__ or ""))
                except Exception as error:  # no fault of one round may end all rounds
                    log.exception("unforeseen error", kind=type(error).__name__)
            stop.wait(ROUND_EVERY_S)

    thread = threading.Thread(target=rounds, name="publisher", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(10)
