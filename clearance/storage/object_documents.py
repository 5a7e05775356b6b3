"""Documents in an S3-compatible store: one object for each content, named by its SHA-256 like the files of a directory.

It decides what counts as stored, as absent and as out of reach. `obstore` speaks the protocol and signs the requests;
it is an extra (`clearance[s3]`) and loaded only where an installation names such a store. What it says of a failure
stays here: such texts hold addresses and key names, and logs are read by many (docs/adr/0064).
"""

import configparser
import hashlib
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urlsplit

from clearance.issuing.ports import Unavailable
from clearance.storage.sealed_documents import DocumentSeal

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig, S3Config, S3Store

CONNECT_WITHIN = timedelta(seconds=3)
ANSWER_WITHIN = timedelta(seconds=10)
RETRY_FOR = timedelta(seconds=10)
RETRIES = 3
_NAME = re.compile(r"[0-9a-f]{64}", re.ASCII)


class StoreMisnamed(ValueError):
    """The address of the store, or its file of credentials, is none."""


def open_store(
    url: str, *, endpoint: str, region: str, credentials: Path | None, seal: DocumentSeal
) -> "ObjectDocuments":
    """The documents at `s3://bucket/prefix`. `endpoint` is the server's address, "" for Amazon's own.

    `credentials` is a file in the form that Amazon's tools use; without it they come from the environment
    (AWS_ACCESS_KEY_ID and so on), or from the machine's own role. Nothing is asked of the store yet.
    Raises StoreMisnamed, ModuleNotFoundError where the extra `s3` is not installed.
    """
    from obstore.store import S3Store

    where = urlsplit(url)
    if where.scheme != "s3" or not where.netloc or where.query or where.fragment or "@" in where.netloc:
        raise StoreMisnamed("documents_url must look like s3://bucket/prefix")
    config: S3Config = {"bucket": where.netloc, "region": region, **(_secrets_in(credentials) if credentials else {})}
    if endpoint:
        config["endpoint"] = endpoint
    prefix = where.path.strip("/") or None
    options: ClientConfig = {
        "connect_timeout": CONNECT_WITHIN,
        "timeout": ANSWER_WITHIN,
        "allow_http": endpoint.startswith("http://"),
    }
    retries: RetryConfig = {"max_retries": RETRIES, "retry_timeout": RETRY_FOR}
    return ObjectDocuments(S3Store(prefix=prefix, config=config, client_options=options, retry_config=retries), seal)


class ObjectDocuments:
    """Implements `clearance.issuing.ports.Documents`: `<prefix>/ab/cdef...`, written once and never changed."""

    def __init__(self, store: "S3Store", seal: DocumentSeal) -> None:
        self._store = store
        self._seal = seal

    def put(self, content: bytes) -> str:
        """Store durably: the server has acknowledged it. Raises Unavailable.

        The server itself refuses to replace an object that is there. Should that one be damaged, it is written anew.
        """
        import obstore
        from obstore.exceptions import AlreadyExistsError, BaseError

        sha256 = hashlib.sha256(content).hexdigest()
        try:
            obstore.put(self._store, _path(sha256), self._seal.seal(sha256, content), mode="create")
        except AlreadyExistsError:
            if self._stored(sha256) is None:
                self._replace(sha256, content)
        except (BaseError, OSError) as error:
            _out_of_reach(error)
        return sha256

    def get(self, sha256: str) -> bytes:
        """Raises KeyError for a document that is not there or no longer what it was, Unavailable."""
        found = self._stored(sha256) if _NAME.fullmatch(sha256) else None
        if found is None:
            raise KeyError(sha256)
        return found[0]

    def names(self) -> Iterator[str]:
        """Every document here, in the order of their names. Raises Unavailable."""
        import obstore
        from obstore.exceptions import BaseError

        try:
            for found in obstore.list(self._store):
                yield from (name for each in found if _NAME.fullmatch(name := each["path"].replace("/", "")))
        except (BaseError, OSError) as error:
            _out_of_reach(error)

    def drop(self, sha256: str) -> None:
        """Let it go, if it is there. Raises Unavailable."""
        import obstore
        from obstore.exceptions import BaseError

        try:
            if _NAME.fullmatch(sha256):
                obstore.delete(self._store, _path(sha256))
        except FileNotFoundError:
            return
        except (BaseError, OSError) as error:
            _out_of_reach(error)

    def reseal(self, sha256: str) -> bool:
        """Have it sealed under the newest key; whether it had to be written. Raises KeyError, Unavailable."""
        found = self._stored(sha256) if _NAME.fullmatch(sha256) else None
        if found is None:
            raise KeyError(sha256)
        content, stored = found
        if self._seal.is_newest(stored):
            return False
        self._replace(sha256, content)
        return True

    def _stored(self, sha256: str) -> tuple[bytes, bytes] | None:
        """The document and the bytes that the store holds for it; None where it has none, or no longer those."""
        stored = self._read(sha256)
        content = None if stored is None else self._seal.open(sha256, stored)
        return None if stored is None or content is None else (content, stored)

    def _read(self, sha256: str) -> bytes | None:
        import obstore
        from obstore.exceptions import BaseError

        try:
            return bytes(obstore.get(self._store, _path(sha256)).bytes())
        except FileNotFoundError as error:
            if "NoSuchBucket" in str(error):
                _out_of_reach(error)
            return None
        except (BaseError, OSError) as error:
            _out_of_reach(error)

    def _replace(self, sha256: str, content: bytes) -> None:
        import obstore
        from obstore.exceptions import BaseError

        try:
            obstore.put(self._store, _path(sha256), self._seal.seal(sha256, content))
        except (BaseError, OSError) as error:
            _out_of_reach(error)


def _path(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256[2:]}"


def _out_of_reach(error: Exception) -> NoReturn:
    raise Unavailable(f"the document store answered with {type(error).__name__}") from None


def _secrets_in(path: Path) -> "S3Config":
    """Key and secret of the section `default`. Raises StoreMisnamed, which never quotes the file."""
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(path.read_text("utf-8"))
        section = parser["default"]
        secrets: S3Config = {
            "access_key_id": section["aws_access_key_id"],
            "secret_access_key": section["aws_secret_access_key"],
        }
    except (OSError, UnicodeDecodeError, configparser.Error, KeyError):
        raise StoreMisnamed(
            f"{path} holds no credentials: it needs a section [default] with aws_access_key_id and "
            "aws_secret_access_key"
        ) from None
    if "aws_session_token" in section:
        secrets["session_token"] = section["aws_session_token"]
    return secrets
