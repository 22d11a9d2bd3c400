"""Find people for operators: by object id, or by any name they sign in with or get mail under."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from operations_function.bodies import SearchBody
from shared.bodies import bad
from shared.domain.account import Account, Identity
from shared.domain.claims import ACCOUNT
from shared.domain.errors import DirectoryFault
from shared.domain.holds import Hold, Holds
from shared.domain.keyed_hash import KeyedHash
from shared.domain.ports import Directory, JsonObject, Log, Register
from shared.domain.states import Kind
from shared.responses import Fault
from shared.views import text

PATIENCE = 30.0
"""Seconds for one tenant; the operator waits for the slowest."""
NAMED_BY = ("emailAddress", "userName", "userPrincipalName")


@dataclass(frozen=True)
class People:
    """Searches every tenant that is asked for; what it tells is masked but for the object id."""

    directories: Mapping[str, Directory]
    domains: Mapping[str, str]
    register: Register
    holds: Holds
    keyed_hash: KeyedHash
    log: Log

    async def search(self, asked: SearchBody) -> JsonObject:
        """Who was found, and the tenants that did not answer. Raises `BadInput`, `StorageUnavailable`."""
        if asked.tenant is not None:
            self.check_tenant(asked.tenant)
        tenants = [name for name in sorted(self.directories) if asked.tenant in {None, name}]
        answers = await asyncio.gather(*(self._in_time(tenant, asked) for tenant in tenants))
        by_tenant = dict(zip(tenants, answers, strict=True))
        people = [
            await self._shown(tenant, account) for tenant in tenants for account in by_tenant[tenant] or ()
        ]
        return {"people": people, "unreachable": [name for name in tenants if by_tenant[name] is None]}

    def check_tenant(self, tenant: str) -> None:
        """Raise `BadInput` for a tenant that is not configured."""
        if tenant not in self.directories:
            raise bad(Fault("/tenant", "must be the name of a configured tenant"))

    async def _in_time(self, tenant: str, asked: SearchBody) -> tuple[Account, ...] | None:
        """Who was found there; None where it cannot be said, or not in time."""
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._in_tenant(tenant, asked)
        except DirectoryFault as fault:
            self.log.warning("search_failed", tenant=tenant, code=fault.code)
        except TimeoutError:
            self.log.warning("search_failed", tenant=tenant, code="no_answer_in_time")
        return None

    async def _in_tenant(self, tenant: str, asked: SearchBody) -> tuple[Account, ...]:
        directory = self.directories[tenant]
        if asked.object_id is not None:
            account = await directory.account(asked.object_id)
            return (account,) if account else ()
        name = asked.name or ""
        found: dict[str, Account] = {}
        for kind in NAMED_BY:
            for account in await directory.accounts_signing_in_as(Identity(kind, self.domains[tenant], name)):
                found[account.object_id] = account
        for account in await directory.accounts_with_mail(name):
            found[account.object_id] = account
        return tuple(found.values())

    async def _shown(self, tenant: str, account: Account) -> JsonObject:
        entry = await self.register.read(self.keyed_hash.account(tenant, account.object_id), ACCOUNT)
        requests = {f"{kind}Id": entry.value.get(kind) if entry else None for kind in Kind}
        return {
            "tenant": tenant,
            "objectId": account.object_id,
            "signInNames": [masked(one.issuer_assigned_id) for one in account.identities],
            "createdAt": account.created_at.isoformat() if account.created_at else None,
            **requests,
            "hold": _hold(await self.holds.of(tenant, account.object_id)),
        }


def _hold(hold: Hold | None) -> JsonObject | None:
    if hold is None:
        return None
    return {
        "basis": hold.basis,
        "article": hold.article,
        "reviewAt": text(hold.review_at),
        "since": text(hold.since),
        "by": hold.by,
    }


def masked(name: str) -> str:
    """A name that somebody who knows it recognises, and nobody else reads: the first letter of each part."""
    local, at, domain = name.partition("@")
    return f"{_hidden(local)}{at}{'.'.join(map(_hidden, domain.split('.'))) if domain else ''}"


def _hidden(part: str) -> str:
    return f"{part[:1]}***"
