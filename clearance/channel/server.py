"""The signing component's side of the line: who may ask, one request each, and an answer whatever happens.

It decides nothing about cards. Its process should hold as little as can be, so it is the standard library alone.
"""

import select
import socket
import ssl
import struct
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import structlog

from clearance.channel import wire
from clearance.channel.address import Address, TlsAddress, listening, tls
from clearance.issuing.ports import Conflict, NotOnRecord, NotSigned, SigningService, Trouble

PLACES = 16
"""Requests at a time; more callers wait in the kernel's queue."""
REQUEST_WITHIN_S = 5.0
"""For the handshake, and again for the request: callers are programs of ours on a fast network."""
_PEER = struct.Struct("3i")
"""pid, uid, gid (SO_PEERCRED, unix(7))."""

log = structlog.get_logger()


class Stranger(Exception):
    """The one at the other end may not ask."""


class SigningServer:
    """Answers on one listening socket until it is stopped."""

    def __init__(
        self, listener: socket.socket, service: SigningService, *, address: Address, users: frozenset[int]
    ) -> None:
        """`users` are the user ids that may ask over a Unix socket."""
        self._listener, self._service, self._users = listener, service, users
        self._context = tls(address, ssl.PROTOCOL_TLS_SERVER) if isinstance(address, TlsAddress) else None
        self._places = threading.Semaphore(PLACES)
        self._stopping = False
        self._rung, self._bell = socket.socketpair()
        listener.setblocking(False)  # a caller may be gone again before it is let in

    def serve(self) -> None:
        """Answer until `stop` is called; whoever had come by then is answered, whoever comes later is refused."""
        with ThreadPoolExecutor(PLACES, thread_name_prefix="request") as pool:
            while self._somebody_comes():
                self._places.acquire()
                try:
                    line, _ = self._listener.accept()
                except OSError:  # gone again
                    self._places.release()
                    continue
                line.setblocking(True)
                pool.submit(self._attend, line)
            self._listener.close()

    def stop(self) -> None:
        """Take no more requests; `serve` returns when those who had come are answered. May be called by a signal's
        handler, which must not raise instead: an exception between two steps of `serve` could leave a lock taken for
        ever.
        """
        self._stopping = True
        self._bell.send(b"!")

    def close(self) -> None:
        """What `stop` needs is gone."""
        self._rung.close()
        self._bell.close()

    def _somebody_comes(self) -> bool:
        """Wait for a caller; once stopped, whether one is at the door still."""
        door = select.poll()
        door.register(self._listener, select.POLLIN)
        door.register(self._rung, select.POLLIN)
        if not self._stopping:
            door.poll()
        return any(place == self._listener.fileno() for place, _ in door.poll(0)) or not self._stopping

    def _attend(self, line: socket.socket) -> None:
        try:
            with self._secured(line) as secured:
                wire.send(secured, wire.encode_answer(self._answer_to(secured)))
        except (OSError, wire.CutOff) as error:
            log.warning("line lost", error=str(error))
        finally:
            line.close()
            self._places.release()

    @contextmanager
    def _secured(self, line: socket.socket) -> Iterator[socket.socket]:
        line.settimeout(REQUEST_WITHIN_S)
        if self._context is None:
            yield line
            return
        with self._context.wrap_socket(line, server_side=True) as secured:
            yield secured

    def _answer_to(self, line: socket.socket) -> wire.Answer:
        try:
            # Read first: an answer to a line that is closed with something unread in it may never arrive.
            content = wire.receive(line, within_s=REQUEST_WITHIN_S)
            self._require_friend(line)
            request, number = wire.parse_request(content)
            with structlog.contextvars.bound_contextvars(request=number):
                return self._timed(request)
        except Stranger as stranger:
            log.error("a stranger asked", who=str(stranger))
            return wire.Failed(trouble=Trouble.STRANGER)
        except wire.Malformed as fault:
            log.error("not a request", fault=str(fault))
            return wire.Failed(trouble=Trouble.UNFORESEEN)

    def _require_friend(self, line: socket.socket) -> None:
        """Over TLS the handshake has asked for the certificate already."""
        if self._context is None:
            peer = line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size)
            _, user, _ = _PEER.unpack(peer)
            if user not in self._users:
                raise Stranger(f"user {user}")

    def _timed(self, request: wire.Request) -> wire.Answer:
        began = time.perf_counter()
        answer = self._answer(request)
        if isinstance(request, wire.AskState):
            return answer  # which whoever watches asks without end
        ms = round((time.perf_counter() - began) * 1000, 1)
        log.info("answered", asked=type(request).__name__, answer=type(answer).__name__, ms=ms)
        return answer

    def _answer(self, request: wire.Request) -> wire.Answer:
        try:
            return self._do(request)
        except Conflict:
            return wire.InConflict()
        except NotOnRecord as missing:
            return wire.Unknown(about=str(missing))
        except NotSigned as failed:
            log.error("not done", trouble=failed.trouble, about=failed.about, cause=str(failed.__cause__ or ""))
            return wire.Failed(trouble=failed.trouble, about=failed.about)
        except Exception as error:  # the caller must be told that nothing is to be had, whatever the reason
            log.exception("unforeseen error", kind=type(error).__name__)
            return wire.Failed(trouble=Trouble.UNFORESEEN)

    def _do(self, request: wire.Request) -> wire.Answer:
        match request:
            case wire.Issue():
                outcome = self._service.issue(request.reference, officer_no=request.officer_no, device=request.device)
                return wire.Issued(clearance_no=outcome) if isinstance(outcome, str) else outcome
            case wire.Reissue():
                outcome = self._service.reissue(request.clearance_no, officer_no=request.officer_no)
                return wire.Issued(clearance_no=outcome) if isinstance(outcome, str) else outcome
            case wire.PublishStatus():
                self._service.publish_status()
                return wire.Published()
            case wire.AskState():
                return self._service.state()


@contextmanager
def bound(address: Address, service: SigningService, *, users: frozenset[int]) -> Iterator[SigningServer]:
    """A server at the address. Raises AddressTaken, OSError (ssl.SSLError among them)."""
    with listening(address) as listener:
        server = SigningServer(listener, service, address=address, users=users)
        try:
            yield server
        finally:
            server.close()
