"""The file of cards in force: found by passport, useless without the desk's token."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from clearance.credential.qrtext import unpack
from tests.unit.desk.bureau import CLAIMS, NOW, Bureau
from verifier.cards import CardFile

TOKEN = "DSK-00000000-" + "A" * 32
OTHER = "DSK-00000000-" + "B" * 32


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Bureau:
    return Bureau(tmp_path_factory.mktemp("bureau") / "keys")


@pytest.fixture
def file(tmp_path: Path) -> CardFile:
    return CardFile(tmp_path / "cards.db", token=lambda: TOKEN)


def keep(file: CardFile, *texts: str, cursor: str = "1-A", at: int | None = NOW) -> None:
    file.keep([unpack(text) for text in texts], issuer=CLAIMS.issuer, cursor=cursor, at=at)


def test_a_card_is_found_by_the_passport_it_names_and_by_the_one_before(file: CardFile, bureau: Bureau) -> None:
    card = bureau.card(passport_no="B12345678", previous_passport_no="A00000009")
    keep(file, card, bureau.card(passport_no="C12345678"))
    assert file.find("B12345678") == file.find("A00000009") == (card,)
    assert file.find("B12345679") == ()


def test_of_several_cards_the_one_that_runs_longest_comes_first(file: CardFile, bureau: Bureau) -> None:
    short = bureau.card(clearance_no="BMET-2026-SHORT", expires_at=NOW + 1000)
    long = bureau.card(clearance_no="BMET-2026-LONG", expires_at=NOW + 2000)
    keep(file, short, long)
    assert file.find(CLAIMS.passport_no) == (long, short)


def test_the_same_card_sent_again_is_one_card(file: CardFile, bureau: Bureau) -> None:
    card = bureau.card()
    keep(file, card)
    keep(file, card)
    assert file.find(CLAIMS.passport_no) == (card,)


def test_cards_that_ran_out_leave_the_file_when_it_is_complete(file: CardFile, bureau: Bureau) -> None:
    card = bureau.card(expires_at=NOW + 1000)
    keep(file, card, at=NOW + 1001)
    assert file.find(CLAIMS.passport_no) == ()


def test_it_says_where_to_go_on_and_when_it_was_complete(file: CardFile, bureau: Bureau) -> None:
    assert (file.cursor(), file.heard_at()) == ("", None)
    keep(file, bureau.card(), cursor="5-X", at=None)
    assert (file.cursor(), file.heard_at()) == ("5-X", None)
    keep(file, cursor="6-Y", at=NOW)
    keep(file, cursor="7-Z", at=None)
    assert (file.cursor(), file.heard_at()) == ("7-Z", NOW)


def test_what_is_no_credential_of_this_issuer_is_left_out(file: CardFile, bureau: Bureau) -> None:
    file.keep([b"junk", unpack(bureau.card())], issuer="elsewhere", cursor="1-A", at=NOW)
    assert file.find(CLAIMS.passport_no) == ()


def test_nobody_is_named_on_the_disk(tmp_path: Path, file: CardFile, bureau: Bureau) -> None:
    keep(file, bureau.card())
    written = b"".join(path.read_bytes() for path in tmp_path.glob("cards.db*"))
    for secret in (CLAIMS.passport_no, CLAIMS.full_name, CLAIMS.clearance_no, "Al Madina", TOKEN):
        assert secret.encode() not in written
    assert unpack(bureau.card())[:40] not in written


def test_with_another_token_nothing_is_found_and_everything_is_asked_for_again(
    tmp_path: Path, file: CardFile, bureau: Bureau
) -> None:
    keep(file, bureau.card(), cursor="5-X")
    stolen = CardFile(tmp_path / "cards.db", token=lambda: OTHER)
    assert stolen.find(CLAIMS.passport_no) == ()
    assert stolen.cursor() == ""


def test_a_card_put_under_another_passport_is_not_found_there(tmp_path: Path, file: CardFile, bureau: Bureau) -> None:
    keep(file, bureau.card(passport_no="B12345678"), bureau.card(passport_no="C12345678"))
    with closing(sqlite3.connect(tmp_path / "cards.db")) as db:
        (one, mine), (_, other) = db.execute("SELECT person, sealed FROM card").fetchall()
        assert mine != other
        db.execute("UPDATE card SET sealed = ? WHERE person = ?", (other, one))
        db.commit()
    found = {file.find("B12345678"), file.find("C12345678")}
    assert () in found
    assert len(found) == 2


def test_a_desk_that_is_not_enrolled_has_no_file(tmp_path: Path) -> None:
    file = CardFile(tmp_path / "cards.db", token=lambda: None)
    assert file.find(CLAIMS.passport_no) == ()
    assert file.heard_at() is None
    assert not (tmp_path / "cards.db").exists()
