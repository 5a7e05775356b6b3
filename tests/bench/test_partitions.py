"""Whether it pays to keep the rows of desks in a table for each year: what goes, and what is asked for most.

The same rows over five years in one table and in five partitions, on PostgreSQL, with the indexes of `desk_rows`. A
partition cannot keep `nonce` unique without the year beside it.
"""

import os
import statistics
import time

import psycopg
import pytest

from tests.stack.postgresql import cluster

ROWS = int(os.environ.get("PARTITIONED_ROWS", "1000000"))
YEARS = range(2022, 2027)
ASKED = 2_000

COLUMNS = (
    "number bigint, nonce varchar(64) NOT NULL, desk_id varchar(12) NOT NULL, at timestamp NOT NULL,"
    " clearance_no varchar(40), columns text NOT NULL"
)
ROWS_OF_DESKS = (
    "SELECT n, md5(n::text) || md5('x' || n), 'DESK' || n %% 100,"
    " timestamp '2022-01-01' + n * (interval '5 years' / %(n)s),"
    " 'BMET-2026-' || lpad((n * 7919 %% %(n)s)::text, 11, '0'), repeat('x', 400) FROM generate_series(0, %(n)s - 1) n"
)
BY_NONCE = "SELECT desk_id FROM {table} WHERE nonce = md5(%(n)s::text) || md5('x' || %(n)s)"
BY_CARD = "SELECT at FROM {table} WHERE clearance_no = 'BMET-2026-' || lpad(%(n)s::text, 11, '0')"


@pytest.mark.bench
@pytest.mark.timeout(1800)
def test_a_year_of_desk_rows_goes_from_one_table_and_from_partitions() -> None:
    with (
        cluster(settings=["max_wal_size=4GB"]) as server,
        psycopg.connect(server.conninfo, autocommit=True) as database,
    ):
        _make(database)
        print(f"\n{ROWS:,} rows over {len(YEARS)} years")
        for title, question in (("by nonce", BY_NONCE), ("by clearance", BY_CARD)):
            one, many = (_median_us(database, question.format(table=table)) for table in ("whole", "parted"))
            print(f"{title:<16} one table {one:.0f} us, partitions {many:.0f} us: {many / one:.2f} times")
        deleted = _seconds(database, "DELETE FROM whole WHERE at < '2023-01-01'")
        vacuumed = _seconds(database, "VACUUM whole")
        dropped = _seconds(database, "DROP TABLE parted_2022")
        print(f"a year goes      DELETE {deleted:.2f} s, VACUUM {vacuumed:.2f} s; DROP {dropped * 1000:.0f} ms")


def _make(database: psycopg.Connection) -> None:
    database.execute(f"CREATE TABLE whole ({COLUMNS}, PRIMARY KEY (number), UNIQUE (nonce))".encode())
    keys = "PRIMARY KEY (number, at), UNIQUE (nonce, at)"
    database.execute(f"CREATE TABLE parted ({COLUMNS}, {keys}) PARTITION BY RANGE (at)".encode())
    for year in YEARS:
        bounds = f"FOR VALUES FROM ('{year}-01-01') TO ('{year + 1}-01-01')"
        database.execute(f"CREATE TABLE parted_{year} PARTITION OF parted {bounds}".encode())
    for table in ("whole", "parted"):
        database.execute(f"INSERT INTO {table} {ROWS_OF_DESKS}".encode(), {"n": ROWS})
        database.execute(f"CREATE INDEX ON {table} (clearance_no)".encode())
        database.execute(f"CREATE INDEX ON {table} (at, desk_id)".encode())
    database.execute("VACUUM ANALYZE")


def _median_us(database: psycopg.Connection, question: str) -> float:
    took = []
    for number in range(ASKED):
        began = time.perf_counter()
        database.execute(question.encode(), {"n": str(number * 7919 % ROWS)}).fetchall()
        took.append((time.perf_counter() - began) * 1e6)
    return statistics.median(took)


def _seconds(database: psycopg.Connection, statement: str) -> float:
    began = time.perf_counter()
    database.execute(statement.encode())
    return time.perf_counter() - began
