"""How a command ends; docs/operate.md has the same table."""

from enum import IntEnum


class Exit(IntEnum):
    """The exit codes."""

    DONE = 0
    """done, and verified where there was something to verify"""
    DECLINED = 1
    """the question was not answered with yes; nothing was done"""
    USAGE = 2
    """the command line was not understood; typer's own code"""
    WRONG_ADDRESS = 3
    """no address, one that cannot be, or what answers there is not this app"""
    UNREACHABLE = 4
    """nothing answers: name, network, or time-out"""
    TLS = 5
    """the connection cannot be trusted"""
    SIGN_IN = 6
    """not signed in, or the sign-in has expired (401)"""
    ROLE = 7
    """signed in, but without the role, or as the one whose request it is (403)"""
    UNKNOWN = 8
    """there is no such request (404)"""
    CONFLICT = 9
    """not possible where the request stands (409)"""
    BAD_INPUT = 10
    """a value or a file is not as it must be (400, 413, 415, 422)"""
    BUSY = 11
    """too many calls, or storage does not answer, after every try (429, 503)"""
    APP_FAILED = 12
    """the app failed (500 and the like)"""
    NOT_VERIFIED = 13
    """the receipt is not what the app signed"""
    NEEDS_OPERATOR = 14
    """what was followed goes no further until an operator acts"""
    NOT_ENDED = 15
    """what was followed has not ended in the time given"""
    IN_PART = 16
    """of a list, lines were left out or requests failed; the result says which"""
    FAULTS = 17
    """doctor found a fault"""
    INTERRUPTED = 130
    """ctrl-C"""


class Failed(Exception):
    """A command cannot go on; `line` tells a person why, and what to do."""

    def __init__(self, code: Exit, line: str) -> None:
        super().__init__(line)
        self.code = code
        self.line = line
