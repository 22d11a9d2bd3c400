"""Why a set-up ends early."""


class SetupFailed(Exception):
    """The text says what to do about it; what was done before stays, and another run goes on from there."""
