"""What was told, for people to read in a browser."""

from collections.abc import Iterable, Mapping
from html import escape

Json = Mapping[str, object]
HEAD = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="referrer" content="no-referrer">
<title>Inbox</title><style>body{font:16px/1.5 sans-serif;max-width:50em;margin:2em auto;padding:0 1em}
pre{white-space:pre-wrap;border:1px solid #999;padding:1em}</style><h1>Inbox</h1>"""


def page(mails: Iterable[Json], calls: Iterable[Json]) -> str:
    """All mails and calls, newest first; nothing in them is markup."""
    shown = [f"<h2>E-mails</h2>{_list(_mail(mail) for mail in mails)}"]
    shown += [f"<h2>Webhooks</h2>{_list(str(call['body']) for call in calls)}"]
    return HEAD + "".join(shown)


def _list(texts: Iterable[str]) -> str:
    newest_first = [f"<pre>{escape(text)}</pre>" for text in texts][::-1]
    return "".join(newest_first) or "<p>None yet; reload this page.</p>"


def _mail(kept: Json) -> str:
    mail = kept["mail"]
    content = mail.get("content", {}) if isinstance(mail, dict) else {}
    return f"{content.get('subject')}\n\n{content.get('plainText')}"
