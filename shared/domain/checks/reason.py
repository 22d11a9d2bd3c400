"""What a check can find: a code, how bad it is, what it means, and what to do."""

from dataclasses import dataclass
from enum import StrEnum


class Result(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"
    NOT_CHECKED = "not_checked"


@dataclass(frozen=True)
class Reason:
    """One thing that can be found; `{names}` in its sentences stand for facts, as a permission or a number.

    `remedy` is what to do, nothing where all is well.
    """

    code: str
    result: Result
    meaning: str
    remedy: str = ""


@dataclass(frozen=True)
class Found:
    """A reason with its facts filled in; nothing personal and nothing secret is among them."""

    code: str
    result: Result
    meaning: str
    remedy: str


def found(reason: Reason, **facts: str | int) -> Found:
    """The reason with these facts."""
    return Found(reason.code, reason.result, reason.meaning.format(**facts), reason.remedy.format(**facts))


def ok(code: str, meaning: str) -> Reason:
    """All is well."""
    return Reason(code, Result.OK, meaning)


def warning(code: str, meaning: str, remedy: str) -> Reason:
    """It works, and should be seen to."""
    return Reason(code, Result.WARNING, meaning, remedy)


def fault(code: str, meaning: str, remedy: str) -> Reason:
    """It does not work, or does what it must not."""
    return Reason(code, Result.FAULT, meaning, remedy)


def not_checked(code: str, meaning: str, remedy: str) -> Reason:
    """It could not be told."""
    return Reason(code, Result.NOT_CHECKED, meaning, remedy)
