"""An HTTP transport that counts what is answered."""

from collections import Counter
from dataclasses import dataclass, field

import httpx


@dataclass
class Answers:
    """How often which method was answered with which status."""

    counts: Counter[tuple[str, int]] = field(default_factory=Counter)

    @property
    def calls(self) -> int:
        """All of them."""
        return self.counts.total()

    @property
    def writes(self) -> int:
        """All that would change something, refused or not."""
        return sum(count for (method, _), count in self.counts.items() if method != "GET")

    @property
    def throttled(self) -> int:
        """Those answered 429."""
        return sum(count for (_, status), count in self.counts.items() if status == 429)


class Counting(httpx.AsyncBaseTransport):
    """Passes requests on to another transport, and keeps count of the `answers`."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self.answers = Answers()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send it on; count what comes back."""
        response = await self._inner.handle_async_request(request)
        self.answers.counts[request.method, response.status_code] += 1
        return response

    async def aclose(self) -> None:
        """Close what it sends by."""
        await self._inner.aclose()
