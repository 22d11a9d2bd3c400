"""Files made from the profile: custom attributes and identities by themselves."""

import re
from collections.abc import Mapping

from shared.domain.ports import JsonObject, JsonValue

_CUSTOM = re.compile(r"extension_[0-9a-fA-F]{32}_(.+)", re.DOTALL)
"""How Graph names a custom attribute: with the id of the application that it belongs to."""


def custom_attributes(profile: JsonValue) -> tuple[JsonObject, ...]:
    """Each with the name it was given, the name that Graph has for it, and its value."""
    if not isinstance(profile, Mapping):
        return ()
    named = ((name, friendly_name(name)) for name in sorted(profile))
    return tuple(
        {"friendlyName": friendly, "name": name, "value": profile[name]}
        for name, friendly in named
        if friendly
    )


def friendly_name(name: str) -> str | None:
    """The name that a custom attribute was given; None for any other property."""
    custom = _CUSTOM.fullmatch(name)
    return custom[1] if custom else None


def identities(profile: JsonValue) -> tuple[JsonValue, ...]:
    """The ways to sign in, as they are in the profile."""
    held = profile.get("identities") if isinstance(profile, Mapping) else None
    return tuple(held) if isinstance(held, list) else ()
