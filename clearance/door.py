"""Where the web program lets visitors in: a port, or a socket file that only the proxy's group can open.

It decides how the door is opened. With a socket file nothing that travels between proxy and web program is on any
network, and no other user of the machine can take the proxy's place.
"""

import errno
import os
import socket
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

BACKLOG = 512
"""Visitors whom the kernel keeps while nobody has taken them in."""
FOR_OWNER_AND_GROUP = 0o117
"""As a umask: whoever may write to a socket file may open a line."""


@dataclass(frozen=True, kw_only=True)
class Port:
    """A port of one address of this machine."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"http://{self.host}:{self.port}/"


@dataclass(frozen=True, kw_only=True)
class SocketFile:
    """A socket file. Its group is that of a folder with the setgid bit, else the program's own."""

    path: Path

    def __str__(self) -> str:
        return f"unix:{self.path}"


Door: TypeAlias = Port | SocketFile


def bound(door: Door) -> socket.socket:
    """A listening socket. Raises OSError where the door cannot be had."""
    match door:
        case Port(host=host, port=port):
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            return socket.create_server((host, port), family=family, backlog=BACKLOG)
        case SocketFile(path=path):
            _clear(path)
            return _opened(path)


def _clear(path: Path) -> None:
    """Take away what a program that was killed has left; never a file, and never the door of one that runs."""
    if not path.exists():
        return
    if not stat.S_ISSOCK(path.stat().st_mode):
        raise OSError(errno.EEXIST, "A file that is no socket lies there", str(path))
    with socket.socket(socket.AF_UNIX) as line, suppress(ConnectionRefusedError):
        line.connect(str(path))
        raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE), str(path))
    path.unlink()


def _opened(path: Path) -> socket.socket:
    """The socket file has its rights from the first moment on: they are not given afterwards."""
    before = os.umask(FOR_OWNER_AND_GROUP)
    try:
        listener = socket.socket(socket.AF_UNIX)
        try:
            listener.bind(str(path))
            listener.listen(BACKLOG)
        except BaseException:
            listener.close()
            raise
        return listener
    finally:
        os.umask(before)
