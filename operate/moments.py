"""Dates and times as they are typed."""

from datetime import UTC, datetime

from operate.exits import Exit, Failed


def moment(typed: str) -> str:
    """A time with its offset, RFC 3339; a date alone is its first moment in UTC. Raises `Failed`."""
    try:
        read = datetime.fromisoformat(typed.strip())
    except ValueError:
        raise Failed(Exit.BAD_INPUT, "A time has the form 2026-12-01 or 2026-12-01T09:30:00Z.") from None
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).isoformat()
