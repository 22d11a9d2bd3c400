"""What decides whether a user may be deleted, read out of Graph's answers."""

from collections.abc import Iterable, Sequence

from shared.adapters.graph.accounts import text
from shared.adapters.graph.calls import ALL_MEMBERSHIPS, READ_STANDING
from shared.adapters.graph.send import MakeRequest
from shared.domain.account import Standing
from shared.domain.errors import DirectoryUnavailable
from shared.domain.ports import JsonObject

GROUP = "#microsoft.graph.group"
ROLE = "#microsoft.graph.directoryRole"


def memberships(object_id: str) -> MakeRequest:
    """The user's groups, roles and administrative units, those held through groups included.

    Without a selection: Graph does not document one of properties that only some kinds have.
    """
    return lambda graph: graph.users.by_user_id(object_id).transitive_member_of.to_get_request_information()


def standing_from(user: JsonObject, memberships: Sequence[JsonObject]) -> Standing:
    """Both answers in one. Raises `DirectoryUnavailable` for one that leaves open what it decides.

    Memberships of other kinds say nothing here: an administrative unit gives its members no power.
    """
    enabled = user.get("accountEnabled")
    if not isinstance(enabled, bool):
        raise DirectoryUnavailable(READ_STANDING.name)
    kinds = [(text(ALL_MEMBERSHIPS, item, "@odata.type"), item) for item in memberships]
    return Standing(
        enabled=enabled,
        user_type=_word(user, "userType"),
        creation_type=_word(user, "creationType"),
        roles=frozenset(_role_name(item) for item in _of(ROLE, kinds)),
        groups=frozenset(text(ALL_MEMBERSHIPS, item, "id") for item in _of(GROUP, kinds)),
    )


def _of(kind: str, kinds: Iterable[tuple[str, JsonObject]]) -> list[JsonObject]:
    return [item for its_kind, item in kinds if its_kind == kind]


def _role_name(role: JsonObject) -> str:
    # Graph leaves out what the app may not read of a member, but never that it is there.
    named = (_word(role, name) for name in ("displayName", "roleTemplateId"))
    return next(filter(None, named), None) or text(ALL_MEMBERSHIPS, role, "id")


def _word(item: JsonObject, name: str) -> str | None:
    value = item.get(name)
    return value if isinstance(value, str) and value else None
