"""Read a stranger's file in a process of its own, which can open nothing, write nothing, and is ended in time.

Decoders of pictures and PDFs are large C programs, and the file comes from anybody. Here the file, not our server, pays
for what it does to them: the process has a bound on memory and computing time, no right to a further file, socket or
process, an empty environment, and dies with its question. What it answers is read as strictly as any stranger's text.
`apart` is the parent's side, `main` the child's. Limits on memory and files need a POSIX system; elsewhere there is the
bound on time alone.
"""

import codecs
import json
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from subprocess import DEVNULL, PIPE, Popen
from threading import BoundedSemaphore, Timer
from typing import BinaryIO

from clearance.reading.findings import FileFault, Paper, ReaderBusy

WALL_S = 15.0
"""A file of ordinary size takes half a second on a slow machine."""
CPU_S = 8
MEMORY_BYTES = 1 << 30
"""Address space. A photograph of 48 megapixels takes 300 MB of it, the libraries and the interpreter as much."""
MAX_ANSWER_BYTES = 1 << 20
_HEAD = struct.Struct(">I")


@dataclass(frozen=True, kw_only=True)
class ApartReader:
    """Reads files one process each, `at_once` at a time; who waits longer than `patience_s` is told so."""

    turns: BoundedSemaphore
    patience_s: float = 5.0
    wall_s: float = WALL_S
    report: Callable[[str], None] = lambda _what: None
    """Told, in English and without a word of the file, when a reader had to be given up."""

    def __call__(self, data: bytes, *, root_pem: bytes) -> Paper:
        """What a file gives. One that breaks the reader cannot be opened, and that is all that is said of it.

        Raises ReaderBusy.
        """
        if not self.turns.acquire(timeout=self.patience_s):
            raise ReaderBusy
        try:
            return self._read(data, root_pem)
        finally:
            self.turns.release()

    def _read(self, data: bytes, root_pem: bytes) -> Paper:
        try:
            return Paper.from_members(json.loads(self._answer(_HEAD.pack(len(root_pem)) + root_pem + data)))
        except (ValueError, KeyError, TypeError):
            self.report("a file broke its reader")
            return Paper(fault=FileFault.NOT_AN_IMAGE)

    def _answer(self, question: bytes) -> bytes:
        """What the child says, up to a bound; nothing of use where it died or had to be ended."""
        program = [sys.executable, "-I", "-m", __name__]
        with Popen(program, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env={}) as child:  # noqa: S603 - our own module
            assert child.stdin is not None
            assert child.stdout is not None
            watch = Timer(self.wall_s, child.kill)
            watch.start()
            try:
                with suppress(BrokenPipeError), child.stdin as into:
                    into.write(question)
                return child.stdout.read(MAX_ANSWER_BYTES)
            finally:
                child.kill()  # it has said all, or more than anybody reads
                watch.cancel()


def main() -> None:
    """The child: everything is loaded, then every door is shut, then the file is read."""
    from PIL import Image

    from clearance.reading.paper import read_paper, roots_in

    Image.preinit()
    codecs.lookup("utf-16-le")  # of names in a PDF
    shut_doors()
    source: BinaryIO = sys.stdin.buffer
    (length,) = _HEAD.unpack(source.read(_HEAD.size))
    roots = roots_in(source.read(length))
    paper = read_paper(source.read(), roots=roots)
    sys.stdout.write(json.dumps(paper.to_members()))


def shut_doors() -> None:
    """Give up, for this process and for good, every right that reading a file does not need."""
    if sys.platform == "win32":
        return
    import resource

    bounds = {
        resource.RLIMIT_AS: MEMORY_BYTES,
        resource.RLIMIT_CPU: CPU_S,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NOFILE: 3,
        resource.RLIMIT_NPROC: 0,
    }
    for what, bound in bounds.items():
        resource.setrlimit(what, (bound, bound))


if __name__ == "__main__":
    main()
