"""The calls that only checks make, beside those of the app's own table.

Permissions: Graph's permissions.json. All but the last are within what the app has anyway.
"""

from collections.abc import Mapping

from shared.adapters.graph.calls import CALLS, Call, Quota

READ_ORGANIZATION = Call("read_organization", "GET", "/organization", ("User.Read.All",))
READ_REGISTRATION = Call("read_registration", "GET", "/applications", ("Application.Read.All",))
LIST_DELETED = Call("list_deleted", "GET", "/directory/deletedItems/microsoft.graph.user", ("User.Read.All",))
CREATE_USER = Call("create_user", "POST", "/users", ("User.ReadWrite.All",), Quota.WRITES)
"""For the throw-away user alone: nothing that the app does for people needs it."""

CHECK_CALLS = (READ_ORGANIZATION, READ_REGISTRATION, LIST_DELETED, CREATE_USER)
BY_NAME: Mapping[str, Call] = {call.name: call for call in (*CALLS, *CHECK_CALLS)}
