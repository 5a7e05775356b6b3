"""What is shipped for running the programs fits the programs: commands, options, settings, units, image, alerts."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import yaml

from clearance.cli import clearance
from clearance.config import Settings
from clearance.issuing import vital_signs
from tests.fakes import nginx

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("clearance-*.service"))
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "clearance"}
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
MOST_EXPOSED = 2.0
"""Of 10, as systemd counts; a unit without any hardening has 9.6."""


def commands() -> Iterator[tuple[str, list[str]]]:
    """Where each command line of ours stands, and its words behind `clearance`."""
    for unit in UNITS:
        for line in re.findall(r"(?m)^ExecStart=/opt/clearance/bin/clearance (.*)$", unit.read_text()):
            yield unit.name, line.replace("%i", "1").split()
    for name, service in OURS.items():
        yield f"compose: {name}", [str(word) for word in service["command"]]
    yield "Dockerfile", json.loads(re.findall(r"(?m)^CMD (\[.*\])$", DOCKERFILE)[-1])


@pytest.mark.parametrize(
    ("where", "words"), list(commands()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_command_line_is_one_of_ours(where: str, words: list[str]) -> None:
    context = click.Context(clearance)
    command: click.Command = clearance
    rest = list(words)
    while isinstance(command, click.Group):
        found = command.get_command(context, rest[0])
        assert found is not None, f"{where}: there is no command {rest[0]}"
        command = found
        rest = rest[1:]
    command.make_context(command.name, rest)  # raises for an option that is not known, or a value that does not fit


def test_every_setting_is_one_of_ours() -> None:
    texts = [unit.read_text() for unit in UNITS] + [DOCKERFILE, (DEPLOY / "compose.yaml").read_text()]
    named = {name for text in texts for name in re.findall(r"\bCLEARANCE_([A-Z_]+)\b", text)}
    assert {name.lower() for name in named} <= set(Settings.model_fields)
    assert {"LOG_FORMAT", "DATABASE_URL", "SIGNER", "KEY_PASSPHRASE_FILE"} <= named


@pytest.mark.parametrize("name", sorted(OURS))
def test_the_settings_of_each_container_are_taken(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in OURS[name]["environment"].items():
        monkeypatch.setenv(variable, re.sub(r"\$\{\w+:-(.*)\}", r"\1", value))
    settings = Settings.of(tmp_path)
    assert settings.url.startswith("postgresql+psycopg://")
    if name != "signer":
        assert not settings.names_key_secrets, "whoever answers strangers cannot open a key"


def test_whoever_is_given_the_records_key_is_in_its_group() -> None:
    """deploy/secrets/README.md: `records.key` is readable by group 10003."""
    given = {name for name, service in OURS.items() if "records_key" in service["secrets"]}
    assert given == set(OURS)
    assert [name for name in sorted(given) if OURS[name].get("group_add") != ["10003"]] == []


def test_the_web_can_open_the_folder_of_the_signing_services_socket() -> None:
    """Its mode in the image is that of the volume: a caller opens the folder to find the socket in it."""
    (made,) = re.findall(r"install -d -o 10002 -g 10002 -m (\d+) [^&\n]*/run/clearance-signer\b", DOCKERFILE)
    assert made == "0755"


def test_nothing_but_the_proxy_is_reached_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    outward = {name for name, network in COMPOSE["networks"].items() if not (network or {}).get("internal")}
    reaching = {name for name, service in SERVICES.items() if outward & set(service.get("networks", ()))}
    assert reaching == {"proxy", "worker"}
    assert SERVICES["signer"]["network_mode"] == SERVICES["database"]["network_mode"] == "none"


@pytest.mark.parametrize("name", sorted(OURS))
def test_our_containers_have_no_rights_that_they_do_not_need(name: str) -> None:
    service = OURS[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not service.get("privileged")
    assert ("key_passphrase" in str(service["secrets"])) is (name == "signer")


def test_every_secret_volume_and_network_that_is_used_is_declared() -> None:
    for service in SERVICES.values():
        secrets = {each if isinstance(each, str) else each["source"] for each in service.get("secrets", ())}
        assert secrets <= set(COMPOSE["secrets"])
        assert set(service.get("networks", ())) <= set(COMPOSE["networks"])
        sources = {volume.partition(":")[0] for volume in service.get("volumes", ())}
        assert {source for source in sources if not source.startswith("./")} <= set(COMPOSE["volumes"])
        assert {*service.get("depends_on", ())} <= set(SERVICES)


def test_images_are_named_without_a_registry() -> None:
    named = [service["image"] for service in SERVICES.values()] + re.findall(r"(?m)^FROM (\S+)", DOCKERFILE)
    assert not [name for name in named if "." in name.partition(":")[0].partition("/")[0]]
    for path in DEPLOY.rglob("*"):
        if path.is_file() and path.suffix in {"", ".yaml", ".conf", ".service", ".sh"}:
            assert "index-url" not in path.read_text(), path


def test_the_image_is_built_from_hashes_runs_without_rights_and_copies_what_there_is() -> None:
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    assert "--require-hashes" in DOCKERFILE
    assert re.search(r"(?m)^USER 10001:10001$", last)
    assert "HEALTHCHECK" in last
    assert "apt-get" not in DOCKERFILE
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {word for line in re.findall(r"(?m)^COPY (?!--from)(.*) \S+$", DOCKERFILE) for word in line.split()}
    assert copied <= let_in
    assert all((ROOT / name).exists() for name in copied)


def test_the_lock_of_the_image_names_everything_that_the_programs_need() -> None:
    lock = (ROOT / "requirements" / "server.lock").read_text()
    names = {name.lower().replace("_", "-") for name in re.findall(r"(?m)^([A-Za-z0-9._-]+)==", lock)}
    assert {"flask", "gunicorn", "prometheus-client", "psycopg-binary", "redis", "obstore", "setuptools"} <= names
    assert not {"pytest", "playwright", "mypy"} & names
    assert all("--hash=" in block for block in re.split(r"(?m)^(?=[A-Za-z0-9._-]+==)", lock)[1:])


@pytest.mark.bench
@pytest.mark.timeout(1800)
def test_the_image_can_be_made_in_an_empty_folder(tmp_path: Path) -> None:
    """As the Dockerfile does it, without Docker. Needs a package index; two minutes on a good line."""
    made = tmp_path / "clearance" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "clearance"], check=True)
    pip = [shutil.which("python3.11") or "python3", "-m", "pip", "--python", made, "install", "-q"]
    lock = ROOT / "requirements" / "server.lock"
    subprocess.run([*pip, "--require-hashes", "--only-binary", ":all:", "-r", lock], check=True)
    wanted = ("pyproject.toml", "setup.cfg", "README.md", "LICENSE", "clearance", "templates", "verifier")
    listing = subprocess.run(["git", "ls-files", *wanted], cwd=ROOT, check=True, capture_output=True, text=True)
    tracked = listing.stdout.split()
    for name in tracked:
        (tmp_path / "source" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / "source" / name)
    build = "from setuptools.build_meta import build_wheel; build_wheel('../wheel')"
    subprocess.run([made, "-c", build], cwd=tmp_path / "source", check=True, capture_output=True)
    subprocess.run([*pip, "--no-deps", "--no-index", *(tmp_path / "wheel").glob("*.whl")], check=True)
    said = subprocess.run([tmp_path / "clearance" / "bin" / "clearance", "serve", "--help"], check=True, cwd=tmp_path)
    assert said.returncode == 0


@pytest.fixture(scope="module")
def units(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The units with a program that is here, under the names that they are started by."""
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed (apt-get install systemd)")
    folder = tmp_path_factory.mktemp("units")
    for path in (DEPLOY / "systemd").glob("clearance-*"):
        text = path.read_text().replace("/opt/clearance/bin/clearance", "/bin/true")
        (folder / path.name.replace("@.", "@1.")).write_text(text)
        (folder / path.name).write_text(text)
    return folder


@pytest.mark.parametrize("name", [*(unit.name for unit in UNITS), "clearance-backup.timer", "clearance-doctor.timer"])
def test_systemd_takes_each_unit(units: Path, name: str) -> None:
    unit = units / name.replace("@.", "@1.")
    ended = subprocess.run(["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True)
    about_ours = [line for line in ended.stderr.splitlines() if "clearance" in line]
    assert (ended.returncode, about_ours) == (0, [])


@pytest.mark.parametrize("name", [unit.name for unit in UNITS])
def test_each_unit_exposes_little(units: Path, name: str) -> None:
    unit = units / name.replace("@.", "@1.")
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", unit]
    said = subprocess.run(command, capture_output=True, text=True).stdout
    (exposure,) = re.findall(r"Overall exposure level for \S+: ([0-9.]+)", said)
    assert float(exposure) <= MOST_EXPOSED


def test_the_signing_service_calls_nobody_and_the_web_cannot_come_near_its_keys() -> None:
    signer = (DEPLOY / "systemd" / "clearance-signer.service").read_text()
    assert "\nRestrictAddressFamilies=AF_UNIX\n" in signer
    assert "\nIPAddressDeny=any\n" in signer
    for name in ("clearance-web@.service", "clearance-worker.service"):
        unit = (DEPLOY / "systemd" / name).read_text()
        assert "\nUser=clearance\n" in unit
        assert "InaccessiblePaths=-/srv/signer/keys/private" in unit
        assert "passphrase" not in unit


def test_alerts_ask_for_metrics_that_there_are() -> None:
    rules = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yaml").read_text())["groups"][0]["rules"]
    source = Path(vital_signs.__file__).read_text() + "".join(
        (ROOT / "clearance" / name).read_text() for name in ("web/metrics.py", "probes.py")
    )
    for rule in rules:
        for name in re.findall(r"\bclearance_\w+", rule["expr"]):
            assert re.sub(r"_(total|bucket|count|sum)$", "", name) in source, f"{rule['alert']}: {name}"
        assert {"summary", "cure"} == set(rule["annotations"]), rule["alert"]


def test_nginx_takes_the_shipped_configuration(tmp_path: Path) -> None:
    program = nginx.program()
    if program is None:
        pytest.skip("nginx is not installed (apt-get install nginx-light)")
    configuration = nginx.prepare(tmp_path, port=1443, plain_port=1080, upstreams=["unix:/run/1.sock", "127.0.0.1:2"])
    command = [program, "-t", "-q", "-p", tmp_path, "-c", configuration, "-e", tmp_path / "log" / "start.log"]
    ended = subprocess.run(command, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")
