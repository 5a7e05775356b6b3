"""The web program joined: the worker's page, the staff pages, what desks fetch. It holds no key and cannot sign."""

import os
import secrets
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from flask import Flask

from clearance.bootstrap import ConfigurationRefused, log_in_lines, open_queue, own_secret, read_settings, service_of
from clearance.config import Settings
from clearance.door import Door, bound
from clearance.issuing.service import Service
from clearance.one_process import OneProcess
from clearance.probes import disk_sign, probes_of
from clearance.web.app import create_app
from clearance.web.crowded import turned_away
from clearance.web.help_pages import FOLDER
from clearance.web.metrics import share_counts
from clearance.web.options import WebOptions
from clearance.web.staff.batch_files import MAX_UPLOAD
from clearance.worker import chores_of, working

SESSION_SECRET = "session.secret"  # noqa: S105 - the name of a file, not a secret
SHORTEST_TOKEN = 16
"""Characters."""
IN_MEMORY_BYTES = 12 << 20
"""What is sent is kept off the disk up to this size: a card to check is forgotten with its answer."""


@dataclass(frozen=True, kw_only=True)
class Running:
    """A bound web server. `serve` returns some time after `stop`: when everybody who had come is answered."""

    serve: Callable[[], None]
    stop: Callable[[], None]


@contextmanager
def serving(home: Path, *, door: Door, processes: int = 1) -> Iterator[Running]:
    """A bound server of the installation at `home`. One process serves with waitress and can do the worker's work
    besides; several are gunicorn's, which hears SIGTERM itself.

    Raises ConfigurationRefused, and OSError where the door cannot be had.
    """
    settings = read_settings(home)
    log_in_lines("web", settings)
    require_no_keys(settings)
    if processes > 1:
        from clearance.processes import Processes  # gunicorn needs a POSIX system

        require_shared(settings)
        with service_of(settings):  # whatever is to be refused is refused here, before there are processes
            listener = bound(door)
        several = Processes(lambda: _opened(settings), listener=listener, count=processes, turned_away=turned_away())
        with _shared_counts():
            yield Running(serve=several.run, stop=lambda: None)
        return
    with (
        service_of(settings) as service,
        closing(_one_process(service, settings, bound(door))) as server,
        _embedded_worker(service, settings),
    ):
        yield Running(serve=lambda: _serve(server, service), stop=server.stop)


def _one_process(service: Service, settings: Settings, listener: socket.socket) -> OneProcess:
    application = web_app(service, settings)
    return OneProcess(application, listener=listener, in_memory=IN_MEMORY_BYTES, largest=MAX_UPLOAD)


def require_shared(settings: Settings) -> None:
    """Raises ConfigurationRefused where several processes would each do what only all of them together may do."""
    faults = []
    if settings.limiter_storage.startswith("memory:"):
        faults.append(
            "Several processes need one place to count tries in, or each would allow as many as all together may. Set "
            "limiter_storage to a Redis or Valkey, such as redis://127.0.0.1:6379."
        )
    if settings.embedded_worker:
        faults.append(
            "Several processes leave the worker's work to a program of its own. Set embedded_worker = false and start "
            "`clearance worker run`."
        )
    if faults:
        raise ConfigurationRefused(*faults)


def require_no_keys(settings: Settings) -> None:
    """Raises ConfigurationRefused where a production web server could sign: that is the signing service's alone."""
    if settings.demo:
        return
    faults = [
        f"The web server can read {key}. Let it run as a user who cannot, from a home of its own; the keys belong to "
        "the user of `clearance signer run` alone."
        for key in sorted((settings.keys / "private").glob("*.pem"))
        if os.access(key, os.R_OK)
    ]
    if settings.names_key_secrets:
        faults.append(
            "The web server is told the passphrase or PIN of the keys. Leave it out: only `clearance signer run` "
            "needs it."
        )
    if faults:
        raise ConfigurationRefused(*faults)


def web_app(service: Service, settings: Settings) -> Flask:
    """The Flask application over an open service."""
    return create_app(
        service,
        WebOptions(
            secret_key=_session_secret(settings.home),
            second_factor=settings.second_factor,
            trust_directory=settings.published,
            limiter_storage=settings.limiter_storage,
            trusted_proxies=settings.trusted_proxies,
            public_url=settings.public_url,
            security_contact=settings.security_contact,
            helpline=settings.office.helpline,
            helpline_abroad=settings.office.helpline_abroad,
            help_directory=settings.home / FOLDER,
            log_requests=True,
            probes=probes_of(settings, service),
            metrics_token=_metrics_token(settings),
            signs=lambda: (disk_sign(settings),),
            chores=tuple(chore.name for chore in chores_of(settings)),
        ),
    )


def _metrics_token(settings: Settings) -> bytes | None:
    """Raises ConfigurationRefused for a file that cannot be read, or holds what could be guessed."""
    try:
        token = settings.metrics_token()
    except OSError as error:
        raise ConfigurationRefused(f"metrics_token_file: {settings.metrics_token_file}: {error.strerror}.") from None
    if token is not None and len(token) < SHORTEST_TOKEN:
        cure = f"openssl rand -hex 32 > {settings.metrics_token_file}"
        raise ConfigurationRefused(f"metrics_token_file: a token has at least {SHORTEST_TOKEN} characters: {cure}")
    return token


@contextmanager
def _shared_counts() -> Iterator[None]:
    """A folder for the counts of several processes, gone with the one that made it."""
    folder, maker = Path(mkdtemp(prefix="clearance-counts-")), os.getpid()
    share_counts(folder)
    try:
        yield
    finally:
        if os.getpid() == maker:  # its children leave through here, too
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _embedded_worker(service: Service, settings: Settings) -> Iterator[None]:
    """The worker in threads of this process, unless programs of their own do its work."""
    if not settings.embedded_worker:
        yield
        return
    with working(service, open_queue(settings), threads=settings.worker_threads, chores=chores_of(settings)):
        yield


@contextmanager
def _opened(settings: Settings) -> Iterator[Flask]:
    """The application of one process of several."""
    with service_of(settings) as service:
        threading.Thread(target=service.printer.get_ready, name="printer", daemon=True).start()
        yield web_app(service, settings)


def _serve(server: OneProcess, service: Service) -> None:
    """Serve until told to stop; what the first form needs loads meanwhile."""
    threading.Thread(target=service.printer.get_ready, name="printer", daemon=True).start()
    server.serve()


def _session_secret(home: Path) -> bytes:
    """The key of session cookies and download tokens: made once, readable by this user only."""
    return own_secret(home / SESSION_SECRET, lambda: secrets.token_hex(32).encode("ascii"))
