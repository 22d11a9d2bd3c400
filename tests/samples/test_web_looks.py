"""The website's colours: text that can be read (WCAG 2.2, 1.4.3)."""

import re
from collections.abc import Iterator

import pytest

from samples.web.app import HERE


def colours(scheme: str) -> dict[str, str]:
    """The colours of the light or the dark scheme."""
    light, dark = re.findall(r":root \{[^}]*\}", (HERE / "static" / "style.css").read_text())
    return dict(re.findall(r"--(\w+): (#\w+);", dark if scheme == "dark" else light))


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    channels = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def pairs() -> Iterator[tuple[str, str, str]]:
    """What is ever written on what."""
    for scheme in ("light", "dark"):
        for text in ("ink", "soft", "action", "danger", "good"):
            for ground in ("paper", "card"):
                yield scheme, text, ground
        for ground in ("action", "danger"):
            yield scheme, "on", ground


@pytest.mark.parametrize(("scheme", "text", "ground"), list(pairs()))
def test_text_stands_out_from_its_ground(scheme: str, text: str, ground: str) -> None:
    darker, lighter = sorted(luminance(colours(scheme)[name]) for name in (text, ground))
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5
