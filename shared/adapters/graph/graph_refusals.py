"""Why Graph did not do what a check asked."""

from collections.abc import Mapping

from shared.adapters.graph.check_calls import BY_NAME
from shared.domain.checks import tenant_reasons as reasons
from shared.domain.checks.reason import Found, Reason, found
from shared.domain.errors import (
    CredentialRejected,
    DirectoryFault,
    DirectoryRefused,
    DirectoryUnavailable,
    NotOffered,
    PermissionMissing,
    Throttled,
)

Refusals = Mapping[type[DirectoryFault], Reason]
_USUAL: Refusals = {
    PermissionMissing: reasons.PERMISSION_REFUSED,
    CredentialRejected: reasons.TOKEN_REFUSED,
    Throttled: reasons.GRAPH_BUSY,
    NotOffered: reasons.NOT_OFFERED,
    DirectoryRefused: reasons.QUERY_REFUSED,
    DirectoryUnavailable: reasons.GRAPH_UNAVAILABLE,
}


def graph_refused(fault: DirectoryFault, instead: Refusals) -> Found:
    """What the fault means, `instead` saying where that is not the usual."""
    reason = {**_USUAL, **instead}[type(fault)]
    return found(reason, call=fault.call, permissions=" and ".join(BY_NAME[fault.call].permissions))
