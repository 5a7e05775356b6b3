"""`clearance keys init` and `clearance credential sign`: what they make, and what they refuse to make."""

import os
import pty
import shutil
import sys
import unicodedata
from pathlib import Path

import pytest

from tests.integration.command_line import ask, claims, lines, make_keys, program, sign

PASSPHRASE = "correct horse battery staple"


@pytest.fixture(scope="module", params=["es256", "eddsa"])
def keys(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key directory of each algorithm."""
    return make_keys(tmp_path_factory.mktemp("cli") / "keys", request.param)


@pytest.fixture
def bundle(keys: Path) -> Path:
    return keys / "public"


class TestSigning:
    def test_texts_come_in_order_and_say_what_the_lines_said(self, keys: Path, bundle: Path) -> None:
        composed = "বা\u09dcি"
        texts = sign(
            keys,
            claims(passport_no="A00000001"),
            claims(passport_no="A00000002", name_bn=composed),
            claims(passport_no="A00000003", name_bn=None, destination="MYS"),
        )
        answers = ask("--bundle", bundle, questions=lines(*({"text": text} for text in texts)))
        assert [answer["passport_no"] for answer in answers] == ["A00000001", "A00000002", "A00000003"]
        assert answers[1]["name_bn"] == unicodedata.normalize("NFC", composed)
        assert (answers[2]["name_bn"], answers[2]["destination"]) == (None, "MYS")
        assert all(text.startswith("NCF") and text.isascii() for text in texts)

    def test_claims_may_stand_in_a_file(self, keys: Path, tmp_path: Path) -> None:
        path = tmp_path / "claims.jsonl"
        path.write_bytes(b"\xef\xbb\xbf" + lines(claims()).replace("\n", "\r\n").encode())
        run = program("clearance", "credential", "sign", "--keys", keys, "--claims", path)
        assert run.returncode == 0
        assert len(run.stdout.splitlines()) == 1

    def test_the_same_line_gives_the_same_card(self, keys: Path) -> None:
        line = claims(issued_at=1_795_000_000, valid_until="2027-06-30")
        assert len(set(sign(keys, line, line))) == 1

    def test_the_status_uri_of_a_line_counts(self, keys: Path, bundle: Path) -> None:
        (text,) = sign(keys, claims(status_uri="https://s.bmet.gov.bd/99z"))
        (answer,) = ask("--bundle", bundle, questions=lines({"text": text}))
        assert answer["reason"] == "status_unknown"

    def test_one_wrong_line_and_nothing_is_signed(self, keys: Path) -> None:
        given = lines(claims(), claims(passport_no="a1"), {"name": "X"}, claims()) + "garbage\n"
        run = program("clearance", "credential", "sign", "--keys", keys, "--claims", "-", given=given)
        assert run.returncode == 65
        assert run.stdout == ""
        assert "line 2: 'passport_no'" in run.stderr
        assert "line 3: 'birth_date' is missing" in run.stderr
        assert "line 5: not a JSON object" in run.stderr
        assert "line 1" not in run.stderr

    def test_a_line_that_is_not_utf8_is_named(self, keys: Path) -> None:
        run = program("clearance", "credential", "sign", "--keys", keys, "--claims", "-", given=b'{"name": "\xff"}\n')
        assert (run.returncode, run.stdout) == (65, "")
        assert "line 1: not UTF-8" in run.stderr

    def test_keys_that_are_not_there_are_named(self, tmp_path: Path) -> None:
        run = program(
            "clearance", "credential", "sign", "--keys", tmp_path / "none", "--claims", "-", given=lines(claims())
        )
        assert (run.returncode, run.stdout) == (66, "")
        assert "root.crt" in run.stderr

    def test_a_plain_key_that_others_can_read_signs_nothing(self, keys: Path, tmp_path: Path) -> None:
        own = Path(shutil.copytree(keys, tmp_path / "keys"))
        (own / "private" / "card.pem").chmod(0o644)
        run = program("clearance", "credential", "sign", "--keys", own, "--claims", "-", given=lines(claims()))
        assert (run.returncode, run.stdout) == (66, "")
        assert "chmod 600" in run.stderr


def typing(answers: list[str], *arguments: object) -> tuple[int, str]:
    """Run `clearance` at a terminal and type an answer at each question; exit status and what the terminal showed."""
    child, terminal = pty.fork()
    if child == 0:
        os.execve(
            sys.executable, [sys.executable, "-m", "clearance", *map(str, arguments)], {"PATH": os.environ["PATH"]}
        )
    shown = b""
    for answer in answers:
        asked = shown.count(b": ")
        while shown.count(b": ") == asked:
            shown += os.read(terminal, 1024)
        os.write(terminal, answer.encode() + b"\n")
    while True:
        try:
            shown += os.read(terminal, 1024)
        except OSError:  # Linux: the other side of the terminal was closed
            break
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), shown.decode()


class TestQuestions:
    def test_a_passphrase_is_asked_twice_when_made_and_once_when_used(self, tmp_path: Path) -> None:
        made = ["keys", "init", "--dir", tmp_path / "keys", "--organisation", "Bureau of Manpower"]
        status, shown = typing([PASSPHRASE, PASSPHRASE], *made)
        assert status == 0, shown
        (tmp_path / "claims.jsonl").write_text(lines(claims()))
        signing = ["credential", "sign", "--keys", tmp_path / "keys", "--claims", tmp_path / "claims.jsonl"]
        status, shown = typing([PASSPHRASE], *signing)
        assert status == 0, shown
        assert "NCF" in shown
        assert PASSPHRASE not in shown
        assert typing(["wrong horse battery staple"], *signing)[0] == 77


class TestCeremony:
    def test_a_used_directory_is_left_alone(self, keys: Path) -> None:
        before = {path: path.read_bytes() for path in keys.rglob("*") if path.is_file()}
        run = program("clearance", "keys", "init", "--dir", keys, "--demo")
        assert (run.returncode, run.stdout) == (73, "")
        assert "not empty" in run.stderr
        assert {path: path.read_bytes() for path in keys.rglob("*") if path.is_file()} == before

    def test_a_directory_that_cannot_be_made_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        run = program("clearance", "keys", "init", "--dir", tmp_path / "file" / "keys", "--demo")
        assert run.returncode == 73
        assert "cannot be made" in run.stderr

    @pytest.mark.parametrize("how", ["file", "file named in the environment", "environment"])
    def test_real_keys_need_their_passphrase_ever_after(self, tmp_path: Path, how: str) -> None:
        secret = tmp_path / "secret"
        secret.write_text(PASSPHRASE + "\n")
        options = ["--passphrase-file", secret] if how == "file" else []
        environment = {
            "file": {},
            "file named in the environment": {"CLEARANCE_KEY_PASSPHRASE_FILE": str(secret)},
            "environment": {"CLEARANCE_KEY_PASSPHRASE": PASSPHRASE},
        }[how]
        made = ["keys", "init", "--dir", tmp_path / "keys", "--organisation", "Bureau of Manpower"]
        run = program("clearance", *made, *options, **environment)
        assert (run.returncode, run.stderr) == (0, "")
        assert "root.pem" in run.stdout
        signing = ["credential", "sign", "--keys", tmp_path / "keys", "--claims", "-"]
        given = lines(claims())
        assert program("clearance", *signing, *options, given=given, **environment).returncode == 0
        without = program("clearance", *signing, given=given)
        wrong = program("clearance", *signing, given=given, CLEARANCE_KEY_PASSPHRASE="wrong horse battery staple")
        assert (without.returncode, wrong.returncode) == (77, 77)
        assert "no passphrase" in without.stderr
        assert "does not open" in wrong.stderr

    @pytest.mark.parametrize(
        ("options", "status", "said"),
        [
            (["--organisation", "Bureau"], 77, "passphrase"),
            ([], 64, "--organisation"),
            (["--demo", "--organisation", "Bureau"], 64, "--demo fixes"),
            (["--demo", "--country", "BD"], 64, "--demo fixes"),
            (["--organisation", "Bureau", "--country", "Bangladesh"], 64, "two capital letters"),
            (["--demo", "--status-uri", "https://s.bmet.gov.bd/"], 64, "status URI"),
            (["--demo", "--issuer", " "], 64, "issuer"),
            (["--demo", "--alg", "rs256"], 64, "rs256"),
            (["--demo", "--passphrase-file", "/nowhere/secret"], 66, "/nowhere/secret"),
        ],
    )
    def test_wrong_wishes_are_explained_and_make_nothing(
        self, tmp_path: Path, options: list[str], status: int, said: str
    ) -> None:
        run = program("clearance", "keys", "init", "--dir", tmp_path / "keys", *options)
        assert (run.returncode, run.stdout) == (status, "")
        assert said in run.stderr
        assert list(tmp_path.iterdir()) == []

    def test_a_short_passphrase_is_refused(self, tmp_path: Path) -> None:
        made = ["keys", "init", "--dir", tmp_path / "keys", "--organisation", "Bureau"]
        run = program("clearance", *made, CLEARANCE_KEY_PASSPHRASE="short")
        assert run.returncode == 77
        assert "too short" in run.stderr

    def test_help_shows_examples(self) -> None:
        for command in (["keys", "init"], ["credential", "sign"]):
            run = program("clearance", *command, "--help")
            assert run.returncode == 0
            assert "Example" in run.stdout
            assert "Exit status" in run.stdout
