"""What the database itself refuses about permits and the cards on them, whatever program or hand writes to it.

A card takes a place of its permit in the statement that stores it; no other statement can move the count, and only a
consented proposal moves the limit (docs/adr/0076). One list of guards, said in the words of each database.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

DHAKA_DAY = {
    "sqlite": "date(NEW.issued_at, '+6 hours')",
    "postgresql": "CAST(NEW.issued_at + interval '6 hours' AS date)",
}
"""The day of issue in Dhaka, of a moment kept as UTC."""
SAME = {"sqlite": "IS", "postgresql": "IS NOT DISTINCT FROM"}
COUNTED = "(SELECT count(*) FROM clearances c WHERE c.permit_no = NEW.number AND c.place_of IS NULL)"


class Before(StrEnum):
    """The statement that a guard looks at."""

    INSERT = "INSERT"
    UPDATE = "UPDATE"
    DELETE = "DELETE"


@dataclass(frozen=True, kw_only=True)
class Guard:
    """The rows of `table` for which `when` is true are refused."""

    name: str
    table: str
    before: Before
    when: str
    sentence: str


def guards(dialect: str) -> tuple[Guard, ...]:
    """Every guard, in the words of a database."""
    return (*_of_cards(dialect), *_of_permits(dialect), *_of_proposals(dialect))


def statements(dialect: str) -> Iterator[str]:
    """What makes the guards, and the trigger that takes a place with each card."""
    for guard in guards(dialect):
        yield from _sqlite(guard) if dialect == "sqlite" else _postgresql(guard)
    take = "UPDATE permits SET used = used + 1 WHERE number = NEW.permit_no"
    if dialect == "sqlite":
        yield f"CREATE TRIGGER card_takes_place AFTER INSERT ON clearances WHEN NEW.place_of IS NULL BEGIN {take}; END"
        return
    yield f"CREATE FUNCTION card_takes_place() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {take}; RETURN NULL; END $$"
    yield (
        "CREATE TRIGGER card_takes_place AFTER INSERT ON clearances FOR EACH ROW"
        " WHEN (NEW.place_of IS NULL) EXECUTE FUNCTION card_takes_place()"
    )


def _of_cards(dialect: str) -> Iterator[Guard]:
    def new(name: str, when: str, sentence: str) -> Guard:
        return Guard(name=name, table="clearances", before=Before.INSERT, when=when, sentence=sentence)

    case = "FROM applications a WHERE a.reference = NEW.application_reference"
    yield new(
        "card_names_its_case",
        f"NOT EXISTS (SELECT 1 {case} AND a.permit_no = NEW.permit_no AND a.destination = NEW.destination"
        " AND a.visa_no = NEW.visa_no)",
        "a card has the permit, destination and visa of its case",
    )
    yield new(
        "card_on_own_permit",
        "NOT EXISTS (SELECT 1 FROM permits p JOIN applications a ON a.reference = NEW.application_reference"  # noqa: S608
        " WHERE p.number = NEW.permit_no AND p.destination = NEW.destination"
        f" AND p.licence_no {SAME[dialect]} a.licence_no)",
        "the permit is for another agency or destination",
    )
    yield new(
        "card_within_permit",
        "NEW.place_of IS NULL AND NOT EXISTS (SELECT 1 FROM permits p WHERE p.number = NEW.permit_no"  # noqa: S608
        f" AND {DHAKA_DAY[dialect]} BETWEEN p.valid_from AND p.valid_until)",
        "the permit is not in force on the day of issue",
    )
    yield new(
        "card_takes_over_once",
        "NEW.place_of IS NOT NULL AND NOT EXISTS (SELECT 1 FROM clearances c WHERE c.clearance_no = NEW.place_of"
        " AND c.permit_no = NEW.permit_no AND c.status = 3)",
        "only a superseded card of the same permit leaves its place to another",
    )
    fixed = ("clearance_no", "application_reference", "issued_at", "permit_no", "destination", "visa_no", "place_of")
    yield Guard(
        name="card_keeps_its_place",
        table="clearances",
        before=Before.UPDATE,
        when=f"{_changed(dialect, fixed)} OR (OLD.status IN (1, 3) AND NEW.status IN (0, 2))",
        sentence="a card keeps its case and permit, and none that was taken back or replaced comes back",
    )
    yield _no_delete("clearances")


def _of_permits(dialect: str) -> Iterator[Guard]:
    yield Guard(
        name="permit_starts_unused",
        table="permits",
        before=Before.INSERT,
        # A statement that replaces a row deletes it first, and tells nobody.
        when="NEW.used_before IS NULL OR NEW.used <> NEW.used_before"  # noqa: S608
        " OR EXISTS (SELECT 1 FROM permits p WHERE p.number = NEW.number)"
        f" OR {COUNTED} > 0",
        sentence="a permit starts without cards",
    )
    fixed = ("number", "licence_no", "destination", "valid_from", "valid_until", "used_before")
    yield Guard(
        name="permit_stays_itself",
        table="permits",
        before=Before.UPDATE,
        when=_changed(dialect, fixed),
        sentence="a permit keeps its number, agency, destination and days",
    )
    yield Guard(
        name="permit_is_counted",
        table="permits",
        before=Before.UPDATE,
        when=f"NEW.used <> NEW.used_before + {COUNTED}",
        sentence="the used places are counted from the cards",
    )
    yield Guard(
        name="permit_limit_by_consent",
        table="permits",
        before=Before.UPDATE,
        when="NEW.places <> OLD.places AND NOT EXISTS (SELECT 1 FROM permit_changes c WHERE c.permit_no = NEW.number"
        " AND c.places_before = OLD.places AND c.places = NEW.places AND c.state = 'consented')",
        sentence="the limit changes by a consented proposal only",
    )
    yield _no_delete("permits")


def _of_proposals(dialect: str) -> Iterator[Guard]:
    proposed = ("number", "proposed_by", "proposed_at", "proposed_device", "proposed_reason")
    change = ("permit_no", "places_before", "places", "letter_no")
    rule = (
        *("destination", "sex", "channel", "visa", "decided_by", "minimum_age", "orientation_days", "needs"),
        *("validity_days", "fees_taka", "fees_version", "salary_floor", "salary_currency", "group_threshold"),
        *("reference", "circular_no", "starts_on", "ends_on", "replaces"),
    )
    for table, content in (("permit_changes", change), ("rules", rule)):
        yield Guard(
            name=f"{table}_settled_once",
            table=table,
            before=Before.UPDATE,
            when=f"OLD.state <> 'proposed' OR {_changed(dialect, (*proposed, *content))}",
            sentence="a proposal is settled once and never edited",
        )
        yield _no_delete(table)


def _changed(dialect: str, columns: tuple[str, ...]) -> str:
    return "(" + " OR ".join(f"NOT (NEW.{column} {SAME[dialect]} OLD.{column})" for column in columns) + ")"


def _no_delete(table: str) -> Guard:
    return Guard(
        name=f"{table}_no_delete", table=table, before=Before.DELETE, when="1 = 1", sentence=f"no row of {table} goes"
    )


def _sqlite(guard: Guard) -> Iterator[str]:
    yield (
        f"CREATE TRIGGER {guard.name} BEFORE {guard.before} ON {guard.table} WHEN {guard.when}"
        f" BEGIN SELECT RAISE(ABORT, '{guard.sentence}'); END"
    )


def _postgresql(guard: Guard) -> Iterator[str]:
    row = "OLD" if guard.before is Before.DELETE else "NEW"
    yield (
        f"CREATE FUNCTION {guard.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {guard.when} THEN"
        f" RAISE EXCEPTION '{guard.sentence}' USING ERRCODE = 'check_violation'; END IF; RETURN {row}; END $$"
    )
    yield (
        f"CREATE TRIGGER {guard.name} BEFORE {guard.before} ON {guard.table}"
        f" FOR EACH ROW EXECUTE FUNCTION {guard.name}()"
    )
