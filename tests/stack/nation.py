"""An installation as a nation runs it: PostgreSQL, Redis, an S3-compatible store, one signing service, one worker and
several web servers, each in a folder of its own as if on a machine of its own.

What differs from a laptop is `Servers.environment`, and nothing else.
"""

import json
import secrets
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from clearance.storage.database import SqlDatabase
from tests.fakes.installation import made_keys
from tests.fakes.object_store import BUCKET, KEY, SECRET, LocalStore, local_store
from tests.fakes.office import furnish
from tests.fakes.records_keys import KEYS, lay_keys
from tests.stack import postgresql, programs
from tests.stack.postgresql import Cluster, cluster
from tests.stack.program import Program
from tests.stack.programs import Environment, WebServer
from tests.stack.redis import Redis, redis

SECRETS = ("factors.key", "session.secret", "records.key")
"""What every web server and worker holds a copy of."""


@dataclass(frozen=True, kw_only=True)
class Servers:
    """What the programs share."""

    postgresql: Cluster
    redis: Redis
    store: LocalStore

    def environment(self, home: Path) -> Environment:
        """The settings that make the installation at `home` a national one, and a demo."""
        return {
            "CLEARANCE_ENVIRONMENT": "demo",
            "CLEARANCE_DATABASE_URL": self.postgresql.url,
            "CLEARANCE_DOCUMENTS_URL": f"s3://{BUCKET}/bmet",
            "CLEARANCE_DOCUMENTS_ENDPOINT": self.store.endpoint,
            "CLEARANCE_QUEUE_URL": f"{self.redis.url}/0",
            "CLEARANCE_LIMITER_STORAGE": f"{self.redis.url}/1",
            "CLEARANCE_RECORDS_KEY_FILE": str(home / "records.key"),
            "CLEARANCE_EMBEDDED_WORKER": "false",
            "CLEARANCE_TRUSTED_PROXIES": "1",
            "CLEARANCE_SIGNER": json.dumps({"address": f"unix:{home / 'signer.sock'}"}),
            "CLEARANCE_TRUST_DIRECTORY": str(home / "keys" / "public"),
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
        }


@dataclass(frozen=True, kw_only=True)
class Nation:
    """All of it at work; every part can be killed and started again."""

    home: Path
    environment: Environment
    servers: Servers
    signer: Program
    web: tuple[WebServer, ...]
    worker: Program


@contextmanager
def servers(*, durable: bool = True) -> Iterator[Servers]:
    """PostgreSQL, Redis and a store with one empty bucket."""
    with cluster(durable=durable) as postgresql, redis() as counts, local_store() as store:
        yield Servers(postgresql=postgresql, redis=counts, store=store)


def can_run() -> bool:
    """Whether the Debian programs are here."""
    return postgresql.programs() is not None


def furnished(home: Path, shared: Servers) -> None:
    """Keys, offices, staff, an agency and a permit (`tests.fakes.office`), in a second; no cases."""
    shutil.copytree(made_keys(), home / "keys")
    lay_keys(home)
    database = SqlDatabase(shared.postgresql.url, keys=KEYS)
    try:
        database.migrate()
        database.register_keys()
        furnish(database)
    finally:
        database.close()


@contextmanager
def nation(home: Path, shared: Servers, *, web_servers: int = 2) -> Iterator[Nation]:
    """Signing service, worker and web servers over what `furnished` or `prepare_demo` laid at `home`."""
    environment = shared.environment(home)
    _make_secrets(home)
    with ExitStack() as stack:
        signer = stack.enter_context(
            programs.signing_service(home, environment=environment, log=home / "signer.log", wait=False)
        )
        web = tuple(
            stack.enter_context(
                programs.web_server(folder, environment=environment, log=home / f"{folder.name}.log", wait=False)
            )
            for folder in (_machine(home, f"web-{number}") for number in range(1, web_servers + 1))
        )
        worker = stack.enter_context(
            programs.worker(_machine(home, "worker"), environment=environment, log=home / "worker.log", wait=False)
        )
        for program in (signer, worker, *(server.program for server in web)):
            program.wait()
        yield Nation(home=home, environment=environment, servers=shared, signer=signer, web=web, worker=worker)


def _make_secrets(home: Path) -> None:
    for name, value in (("factors.key", secrets.token_bytes(32)), ("session.secret", secrets.token_hex(32).encode())):
        if not (home / name).exists():
            (home / name).write_bytes(value)


def _machine(home: Path, name: str) -> Path:
    """A home of its own that holds nothing but the shared secrets."""
    folder = home / name
    folder.mkdir(exist_ok=True)
    for secret in SECRETS:
        shutil.copy(home / secret, folder)
    return folder
