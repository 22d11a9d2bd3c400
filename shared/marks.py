"""Mark a text for the catalogues of languages; it is translated where it is shown."""


def N_(text: str) -> str:  # noqa: N802 - the name that gettext's tools look for
    """The text itself."""
    return text
