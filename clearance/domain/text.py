"""Texts that exist in two languages."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class BilingualText:
    """One text in English and, where there is one, in Bengali (NFC)."""

    en: str
    bn: str | None = None
