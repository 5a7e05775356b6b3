"""The one place where the clock is read and where the ports of every issuing program are joined.

Here is what all of them share: settings, database, the office without a key. `clearance.serving` joins the web program,
`clearance.signer` the signing component. What does not go together is refused, every fault named with its cure.
"""

import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore

import structlog
from cryptography import x509
from pydantic import ValidationError

from clearance import logs
from clearance.card.printer import CardPrinter
from clearance.channel.address import Address, TlsAddress, UnixAddress
from clearance.channel.client import RemoteSigning
from clearance.clamd import Clamd
from clearance.config import SETTINGS_FILE, Settings
from clearance.credential.trust import TrustBundle
from clearance.issuing import restoring
from clearance.issuing.service import Service
from clearance.reading.apart import ApartReader
from clearance.signing import publication
from clearance.signing.authority import is_demo
from clearance.signing.errors import SigningFault
from clearance.storage.database import SqlDatabase
from clearance.storage.documents import DocumentDirectory
from clearance.storage.object_documents import ObjectDocuments, StoreMisnamed, open_store
from clearance.storage.queue import QueueLost, WorkQueue
from clearance.storage.record_keys import KeysLacking
from clearance.storage.schema import UnknownSchema
from clearance.storage.sealed_documents import DocumentSeal
from clearance.storage.sealing import KeyLacking, keys_in, make_keys
from clearance.storage.secret_file import secret_at
from clearance.storage.turns import SchemaBusy

SOCKET = "signer.sock"
VAULT_KEY = "factors.key"
RESTORED = "restored"
"""The folder of a home where a restore keeps what may not be published yet."""
RESTORE_UNDER_WAY = ".restore-under-way"
"""The file of a home that names the backup which is being brought back there."""
FILES_AT_ONCE = 2
"""Strangers' files read at the same moment, each in a process of its own that takes a core and up to a gigabyte."""

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
    except OSError as error:
        raise ConfigurationRefused(f"{error.filename} cannot be read: {error.strerror}.") from None
    except ValueError as error:  # the file is no TOML
        raise ConfigurationRefused(f"{home / SETTINGS_FILE} cannot be understood: {error}.") from None


def open_documents(settings: Settings) -> DocumentDirectory | ObjectDocuments:
    """Where photos and sealed cards lie. Raises ConfigurationRefused."""
    seal = DocumentSeal(keys_in(settings.records_key))
    if not settings.documents_url:
        return DocumentDirectory(settings.documents, seal)
    try:
        return open_store(
            settings.documents_url,
            endpoint=settings.documents_endpoint,
            region=settings.documents_region,
            credentials=settings.documents_credentials_file,
            seal=seal,
        )
    except StoreMisnamed as error:
        raise ConfigurationRefused(str(error)) from None
    except ModuleNotFoundError as error:
        raise ConfigurationRefused(f"{error.name} is not installed. Run: pip install 'clearance[s3]'") from None


@contextmanager
def open_service(home: Path) -> Iterator[Service]:
    """Everything the use cases need, for the installation at `home`; cards are signed by the signing service.

    Raises ConfigurationRefused where the settings, the published files and the environment do not go together.
    """
    with service_of(read_settings(home)) as service:
        yield service


@contextmanager
def service_of(settings: Settings) -> Iterator[Service]:
    """The ports joined, without a key: who issues and where cards are revoked is read from what is published."""
    from clearance.card.photo import prepare  # the signing component, which shares this module, needs neither
    from clearance.storage.passwords import Argon2Passwords
    from clearance.storage.vault import AesVault
    from clearance.workbook import XlsxWorkbooks

    root, bundle = published_trust(settings)
    with open_database(settings) as database:
        require_reconciled(settings, database)
        yield Service(
            database=database,
            documents=open_documents(settings),
            printer=CardPrinter(),
            signing=RemoteSigning(signer_address(settings)),
            prepare_photo=prepare,
            read_file=ApartReader(turns=BoundedSemaphore(FILES_AT_ONCE), report=log.warning),
            passwords=Argon2Passwords(),
            vault=AesVault(_vault_key(settings.home)),
            workbooks=XlsxWorkbooks(),
            now=now,
            issuer=bundle.issuer,
            status_uri=bundle.status_uris[-1],
            demo=is_demo(root),
            card_policy=settings.card_policy,
            oversight=settings.oversight_policy,
            retention=settings.retention_policy,
            scanner=open_scanner(settings),
            ring=_bell(settings),
        )


def open_scanner(settings: Settings) -> Clamd | None:
    """Who looks through what people send in; None where none is named. Nobody is asked yet."""
    return Clamd(settings.files.scanner, report=log.error) if settings.files.scanner else None


def _vault_key(home: Path) -> bytes:
    """The key of the officers' second factors: made once, readable by this user only, and not in the database."""
    return own_secret(home / VAULT_KEY, lambda: secrets.token_bytes(32))


def own_secret(path: Path, made: Callable[[], bytes]) -> bytes:
    """A secret of the installation, made at its first start. Raises ConfigurationRefused."""
    try:
        return secret_at(path, made)
    except OSError as error:
        raise ConfigurationRefused(f"{path} cannot be read or made: {error.strerror}.") from None


@contextmanager
def open_database(settings: Settings) -> Iterator[SqlDatabase]:
    """The database, brought to the newest schema first. Raises ConfigurationRefused."""
    database = SqlDatabase(settings.url, keys=keys_in(settings.records_key), lookup_url=settings.lookup_database_url)
    try:
        _require_records_key(settings, database)
        try:
            database.migrate()
            database.register_keys()
        except (UnknownSchema, SchemaBusy, KeyLacking) as error:
            raise ConfigurationRefused(str(error)) from None
        except KeysLacking as lacking:
            raise ConfigurationRefused(
                f"Rows of this database may be sealed with {lacking}, and {settings.records_key} has no such key. Put "
                "back the file that belongs to this database, or name it as records_key_file."
            ) from None
        yield database
    finally:
        database.close()


def make_first_key(settings: Settings) -> None:
    """The first key of the records, where no other was ever used. Raises ConfigurationRefused, OSError."""
    if settings.records_key.exists():
        return
    database = SqlDatabase(settings.url)
    try:
        if database.is_sealed:
            raise _key_is_gone(settings)
    finally:
        database.close()
    settings.records_key.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    make_keys(settings.records_key)


def _key_is_gone(settings: Settings) -> ConfigurationRefused:
    return ConfigurationRefused(
        f"There is no {settings.records_key}, which opens what is sealed in the database. Put it back from where it is "
        "kept, or name it as records_key_file: web, worker and signing service use the same. A database of a version "
        "that sealed nothing gets its first key by: clearance db init"
    )


def _require_records_key(settings: Settings, database: SqlDatabase) -> None:
    """The first key is made where nothing was ever kept, and in a demo. Raises ConfigurationRefused elsewhere: another
    key opens nothing."""
    if settings.records_key.exists():
        return
    if not database.is_new and (database.is_sealed or not settings.demo):
        raise _key_is_gone(settings)
    settings.records_key.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    make_keys(settings.records_key)


def require_reconciled(settings: Settings, database: SqlDatabase) -> None:
    """Raises ConfigurationRefused for an installation that is being restored, or was and does not know yet what was
    published since its backup: it would sign, publish and say of cards what was true then."""
    if (settings.home / RESTORE_UNDER_WAY).exists():
        raise ConfigurationRefused(
            f"A restore into {settings.home} was interrupted. Run the same command again: clearance restore"
        )
    if restoring.standing(database) is not None:
        raise _not_reconciled()


def _not_reconciled() -> ConfigurationRefused:
    return ConfigurationRefused(
        "This installation was restored from a backup and is not reconciled yet. Next: clearance restore finish"
    )


def published_trust(settings: Settings) -> tuple[x509.Certificate, TrustBundle]:
    """The root and the trust bundle that desks may fetch now. Raises ConfigurationRefused."""
    if not settings.published.exists() and (settings.home / RESTORED).exists():
        raise _not_reconciled()
    if not settings.published.exists():
        raise ConfigurationRefused(
            f"There are no trust files in {settings.published}. Name the folder that the signing service publishes "
            f"into as trust_directory, or make keys first: clearance keys init --dir {settings.keys}"
        )
    try:
        root = x509.load_pem_x509_certificate((settings.published / "root.pem").read_bytes())
        bundle = publication.published_trust(settings.published, root=root)
    except (SigningFault, OSError, ValueError) as error:
        raise ConfigurationRefused(str(error)) from None
    require_fit(root, settings)
    return root, bundle


def require_fit(root: x509.Certificate, settings: Settings) -> None:
    """Raises ConfigurationRefused where a demo's root stands in a production installation."""
    if is_demo(root) and not settings.demo:
        raise ConfigurationRefused(
            f"The keys of {settings.published} are demo keys, and this is a production installation: no desk would "
            "accept its cards. Make real keys in an empty folder with `clearance keys init`."
        )


def signer_address(settings: Settings) -> Address:
    """Where the signing service listens."""
    signer = settings.signer
    scheme, _, place = signer.address.partition(":")
    if scheme != "tls":
        return UnixAddress(path=Path(place) if place else settings.home / SOCKET, others=bool(signer.clients))
    assert signer.certificate is not None
    assert signer.certificate_key is not None
    assert signer.authority is not None
    host, _, port = place.removeprefix("//").rpartition(":")
    return TlsAddress(
        host=host,
        port=int(port),
        certificate=settings.home / signer.certificate,
        key=settings.home / signer.certificate_key,
        authority=settings.home / signer.authority,
    )


def open_queue(settings: Settings) -> WorkQueue:
    """What wakes workers."""
    return WorkQueue(settings.queue_url, file=settings.home / "queue.db")


def _bell(settings: Settings) -> Callable[[str], None]:
    """Rings for a chore. The queue is opened when it is first needed: most commands never ring."""
    opened = cache(lambda: open_queue(settings))

    def ring(chore: str) -> None:
        try:
            opened().ring(chore)
        except QueueLost as error:
            log.error("the queue cannot be reached", kind=str(error))

    return ring


def log_in_lines(program: str, settings: Settings) -> None:
    """From now on everything that this process says about itself is lines that name the program."""
    logs.begin(program, form=settings.log_format, to=sys.stderr)
    logs.take_over()
