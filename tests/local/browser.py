"""What a person's browser does: shows a page, fills in its form, follows it until it leaves for an app."""

import ssl
from dataclasses import dataclass, field
from html.parser import HTMLParser
from types import TracebackType
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx

from tests.running import Simulator


@dataclass
class Page(HTMLParser):
    """A page that was shown: its form's address, its inputs by name, the text of its elements by tag."""

    url: str
    status: int
    html: str
    action: str = ""
    inputs: dict[str, str] = field(default_factory=dict)
    labels: list[str] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    problem: str = ""

    def __post_init__(self) -> None:
        super().__init__()
        self._inside = ""
        self._alert = False
        self.feed(self.html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._inside, self._alert = tag, given.get("role") == "alert"
        if tag == "form":
            self.action = given.get("action", "")
        if tag == "input":
            self.inputs[given["name"]] = given.get("value", "")
        if tag == "label":
            self.labels.append(given["for"])

    def handle_data(self, data: str) -> None:
        self.texts[self._inside] = self.texts.get(self._inside, "") + data
        if self._alert:
            self.problem += data

    def handle_endtag(self, tag: str) -> None:
        del tag  # whichever ends, the text after it belongs to none
        self._inside, self._alert = "", False


@dataclass(frozen=True)
class Arrival:
    """The browser has left for an app: the address without what was sent, and that."""

    address: str
    sent: dict[str, str]


class Browser:
    """Keeps cookies; knows the login endpoint's certificate."""

    def __init__(self, simulator: Simulator) -> None:
        context = ssl.create_default_context(cafile=str(simulator.ready["ca_file"]))
        self.http = httpx.Client(verify=context, trust_env=False)
        self._home = simulator.login

    def open(self, url: str) -> Page | Arrival:
        """Go to an address."""
        return self._shown(self.http.get(url))

    def send(self, page: Page, **typed: str) -> Page | Arrival:
        """Fill in the page's form and press its button."""
        address = urljoin(page.url, page.action) if page.action else page.url
        fields = {**page.inputs, **typed}
        if not address.startswith(self._home):
            return Arrival(address, fields)
        return self._shown(self.http.post(address, data=fields))

    def page(self, url: str) -> Page:
        """Go to an address that must show a page."""
        shown = self.open(url)
        assert isinstance(shown, Page), shown
        return shown

    def arrives(self, shown: Page | Arrival) -> dict[str, str]:
        """What an app is sent, which must be where the browser is now."""
        assert isinstance(shown, Arrival), shown.problem or shown.html
        return shown.sent

    def _shown(self, answer: httpx.Response) -> Page | Arrival:
        if not answer.has_redirect_location:
            return Page(str(answer.url), answer.status_code, answer.text)
        address = urlsplit(answer.headers["location"])
        sent = dict(parse_qsl(address.fragment or address.query))
        return Arrival(address._replace(query="", fragment="").geturl(), sent)

    def __enter__(self) -> "Browser":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.http.close()
