"""Who may sign in."""

from local.graph.sign_in.accounts import Account
from local.graph.sign_in.authority import Authority
from local.graph.sign_in.forms import Form
from local.graph.sign_in.grant import Grant
from local.graph.sign_in.refusals import DISABLED, GONE, NO_PASSWORD, NOBODY, REVOKED


def admitted(authority: Authority, form: Form) -> Account:
    """Whoever the form names; any password will do. Raises `SignInRefused`."""
    account = authority.directory.by_user_name(form.get("user_name", ""))
    if account is None:
        raise authority.refusal(NOBODY)
    if not account.enabled:
        raise authority.refusal(DISABLED)
    if not form.get("password"):
        raise authority.refusal(NO_PASSWORD)
    return account


def still_admitted(grant: Grant) -> Account:
    """The person of a grant as they are now. Raises `SignInRefused`."""
    account = grant.authority.directory.by_id(grant.person.account.object_id)
    if account is None:
        raise grant.authority.refusal(GONE)
    if not account.admits(grant.person.at):
        raise grant.authority.refusal(REVOKED)
    return account
