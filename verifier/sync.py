"""Pull the trust bundle, the status lists and the record's checkpoint over HTTP, and tell what this desk then holds.

Decides what is asked for, how long and how much is waited for, and that a failure changes nothing but the age on the
screen. Whether bytes may replace those on disk is the trust store's decision. The root certificate is never pulled: it
comes with the installation and is what everything else is checked against.
"""

import base64
import json
import logging
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from http.client import HTTPException
from ipaddress import ip_address
from ssl import SSLContext
from threading import Lock
from typing import Protocol
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from clearance.credential.checkpoint import MAX_CHECKPOINT
from clearance.credential.held import HeldTrust

MAX_TRUST_BYTES = 1 << 20  # docs/CARD-FORMAT.md section 6
MAX_STATUS_BYTES = 9 << 20  # a list that inflates to 8 MiB and could not be compressed, with its envelope
WAIT_S = 5.0  # for the connection, and again for each piece
TOTAL_S = 30.0  # for one file, however slowly it drips
PIECE_BYTES = 64 << 10
REPORT_EVERY_S = 600.0  # at the latest; what has changed is told after the next pull
STATUS_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,62}")

log = logging.getLogger(__name__)


class Store(Protocol):
    """Where pulled bytes go. Each offer is verified first; True says that these bytes are held now."""

    def offer_trust(self, token: bytes) -> bool: ...
    def offer_status(self, name: str, token: bytes) -> bool: ...
    def status_uris(self) -> Sequence[str]: ...
    def is_whole(self) -> bool: ...


@dataclass(frozen=True, kw_only=True)
class Pull:
    """How one round went: files that came (new or unchanged), and files that did not, each with the cause."""

    came: tuple[str, ...] = ()
    failed: tuple[tuple[str, str], ...] = ()

    @property
    def complete(self) -> bool:
        return bool(self.came) and not self.failed


class NotPulled(Exception):
    """A file did not come; the text is for the log."""


class Puller:
    """Asks one issuing service. Remembers the ETag of what was accepted, so that an unchanged list costs one line."""

    def __init__(
        self,
        issuer_url: str,
        store: Store,
        *,
        ticks: Callable[[], float],
        offer_checkpoint: Callable[[bytes], bool] | None = None,
    ) -> None:
        """`ticks` is a monotonic clock in seconds; `offer_checkpoint` keeps a checkpoint of the record if it is one;
        without it none is asked for."""
        self._base = issuer_url.rstrip("/")
        self._store, self._ticks = store, ticks
        self._offer_checkpoint = offer_checkpoint
        self._etags: dict[str, str] = {}
        self._lock = Lock()
        self._opener = opener()

    def pull(self) -> Pull:
        """Ask for everything once; the trust bundle first, because it names the lists. Never raises for the network."""
        came: list[str] = []
        failed: list[tuple[str, str]] = []
        with self._lock:
            if not self._store.is_whole():
                self._etags.clear()  # "unchanged" would be no help where a file was lost on this side
            for path, cap, offer in self._wanted():
                try:
                    self._replace(path, cap, offer)
                    came.append(path)
                except NotPulled as error:
                    log.info("pull of %s: %s", path, error)
                    failed.append((path, str(error)))
            self._witness()
        return Pull(came=tuple(came), failed=tuple(failed))

    def _witness(self) -> None:
        """Ask for the checkpoint of the office's record. No verdict rests on it, so that the round is whole without."""
        if self._offer_checkpoint is None:
            return
        try:
            self._replace("checkpoint.cose", MAX_CHECKPOINT, self._offer_checkpoint)
        except NotPulled as error:
            log.info("pull of the checkpoint: %s", error)

    def _wanted(self) -> Iterator[tuple[str, int, Callable[[bytes], bool]]]:
        """Path, size cap and taker of each file. Lazy: the lists are those of the bundle that has just come."""
        yield "trust.cose", MAX_TRUST_BYTES, self._store.offer_trust
        for name in status_names(self._store.status_uris()):
            yield f"status/{name}.cwt", MAX_STATUS_BYTES, partial(self._store.offer_status, name)

    def _replace(self, path: str, cap: int, offer: Callable[[bytes], bool]) -> None:
        fetched = self._fetch(path, cap)
        if fetched is None:
            return
        token, etag = fetched
        try:
            if not offer(token):
                raise NotPulled("came and was not accepted")
        except OSError as error:
            raise NotPulled(f"cannot be kept: {error}") from error
        self._etags[path] = etag

    def _fetch(self, path: str, cap: int) -> tuple[bytes, str] | None:
        """Bytes and ETag of one file; None where it is unchanged."""
        request = Request(f"{self._base}/trust/{path}", headers={"Accept-Encoding": "identity"})  # noqa: S310
        if self._etags.get(path):
            request.add_header("If-None-Match", self._etags[path])
        try:
            with self._opener.open(request, timeout=WAIT_S) as response:
                return self._read(response, cap), response.headers.get("ETag", "")
        except HTTPError as error:
            with error:
                if error.code == 304:
                    return None
                raise NotPulled(f"HTTP {error.code}") from error
        except (OSError, HTTPException, ValueError) as error:
            raise NotPulled(type(error).__name__) from error

    def _read(self, response: "Body", cap: int) -> bytes:
        deadline = self._ticks() + TOTAL_S
        token = bytearray()
        while piece := response.read1(PIECE_BYTES):
            token += piece
            if len(token) > cap:
                raise NotPulled(f"larger than {cap} bytes")
            if self._ticks() > deadline:
                raise NotPulled("too slow")
        return bytes(token)


class Reporter:
    """Tells the office what this desk holds: when that has changed, and every REPORT_EVERY_S. Nothing waits for it."""

    def __init__(
        self, issuer_url: str, *, token: Callable[[], str | None], version: str, ticks: Callable[[], float]
    ) -> None:
        """`token` reads the desk's token anew each time; None for a desk that was not enrolled."""
        self._url = f"{issuer_url.rstrip('/')}/api/desks/report"
        self._token, self._version, self._ticks = token, version, ticks
        self._opener = opener()
        self._told: bytes | None = None
        self._told_at = 0.0

    def report(self, held: HeldTrust, checkpoints: Sequence[bytes] = (), *, rows: int = 0) -> bool:
        """Report where it is time to; True when the office took it. Never raises for the network."""
        token, said = self._token(), report_of(held, version=self._version, checkpoints=checkpoints, rows=rows)
        due = said != self._told or self._ticks() - self._told_at >= REPORT_EVERY_S
        if token is None or not due:
            return False
        if not is_confidential(self._url):
            log.warning("no report: %s would show this desk's token to the network; use https", self._url)
            return False
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        request = Request(self._url, data=said, headers=headers, method="POST")  # noqa: S310
        try:
            self._opener.open(request, timeout=WAIT_S).close()
        except HTTPError as error:
            error.close()
            log.warning("report: HTTP %s", error.code)
            return False
        except (OSError, HTTPException, ValueError) as error:
            log.info("report: %s", type(error).__name__)
            return False
        self._told, self._told_at = said, self._ticks()
        return True


def report_of(held: HeldTrust, *, version: str, checkpoints: Sequence[bytes] = (), rows: int = 0) -> bytes:
    """The message: the bundle, and the lists it names, that count on this desk; how many rows its journal has; and
    checkpoints that it witnessed."""
    named = held.bundle.status_uris if held.bundle else ()
    lists = {uri: held.lists[uri].newest.issued_at for uri in named if uri in held.lists}
    sequence = held.bundle.sequence if held.bundle else None
    message: dict[str, object] = {"trust_sequence": sequence, "lists": lists, "software": version, "rows": rows}
    if checkpoints:
        message["checkpoints"] = [base64.b64encode(token).decode("ascii") for token in checkpoints]
    return json.dumps(message).encode()


def is_confidential(url: str) -> bool:
    """Whether nobody on the way can read what is sent there: over TLS, or within this machine."""
    parts = urlsplit(url)
    if parts.scheme == "https" or parts.hostname == "localhost":
        return True
    try:
        return ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def opener(context: SSLContext | None = None) -> OpenerDirector:
    """No redirects, no files, no ftp: only what was asked for. `context` for a peer that is known by itself."""
    opener = OpenerDirector()
    direct = [] if context else [ProxyHandler()]
    for handler in (*direct, HTTPHandler(), HTTPSHandler(context=context)):
        opener.add_handler(handler)
    for handler_of in (HTTPDefaultErrorHandler, HTTPErrorProcessor):
        opener.add_handler(handler_of())
    return opener


class Body(Protocol):
    """What is read of an answer."""

    def read1(self, size: int) -> bytes: ...


def status_names(uris: Sequence[str]) -> tuple[str, ...]:
    """File names of the lists: the last path part of each URI (docs/CARD-FORMAT.md section 6), odd ones left out."""
    parts = (urlsplit(uri).path.rpartition("/")[2].removesuffix(".cwt") for uri in uris)
    return tuple(dict.fromkeys(part for part in parts if STATUS_NAME.fullmatch(part)))
