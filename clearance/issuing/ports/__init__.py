"""What the use cases need from the world, as protocols. Adapters in `storage`, `signing` and `card` implement them.

Each port has one real adapter and one working fake (`tests/fakes`), and the same contract tests run on both. One module
for each neighbour; everybody imports them from here.
"""

from clearance.issuing.ports.access import Factors, Sessions, StaffChanges, Vault
from clearance.issuing.ports.batches import (
    FARTHEST_AHEAD,
    Batches,
    BatchRow,
    Chunk,
    Keys,
    Note,
    RowNote,
    RowResult,
    RowTrouble,
    RunTally,
)
from clearance.issuing.ports.cards import CardPrinter, Documents, Portrait, SealingPrinter
from clearance.issuing.ports.cases import Sought
from clearance.issuing.ports.chores import ChoreRecord, ChoreRecords
from clearance.issuing.ports.desk_journals import DeskDay, DeskJournals
from clearance.issuing.ports.entry_forms import EntryForm, EntryForms
from clearance.issuing.ports.faults import (
    Conflict,
    DoesNotFit,
    KeysUnusable,
    NotOnRecord,
    NotSigned,
    PhotoGround,
    PhotoRefused,
    Trouble,
    Unavailable,
    Unreadable,
)
from clearance.issuing.ports.glances import Glance, Glances
from clearance.issuing.ports.interface import (
    Clients,
    Deliveries,
    FeedPlaces,
    KeyedRequest,
    KeyedRequests,
    StoredAnswer,
    Webhooks,
)
from clearance.issuing.ports.messengers import MessageSender, NotSent, SendFault, WebhookSender
from clearance.issuing.ports.oversight import Oversight, WitnessedCheckpoint
from clearance.issuing.ports.people import PasswordHasher
from clearance.issuing.ports.permits import Permits
from clearance.issuing.ports.personal import PersonalData, RowsHeld
from clearance.issuing.ports.queues import Queues, Waiting
from clearance.issuing.ports.records import (
    Applications,
    AuditLog,
    AuditSought,
    Clearances,
    Database,
    Desks,
    Intents,
    Reissues,
    SigningControls,
    SigningIntent,
    Staff,
    UnitOfWork,
)
from clearance.issuing.ports.requests import AgencyRegister, CorrectionRequests
from clearance.issuing.ports.restoring import Restorations
from clearance.issuing.ports.rules import PermitChanges, Rules
from clearance.issuing.ports.scanning import ContentScanner, Judgement, Scan, Scanned, ScannerAway
from clearance.issuing.ports.signing import ComponentState, SealingKey, SigningService, StatusPublisher
from clearance.issuing.ports.workbooks import Sheet, Workbooks

__all__ = [
    "FARTHEST_AHEAD",
    "AgencyRegister",
    "Applications",
    "AuditLog",
    "AuditSought",
    "BatchRow",
    "Batches",
    "CardPrinter",
    "ChoreRecord",
    "ChoreRecords",
    "Chunk",
    "Clearances",
    "Clients",
    "ComponentState",
    "Conflict",
    "ContentScanner",
    "CorrectionRequests",
    "Database",
    "Deliveries",
    "DeskDay",
    "DeskJournals",
    "Desks",
    "Documents",
    "DoesNotFit",
    "EntryForm",
    "EntryForms",
    "Factors",
    "FeedPlaces",
    "Glance",
    "Glances",
    "Intents",
    "Judgement",
    "KeyedRequest",
    "KeyedRequests",
    "Keys",
    "KeysUnusable",
    "MessageSender",
    "NotOnRecord",
    "NotSent",
    "NotSigned",
    "Note",
    "Oversight",
    "PasswordHasher",
    "PermitChanges",
    "Permits",
    "PersonalData",
    "PhotoGround",
    "PhotoRefused",
    "Portrait",
    "Queues",
    "Reissues",
    "Restorations",
    "RowNote",
    "RowResult",
    "RowTrouble",
    "RowsHeld",
    "Rules",
    "RunTally",
    "Scan",
    "Scanned",
    "ScannerAway",
    "SealingKey",
    "SealingPrinter",
    "SendFault",
    "Sessions",
    "Sheet",
    "SigningControls",
    "SigningIntent",
    "SigningService",
    "Sought",
    "Staff",
    "StaffChanges",
    "StatusPublisher",
    "StoredAnswer",
    "Trouble",
    "Unavailable",
    "UnitOfWork",
    "Unreadable",
    "Vault",
    "Waiting",
    "WebhookSender",
    "Webhooks",
    "WitnessedCheckpoint",
    "Workbooks",
]
