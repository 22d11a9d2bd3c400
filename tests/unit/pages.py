"""A page as its structure: what a browser or a screen reader makes of it."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

VOID = frozenset({"meta", "img", "br", "link", "hr", "input"})


@dataclass(frozen=True)
class Tag:
    name: str
    attributes: dict[str, str]


@dataclass
class Page(HTMLParser):
    """`tags` in order, `text` of everything that is read, `open` those not closed yet."""

    source: str
    tags: list[Tag] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    text: str = ""
    crossed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(Tag(tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(Tag(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()
        else:
            self.crossed.append(tag)

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data

    def named(self, *names: str) -> list[Tag]:
        return [tag for tag in self.tags if tag.name in names]


def problems(page: Page) -> list[str]:
    """What is wrong with a page that must be readable by anybody, offline, and do nothing."""
    levels = [int(tag.name[1]) for tag in page.named("h1", "h2", "h3", "h4", "h5", "h6")]
    steps = pairwise(levels)
    ids = [tag.attributes["id"] for tag in page.tags if "id" in tag.attributes]
    checks = {
        "tags cross or stay open": page.crossed or page.open,
        "one h1": levels.count(1) != 1 or levels[0] != 1,
        "headings skip a level": [pair for pair in steps if pair[1] > pair[0] + 1],
        "an id is there twice": len(ids) != len(set(ids)),
        "th without scope": [
            tag for tag in page.named("th") if tag.attributes.get("scope") not in {"col", "row"}
        ],
        "img without alt": [tag for tag in page.named("img") if not tag.attributes.get("alt")],
        "a table has no th": page.source.count("<table") > page.source.count("<thead><tr><th scope"),
        "landmarks": [name for name in ("header", "nav", "main", "footer") if len(page.named(name)) != 1],
        "active content": page.named("script", "link", "iframe", "object", "embed", "form", "base", "input"),
        "attributes that act": [
            name for tag in page.tags for name in tag.attributes if name.startswith("on") or name == "style"
        ],
        "leads outside": [value for tag in page.tags for value in _leads(tag) if not _is_inside(value, ids)],
        "lang": page.named("html")[0].attributes.get("lang", "") == "",
    }
    return [name for name, found in checks.items() if found]


def _leads(tag: Tag) -> list[str]:
    return [
        tag.attributes[name] for name in ("href", "src", "srcset", "xlink:href") if name in tag.attributes
    ]


def _is_inside(target: str, ids: list[str]) -> bool:
    return target[1:] in ids if target.startswith("#") else target.startswith("data/") and ".." not in target
