"""The one way in which a token is not accepted."""


class TokenRefused(Exception):
    """The token proves nothing. `code` is static text for the log; callers are all told the same."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
