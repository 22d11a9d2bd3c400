"""What lies behind an error."""

from collections.abc import Iterator


def causes(error: BaseException) -> Iterator[BaseException]:
    """The error, and what it was raised from or because of."""
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__
