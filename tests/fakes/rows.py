"""What the database in memory stores."""

from dataclasses import dataclass, field
from datetime import datetime

from clearance.domain.audit import AuditLink
from clearance.domain.desk import Desk
from clearance.domain.desk_journal import Departure, JournalPlace, KeptRow
from clearance.domain.reissue import Reissue
from clearance.domain.signing import SigningStop
from clearance.domain.staff import Office, Officer
from clearance.issuing.ports import SigningIntent
from tests.fakes.access import AccessRows
from tests.fakes.batches import BatchRows
from tests.fakes.interface import InterfaceRows
from tests.fakes.oversight import OversightRows
from tests.fakes.personal import PersonalRows
from tests.fakes.requests import RequestRows
from tests.fakes.restorations import RestorationRows
from tests.fakes.rules import RuleRows


@dataclass
class Rows(AccessRows, BatchRows, InterfaceRows, OversightRows, PersonalRows, RequestRows, RestorationRows, RuleRows):
    """Everything that is stored. The values are frozen, so copying the dictionaries copies the state."""

    officers: dict[str, Officer] = field(default_factory=dict)
    offices: dict[str, Office] = field(default_factory=dict)
    intents: dict[str, SigningIntent] = field(default_factory=dict)
    abandoned: dict[str, SigningIntent] = field(default_factory=dict)
    desks: dict[str, Desk] = field(default_factory=dict)
    desk_places: dict[tuple[str, str], JournalPlace] = field(default_factory=dict)
    desk_rows: dict[str, KeptRow] = field(default_factory=dict)
    departures: dict[int, Departure] = field(default_factory=dict)
    reissues: dict[str, Reissue] = field(default_factory=dict)
    signed_at: dict[int, datetime] = field(default_factory=dict)
    stops: dict[str, SigningStop] = field(default_factory=dict)
    links: dict[int, AuditLink] = field(default_factory=dict)

    def copy(self) -> "Rows":
        return Rows(**{name: dict(rows) for name, rows in vars(self).items()})
