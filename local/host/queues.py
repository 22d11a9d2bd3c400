"""Queue triggers: batches, invisibility renewed, redelivery and poison as the real host has them."""

import asyncio
import base64
import binascii
import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass

from azure.core.exceptions import AzureError, ResourceExistsError, ResourceNotFoundError
from azure.functions.queue import QueueMessage
from azure.storage.queue import QueueMessage as StoredMessage
from azure.storage.queue.aio import QueueClient

from local.host.config import HostConfig
from local.host.invoke import Invoker
from local.host.load import QueueFunction

INVISIBILITY = 600
"""Seconds: fixed in the real host, renewed at half time while the function runs."""
FIRST_PAUSE = 0.1
LAST_MOMENT = 3
"""Seconds that running functions have to end when the host ends."""
log = logging.getLogger("host.queues")


@dataclass
class Receipt:
    """The pop receipt changes with every renewal."""

    message: StoredMessage
    pop_receipt: str

    @property
    def dequeue_count(self) -> int:
        """How often the message has been taken, this time included."""
        return self.message.dequeue_count or 0


@dataclass(frozen=True)
class HowToListen:
    """What all listeners share."""

    config: HostConfig
    invoker: Invoker
    invisibility: int = INVISIBILITY


class QueueListener:
    """Calls one function for the messages of its queue, until cancelled."""

    def __init__(self, function: QueueFunction, connection: str, how: HowToListen) -> None:
        self._function = function
        self._config, self._invoker, self._invisibility = how.config, how.invoker, how.invisibility
        self._queue = QueueClient.from_connection_string(connection, function.queue)
        self._poison = (
            None
            if function.queue.endswith("-poison")
            else QueueClient.from_connection_string(connection, f"{function.queue}-poison")
        )
        self._running: set[asyncio.Task[None]] = set()

    async def listen(self) -> None:
        """Take messages for ever; a storage fault only makes it wait."""
        pause = FIRST_PAUSE
        try:
            while True:
                while len(self._running) > self._config.new_batch_threshold:
                    await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
                messages = await self._take()
                for message in messages:
                    self._start(message)
                if messages:
                    pause = FIRST_PAUSE
                else:
                    await self._wait(pause)
                    pause = min(pause * 2, self._config.max_polling_interval)
        finally:
            await self._finish()

    async def _take(self) -> list[StoredMessage]:
        """One batch, by one call."""
        pages = self._queue.receive_messages(
            messages_per_page=self._config.batch_size, visibility_timeout=self._invisibility
        ).by_page()
        try:
            async for page in pages:
                return [message async for message in page]
        except ResourceNotFoundError:
            log.debug("%s: there is no such queue yet", self._function.queue)
        except AzureError as error:
            log.warning("%s: storage fault %s", self._function.queue, type(error).__name__)
        return []

    def _start(self, message: StoredMessage) -> None:
        task = asyncio.create_task(self._process(Receipt(message, str(message.pop_receipt))))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _wait(self, pause: float) -> None:
        """Until a function has ended or the pause is over, whichever is first."""
        if self._running:
            await asyncio.wait(self._running, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
        else:
            await asyncio.sleep(pause)

    async def _process(self, receipt: Receipt) -> None:
        try:
            await self._handle(receipt)
        except AzureError as error:  # the message comes back by itself when its invisibility ends
            log.warning("%s: a message could not be settled: %s", self._function.queue, type(error).__name__)

    async def _handle(self, receipt: Receipt) -> None:
        try:
            body = base64.b64decode(str(receipt.message.content), validate=True)
        except (binascii.Error, ValueError):
            log.error("%s: a message is not base64; it is poison, unseen", self._function.queue)  # noqa: TRY400 - the text says all
            return await self._bury(receipt)
        if receipt.dequeue_count > self._config.max_dequeue_count:  # its last run never came to an end
            return await self._bury(receipt)
        if await self._succeeds(receipt, body):
            return await self._queue.delete_message(receipt.message.id, receipt.pop_receipt)
        if receipt.dequeue_count >= self._config.max_dequeue_count:
            return await self._bury(receipt)
        return await self._show_again(receipt)

    async def _succeeds(self, receipt: Receipt, body: bytes) -> bool:
        handed = QueueMessage(
            id=receipt.message.id,
            body=body,
            dequeue_count=receipt.message.dequeue_count,
            expiration_time=receipt.message.expires_on,
            insertion_time=receipt.message.inserted_on,
            time_next_visible=receipt.message.next_visible_on,
            pop_receipt=receipt.message.pop_receipt,
        )
        try:
            async with self._kept_invisible(receipt):
                arguments = {self._function.parameter: handed}
                if await self._invoker.call(self._function.handler, **arguments) is not None:
                    raise TypeError("a queue function must return None")  # noqa: TRY301 - as if the function had
        except Exception:
            log.exception("%s failed", self._function.name)
            return False
        return True

    @contextlib.asynccontextmanager
    async def _kept_invisible(self, receipt: Receipt) -> AsyncIterator[None]:
        done = asyncio.Event()
        renewing = asyncio.create_task(self._renew(receipt, done))
        try:
            yield
        finally:
            done.set()
            # A renewal under way is waited for: it changes the receipt that settling the message needs.
            await renewing

    async def _renew(self, receipt: Receipt, done: asyncio.Event) -> None:
        pause = self._invisibility / 2
        while not await _set_within(done, pause):
            try:
                renewed = await self._queue.update_message(
                    receipt.message.id, receipt.pop_receipt, visibility_timeout=self._invisibility
                )
            except AzureError as error:
                log.warning("%s: a renewal failed: %s", self._function.queue, type(error).__name__)
                pause = self._invisibility / 10  # there is time left for more tries
            else:
                receipt.pop_receipt = str(renewed.pop_receipt)
                pause = self._invisibility / 2

    async def _show_again(self, receipt: Receipt) -> None:
        if self._poison is None:
            return  # it stays invisible: nothing would ever take it out of a fast circle
        await self._queue.update_message(
            receipt.message.id, receipt.pop_receipt, visibility_timeout=int(self._config.visibility_timeout)
        )

    async def _bury(self, receipt: Receipt) -> None:
        if self._poison is None:
            return
        with contextlib.suppress(ResourceExistsError):
            await self._poison.create_queue()
        await self._poison.send_message(receipt.message.content)
        await self._queue.delete_message(receipt.message.id, receipt.pop_receipt)

    async def _finish(self) -> None:
        """Give running functions a moment; what does not end comes back as a message."""
        if self._running:
            await asyncio.wait(self._running, timeout=LAST_MOMENT)
        for task in self._running:
            task.cancel()
        if self._running:
            await asyncio.wait(self._running, timeout=1)
        for client in filter(None, (self._queue, self._poison)):
            await client.close()


async def _set_within(event: asyncio.Event, seconds: float) -> bool:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return False
    return True
