"""Settings of one installation: read once, from `<home>/clearance.toml` and from the environment (`CLEARANCE_...`).

It decides what may be set and what a production installation must not do. Adapters never see it; bootstrap hands them
plain values.
"""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from clearance.domain.missions import MISSION_PHONES
from clearance.domain.printed_card import CardPolicy, OptionalFact
from clearance.issuing.lookup import SecondFactor

SETTINGS_FILE = "clearance.toml"

DestinationCode: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
PhoneNumber: TypeAlias = Annotated[str, StringConstraints(pattern=r"^(\+[0-9][0-9 ]{5,22})?$")]
"""In international form; or nothing."""


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


class Settings(BaseSettings):
    """What an installation can be told. Every value can stand in the file or in the environment; the latter wins."""

    model_config = SettingsConfigDict(env_prefix="CLEARANCE_", extra="forbid", frozen=True)

    home: Path
    environment: Environment = Environment.PRODUCTION
    database_url: str = ""
    """SQLAlchemy URL; empty for the SQLite file `<home>/clearance.db`."""
    second_factor: SecondFactor = SecondFactor.BIRTH_DATE
    """What a worker types besides the passport number. `none` is the look-up of the DEMO notice: whoever guesses
    or buys a passport number then sees that person's card. Rate limits slow that down and do not stop it."""
    key_passphrase: SecretStr | None = None
    key_passphrase_file: Path | None = None
    limiter_storage: str = "memory://"
    """Where rate limits are counted. One process: memory. Several: a shared store such as `redis://host`."""
    card: CardSettings = CardSettings()
    trusted_proxies: int = Field(default=0, ge=0, le=5)
    """How many proxies of our own stand in front and set X-Forwarded-For."""

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
        return self.home / "documents"

    @property
    def card_policy(self) -> CardPolicy:
        """What the card prints, as the use cases want it."""
        phones = {**MISSION_PHONES, **self.card.mission_phones}
        return CardPolicy(printed=self.card.print, mission_phones=phones)

    def passphrase(self) -> bytes | None:
        """The passphrase of the private keys, from the value or the file; None where none was given."""
        if self.key_passphrase is not None:
            return self.key_passphrase.get_secret_value().encode()
        if self.key_passphrase_file is not None:
            return self.key_passphrase_file.read_bytes().rstrip(b"\r\n")
        return None
