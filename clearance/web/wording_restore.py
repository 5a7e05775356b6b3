"""What pages and commands say about an office that came back from a backup."""

from collections.abc import Mapping

from clearance.domain.audit import AuditAct
from clearance.domain.eligibility import Ground
from clearance.issuing.ports import Trouble
from clearance_templates.i18n import N_

RESTORE_GROUND_WORDS: Mapping[Ground, str] = {
    Ground.NOT_RECONCILED: N_(
        "This office was restored from a backup and is not compared yet with what was published since. "
        "First: clearance restore finish."
    ),
}
RESTORE_TROUBLE_WORDS: Mapping[Trouble, str] = {
    Trouble.LIST_NOT_OPEN: N_(
        "The office was restored, and its new status list is not published yet; nothing was issued. Try again in some "
        "minutes; if it stays so, call your administrator."
    ),
}
RESTORE_ACT_WORDS: Mapping[AuditAct, str] = {
    AuditAct.DATABASE_RESTORED: N_("Restored from a backup"),
    AuditAct.RESTORE_FINISHED: N_("Restored office reconciled"),
}
