"""Which permissions of Graph a profile is given: those of the app's own table of calls, no more."""

from collections.abc import Mapping

from shared.adapters.graph.calls import CALLS, Principal
from shared.adapters.graph.clouds import CLOUDS

PROFILES: Mapping[str, tuple[Principal, ...]] = {
    "both": (Principal.READER, Principal.ERASER),
    "reader": (Principal.READER,),
    "eraser": (Principal.ERASER,),
    "exports": (Principal.READER,),
}
"""By what a registration is for; `exports` is a tenant in which nothing is deleted."""


def permissions(profile: str, cloud: str) -> tuple[str, ...]:
    """The application permissions of a profile, without those for what the cloud does not have; sorted."""
    principals, lacks = PROFILES[profile], CLOUDS[cloud].lacks
    needed = (call for call in CALLS if call.principal in principals and call.name not in lacks)
    return tuple(sorted({permission for call in needed for permission in call.permissions}))
