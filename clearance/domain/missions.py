"""Telephone numbers of Bangladesh's missions at the destinations: what a worker abroad dials when the employer cheats.

A number stands here only where public listings agree on it (docs/adr/0015); for every other destination the card
prints the helpline alone. An installation adds and corrects numbers in its settings, without a new release.
"""

from collections.abc import Mapping

MISSION_PHONES: Mapping[str, str] = {
    "ARE": "+971 2 446 5100",  # embassy, Abu Dhabi: four public listings agree, seen 2026-11-22
    "QAT": "+974 4467 1927",  # embassy, Doha: three public listings against two for +974 4467 1988, seen 2026-11-22
    "SAU": "+966 11 419 5300",  # embassy, Riyadh: four public listings, one for its labour wing, seen 2026-11-22
    "SGP": "+65 6255 0075",  # high commission: two listings, one checked on singapore.mofa.gov.bd, seen 2026-11-22
}
"""ISO 3166 alpha-3 of the destination -> number in international form."""
