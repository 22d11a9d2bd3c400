"""The pages that people see: plain forms, no scripts, nothing from elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from starlette.responses import HTMLResponse, Response

TEXT_MESSAGE_CODE = "123456"
_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
}
_STYLE = """
:root { color-scheme: light dark; font: 1.125rem/1.5 system-ui, sans-serif; }
body { margin: 0; }
main { max-width: 26rem; margin: 3rem auto; padding: 0 1rem; }
label, input, button { display: block; font: inherit; }
input { box-sizing: border-box; width: 100%; padding: .5rem; margin: .25rem 0 1rem; }
button { display: inline-block; min-height: 2.75rem; padding: .5rem 1.25rem; margin-right: .5rem; }
[role=alert] { border-left: .3rem solid #c00; padding-left: .75rem; }
"""


@dataclass(frozen=True)
class Field:
    """One input with its label."""

    name: str
    label: str
    autocomplete: str
    kind: str = "text"
    value: str = ""


USER_NAME = Field("user_name", "E-mail address or user name", "username")
PASSWORD = Field("password", "Password (any)", "current-password", "password")
CODE = Field("code", "Code", "one-time-code")
DEVICE = Field("user_code", "Code that the device shows", "off")


def sign_in(heading: str, *fields: Field, problem: str = "") -> Response:
    """Who are you?"""
    note = "<p>This is a simulated sign-in: every password is accepted.</p>"
    return _form(heading, fields or (USER_NAME, PASSWORD), {}, note, problem)


def second_factor(attempt: str, problem: str = "") -> Response:
    """And the code that was sent to you?"""
    note = f"<p>The simulated text message says: <strong>{TEXT_MESSAGE_CODE}</strong></p>"
    return _form("Enter the code we sent you", (CODE,), {"attempt": attempt}, note, problem)


def message(heading: str, text: str, status: int = 200) -> Response:
    """Something to read, nothing to fill in."""
    return _page(heading, f"<p>{escape(text)}</p>", status)


def form_post(address: str, values: Mapping[str, str]) -> Response:
    """Back to the app by POST; without scripts it takes a press of the button."""
    button = '<button type="submit">Continue</button>'
    action = escape(address)
    return _page("Signed in", f'<form method="post" action="{action}">{_hidden(values)}{button}</form>')


def _form(
    heading: str, fields: tuple[Field, ...], hidden: Mapping[str, str], note: str, problem: str
) -> Response:
    alert = f'<p role="alert" id="problem">{escape(problem)}</p>' if problem else ""
    inputs = "".join(_input(field, wrong=bool(problem)) for field in fields)
    buttons = (
        '<button type="submit">Continue</button>'
        '<button type="submit" name="cancel" value="1" formnovalidate>Cancel</button>'
    )
    form = f'<form method="post">{_hidden(hidden)}{inputs}{buttons}</form>'
    return _page(f"Error: {heading}" if problem else heading, f"{alert}{note}{form}", heading=heading)


def _input(field: Field, *, wrong: bool) -> str:
    about = ' aria-invalid="true" aria-describedby="problem"' if wrong else ""
    return (
        f'<label for="{field.name}">{escape(field.label)}</label>'
        f'<input id="{field.name}" name="{field.name}" type="{field.kind}" value="{escape(field.value)}" '
        f'autocomplete="{field.autocomplete}" autocapitalize="none" spellcheck="false" required{about}>'
    )


def _hidden(values: Mapping[str, str]) -> str:
    pairs = ((escape(name), escape(value)) for name, value in values.items())
    return "".join(f'<input type="hidden" name="{name}" value="{value}">' for name, value in pairs)


def _page(title: str, content: str, status: int = 200, heading: str = "") -> Response:
    html = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>{escape(heading or title)}</h1>{content}</main></body></html>"
    )
    return HTMLResponse(html, status, _HEADERS)
