"""Who may ask the signing service, and what the line bears: strangers, wrong certificates, noise, silence."""

import os
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from clearance.bootstrap import ConfigurationRefused, read_settings, signer_address
from clearance.channel import server, wire
from clearance.channel.address import AddressTaken, TlsAddress, UnixAddress, connect, listening
from clearance.channel.client import RemoteSigning
from clearance.config import SETTINGS_FILE
from clearance.issuing.component import SigningComponent
from clearance.issuing.ports import NotSigned, Trouble
from tests.fakes.channels import Authority, answering, open_folder, tls_end, tls_ends, unix_address
from tests.fakes.office import DEVICE, ISSUER, OfficeAtWork, draft, expect, open_office

NOBODY = 65534


@pytest.fixture
def office() -> OfficeAtWork:
    return open_office()


@pytest.fixture
def component(office: OfficeAtWork) -> SigningComponent:
    return SigningComponent(office.room)


def trouble_of(ask: Callable[[], object]) -> Trouble:
    with pytest.raises(NotSigned) as stopped:
        ask()
    return stopped.value.trouble


def as_nobody(act: Callable[[], None]) -> int:
    """Run in a process of another user; 0 where it did what it should."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            act()
            status = 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


needs_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")


class TestUnixSocket:
    @needs_root
    def test_another_user_is_told_that_he_may_not_ask_and_nothing_is_done(
        self, office: OfficeAtWork, component: SigningComponent
    ) -> None:
        reference = office.approve().reference
        with open_folder() as folder, answering(unix_address(folder, others=True), component) as remote:
            stranger = as_nobody(lambda: _require_stranger(remote, reference))
        assert stranger == 0
        with office.service.database.read() as work:
            assert work.intents.for_application(reference) is None

    @needs_root
    def test_another_user_who_is_named_may_ask(self, office: OfficeAtWork, component: SigningComponent) -> None:
        reference = office.approve().reference
        users = frozenset({0, NOBODY})
        with open_folder() as folder, answering(unix_address(folder, others=True), component, users=users) as remote:
            assert as_nobody(lambda: _issue(remote, reference)) == 0
        with office.service.database.read() as work:
            assert work.clearances.for_application(reference) is not None

    @needs_root
    def test_without_named_users_nobody_else_can_even_open_a_line(self, component: SigningComponent) -> None:
        with open_folder() as folder, answering(unix_address(folder), component) as remote:
            assert (folder / "signer.sock").stat().st_mode & 0o777 == 0o600
            assert as_nobody(lambda: _require_no_answer(remote)) == 0

    def test_a_socket_deep_in_folders_is_no_different(self, tmp_path: Path, component: SigningComponent) -> None:
        folder = tmp_path / ("deep" * 20) / ("deeper" * 20)
        folder.mkdir(parents=True)
        with answering(unix_address(folder), component) as remote:
            remote.state()

    def test_of_two_programs_the_second_is_refused_and_the_first_goes_on(
        self, tmp_path: Path, component: SigningComponent
    ) -> None:
        address = unix_address(tmp_path)
        with answering(address, component) as remote:
            with pytest.raises(AddressTaken, match="runs at"), listening(address):
                pass
            remote.state()

    def test_what_a_killed_program_left_behind_is_no_hindrance(
        self, tmp_path: Path, component: SigningComponent
    ) -> None:
        left = socket.socket(socket.AF_UNIX)
        left.bind(str(tmp_path / "signer.sock"))
        left.close()
        assert trouble_of(RemoteSigning(unix_address(tmp_path)).state) is Trouble.NO_ANSWER
        with answering(unix_address(tmp_path), component) as remote:
            remote.state()

    def test_where_nothing_is_there_is_no_answer(self, tmp_path: Path) -> None:
        for address in (unix_address(tmp_path), UnixAddress(path=tmp_path / "none" / "signer.sock")):
            assert trouble_of(RemoteSigning(address).state) is Trouble.NO_ANSWER


class TestTls:
    def test_a_client_of_another_authority_is_not_heard(self, tmp_path: Path, component: SigningComponent) -> None:
        server_end, client_end = tls_ends(tmp_path)
        other = Authority(tmp_path, name="other").certify("client", ExtendedKeyUsageOID.CLIENT_AUTH)
        with answering(server_end, component):
            foreign = tls_end(server_end.port, other, client_end.authority)
            assert trouble_of(RemoteSigning(foreign).state) in {Trouble.NO_ANSWER, Trouble.CUT_OFF}
            RemoteSigning(client_end).state()

    def test_a_server_of_another_authority_is_not_asked(
        self, tmp_path: Path, office: OfficeAtWork, component: SigningComponent
    ) -> None:
        server_end, client_end = tls_ends(tmp_path)
        other = Authority(tmp_path, name="other")
        false = tls_end(server_end.port, other.certify("server", ExtendedKeyUsageOID.SERVER_AUTH), server_end.authority)
        with answering(false, component):
            reference = office.approve().reference
            asked = RemoteSigning(client_end)
            assert (
                trouble_of(lambda: asked.issue(reference, officer_no=ISSUER.number, device=DEVICE)) is Trouble.NO_ANSWER
            )

    def test_the_certificate_of_a_client_cannot_play_the_server(
        self, tmp_path: Path, component: SigningComponent
    ) -> None:
        _, client_end = tls_ends(tmp_path)
        with answering(client_end, component):
            assert trouble_of(RemoteSigning(client_end).state) is Trouble.NO_ANSWER

    @pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, None])
    def test_an_older_protocol_or_none_is_not_answered(
        self, tmp_path: Path, component: SigningComponent, version: ssl.TLSVersion | None
    ) -> None:
        server_end, client_end = tls_ends(tmp_path)
        with answering(server_end, component):
            bare = socket.create_connection(("127.0.0.1", server_end.port))
            with bare, pytest.raises((OSError, wire.CutOff, wire.Malformed)):
                _ask_state(bare, version, client_end.authority)


class TestSettings:
    def test_unless_told_otherwise_the_socket_lies_at_home_and_is_for_its_owner(self, tmp_path: Path) -> None:
        assert signer_address(read_settings(tmp_path)) == UnixAddress(path=tmp_path / "signer.sock")

    def test_a_socket_elsewhere_and_users_who_may_ask(self, tmp_path: Path) -> None:
        settings = '[signer]\naddress = "unix:/run/clearance/signer.sock"\nclients = ["www-data"]\n'
        (tmp_path / SETTINGS_FILE).write_text(settings)
        expected = UnixAddress(path=Path("/run/clearance/signer.sock"), others=True)
        assert signer_address(read_settings(tmp_path)) == expected

    def test_another_machine_with_certificates_beside_the_settings(self, tmp_path: Path) -> None:
        certificates = 'certificate = "web.crt"\ncertificate_key = "web.key"\nauthority = "line.pem"\n'
        (tmp_path / SETTINGS_FILE).write_text(f'[signer]\naddress = "tls://signer.bmet.internal:8443"\n{certificates}')
        assert signer_address(read_settings(tmp_path)) == TlsAddress(
            host="signer.bmet.internal",
            port=8443,
            certificate=tmp_path / "web.crt",
            key=tmp_path / "web.key",
            authority=tmp_path / "line.pem",
        )

    @pytest.mark.parametrize(
        "wrong",
        [
            'address = "http://signer:80"',
            'address = "tls://signer:8443"',
            'address = "tls://signer:8443"\ncertificate = "web.crt"',
            "cards_an_hour = 0",
            'unknown = "x"',
        ],
    )
    def test_what_cannot_work_is_refused_at_the_start(self, tmp_path: Path, wrong: str) -> None:
        (tmp_path / SETTINGS_FILE).write_text(f"[signer]\n{wrong}\n")
        with pytest.raises(ConfigurationRefused, match="signer"):
            read_settings(tmp_path)


class TestNoise:
    @pytest.mark.parametrize(
        "sent",
        [
            b"",
            b"GET / HTTP/1.1\r\n\r\n",
            b"\xff" * 8,
            b"\x00\x00\x00\x02{}",
            b"\x00\x00\x00\x00",
            b"\x00\x00\x00\x10" + b'{"ask":"state"}',
        ],
    )
    def test_noise_ends_its_own_line_only(
        self, tmp_path: Path, component: SigningComponent, sent: bytes, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(server, "REQUEST_WITHIN_S", 0.2)
        with answering(unix_address(tmp_path), component) as remote:
            with connect(unix_address(tmp_path)) as line:
                line.sendall(sent)
                try:
                    answer = wire.parse_answer(wire.receive(line, within_s=5))
                    assert answer == wire.Failed(trouble=Trouble.UNFORESEEN)
                except wire.CutOff:
                    pass
            remote.state()

    def test_more_silent_lines_than_places_hold_nobody_up_for_long(
        self, tmp_path: Path, component: SigningComponent, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(server, "REQUEST_WITHIN_S", 0.3)
        address = unix_address(tmp_path)
        with answering(address, component) as remote:
            silent = [connect(address) for _ in range(server.PLACES * 2)]
            remote.state()
            for line in silent:
                line.close()

    def test_requests_at_work_are_answered_before_the_program_ends(
        self, tmp_path: Path, office: OfficeAtWork, component: SigningComponent, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seal = office.printer.seal

        def slow(pdf: bytes, *, at: datetime) -> bytes:
            time.sleep(0.5)
            return seal(pdf, at=at)

        monkeypatch.setattr(office.printer, "seal", slow)
        reference = office.approve(draft(5)).reference
        with ThreadPoolExecutor(1) as pool:
            with answering(unix_address(tmp_path), component) as remote:
                answer = pool.submit(remote.issue, reference, officer_no=ISSUER.number, device=DEVICE)
                time.sleep(0.2)
            expect(answer.result())


@pytest.fixture(autouse=True)
def _no_file_left_open() -> Iterator[None]:
    before = len(list(Path("/proc/self/fd").iterdir()))
    yield
    assert len(list(Path("/proc/self/fd").iterdir())) <= before


def _require_stranger(remote: RemoteSigning, reference: str) -> None:
    try:
        remote.issue(reference, officer_no=ISSUER.number, device=DEVICE)
    except NotSigned as stopped:
        assert stopped.trouble is Trouble.STRANGER  # noqa: PT017 - in a child process without pytest
    else:
        raise AssertionError


def _require_no_answer(remote: RemoteSigning) -> None:
    try:
        remote.state()
    except NotSigned as stopped:
        assert stopped.trouble is Trouble.NO_ANSWER  # noqa: PT017 - in a child process without pytest
    else:
        raise AssertionError


def _issue(remote: RemoteSigning, reference: str) -> None:
    assert isinstance(remote.issue(reference, officer_no=ISSUER.number, device=DEVICE), str)


def _ask_state(bare: socket.socket, version: ssl.TLSVersion | None, authority: Path) -> None:
    line = bare
    if version is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(authority)
        context.maximum_version = version
        line = context.wrap_socket(bare, server_hostname="127.0.0.1")
    wire.send(line, wire.encode_request(wire.AskState()))
    wire.receive(line, within_s=5)
