"""What is sealed: read by nobody without the key, refused when changed or moved, and sealed anew when keys change."""

import os
import stat
from base64 import b64encode
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import JSON, LargeBinary, Text, create_engine, select, text
from sqlalchemy.dialects import sqlite

from clearance.domain.person import NextOfKin
from clearance.issuing.ports import Unreadable
from clearance.storage.database import SqlDatabase
from clearance.storage.documents import DocumentDirectory
from clearance.storage.exchange import TABLES
from clearance.storage.record_keys import KeysLacking
from clearance.storage.resealing import SEALED, reseal
from clearance.storage.sealed import Sealed, open_with
from clearance.storage.sealed_documents import DocumentSeal
from clearance.storage.sealing import (
    KeyFileRefused,
    KeyLacking,
    RecordKeys,
    add_key,
    keep_newest_key,
    keys_in,
    make_keys,
)
from clearance.storage.tables import applications
from tests.fakes.office import draft, open_office
from tests.fakes.records_keys import KEY, KEYS, SEAL
from tests.fakes.sqlite import sqlite_database

OTHER = RecordKeys(lambda: [b"o" * 32])
KIN = NextOfKin(name="Rahima Khatun", relation="mother", phone="+8801712345678")


@given(st.text() | st.none())
def test_a_text_comes_back_and_is_not_what_lies_there(value: str | None) -> None:
    there, back = round_trip(Sealed("t.c"), value)
    assert back == value
    assert (there is None) == (value is None)
    assert not value or len(value) < 4 or value not in str(there)


@given(st.dictionaries(st.text(), st.integers() | st.text()) | st.lists(st.text()))
def test_json_comes_back_with_its_kinds(value: object) -> None:
    assert round_trip(Sealed("t.c", JSON()), value)[1] == value


@given(st.binary())
def test_bytes_come_back(value: bytes) -> None:
    assert round_trip(Sealed("t.c", LargeBinary()), value)[1] == value


def round_trip(kind: Sealed, value: object) -> tuple[object, object]:
    dialect = sqlite.dialect()
    open_with(dialect, KEYS)
    there = kind.process_bind_param(value, dialect)
    return there, kind.process_result_value(there, dialect)


def test_what_is_sealed_for_one_place_opens_in_no_other() -> None:
    sealed = KEYS.seal(b"+8801712345678", place="applications.mobile")
    assert KEYS.open(sealed, place="applications.mobile") == b"+8801712345678"
    with pytest.raises(Unreadable, match="kin_phone"):
        KEYS.open(sealed, place="applications.kin_phone")


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_no_byte_of_what_is_sealed_can_be_changed(where: int, by: int) -> None:
    sealed = bytearray(KEYS.seal(b"Rahima Khatun", place="t.c"))
    sealed[3 + where % (len(sealed) - 3)] ^= by
    with pytest.raises(Unreadable):
        KEYS.open(bytes(sealed), place="t.c")


def test_without_the_right_key_nothing_opens_and_the_message_names_no_content() -> None:
    sealed = KEYS.seal(b"Rahima Khatun", place="t.c")
    with pytest.raises(KeyLacking) as lacking:
        OTHER.open(sealed, place="t.c")
    assert "Rahima" not in str(lacking.value)


def test_what_was_there_before_there_were_keys_is_read_as_it_is() -> None:
    dialect = sqlite.dialect()
    open_with(dialect, KEYS)
    assert Sealed("t.c").process_result_value("plain", dialect) == "plain"
    assert Sealed("t.c", JSON()).process_result_value({"a": 1}, dialect) == {"a": 1}
    assert Sealed("t.c", LargeBinary()).process_result_value(b"\xd2\x84", dialect) == b"\xd2\x84"


def test_every_sealed_column_is_sealed_for_itself_and_none_is_searched_or_indexed() -> None:
    for name, table in TABLES.items():
        for column in table.columns:
            if isinstance(column.type, Sealed):
                assert column.type.place == f"{name}.{column.name}"
                assert not column.primary_key
                assert not column.foreign_keys
        for index in table.indexes:
            assert not any(isinstance(column.type, Sealed) for column in index.columns)
    with pytest.raises(TypeError, match="cannot be searched"):
        select(applications).where(applications.c.kin_name == "Rahima Khatun")
    applications.c.kin_name.is_(None)


def test_a_database_opened_without_keys_gives_out_nothing_sealed(tmp_path: Path) -> None:
    with sqlite_database(tmp_path) as database:
        reference = open_office(database).enter().reference
        blind = SqlDatabase(f"sqlite:///{tmp_path / 'clearance.db'}")
        with blind.read() as work:
            assert work.staff.all()
            with pytest.raises(Unreadable):
                work.applications.get(reference)
        blind.close()


def test_a_value_that_was_changed_in_the_database_is_told(tmp_path: Path) -> None:
    with sqlite_database(tmp_path) as database:
        reference = open_office(database).enter().reference
        with database.rows() as connection:
            connection.execute(text("UPDATE applications SET employer = occupation_en"))
        with database.read() as work, pytest.raises(Unreadable, match="employer"):
            work.applications.get(reference)


def test_the_file_of_keys_is_for_its_owner_and_made_once(tmp_path: Path) -> None:
    path = tmp_path / "records.key"
    make_keys(path)
    before = path.read_bytes()
    make_keys(path)
    assert path.read_bytes() == before
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"", b"# nothing\n", b"not base64!\n", b64encode(b"short") + b"\n", b"\xff\xfe"])
def test_a_file_that_holds_no_key_is_refused_and_not_quoted(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "records.key").write_bytes(content)
    with pytest.raises(KeyFileRefused) as refused:
        add_key(tmp_path / "records.key")
    assert b64encode(b"short").decode() not in str(refused.value)
    with pytest.raises(KeyLacking):
        keys_in(tmp_path / "records.key").seal(b"", place="t.c")


def test_a_program_that_runs_on_goes_along_with_a_new_key(tmp_path: Path) -> None:
    path = tmp_path / "records.key"
    make_keys(path)
    running = keys_in(path)
    old = running.seal(b"one", place="t.c")
    made = add_key(path)
    os.utime(path, ns=(1, 1))  # the clock of a file system is coarse
    new = running.seal(b"two", place="t.c")
    assert running.ids[0] == made
    assert not running.is_newest(old)
    assert running.is_newest(new)
    assert running.open(old, place="t.c") == b"one"
    keep_newest_key(path)
    with pytest.raises(KeyLacking):
        keys_in(path).open(old, place="t.c")


def test_everything_is_sealed_anew_under_the_newest_key(tmp_path: Path) -> None:
    keys = [KEY]
    both = RecordKeys(lambda: keys, lambda: len(keys))
    documents = DocumentDirectory(tmp_path / "documents", DocumentSeal(both))
    photo = documents.put(b"portrait")
    with sqlite_database(tmp_path) as database:
        office = open_office(database)
        reference = office.enter(replace(draft(0), next_of_kin=KIN)).reference
        sent_back = office.issue(draft(1))
        with database.rows() as connection:  # as a version wrote it that sealed nothing
            connection.execute(text("UPDATE applications SET kin_name = 'Rahima Khatun'"))
            connection.execute(applications.update().values(photo_sha256=photo))
        url = f"sqlite:///{tmp_path / 'clearance.db'}"
        keys.insert(0, b"n" * 32)
        told: dict[str, int] = {}
        resealing = SqlDatabase(url, keys=both)
        reseal(resealing, both, documents, told.__setitem__)
        assert (told["applications"], told["clearances"], told["documents"]) == (2, 1, 1)
        reseal(resealing, both, documents, told.__setitem__)
        assert not any(told.values())
        resealing.close()
        newest = RecordKeys(lambda: [b"n" * 32])
        with SqlDatabase(url, keys=newest).read() as work:
            case_now = work.applications.get(reference)
            assert case_now is not None
            assert case_now.draft.next_of_kin == KIN
            assert work.clearances.get(sent_back.clearance_no) == sent_back
        assert DocumentDirectory(tmp_path / "documents", DocumentSeal(newest)).get(photo) == b"portrait"


def test_a_database_that_knows_of_a_key_asks_for_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'clearance.db'}"
    first = SqlDatabase(url, keys=KEYS)
    first.migrate()
    first.register_keys()
    other = SqlDatabase(url, keys=OTHER)
    with pytest.raises(KeysLacking, match=KEYS.ids[0]):
        other.register_keys()
    first.close()
    other.close()


def test_a_document_opens_for_no_other_name(tmp_path: Path) -> None:
    documents = DocumentDirectory(tmp_path / "documents", SEAL)
    one, two = documents.put(b"one"), documents.put(b"two")
    path = tmp_path / "documents"
    (path / two[:2] / two[2:]).write_bytes((path / one[:2] / one[2:]).read_bytes())
    with pytest.raises(KeyError):
        documents.get(two)


def test_a_document_of_before_there_were_keys_is_read_and_sealed_when_asked(tmp_path: Path) -> None:
    documents = DocumentDirectory(tmp_path / "documents", SEAL)
    name = documents.put(b"portrait")
    path = tmp_path / "documents" / name[:2] / name[2:]
    path.write_bytes(b"portrait")
    assert documents.get(name) == b"portrait"
    assert documents.reseal(name)
    assert b"portrait" not in path.read_bytes()
    assert not documents.reseal(name)
    documents.drop(name)
    documents.drop(name)
    with pytest.raises(KeyError):
        documents.get(name)


def test_a_column_that_is_no_text_keeps_its_kind_in_the_database() -> None:
    engine = create_engine("sqlite://")
    kinds = {
        f"{name}.{column}": str(TABLES[name].c[column].type.compile(engine.dialect))
        for name, columns in SEALED.items()
        for column in columns
    }
    assert kinds["clearances.token"] == "BLOB"
    assert kinds["batch_rows.texts"] == "JSON"
    assert kinds["applications.kin_name"] == str(Text().compile(engine.dialect))
