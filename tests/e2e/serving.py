"""An application behind the server that the product itself uses, for as long as a test looks at it."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from threading import Thread

from flask import Flask

from clearance.door import Port, bound
from clearance.one_process import LEAVE_WITHIN_S, OneProcess
from clearance.serving import IN_MEMORY_BYTES
from clearance.web.staff.batch_files import MAX_UPLOAD


@contextmanager
def served(application: Flask, *, name: str = "127.0.0.1") -> Iterator[str]:
    """Its address, by a name of this computer."""
    listener = bound(Port(host="127.0.0.1", port=0))
    port = listener.getsockname()[1]
    with closing(OneProcess(application, listener=listener, in_memory=IN_MEMORY_BYTES, largest=MAX_UPLOAD)) as server:
        thread = Thread(target=server.serve)
        thread.start()
        try:
            yield f"http://{name}:{port}"
        finally:
            server.stop()
            thread.join(2 * LEAVE_WITHIN_S)
            assert not thread.is_alive()
