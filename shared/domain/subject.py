"""Who the request is about, as the caller gave it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ObjectIdSubject:
    """An account named by its object id in one tenant."""

    tenant: str
    object_id: str


@dataclass(frozen=True)
class EmailSubject:
    """A person named by the e-mail address they sign in with, in the one customer base there is."""

    email: str


@dataclass(frozen=True)
class UserNameSubject:
    """A person named by user name; user names mean nothing outside their tenant."""

    tenant: str
    user_name: str


Subject = ObjectIdSubject | EmailSubject | UserNameSubject
