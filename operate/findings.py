"""What doctor found: from the app, and of the app itself as seen from here."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Literal

from operate.answers import Answer
from operate.exits import Exit


class Result(StrEnum):
    """How bad it is, the worst last."""

    OK = "ok"
    NOT_CHECKED = "not_checked"
    WARNING = "warning"
    FAULT = "fault"


class Finding(Answer):
    """What one check found."""

    place: str
    tenant: str | None
    check: str
    result: Result
    code: str
    meaning: str
    remedy: str | None

    @property
    def where(self) -> str:
        """The tenant's name, or the place."""
        return self.tenant or self.place


class Checks(Answer):
    """What the app found, and the tenants that it has."""

    tenants: tuple[str, ...]
    findings: tuple[Finding, ...]


class SettingFault(Answer):
    """A setting, and what is expected of it."""

    setting: str
    expected: str
    code: str = "not_as_expected"


class Health(Answer):
    """Whether the app works at all."""

    status: Literal["alive", "degraded"]
    faults: tuple[SettingFault, ...] = ()


REFERENCE = "reference_not_resolved"
SEEN_FROM_HERE: Mapping[str, tuple[Result, str, str]] = {
    "alive": (Result.OK, "The app answers, and its settings are sound.", ""),
    "setting_at_fault": (
        Result.FAULT,
        "{setting} {expected}.",
        "Mend {setting} (docs/settings.md). Until then the app takes nothing, and loses nothing.",
    ),
    REFERENCE: (
        Result.FAULT,
        "{setting} is a Key Vault reference that was not resolved.",
        "See that the secret is there and enabled, give the app's identity the role Key Vault Secrets User, "
        "let its network through the vault's firewall, and restart the app.",
    ),
    "app_unreachable": (
        Result.FAULT,
        "The app cannot be reached.",
        "Check --url or OPERATE_URL, DNS, the network, a proxy, and whether the app is started.",
    ),
    "app_not_trusted": (
        Result.FAULT,
        "The connection to the app cannot be trusted.",
        "Check the app's certificate and the address; for a company's own authority set SSL_CERT_FILE.",
    ),
    "not_this_app": (
        Result.FAULT,
        "What answers there is not this app.",
        "Check --url or OPERATE_URL; and that the functions were deployed and indexed.",
    ),
    "app_failed": (
        Result.FAULT,
        "The app, or what stands before it, fails.",
        "See the app's log, and whether the function app is started.",
    ),
    "no_findings": (
        Result.FAULT,
        "The app did not say what it found.",
        "Run this again with --tenant; the app's log has more.",
    ),
}
"""By code: how bad it is, what it means, what to do."""
UNANSWERED: Mapping[Exit, str] = {
    Exit.UNREACHABLE: "app_unreachable",
    Exit.TLS: "app_not_trusted",
    Exit.WRONG_ADDRESS: "not_this_app",
    Exit.APP_FAILED: "app_failed",
}
"""What it means where the app does not answer."""


def seen_from_here(code: str, *, place: str = "app", tenant: str | None = None, **facts: str) -> Finding:
    """A finding of this side."""
    result, meaning, remedy = SEEN_FROM_HERE[code]
    return Finding(
        place=place,
        tenant=tenant,
        check="answer",
        result=result,
        code=code,
        meaning=meaning.format(**facts),
        remedy=remedy.format(**facts) or None,
    )


def of_setting(fault: SettingFault) -> Finding:
    """What a fault of a setting means."""
    code = REFERENCE if fault.code == REFERENCE else "setting_at_fault"
    return seen_from_here(code, setting=fault.setting, expected=fault.expected)


def merged(findings: Iterable[Finding]) -> Sequence[Finding]:
    """Those that say the same of a place as one, with the names of all their checks."""
    alike: dict[tuple[str, str, str], Finding] = {}
    for one in findings:
        key = (one.where, one.code, one.meaning)
        before = alike.get(key)
        checks = f"{before.check}, {one.check}" if before else one.check
        alike[key] = one.model_copy(update={"check": checks})
    return tuple(alike.values())
