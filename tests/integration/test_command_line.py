"""`verifier check` as docs/CARD-FORMAT.md section 9 promises it to other programs."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clearance.credential.qrtext import pack, unpack
from clearance.credential.status import Status
from clearance.signing import keystore
from tests.integration.command_line import DAY, ask, claims, lines, make_keys, program, sign
from tests.unit.desk.pictures import in_view, jpeg, pdf, png, qr_image

FIELDS = [
    "outcome", "reason", "clearance_no", "passport_no", "name", "name_bn", "destination", "valid_until", "issuer",
    "kid", "status_age_s",
]  # fmt: skip
NO_QUESTIONS = [
    b"",
    b"garbage",
    b"[]",
    b"null",
    b'"text"',
    b"{}",
    b'{"text": 1}',
    b'{"text": null}',
    b'{"text": "x", "at": "yesterday"}',
    b'{"text": "x", "at": 1.5}',
    b'{"text": "x", "at": true}',
    b'{"text": "x", "at": []}',
    b'{"text": "x", "at": 1' + b"0" * 5000 + b"}",
    b'{"text": "x", "bundle": 1}',
    b'{"text": "x", "bundle": "\\u0000"}',
    b'{"text": "x", "bundle": "\\ud800"}',
    b'{"text": "x", "passport": 1}',
    b'{"text": "\\ud800\\udfff\\u0000"}',
    b'{"text": "\xff\xfe"}',
    b"\x00",
    b"[" * 100_000,
    b'{"text": "' + b"N" * 3_000_000 + b'"}',
]


@pytest.fixture(scope="module", params=["es256", "eddsa"])
def keys(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key directory of each algorithm."""
    return make_keys(tmp_path_factory.mktemp("cli") / "keys", request.param)


@pytest.fixture
def bundle(keys: Path) -> Path:
    return keys / "public"


@pytest.fixture(scope="module")
def card(keys: Path) -> str:
    return sign(keys, claims())[0]


class TestOneText:
    def test_a_good_card_passes_and_says_who_and_where(self, keys: Path, bundle: Path, card: str) -> None:
        run = program("verifier", "check", "--bundle", bundle, "--passport", "A01234567", "--json", card)
        answer = json.loads(run.stdout)
        assert run.returncode == 0
        assert list(answer) == FIELDS
        age = answer.pop("status_age_s")
        assert 0 <= age < 600
        assert answer == {
            "outcome": "pass",
            "reason": "valid",
            "clearance_no": "BMET-2026-0000000001",
            "passport_no": "A01234567",
            "name": "RAHIMA KHATUN",
            "name_bn": "রহিমা খাতুন",
            "destination": "SAU",
            "valid_until": claims()["valid_until"],
            "issuer": "bmet.gov.bd",
            "kid": keystore.load(keys).card.kid.hex(),
        }

    def test_a_tampered_card_is_refused_without_a_word_about_the_person(self, bundle: Path, card: str) -> None:
        token = unpack(card)
        tampered = pack(token.replace(b"RAHIMA", b"FATIMA"))
        run = program("verifier", "check", "--bundle", bundle, tampered)
        answer = json.loads(run.stdout)
        assert run.returncode == 1
        assert (answer["outcome"], answer["reason"]) == ("refuse", "bad_signature")
        assert answer["kid"] is not None
        assert [answer[name] for name in FIELDS[2:9]] == [None] * 7

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("", "unreadable"),
            ("garbage", "unreadable"),
            ("HC1:NCFOXN", "not_our_card"),
            ("https://bmet.gov.bd/verify", "web_link"),
            ("N" * 100_000, "unreadable"),
            ("ছাড়পত্র", "unreadable"),
        ],
    )
    def test_other_texts_are_refused_with_their_reason(self, bundle: Path, text: str, reason: str) -> None:
        run = program("verifier", "check", "--bundle", bundle, text)
        assert run.returncode == 1
        assert json.loads(run.stdout) == {**dict.fromkeys(FIELDS), "outcome": "refuse", "reason": reason}

    def test_a_text_that_looks_like_an_option_goes_after_two_dashes(self, bundle: Path) -> None:
        assert program("verifier", "check", "--bundle", bundle, "--", "-NCF").returncode == 1

    def test_a_text_with_line_ends_and_in_small_letters_is_the_same_card(self, bundle: Path, card: str) -> None:
        assert program("verifier", "check", "--bundle", bundle, f"\t{card.lower()}\r\n").returncode == 0

    def test_referrals_end_with_two(self, bundle: Path, card: str, tmp_path: Path) -> None:
        other_passport = program("verifier", "check", "--bundle", bundle, "--passport", "X99999999", card)
        no_bundle = program("verifier", "check", "--bundle", tmp_path / "nowhere", card)
        for run, reason in ((other_passport, "passport_mismatch"), (no_bundle, "trust_unusable")):
            assert run.returncode == 2
            assert json.loads(run.stdout)["reason"] == reason
        assert "root.pem" in no_bundle.stderr

    @pytest.mark.parametrize("typed", ["a01234567", "A 0123-4567", "A01234567<", "B7654321", "A০১২৩৪৫৬৭"])
    def test_the_passport_in_hand_is_forgiven_its_spelling(self, bundle: Path, card: str, typed: str) -> None:
        assert program("verifier", "check", "--bundle", bundle, "--passport", typed, card).returncode == 0

    @pytest.mark.parametrize("form", ["{0:%Y-%m-%dT%H:%M:%SZ}", "{0:%Y-%m-%dT%H:%M:%S+00:00}", "{1}"])
    def test_the_time_is_iso_or_epoch_seconds(self, bundle: Path, card: str, form: str) -> None:
        late = int(time.time()) + 400 * DAY
        at = form.format(datetime.fromtimestamp(late, UTC), late)
        run = program("verifier", "check", "--bundle", bundle, "--at", at, card)
        assert (run.returncode, json.loads(run.stdout)["reason"]) == (1, "expired")

    def test_a_card_is_valid_to_the_last_second_of_its_last_day_in_dhaka(self, bundle: Path, card: str) -> None:
        day = claims()["valid_until"]
        for at, reason in ((f"{day}T23:59:59+06:00", "status_stale"), (f"{day}T18:00:00Z", "expired")):
            run = program("verifier", "check", "--bundle", bundle, "--at", at, card)
            assert json.loads(run.stdout)["reason"] == reason

    @pytest.mark.parametrize(
        "arguments",
        [
            [],
            ["TEXT"],
            ["--bundle", "x"],
            ["--bundle", "x", "TEXT", "TEXT"],
            ["--bundle", "x", "--at", "yesterday", "TEXT"],
            ["--bundle", "x", "--at", "2026-13-01", "TEXT"],
            ["--bundle", "x", "--at", "", "TEXT"],
            ["--bundle", "x", "--nonsense", "TEXT"],
            ["--bundle", "x", "--jsonl", "-", "TEXT"],
            ["--bundle", "x", "--jsonl", "/nowhere/questions"],
            ["--bundle", "x", "--image"],
            ["--bundle"],
        ],
    )
    def test_wrong_usage_ends_with_64_and_answers_nothing(self, arguments: list[str]) -> None:
        run = program("verifier", "check", *arguments)
        assert run.returncode == 64
        assert run.stdout == ""
        assert "Error:" in run.stderr

    def test_an_unknown_command_ends_with_64(self) -> None:
        assert program("verifier", "chekc").returncode == 64

    def test_help_shows_examples(self) -> None:
        run = program("verifier", "check", "--help")
        assert run.returncode == 0
        assert "verifier check --bundle" in run.stdout


class TestLines:
    def test_answers_come_in_order_with_the_defaults_of_the_command_line(self, bundle: Path, card: str) -> None:
        now = int(time.time())
        iso = datetime.fromtimestamp(now + 400 * DAY, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        answers = ask(
            "--bundle", bundle, "--passport", "X99999999",
            questions=lines(
                {"text": card},
                {"text": card, "passport": "A01234567"},
                {"text": card, "at": now + 400 * DAY},
                {"text": card, "at": iso},
                {"text": "x"},
                {"text": card, "bundle": "/nowhere", "passport": None, "at": None},
            ),
        )  # fmt: skip
        reasons = ["passport_mismatch", "valid", "expired", "expired", "unreadable", "trust_unusable"]
        assert [answer["reason"] for answer in answers] == reasons
        assert all(list(answer) == FIELDS for answer in answers)

    def test_every_line_may_name_its_own_bundle(self, bundle: Path, card: str) -> None:
        answers = ask(questions=lines({"text": card, "bundle": str(bundle)}, {"text": card}))
        assert [answer["reason"] for answer in answers] == ["valid", "unreadable"]

    def test_a_line_that_is_no_question_is_refused_as_unreadable(self, bundle: Path, card: str) -> None:
        good = json.dumps({"text": card}).encode()
        answers = ask("--bundle", bundle, questions=b"".join(good + b"\n" + line + b"\n" for line in NO_QUESTIONS))
        refusal = {**dict.fromkeys(FIELDS), "outcome": "refuse", "reason": "unreadable"}
        assert len(answers) == 2 * len(NO_QUESTIONS)
        assert {answer["reason"] for answer in answers[::2]} == {"valid"}
        assert [line[:80] for line, answer in zip(NO_QUESTIONS, answers[1::2], strict=True) if answer != refusal] == []

    def test_the_last_line_needs_no_end(self, bundle: Path, card: str) -> None:
        answers = ask("--bundle", bundle, questions="\n" + json.dumps({"text": card}))
        assert [answer["reason"] for answer in answers] == ["unreadable", "valid"]

    def test_each_answer_is_given_before_the_next_question_is_asked(self, bundle: Path, card: str) -> None:
        command = [sys.executable, "-m", "verifier", "check", "--bundle", str(bundle), "--jsonl", "-"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            for text, reason in ((card, "valid"), ("x", "unreadable"), (card, "valid")):
                process.stdin.write(json.dumps({"text": text}) + "\n")
                process.stdin.flush()
                assert json.loads(process.stdout.readline())["reason"] == reason
            process.stdin.close()
            assert process.wait(timeout=30) == 0

    def test_output_is_plain_ascii_whatever_the_terminal_speaks(self, bundle: Path, card: str) -> None:
        run = program("verifier", "check", "--bundle", bundle, card, LC_ALL="C", PYTHONIOENCODING="ascii")
        assert run.returncode == 0
        assert run.stdout.isascii()
        assert json.loads(run.stdout)["name_bn"] == "রহিমা খাতুন"

    def test_files_that_change_between_two_lines_count(self, bundle: Path, card: str, tmp_path: Path) -> None:
        own = Path(shutil.copytree(bundle, tmp_path / "bundle"))
        command = [sys.executable, "-m", "verifier", "check", "--bundle", str(own), "--jsonl", "-"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            reasons = []
            for _ in range(2):
                process.stdin.write(json.dumps({"text": card}) + "\n")
                process.stdin.flush()
                reasons.append(json.loads(process.stdout.readline())["reason"])
                (own / "status" / "26a.cwt").unlink(missing_ok=True)
            process.stdin.close()
        assert reasons == ["valid", "status_unknown"]


class TestState:
    """Roll-backs, with and without `--state`."""

    @pytest.fixture
    def editions(self, keys: Path, tmp_path: Path) -> dict[str, Path]:
        """Bundles of one issuer: as first published, with the card revoked, and a later one that forgot it."""
        own = Path(shutil.copytree(keys, tmp_path / "keys"))
        store = keystore.load(own)
        now = int(time.time())
        editions = {"first": Path(shutil.copytree(store.public, tmp_path / "first"))}
        for name, values, at in (("revoked", {4711: Status.INVALID}, now + 5), ("forgot", {}, now + 9)):
            (store.public / "status" / "26a.cwt").unlink()
            store.publisher().publish(values, uri=store.status_uri, at=at)
            store.publisher().republish_trust(at)
            editions[name] = Path(shutil.copytree(store.public, tmp_path / name))
        return editions

    def reasons(self, card: str, editions: Sequence[Path], *arguments: object) -> list[str]:
        return [
            answer["reason"]
            for answer in ask(*arguments, questions=lines(*({"text": card, "bundle": str(each)} for each in editions)))
        ]

    def test_without_state_nothing_carries_over(self, card: str, editions: dict[str, Path]) -> None:
        order = [editions["first"], editions["revoked"], editions["forgot"], editions["first"]]
        assert self.reasons(card, order) == ["valid", "revoked", "valid", "valid"]

    def test_with_state_what_was_seen_stands(self, card: str, editions: dict[str, Path], tmp_path: Path) -> None:
        order = [editions["first"], editions["revoked"], editions["forgot"], editions["first"]]
        answers = self.reasons(card, order, "--state", tmp_path / "state")
        assert answers == ["valid", "revoked", "revoked", "trust_unusable"]

    def test_state_lasts_from_one_run_to_the_next(self, card: str, editions: dict[str, Path], tmp_path: Path) -> None:
        state = tmp_path / "state"
        statuses = [
            program("verifier", "check", "--bundle", editions[name], "--state", state, card).returncode
            for name in ("first", "revoked", "forgot", "first")
        ]
        assert statuses == [0, 1, 1, 2]

    def test_an_old_list_beside_a_new_bundle_is_stale(
        self, card: str, editions: dict[str, Path], tmp_path: Path
    ) -> None:
        mixed = Path(shutil.copytree(editions["forgot"], tmp_path / "mixed"))
        shutil.copy(editions["first"] / "status" / "26a.cwt", mixed / "status" / "26a.cwt")
        answers = self.reasons(card, [editions["forgot"], mixed], "--state", tmp_path / "state")
        assert answers == ["valid", "status_stale"]

    def test_a_damaged_state_refers_every_card(self, card: str, editions: dict[str, Path], tmp_path: Path) -> None:
        state = tmp_path / "state"
        self.reasons(card, [editions["first"]], "--state", state)
        for path in state.iterdir():
            path.write_text("{")
        assert self.reasons(card, [editions["first"]], "--state", state) == ["trust_unusable"]


class TestImages:
    @pytest.fixture
    def pictures(self, card: str, tmp_path: Path) -> dict[str, Path]:
        other = qr_image("https://bmet.gov.bd/verify")
        contents = {
            "card.png": png(in_view(qr_image(card))),
            "card.jpg": jpeg(in_view(qr_image(card))),
            "card.pdf": pdf(qr_image(card)),
            "with-a-link.png": png(in_view(qr_image(card), other)),
            "link.png": png(in_view(other)),
            "wall.png": png(in_view()),
            "garbage.png": b"garbage",
        }
        for name, content in contents.items():
            (tmp_path / name).write_bytes(content)
        return {name: tmp_path / name for name in contents}

    def test_a_card_is_found_on_pictures_and_in_a_pdf(self, bundle: Path, pictures: dict[str, Path]) -> None:
        names = ["card.png", "card.jpg", "card.pdf", "with-a-link.png"]
        run = program("verifier", "check", "--bundle", bundle, "--image", *(pictures[name] for name in names))
        assert [json.loads(line)["reason"] for line in run.stdout.splitlines()] == ["valid"] * 4
        assert run.returncode == 0

    @pytest.mark.parametrize(
        ("name", "reason", "said"),
        [
            ("link.png", "web_link", ""),
            ("wall.png", "unreadable", "no QR symbol"),
            ("garbage.png", "unreadable", "not an image"),
            ("missing.png", "unreadable", "No such file"),
        ],
    )
    def test_what_shows_no_card_is_refused_and_says_why(
        self, bundle: Path, pictures: dict[str, Path], tmp_path: Path, name: str, reason: str, said: str
    ) -> None:
        run = program("verifier", "check", "--bundle", bundle, "--image", tmp_path / name)
        assert (run.returncode, json.loads(run.stdout)["reason"]) == (1, reason)
        assert said in run.stderr

    def test_of_several_pictures_the_strictest_sets_the_exit_status(
        self, bundle: Path, pictures: dict[str, Path]
    ) -> None:
        files = [pictures["card.png"], pictures["link.png"], pictures["card.pdf"]]
        run = program("verifier", "check", "--bundle", bundle, "--image", *files)
        assert [json.loads(line)["reason"] for line in run.stdout.splitlines()] == ["valid", "web_link", "valid"]
        assert run.returncode == 1


def test_without_a_command_the_desk_is_started(tmp_path: Path) -> None:
    for arguments in ([], ["run"]):
        run = program("verifier", *arguments, VERIFIER_HOME=str(tmp_path / "desk"), VERIFIER_PORT="0")
        assert run.returncode == 1
        assert "root.pem" in run.stderr
    assert program("verifier", "run", "--issuer", "ftp://bmet").returncode == 64


def test_a_reader_that_goes_away_ends_the_check_quietly(bundle: Path, card: str) -> None:
    command = [sys.executable, "-m", "verifier", "check", "--bundle", str(bundle), "--jsonl", "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        process.stdin.write(lines(*[{"text": card}] * 10).encode())
        process.stdin.close()
        assert process.wait(timeout=30) == 1
        assert process.stderr.read() == b""


def test_the_check_starts_without_the_libraries_of_pages_and_pictures(bundle: Path, card: str) -> None:
    heavy = {"flask", "PIL", "zxingcpp", "pypdfium2", "babel", "waitress", "sqlite3"}
    code = (
        "import sys; from verifier.__main__ import main\n"
        f"try: main()\nfinally: print(sorted({heavy} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code, "check", "--bundle", str(bundle), card]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0
    assert run.stdout.splitlines()[-1] == "[]"
