"""Lines that are held open on purpose: heads and bodies that come a byte at a time, by the hundred."""

import asyncio
import ssl
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, repeat

A_PIECE_EVERY_S = 0.5


@dataclass(kw_only=True)
class SlowLines:
    """So many lines at once, every other one with a slow head, the others with a slow body. One that the server closes
    is opened again. They come from `streets` addresses of loopback, none of them a good visitor's."""

    host: str
    port: int
    count: int
    trusted: ssl.SSLContext | None = None
    streets: int = 40
    open: int = 0
    most_open: int = 0
    ended: Counter[str] = field(default_factory=Counter)

    def hold(self, seconds: float) -> None:
        """Hold them all open for so long."""
        asyncio.run(self._hold(seconds))

    async def _hold(self, seconds: float) -> None:
        ends = asyncio.get_running_loop().time() + seconds
        await asyncio.gather(*(self._again_and_again(number, ends) for number in range(self.count)))

    async def _again_and_again(self, number: int, ends: float) -> None:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(2 * number / self.count)  # as fast as a crowd comes, not as fast as a kernel can
        while loop.time() < ends:
            try:
                async with asyncio.timeout_at(ends):
                    await self._one_line(number)
            except (OSError, TimeoutError) as cut:
                self.ended[type(cut).__name__] += 1
                await asyncio.sleep(A_PIECE_EVERY_S)

    async def _one_line(self, number: int) -> None:
        """Send as slowly as can be, until the other side has had enough."""
        place = (f"127.0.99.{1 + number % self.streets}", 0)
        reader, writer = await asyncio.open_connection(self.host, self.port, ssl=self.trusted, local_addr=place)
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        heard = asyncio.create_task(reader.read())
        try:
            for piece in self._pieces(number):
                writer.write(piece)
                await asyncio.wait({heard}, timeout=A_PIECE_EVERY_S)
                if heard.done():
                    self.ended["closed by the server"] += 1
                    return
        finally:
            self.open -= 1
            heard.cancel()
            writer.transport.abort()

    def _pieces(self, number: int) -> Iterator[bytes]:
        if number % 2:
            begun = f"GET / HTTP/1.1\r\nHost: {self.host}\r\n"
            return chain([begun.encode()], repeat(b"X-a: b\r\n"))
        begun = f"POST /card HTTP/1.1\r\nHost: {self.host}\r\nContent-Length: 60000\r\n\r\n"
        return chain([begun.encode()], repeat(b"a"))
