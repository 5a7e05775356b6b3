"""What a step of the schema may do to a table of millions of rows, from 0015 on (docs/adr/0122)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from clearance.storage.schema import MIGRATIONS
from clearance.storage.tables import metadata

LAST_WITHOUT_RULES = "0014"
LARGE = frozenset(
    {
        "acts",
        "applications",
        "audit_log",
        "batch_rows",
        "clearances",
        "deliveries",
        "departures",
        "desk_rows",
        "earlier_passports",
        "lookups",
        "signatures",
        "signing_intents",
    }
)
"""They grow with every person."""
REFUSED = {
    "create_foreign_key": "looks through every row; add it NOT VALID and validate it in the version after",
    "create_check_constraint": "looks through every row; add it NOT VALID and validate it in the version after",
    "create_unique_constraint": "locks the table while it makes an index; use gently.create_index(unique=True)",
    "create_index": "locks the table while it is made; use gently.create_index",
    "drop_index": "waits for every reader; use postgresql_concurrently in an autocommit_block",
    "batch_alter_table": "copies the table in SQLite and hides what it does elsewhere; name the changes one by one",
    "rename_table": "breaks the programs of the version before, which still run",
    "drop_column": "breaks the programs of the version before; drop it in the version after",
}
WORDS = ("UPDATE ", "DELETE ", "LOCK ", "ALTER TABLE ", "CREATE INDEX ON ", "CLUSTER ", "VACUUM ")


def faults_of(source: str) -> list[str]:
    """What a step does that would keep people waiting; empty where there is nothing to say against it."""
    return [fault for call in ast.walk(ast.parse(source)) if isinstance(call, ast.Call) for fault in _faults(call)]


def _faults(call: ast.Call) -> Iterator[str]:
    if not isinstance(call.func, ast.Attribute) or not isinstance(call.func.value, ast.Name):
        return
    if call.func.value.id != "op":
        return
    does, texts = call.func.attr, [each.value for each in call.args if isinstance(each, ast.Constant)]
    said = {each.arg: each.value for each in call.keywords}
    if does == "execute":
        yield from _of_statement(" ".join(_texts_in(call)))
    concerned = LARGE & {text for text in texts if isinstance(text, str)}
    if not concerned:
        return
    if does in REFUSED and "postgresql_not_valid" not in said:
        yield f"{does}({', '.join(concerned)}): {REFUSED[does]}"
    if does == "add_column" and _demands_a_value(call):
        yield "add_column: a column that must have a value needs a server_default that is a constant"
    if does == "alter_column" and "type_" in said:
        yield "alter_column: another type may write every row anew; add a column beside it"
    if does == "alter_column" and _is(said.get("nullable"), value=False):
        yield "alter_column: NOT NULL looks through every row under a lock that keeps everybody out"


def _of_statement(statement: str) -> Iterator[str]:
    for word in WORDS:
        for table in LARGE:
            if word in statement.upper() and f"{table} " in f"{statement} ".replace("\n", " "):
                yield f"execute({word.strip()} ... {table}): rows are filled in by a chore, in pieces"


def _texts_in(call: ast.Call) -> Iterator[str]:
    for part in ast.walk(call):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def _demands_a_value(call: ast.Call) -> bool:
    said = {each.arg: each.value for part in call.args if isinstance(part, ast.Call) for each in part.keywords}
    if not _is(said.get("nullable"), value=False):
        return False
    default = said.get("server_default")
    return not (isinstance(default, ast.Constant) and isinstance(default.value, str))


def _is(node: ast.expr | None, *, value: bool) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


STEPS = [
    path
    for path in sorted((MIGRATIONS / "versions").glob("[0-9]*_*.py"))
    if path.name[: len(LAST_WITHOUT_RULES)] > LAST_WITHOUT_RULES
]


def test_no_step_keeps_people_waiting() -> None:
    found = {path.name: faults for path in STEPS if (faults := faults_of(path.read_text(encoding="utf-8")))}
    assert found == {}


def test_the_large_tables_are_tables() -> None:
    assert metadata.tables.keys() >= LARGE


def test_the_older_steps_would_have_been_told(root: Path) -> None:
    """The rules see something: those that were written before there were any rows did what is refused now."""
    older = (MIGRATIONS / "versions" / "0008_oversight.py").read_text(encoding="utf-8")
    assert any("ix_audit_log" in fault or "create_index" in fault for fault in faults_of(older))


@pytest.mark.parametrize(
    "refused",
    [
        'op.create_index("ix", "clearances", ["grade"])',
        'op.create_index("ix", "clearances", ["grade"], unique=True)',
        'op.add_column("applications", sa.Column("x", sa.Integer(), nullable=False))',
        'op.add_column("applications", sa.Column("x", sa.Integer(), nullable=False, server_default=sa.func.random()))',
        'op.alter_column("acts", "reason", type_=sa.Integer())',
        'op.alter_column("acts", "reason", nullable=False)',
        'op.create_check_constraint("ck", "clearances", "status < 9")',
        'op.create_foreign_key("fk", "desk_rows", "desks", ["desk_id"], ["id"])',
        'op.create_unique_constraint("uq", "departures", ["nonce"])',
        'op.drop_column("clearances", "grade")',
        'with op.batch_alter_table("clearances") as batch: pass',
        'op.execute("UPDATE clearances SET grade = NULL")',
        'op.execute(sa.text("delete from lookups where at < now()"))',
        'op.execute("ALTER TABLE clearances ALTER COLUMN status TYPE bigint")',
    ],
)
def test_it_is_refused_to(refused: str) -> None:
    assert len(faults_of(refused)) == 1


@pytest.mark.parametrize(
    "good",
    [
        'op.create_table("news", sa.Column("x", sa.Integer(), nullable=False))',
        'op.create_index("ix_news_x", "news", ["x"])',
        'gently.create_index("ix", "clearances", ["grade"])',
        'op.add_column("applications", sa.Column("x", sa.Integer(), nullable=True))',
        'op.add_column("applications", sa.Column("x", sa.Integer(), nullable=False, server_default="0"))',
        'op.create_check_constraint("ck", "clearances", "status < 9", postgresql_not_valid=True)',
        'op.alter_column("offices", "name_en", nullable=False)',
        'op.execute("UPDATE offices SET name_bn = NULL")',
    ],
)
def test_it_is_well_to(good: str) -> None:
    assert faults_of(good) == []
