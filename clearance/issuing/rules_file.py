"""A rule as a row of texts: what a form sends, and what a file of rules holds in each of its rows.

It decides which fields a rule has and how they are written. Whether the rule may govern is decided in
`clearance.domain.consent`.
"""

import csv
import io
from collections.abc import Iterable, Mapping

from clearance.domain.destinations import COUNTRIES
from clearance.domain.person import Sex
from clearance.domain.rules import (
    ANY,
    GROUP_THRESHOLD,
    Channel,
    Decider,
    Need,
    RuleKey,
    RuleTerms,
    RuleVersion,
    SalaryFloor,
    VisaKind,
)
from clearance.issuing.fields import Fault, FaultKind, FieldReader
from clearance.issuing.rules_change import NewRule

NEEDS = {f"need_{need.value}": need for need in Need}
"""Column -> what it asks for; `yes` where the rule does."""
COLUMNS: tuple[str, ...] = (
    *("replaces", "destination", "sex", "channel", "visa", "decided_by", "minimum_age", "orientation_days"),
    *NEEDS,
    *("validity_days", "fees_taka", "fees_version", "salary_floor", "salary_currency", "group_threshold"),
    *("reference", "circular_no", "starts_on", "ends_on"),
)
"""The columns of a file of rules, in order."""
MAX_VERSION = 10_000_000
_YES = {"yes": True, "no": False}
_CURRENCY_LENGTH = 3


def read_rule(texts: Mapping[str, str]) -> NewRule | tuple[Fault, ...]:
    """The rule that a row describes, or everything that is wrong with it, at most one fault a field."""
    read = FieldReader(texts, missing_characters=lambda _text: "")
    rule = NewRule(
        key=_key(read),
        terms=_terms(read, texts),
        starts_on=read.day("starts_on"),
        ends_on=read.optional_day("ends_on"),
        replaces=_optional_number(read, texts, "replaces", maximum=MAX_VERSION),
    )
    return tuple(read.faults) or rule


def row_of(version: RuleVersion) -> Mapping[str, str]:
    """The texts of a version, by which it can be read again as one that replaces it."""
    key, terms, floor = version.key, version.terms, version.terms.salary_floor
    return {
        "replaces": str(version.number),
        "destination": key.destination or ANY,
        "sex": key.sex or ANY,
        "channel": key.channel or ANY,
        "visa": key.visa or ANY,
        "decided_by": terms.decided_by,
        "minimum_age": str(terms.minimum_age),
        "orientation_days": str(terms.orientation_days),
        **{column: "yes" if need in terms.needs else "no" for column, need in NEEDS.items()},
        "validity_days": str(terms.validity_days),
        "fees_taka": str(terms.fees_taka),
        "fees_version": terms.fees_version,
        "salary_floor": str(floor.amount) if floor else "",
        "salary_currency": floor.currency if floor else "",
        "group_threshold": str(terms.group_threshold),
        "reference": terms.reference,
        "circular_no": terms.circular_no or "",
        "starts_on": version.starts_on.isoformat(),
        "ends_on": version.ends_on.isoformat() if version.ends_on else "",
    }


def as_csv(versions: Iterable[RuleVersion]) -> str:
    """A file of rules, with a byte-order mark so that spreadsheets read the Bengali in it."""
    file = io.StringIO()
    writer = csv.DictWriter(file, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(row_of(version) for version in versions)
    return "\ufeff" + file.getvalue()


def _key(read: FieldReader) -> RuleKey:
    anybody = {ANY: None}
    countries: Mapping[str, str | None] = {**anybody, **{code: code for code in COUNTRIES}}
    sexes: Mapping[str, Sex | None] = {**anybody, **{sex.value: sex for sex in Sex}}
    channels: Mapping[str, Channel | None] = {**anybody, **{channel.value: channel for channel in Channel}}
    visas: Mapping[str, VisaKind | None] = {**anybody, **{kind.value: kind for kind in VisaKind}}
    return RuleKey(
        destination=read.optional_choice("destination", countries, default=None),
        sex=read.optional_choice("sex", sexes, default=None),
        channel=read.optional_choice("channel", channels, default=None),
        visa=read.optional_choice("visa", visas, default=None),
    )


def _terms(read: FieldReader, texts: Mapping[str, str]) -> RuleTerms:
    asked = {need for column, need in NEEDS.items() if read.optional_choice(column, _YES, default=False)}
    threshold = _optional_number(read, texts, "group_threshold", maximum=10_000)
    return RuleTerms(
        decided_by=read.choice("decided_by", {decider.value: decider for decider in Decider}),
        minimum_age=read.number("minimum_age", minimum=14, maximum=70),
        orientation_days=read.number("orientation_days", minimum=0, maximum=30),
        needs=frozenset(asked),
        validity_days=read.number("validity_days", minimum=1, maximum=1_000),
        fees_taka=read.number("fees_taka", minimum=0, maximum=1_000_000),
        fees_version=read.optional_note("fees_version", limit=200) or _missing(read, "fees_version"),
        salary_floor=_floor(read, texts),
        group_threshold=GROUP_THRESHOLD if threshold is None else threshold,
        reference=read.optional_note("reference", limit=400) or _missing(read, "reference"),
        circular_no=read.optional_note("circular_no", limit=200),
    )


def _floor(read: FieldReader, texts: Mapping[str, str]) -> SalaryFloor | None:
    amount = _optional_number(read, texts, "salary_floor", maximum=100_000_000)
    currency = read.optional_code("salary_currency", limit=_CURRENCY_LENGTH)
    if not read.together(("salary_floor", "salary_currency")) or amount is None or currency is None:
        return None
    return SalaryFloor(amount=amount, currency=currency)


def _optional_number(read: FieldReader, texts: Mapping[str, str], name: str, *, maximum: int) -> int | None:
    return read.number(name, minimum=1, maximum=maximum) if texts.get(name, "").strip() else None


def _missing(read: FieldReader, name: str) -> str:
    read.refuse(name, FaultKind.REQUIRED)
    return ""
