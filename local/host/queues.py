"""Queue triggers: batches, invisibility renewed, redelivery and poison as the real host has them."""

import asyncio
import base64
import binascii
import contextlib
import inspect
import logging
from dataclasses import dataclass

from azure.core.exceptions import AzureError, ResourceExistsError
from azure.functions.queue import QueueMessage
from azure.storage.queue import QueueMessage as StoredMessage
from azure.storage.queue.aio import QueueClient

from local.host.config import HostConfig
from local.host.load import QueueFunction

INVISIBILITY = 600.0
"""Seconds: fixed in the real host, renewed at half time while the function runs."""
FIRST_PAUSE = 0.1
MOST_AT_ONCE = 32
log = logging.getLogger("host.queues")


@dataclass
class Receipt:
    """The pop receipt changes with every renewal."""

    message: StoredMessage
    pop_receipt: str


class QueueListener:
    """Calls one function for the messages of its queue, until cancelled."""

    def __init__(
        self, function: QueueFunction, connection: str, config: HostConfig, invisibility: float = INVISIBILITY
    ) -> None:
        self._function = function
        self._config = config
        self._invisibility = invisibility
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
                taken = await self._take()
                pause = FIRST_PAUSE if taken else min(pause * 2, self._config.max_polling_interval)
                await self._wait(pause if not taken else 0)
        finally:
            await self._finish()

    async def _take(self) -> int:
        most = self._config.batch_size + self._config.new_batch_threshold - len(self._running)
        if len(self._running) > self._config.new_batch_threshold or most < 1:
            return 0
        count = 0
        try:
            batch = self._queue.receive_messages(
                max_messages=min(self._config.batch_size, MOST_AT_ONCE),
                visibility_timeout=int(self._invisibility),
            )
            async for message in batch:
                count += 1
                task = asyncio.create_task(self._process(Receipt(message, str(message.pop_receipt))))
                self._running.add(task)
                task.add_done_callback(self._running.discard)
                if count >= most or count >= self._config.batch_size:
                    break
        except AzureError as error:
            await self._storage_fault(error)
        return count

    async def _storage_fault(self, error: AzureError) -> None:
        log.warning("%s: storage fault %s", self._function.queue, type(error).__name__)
        if getattr(error, "error_code", None) == "QueueNotFound":
            with contextlib.suppress(AzureError):
                await self._queue.create_queue()

    async def _wait(self, pause: float) -> None:
        """Until a function has ended or the pause is over, whichever is first."""
        if self._running:
            await asyncio.wait(self._running, timeout=max(pause, 0.01), return_when=asyncio.FIRST_COMPLETED)
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
            log.exception(
                "%s: a message is not base64; it goes to the poison queue unseen", self._function.queue
            )
            return await self._bury(receipt)
        if await self._succeeds(receipt, body):
            return await self._queue.delete_message(receipt.message.id, receipt.pop_receipt)
        if (
            self._poison is not None
            and (receipt.message.dequeue_count or 0) >= self._config.max_dequeue_count
        ):
            return await self._bury(receipt)
        return await self._show_again(receipt)

    async def _succeeds(self, receipt: Receipt, body: bytes) -> bool:
        renewal = asyncio.create_task(self._renew(receipt))
        try:
            await asyncio.wait_for(self._call(receipt.message, body), self._config.function_timeout)
        except Exception:
            log.exception("%s failed", self._function.name)
            return False
        finally:
            renewal.cancel()
            await asyncio.wait({renewal})
        return True

    async def _call(self, message: StoredMessage, body: bytes) -> None:
        handed = QueueMessage(
            id=message.id,
            body=body,
            dequeue_count=message.dequeue_count,
            expiration_time=message.expires_on,
            insertion_time=message.inserted_on,
            time_next_visible=message.next_visible_on,
            pop_receipt=message.pop_receipt,
        )
        arguments = {self._function.parameter: handed}
        if inspect.iscoroutinefunction(self._function.handler):
            result = await self._function.handler(**arguments)
        else:
            result = await asyncio.to_thread(self._function.handler, **arguments)
        if result is not None:
            raise TypeError("a queue function must return None")

    async def _renew(self, receipt: Receipt) -> None:
        while True:
            await asyncio.sleep(self._invisibility / 2)
            try:
                renewed = await self._queue.update_message(
                    receipt.message.id, receipt.pop_receipt, visibility_timeout=int(self._invisibility)
                )
            except AzureError as error:
                log.warning("%s: a renewal failed: %s", self._function.queue, type(error).__name__)
            else:
                receipt.pop_receipt = str(renewed.pop_receipt)

    async def _show_again(self, receipt: Receipt) -> None:
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
            await asyncio.wait(self._running, timeout=3)
        for task in self._running:
            task.cancel()
        for client in filter(None, (self._queue, self._poison)):
            await client.close()
