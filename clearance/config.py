"""Settings of one installation: read once, from `<home>/clearance.toml` and from the environment (`CLEARANCE_...`).

It decides what may be set and what a production installation must not do. Adapters never see it; bootstrap hands them
plain values.
"""

from collections.abc import Mapping
from datetime import date, time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from clearance.domain.missions import MISSION_PHONES
from clearance.domain.oversight import OfficeHours, OversightPolicy, Quota
from clearance.domain.printed_card import CardPolicy, OptionalFact
from clearance.domain.retention import DAYS, DOCUMENT_GRACE_DAYS, LOOKUPS_AT_LEAST, Kept, RetentionPolicy
from clearance.issuing.lookup import SecondFactor
from clearance.logs import LogFormat
from clearance.messaging.settings import MessageSettings, WebhookSettings

SETTINGS_FILE = "clearance.toml"

DestinationCode: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
PhoneNumber: TypeAlias = Annotated[str, StringConstraints(pattern=r"^(\+[0-9][0-9 ]{5,22})?$")]
"""In international form; or nothing."""

Helpline: TypeAlias = Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 ]{1,22}[0-9]$")]


class Environment(StrEnum):
    """`demo`: invented people, keys made on the spot. `production`: everything else."""

    DEMO = "demo"
    PRODUCTION = "production"


class CardSettings(BaseModel):
    """The section `[card]`: what is printed beside the facts that identify a card (docs/adr/0015)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    print: frozenset[OptionalFact] = frozenset(OptionalFact)
    """Which of the facts that brokers like to hide are printed: all, unless some are named here."""
    mission_phones: Mapping[DestinationCode, PhoneNumber] = {}
    """Bangladesh's mission by destination (`SAU = "+966 11 419 5300"`), beside or instead of the numbers built in;
    an empty text prints none."""


class OversightSettings(BaseModel):
    """The section `[oversight]`: the office's hours, and how much one officer may look up (docs/adr/0087)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lookups_an_hour: int = Field(default=Quota().an_hour, ge=1)
    lookups_a_day: int = Field(default=Quota().a_day, ge=1)
    """Different persons and searches; coming back to the same one does not count."""
    opens: time = OfficeHours().opens
    closes: time = OfficeHours().closes
    """Dhaka time. Decisions at other times are put before the auditors."""
    closed_weekdays: frozenset[Annotated[int, Field(ge=0, le=6)]] = OfficeHours().closed_weekdays
    """0 is Monday; Friday and Saturday unless told otherwise."""
    holidays: frozenset[date] = frozenset()
    """The days of the government's list, such as `holidays = [2026-12-16]`."""


class RetentionSettings(BaseModel):
    """The section `[retention]`: after how many days personal data goes (docs/adr/0138, docs/PRIVACY.md)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    forms: int = Field(default=DAYS[Kept.FORMS], ge=1)
    drafts: int = Field(default=DAYS[Kept.DRAFTS], ge=30)
    uploads: int = Field(default=DAYS[Kept.UPLOADS], ge=7)
    requests: int = Field(default=DAYS[Kept.REQUESTS], ge=90)
    answers: int = Field(default=DAYS[Kept.ANSWERS], ge=30)
    lookups: int = Field(default=DAYS[Kept.LOOKUPS], ge=LOOKUPS_AT_LEAST)
    """The database itself lets none go sooner."""
    scans: int = Field(default=DAYS[Kept.SCANS], ge=30)
    evidence: int = Field(default=DAYS[Kept.EVIDENCE], ge=365)
    rejected: int = Field(default=DAYS[Kept.REJECTED], ge=365)
    cleared: int = Field(default=DAYS[Kept.CLEARED], ge=365)
    """Counted from the end of the visa."""
    document_grace: int = Field(default=DOCUMENT_GRACE_DAYS, ge=1)


class OfficeSettings(BaseModel):
    """The section `[office]`: whom workers can call, as their pages and the help pages say it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    helpline: Helpline = "16135"
    """From within Bangladesh."""
    helpline_abroad: Helpline = "+880 9610 102030"


class FileSettings(BaseModel):
    """The section `[files]`: who looks through what people send in (docs/adr/0146)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    scanner: str = Field(default="", pattern=r"^(|unix:/.{1,105}|tcp://[^/\s]+:[0-9]{1,5})$")
    """ClamAV's clamd, such as `unix:/run/clamav/clamd.ctl`; empty for none. Over `tcp://host:port` files travel in the
    clear: for this machine, or a network of its own."""


class SignerSettings(BaseModel):
    """The section `[signer]`: where the signing service is, who may ask it, and how much it signs (docs/adr/0060)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    address: str = Field(default="", pattern=r"^(|unix:/.+|tls://[^/:]+:[0-9]{1,5})$")
    """`unix:/run/clearance/signer.sock` or `tls://host:port`; empty for `<home>/signer.sock`. The signing service
    listens there, web and command line ask there."""
    clients: tuple[str, ...] = ()
    """Users (names or numbers) who may ask over a Unix socket, besides the one that the signing service runs as."""
    certificate: Path | None = None
    certificate_key: Path | None = None
    authority: Path | None = None
    """With `tls://`: own certificate and key, and the one authority whose certificates count at either end (PEM)."""
    cards_an_hour: int = Field(default=6_000, ge=1)
    """More than an office that clears 5,000 workers a day ever needs at once, such as a day's work in one batch."""
    cards_a_day: int = Field(default=10_000, ge=1)
    """Twice the 5,000 cards of a busy day: whoever takes over the web gains no more than that before it shows."""

    @model_validator(mode="after")
    def _tls_is_whole(self) -> Self:
        given = [self.certificate is not None, self.certificate_key is not None, self.authority is not None]
        if any(given) != all(given) or (self.address.startswith("tls://") and not all(given)):
            raise ValueError("certificate, certificate_key and authority go together, and tls:// needs them")
        return self


class Settings(BaseSettings):
    """What an installation can be told. Every value can stand in the file or in the environment; the latter wins."""

    model_config = SettingsConfigDict(env_prefix="CLEARANCE_", extra="forbid", frozen=True)

    home: Path
    environment: Environment = Environment.PRODUCTION
    database_url: str = ""
    """SQLAlchemy URL; empty for the SQLite file `<home>/clearance.db`."""
    lookup_database_url: str = Field(default="", pattern=r"^(postgresql\+psycopg://\S+)?$")
    """A standby of that database for the public look-up and for statistics; empty for the database itself."""
    documents_url: str = ""
    """Where photos and sealed cards lie: `s3://bucket/prefix`; empty for the folder `<home>/documents`."""
    documents_endpoint: str = ""
    """The address of an S3-compatible server, such as `https://store.example:9000`; empty for Amazon's own."""
    documents_region: str = "us-east-1"
    documents_credentials_file: Path | None = None
    """Key and secret in the form of Amazon's tools; without it they come from AWS_ACCESS_KEY_ID and so on."""
    second_factor: SecondFactor = SecondFactor.BIRTH_DATE
    """What a worker types besides the passport number. `none` is the look-up of the DEMO notice: whoever guesses
    or buys a passport number then sees that person's card. Rate limits slow that down and do not stop it."""
    key_passphrase: SecretStr | None = None
    key_passphrase_file: Path | None = None
    hsm_pin: SecretStr | None = None
    hsm_pin_file: Path | None = None
    """The PIN of keys in hardware."""
    tsa_url: str = Field(default="", pattern=r"^(https?://\S+)?$")
    """The time stamp authority (RFC 3161) whose stamp is put into every seal; empty for seals without one."""
    signer: SignerSettings = SignerSettings()
    records_key_file: Path | None = None
    """The keys that personal columns and documents are sealed with; `<home>/records.key` unless given. Web, worker and
    signing service need the same."""
    documents_directory: Path | None = None
    """Photos and sealed cards; `<home>/documents` unless given. The signing service and the web share it."""
    trust_directory: Path | None = None
    """For web, worker and command line: the folder that the signing service publishes into; `<home>/keys/public`
    unless given."""
    queue_url: str = Field(default="", pattern=r"^(|(rediss?|postgresql)://\S+)$")
    """Where workers are woken: `redis://host` or `postgresql://...`; empty for the SQLite file `<home>/queue.db`."""
    embedded_worker: bool = True
    """Whether `clearance serve` does the worker's work too; off where `clearance worker run` runs beside it."""
    worker_threads: int = Field(default=2, ge=1, le=64)
    """How many pieces of work one worker does at a time."""
    limiter_storage: str = "memory://"
    """Where rate limits are counted. One process: memory. Several: a shared store such as `redis://host`."""
    files: FileSettings = FileSettings()
    office: OfficeSettings = OfficeSettings()
    card: CardSettings = CardSettings()
    oversight: OversightSettings = OversightSettings()
    retention: RetentionSettings = RetentionSettings()
    messages: MessageSettings = MessageSettings()
    webhooks: WebhookSettings = WebhookSettings()
    trusted_proxies: int = Field(default=0, ge=0, le=5)
    """How many proxies of our own stand in front and set X-Forwarded-For."""
    metrics_token_file: Path | None = None
    """A file with what a monitor must show as bearer token to read `/metrics`; without it there are none."""
    log_format: LogFormat = LogFormat.AUTO
    """How the programs speak of themselves on standard error: `json`, `text`, or by whether a terminal is there."""
    public_url: str = Field(default="https://clearance.bmet.gov.bd", pattern=r"^https?://[^/\s]+(/[^\s]*)?$")
    """Where visitors reach this service."""
    security_contact: str = Field(default="mailto:security@bmet.gov.bd", pattern=r"^(mailto|https|tel):\S+$")
    """Where to report a weakness, as `/.well-known/security.txt` says it."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then environment, then the file of the home directory."""
        home = init_settings().get("home") or env_settings().get("home")
        file = TomlConfigSettingsSource(settings_cls, Path(home) / SETTINGS_FILE if home else None)
        return init_settings, env_settings, file

    @classmethod
    def of(cls, home: Path) -> Self:
        """The settings of the installation at `home`. Raises `pydantic.ValidationError` naming every wrong value."""
        return cls(home=home.absolute())

    @property
    def demo(self) -> bool:
        return self.environment is Environment.DEMO

    @property
    def url(self) -> str:
        """SQLAlchemy URL of the database."""
        return self.database_url or f"sqlite:///{self.home / 'clearance.db'}"

    @property
    def keys(self) -> Path:
        """Where `clearance keys init` laid the keys."""
        return self.home / "keys"

    @property
    def documents(self) -> Path:
        """Photos and sealed cards."""
        return self.documents_directory or self.home / "documents"

    @property
    def records_key(self) -> Path:
        """The file of keys that what is personal is sealed with."""
        return self.home / (self.records_key_file or "records.key")

    @property
    def published(self) -> Path:
        """Root, trust bundle and status lists, as desks fetch them."""
        return self.trust_directory or self.keys / "public"

    @property
    def card_policy(self) -> CardPolicy:
        """What the card prints, as the use cases want it."""
        phones = {**MISSION_PHONES, **self.card.mission_phones}
        return CardPolicy(printed=self.card.print, mission_phones=phones)

    @property
    def oversight_policy(self) -> OversightPolicy:
        """What is watched for, as the use cases want it."""
        said = self.oversight
        return OversightPolicy(
            quota=Quota(an_hour=said.lookups_an_hour, a_day=said.lookups_a_day),
            hours=OfficeHours(
                opens=said.opens, closes=said.closes, closed_weekdays=said.closed_weekdays, holidays=said.holidays
            ),
        )

    @property
    def retention_policy(self) -> RetentionPolicy:
        """How long what is kept, as the use cases want it."""
        said = self.retention.model_dump()
        return RetentionPolicy(days={kept: said[kept.value] for kept in Kept}, document_grace=said["document_grace"])

    def passphrase(self) -> bytes | None:
        """The passphrase of the private keys, from the value or the file; None where none was given."""
        return _secret(self.key_passphrase, self.key_passphrase_file)

    def metrics_token(self) -> bytes | None:
        """What a monitor must show; None where no file is named."""
        return _secret(None, self.metrics_token_file)

    def pin(self) -> str | None:
        """The PIN of keys in hardware, likewise."""
        pin = _secret(self.hsm_pin, self.hsm_pin_file)
        return None if pin is None else pin.decode()

    @property
    def names_key_secrets(self) -> bool:
        """Whether a passphrase or a PIN was given, in whatever way."""
        return any((self.key_passphrase, self.key_passphrase_file, self.hsm_pin, self.hsm_pin_file))


def _secret(value: SecretStr | None, file: Path | None) -> bytes | None:
    if value is not None:
        return value.get_secret_value().encode()
    return None if file is None else file.read_bytes().rstrip(b"\r\n")
