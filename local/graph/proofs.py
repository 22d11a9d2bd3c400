"""What an application proves itself by at the login endpoint: a secret or a client assertion."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from local.graph.assertions import TYPE, Assertions
from local.graph.directory import Tenant
from local.graph.registry import Application, Registry
from local.graph.sign_in.refusals import SignInRefused

Form = Mapping[str, str]


@dataclass(frozen=True)
class Proofs:
    """Knows every application and what it may show."""

    registry: Registry
    assertions: Assertions

    def check(self, form: Form, tenant: Tenant) -> None:
        """Whether the form proves an application that is known in the tenant. Raises `SignInRefused`."""
        client_id = form["client_id"]
        application = self.registry.application(client_id)
        if application is None or self.registry.principal(tenant, client_id) is None:
            text = (
                f"Application with identifier '{client_id}' was not found in the directory '{tenant.domain}'."
            )
            raise SignInRefused("unauthorized_client", f"AADSTS700016: {text}")
        if assertion := form.get("client_assertion"):
            _check_type(form)
            self.assertions.check(assertion, application, tenant.tenant_id)
        else:
            _check_secret(form, application)


def _check_type(form: Form) -> None:
    if form.get("client_assertion_type") != TYPE:
        text = "The request body must contain the following parameter: 'client_assertion_type'."
        raise SignInRefused("invalid_request", f"AADSTS900144: {text}")


def _check_secret(form: Form, application: Application) -> None:
    if "client_secret" not in form:
        text = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."
        raise SignInRefused("invalid_client", f"AADSTS7000218: {text}")
    given = form["client_secret"].encode()
    held = [
        one for one in application.passwords if hmac.compare_digest(given, str(one["secretText"]).encode())
    ]
    if not held:
        raise SignInRefused("invalid_client", "AADSTS7000215: Invalid client secret provided.")
    if all(datetime.fromisoformat(str(one["endDateTime"])) <= datetime.now(UTC) for one in held):
        text = f"The provided client secret keys for app '{application.app_id}' are expired."
        raise SignInRefused("invalid_client", f"AADSTS7000222: {text}")
