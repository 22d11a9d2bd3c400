"""The gate that settings describe: who may sign in where, and whose tokens are taken."""

from urllib.parse import urlsplit

from shared.adapters.guarded_http import GuardedHttp
from shared.adapters.signing_keys import SigningKeys
from shared.auth.tokens import PersonTokens, Product, SignIn, StepUp, Workforce, WorkforceTokens
from shared.domain.keyed_hash import KeyedHash
from shared.domain.ports import Clock, Log
from shared.gate import AppAuth, Gate, WorkforceCalls
from shared.settings import Settings, SignInSettings, WorkforceSettings


def build_gate(settings: Settings, keyed_hash: KeyedHash, clock: Clock, log: Log) -> Gate:
    """Opens no connection; keys are read when the first token comes."""
    addresses = [settings.endpoints().login, *(one.metadata_url for one in settings.sign_ins.values())]
    http = GuardedHttp(frozenset(str(urlsplit(address).hostname) for address in addresses))
    people = [_sign_in(settings, name, http, clock, log) for name in sorted(settings.sign_ins)]
    return Gate(
        app_auth=AppAuth(settings.app_auth),
        workforce=_workforce(settings, settings.workforce, http, clock, log) if settings.workforce else None,
        people=PersonTokens(people, clock, settings.person_token_age) if people else None,
        tenant_ids={name: tenant.tenant_id.lower() for name, tenant in settings.tenants.items()},
        keyed_hash=keyed_hash,
        log=log,
    )


def _workforce(
    settings: Settings, workforce: WorkforceSettings, http: GuardedHttp, clock: Clock, log: Log
) -> WorkforceCalls:
    tenant_id = workforce.tenant_id.lower()
    endpoints = settings.endpoints()
    issuer = f"{endpoints.login}/{tenant_id}/v2.0"
    keys = SigningKeys(http, f"{issuer}/.well-known/openid-configuration", issuer, clock, log)
    issuers = frozenset({issuer, f"{endpoints.cloud.issuer}/{tenant_id}/"})
    tokens = WorkforceTokens(Workforce(tenant_id, issuers, workforce.audiences, keys), clock)
    return WorkforceCalls(tokens, tenant_id, settings.easy_auth == "trust", clock)


def _sign_in(settings: Settings, name: str, http: GuardedHttp, clock: Clock, log: Log) -> SignIn:
    given: SignInSettings = settings.sign_ins[name]
    return SignIn(
        name=name,
        tenant=given.tenant,
        tenant_id=settings.tenants[given.tenant].tenant_id.lower(),
        product=Product(given.product),
        issuer=given.issuer,
        policy=given.policy,
        audiences=given.audiences,
        client_ids=given.client_ids,
        step_up=StepUp(given.step_up),
        keys=SigningKeys(http, given.metadata_url, given.issuer, clock, log),
    )
