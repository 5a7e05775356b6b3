"""What the screen says of a file's seal, beside the verdict on its code."""

from collections.abc import Mapping

from clearance_templates.i18n import N_

DOUBT_WORDS: Mapping[str, str] = {
    "altered": N_("Do not trust the text of this file: it was changed after it was sealed. Only its code counts."),
    "sealed_by_others": N_("Do not trust the text of this file: BMET did not seal it. Only its code counts."),
    "other_credential": N_("Do not trust the text of this file: code and seal do not match. Only its code counts."),
}
"""By `verifier.paper.Doubt`. What the screen says of the worker comes from the signed code, never from this text."""

SEAL_WORDS: Mapping[str, str] = {
    "intact": N_("The file is as BMET sealed it."),
    "none": N_("The file has no seal: it is a print or a copy. The code decides."),
}
"""By `verifier.seal.SealState`, where there is no doubt."""
