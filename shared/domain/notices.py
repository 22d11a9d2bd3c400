"""Who is told of a request's end, and how far that has come."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum


class Channel(StrEnum):
    """The way in which somebody is told."""

    WEBHOOK = "webhook"
    """a signed call to the app"""
    MAIL = "mail"
    """an e-mail to the person"""


class NoticeState(StrEnum):
    """How far a notice has come."""

    NOT_DUE = "not_due"
    """the request has not ended, or not in a way that is told by this channel"""
    OWED = "owed"
    SENT = "sent"
    """the other side has taken it"""
    DEAD = "dead"
    """given up; an operator may have it sent again"""


LASTS = timedelta(days=3)
"""A notice that could not be sent for so long is given up, time that the other side asks for apart."""
LASTS_AT_MOST = timedelta(days=30)
"""Counted or not."""
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (10, 60, 300, 1800, 7200))
"""Between tries; the last holds for all that follow."""


@dataclass(frozen=True)
class Notice:
    """One message about the event of this number; `again_at` is the next try.

    `owed_since` bounds the tries; `waited` is for how long the other side has asked us to wait since.
    """

    channel: Channel
    state: NoticeState = NoticeState.NOT_DUE
    event: int = 0
    tries: int = 0
    owed_since: datetime | None = None
    again_at: datetime | None = None
    waited: timedelta = timedelta()

    def owed(self, event: int, now: datetime) -> "Notice":
        """To be sent, about this event."""
        return Notice(self.channel, NoticeState.OWED, event, 0, now, now)

    def tried(self, now: datetime) -> "Notice":
        """About to be sent; tried again after a pause unless something else is said by then."""
        pause = PAUSES[min(self.tries, len(PAUSES) - 1)]
        return replace(self, tries=self.tries + 1, again_at=now + pause)

    def put_off(self, now: datetime, until: datetime) -> "Notice":
        """The other side asks for time: that is no failure."""
        return replace(self, again_at=until, waited=self.waited + (until - now))

    def ended(self, state: NoticeState) -> "Notice":
        """Sent, or given up."""
        return replace(self, state=state, again_at=None)

    def is_due(self, now: datetime) -> bool:
        """Whether it is to be sent now."""
        return self.again_at is not None and self.again_at <= now

    def is_spent(self, now: datetime) -> bool:
        """Whether it has been tried for long enough."""
        if self.owed_since is None:
            return False
        owed = now - self.owed_since
        return owed - self.waited >= LASTS or owed >= LASTS_AT_MOST
