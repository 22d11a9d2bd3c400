"""The properties of a record as lines of a table."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from export_function.derived import friendly_name
from export_function.report.names import friendly, humanised, place
from export_function.report.shown import Shown, plain, shown
from shared.domain.ports import JsonObject, JsonValue
from shared.languages import Say
from shared.marks import N_

MOST_FIELDS, MOST_VALUES, DEEPEST = 200, 50, 3
"""Of a record, of a property, and of records within records: beyond that the data file is to be read."""


@dataclass(frozen=True)
class Field:
    """A property: its name in words, its own name, its values, and how many more there are."""

    name: Shown
    raw: Shown
    values: tuple[Shown, ...]
    more: int = 0


@dataclass(frozen=True)
class Record:
    """One record; `empty` properties have no value, `more` are not shown."""

    title: Shown
    fields: tuple[Field, ...]
    empty: int = 0
    more: int = 0


def record_of(item: JsonValue, say: Say) -> Record:
    """Every property that has a value, known ones first."""
    item = item if isinstance(item, Mapping) else {"value": item}
    leaves = [(path, value) for path, value in _leaves(item) if value not in (None, "", [], {})]
    empty = sum(1 for value in item.values() if value in (None, "", [], {}))
    fields = tuple(field_of(path, value, say) for path, value in leaves[:MOST_FIELDS])
    return Record(_title(item, say), fields, empty, max(0, len(leaves) - MOST_FIELDS))


def field_of(path: str, value: JsonValue, say: Say) -> Field:
    """One property."""
    values = value if isinstance(value, list) else [value]
    kept = tuple(shown(one, say) for one in values[:MOST_VALUES])
    return Field(plain(friendly(path, say)), plain(path), kept, max(0, len(values) - MOST_VALUES))


def attribute_field(attribute: JsonObject, say: Say) -> Field:
    """A custom attribute, by the name that it was given."""
    named = field_of(str(attribute["name"]), attribute["value"], say)
    given = friendly_name(str(attribute["name"])) or ""
    return Field(plain(humanised(given)), named.raw, named.values, named.more)


IDENTITY: Sequence[tuple[str, str]] = (
    ("signInType", N_("Kind of sign-in")),
    ("issuer", N_("Issued by")),
    ("issuerAssignedId", N_("Your name there")),
)
"""Properties of an identity with their titles (Graph v1.0, `objectIdentity`)."""


def identity_row(identity: JsonValue, say: Say) -> tuple[Shown, ...]:
    """An identity as a line of a table."""
    held = identity if isinstance(identity, Mapping) else {}
    return tuple(shown("" if held.get(name) is None else held[name], say) for name, _ in IDENTITY)


def _leaves(item: JsonObject, before: str = "", depth: int = 1) -> Iterator[tuple[str, JsonValue]]:
    for name in sorted(item, key=place):
        value = item[name]
        if isinstance(value, Mapping) and value and depth < DEEPEST:
            yield from _leaves(value, f"{before}{name}.", depth + 1)
        else:
            yield f"{before}{name}", value


_TITLES: Sequence[str] = (
    "displayName",
    "resourceDisplayName",
    "riskEventType",
    "phoneNumber",
    "emailAddress",
)


def _title(item: JsonObject, say: Say) -> Shown:
    return next((shown(item[name], say) for name in _TITLES if item.get(name)), Shown(""))
