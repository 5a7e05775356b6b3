"""The small files of an installation for a backup: settings without secrets, secrets, help, trust files, references
of keys. And where they lie in an installation that is restored."""

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from pydantic import BaseModel, SecretStr

from clearance.bootstrap import VAULT_KEY
from clearance.config import SETTINGS_FILE, Settings
from clearance.serving import SESSION_SECRET
from clearance.signing import key_references
from clearance.signing.errors import SigningFault
from clearance.signing.publication import published, published_checkpoint
from clearance.signing.published_elsewhere import copy_in_folder
from clearance.storage.backup_folder import Published
from clearance.storage.backup_home import ENCRYPTED_KEYS, HELP, REFERENCES, SECRETS, SETTINGS, TRUST, HomeFile

WITHHELD = "WITHHELD-FROM-THE-BACKUP"
RECORDS_KEY = "records.key"


def home_files(settings: Settings, *, with_encrypted_keys: bool) -> tuple[tuple[HomeFile, ...], Published]:
    """What of the home goes into a backup, read now, and what is published now. Raises SigningFault, OSError."""
    return tuple(_files(settings, with_encrypted_keys)), published_now(settings.published)


def published_now(folder: Path) -> Published:
    """What desks may fetch now; nothing of it where nothing is published."""
    try:
        root = x509.load_pem_x509_certificate((folder / "root.pem").read_bytes())
    except (OSError, ValueError):
        return Published(checkpoint=None, sequence=None, lists={})
    held = published(folder, root=root)
    checkpoint = published_checkpoint(folder, held)
    return Published(
        checkpoint=checkpoint.number if checkpoint else None,
        sequence=held.bundle.sequence if held.bundle else None,
        lists={uri: each.newest.issued_at for uri, each in held.lists.items()},
    )


def secret_places(settings: Settings) -> Mapping[str, Path]:
    """The secrets of an installation by their names in a backup."""
    return {
        f"{SECRETS}/{VAULT_KEY}": settings.home / VAULT_KEY,
        f"{SECRETS}/{SESSION_SECRET}": settings.home / SESSION_SECRET,
        f"{SECRETS}/{RECORDS_KEY}": settings.records_key,
    }


def without_secrets(text: str) -> tuple[str, tuple[str, ...]]:
    """A file of settings with every password and PIN withheld, and the names of the settings they were in."""
    given = tomllib.loads(text)
    names = []
    for name, secret, before, after in _secrets(given):
        names.append(name)
        for opening, closing in ((before, after),) if before else (('"', '"'), ("'", "'")):
            text = text.replace(f"{opening}{secret}{closing}", f"{opening}{WITHHELD}{closing}")
    return text, tuple(names)


def files_elsewhere(settings: Settings) -> tuple[Path, ...]:
    """Files that the settings name and no backup holds: certificates, passwords, credentials."""
    named = {path for path in _paths(settings) if path.is_absolute() or (settings.home / path) != settings.home}
    kept = {settings.documents, settings.published, settings.home, settings.records_key}
    found = {settings.home / path for path in named}
    return tuple(sorted(found - kept))


def _files(settings: Settings, with_encrypted_keys: bool) -> Iterator[HomeFile]:
    with suppress(FileNotFoundError):
        text, _ = without_secrets((settings.home / SETTINGS_FILE).read_text("utf-8"))
        yield HomeFile(name=f"{SETTINGS}/{SETTINGS_FILE}", content=text.encode())
    for name, path in secret_places(settings).items():
        with suppress(FileNotFoundError):
            yield HomeFile(name=name, content=path.read_bytes())
    for page in sorted((settings.home / "help").glob("*/*.md")):
        yield HomeFile(name=f"{HELP}/{page.parent.name}/{page.name}", content=page.read_bytes())
    for name, content in copy_in_folder(settings.published).files.items():
        yield HomeFile(name=f"{TRUST}/{name}", content=content)
    with suppress(FileNotFoundError, SigningFault):
        yield HomeFile(name=REFERENCES, content=key_references.written(key_references.references(settings.keys)))
    if with_encrypted_keys:
        for name, content in key_references.encrypted_keys(settings.keys).items():
            yield HomeFile(name=f"{ENCRYPTED_KEYS}/{name}", content=content)


def _secrets(given: object, name: str = "") -> Iterator[tuple[str, str, str, str]]:
    """Settings that are a secret by name, or an address with a password in it; and what stands around the secret."""
    if isinstance(given, dict):
        for key, value in given.items():
            yield from _secrets(value, f"{name}.{key}" if name else str(key))
    elif isinstance(given, str) and given:
        last = name.rpartition(".")[2]
        if last in _secret_names():
            yield name, given, "", ""
        elif "://" in given:
            with suppress(ValueError):
                password = urlsplit(given).password
                if password:
                    yield name, password, ":", "@"


def _secret_names() -> frozenset[str]:
    return frozenset(_secret_fields(Settings))


def _secret_fields(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        if SecretStr in getattr(field.annotation, "__args__", (field.annotation,)):
            yield name
        elif isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _secret_fields(field.annotation)


def _paths(model: BaseModel) -> Iterator[Path]:
    for name in type(model).model_fields:
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            yield from _paths(value)
        elif isinstance(value, Path):
            yield value
