"""The settings of a desk. Decides their names, defaults and limits; starts nothing and reads one file, `desk.json`.

Each comes from the command line or else from the environment: VERIFIER_HOME, VERIFIER_ISSUER_URL, VERIFIER_PORT,
VERIFIER_DESK, VERIFIER_SYNC_EVERY_S, VERIFIER_KEEP_CARDS (yes or no). Address and name may also have been told at the
first run, which keeps them in the home; what is said at the start goes before.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from verifier.setup import kept_in

HOST = "127.0.0.1"  # the desk is for whoever sits at it
DEFAULT_ISSUER_URL = "http://127.0.0.1:8000"
DEFAULT_PORT = 8100
DEFAULT_DESK = "DAC-1"
DEFAULT_SYNC_EVERY_S = 60


class ConfigError(ValueError):
    """Settings that cannot be used; one line for each."""


@dataclass(frozen=True, kw_only=True)
class DeskConfig:
    """`home` holds `trust/` (root.pem, trust.cose, status/), `state/`, `journal.db`, `desk.token` and `desk.json`."""

    home: Path
    issuer_url: str = DEFAULT_ISSUER_URL
    port: int = DEFAULT_PORT
    desk: str = DEFAULT_DESK  # airport and counter, as written in the journal
    sync_every_s: int = DEFAULT_SYNC_EVERY_S
    told: bool = True  # whether the one who starts it says which desk it is; else the first run asks
    keep_cards: bool = True  # the cards in force, encrypted, to find one by its passport

    def __post_init__(self) -> None:
        faults = []
        url = urlsplit(self.issuer_url)
        if url.scheme not in {"http", "https"} or not url.hostname or url.query or url.fragment:
            faults.append(f"The issuer's address must look like https://host, not {self.issuer_url!r}.")
        if not 0 <= self.port <= 65535:
            faults.append(f"The port must lie between 0 and 65535, not {self.port}.")
        if not (0 < len(self.desk) <= 40 and self.desk.isprintable()):
            faults.append("The desk's name must have 1 to 40 characters.")
        if not 5 <= self.sync_every_s <= 86_400:
            faults.append(f"The pause between two pulls must lie between 5 and 86400 seconds, not {self.sync_every_s}.")
        if faults:
            raise ConfigError("\n".join(faults))

    @property
    def trust(self) -> Path:
        return self.home / "trust"

    @property
    def state(self) -> Path:
        return self.home / "state"

    @property
    def journal(self) -> Path:
        return self.home / "journal.db"

    @property
    def serial_port(self) -> Path:
        """Where the choice of a scanner's port is remembered."""
        return self.home / "serial-port"

    @property
    def relay(self) -> Path:
        """Where the relay of the airport is remembered, if this desk was told of one."""
        return self.home / "relay.json"

    @property
    def kept(self) -> Path:
        """What was told at the first run."""
        return self.home / "desk.json"

    @property
    def token(self) -> Path:
        return self.home / "desk.token"


def settings(
    environment: Mapping[str, str],
    *,
    home: Path | None = None,
    issuer_url: str | None = None,
    port: int | None = None,
    desk: str | None = None,
    sync_every_s: int | None = None,
) -> DeskConfig:
    """Join command line (the arguments) and environment. Raises ConfigError with a line for each fault."""

    def said(name: str, default: str) -> str:
        return environment.get(f"VERIFIER_{name}", "").strip() or default

    def number(name: str, default: int) -> int:
        text = said(name, str(default))
        if not (text.isascii() and text.isdigit()):
            raise ConfigError(f"VERIFIER_{name} must be a whole number, not {text!r}.")
        return int(text)

    def yes(name: str) -> bool:
        text = said(name, "yes")
        if text not in {"yes", "no"}:
            raise ConfigError(f"VERIFIER_{name} must be yes or no, not {text!r}.")
        return text == "yes"

    home = home or Path(said("HOME", "var/desk"))
    kept = kept_in(home / "desk.json")
    named = desk or said("DESK", "")
    return DeskConfig(
        home=home,
        issuer_url=issuer_url or said("ISSUER_URL", kept.issuer_url or DEFAULT_ISSUER_URL),
        port=number("PORT", DEFAULT_PORT) if port is None else port,
        desk=named or kept.desk or DEFAULT_DESK,
        told=bool(named),
        sync_every_s=number("SYNC_EVERY_S", DEFAULT_SYNC_EVERY_S) if sync_every_s is None else sync_every_s,
        keep_cards=yes("KEEP_CARDS"),
    )
