"""What pages say of files that were not taken because of what a virus scanner said, or did not say."""

from collections.abc import Mapping

from clearance.domain.audit import AuditAct
from clearance.issuing.fields import FaultKind
from clearance_templates.i18n import N_

UPLOAD_ACT_WORDS: Mapping[AuditAct, str] = {
    AuditAct.UPLOAD_REFUSED: N_("A file refused by the virus scanner"),
}
UPLOAD_FAULT_WORDS: Mapping[FaultKind, str] = {
    FaultKind.INFECTED: N_(
        "The file “%(text)s” was not taken: the virus scanner found something harmful in it. Do not open it. Have the "
        "computer that it comes from cleaned, make the file anew from the original, and send that."
    ),
    FaultKind.NOT_SCANNED_WHOLE: N_(
        "The file “%(text)s” was not taken: it is too large, or packed too deeply, for the virus scanner to look "
        "through all of it. Split it, or pack the pictures into plain ZIP files."
    ),
    FaultKind.NOT_SCANNED: N_(
        "The file “%(text)s” cannot be looked through for viruses just now, and was not taken. Choose it again in a "
        "few minutes and send it once more; if that does not help, call your administrator."
    ),
}
