"""Directory audit events, page by page."""

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from local.graph.answers import GraphError, bad_query, ok
from local.graph.directory import AUDITS_KEPT, Json, Tenant
from local.graph.filters import AuditQuery, audit_query


@dataclass
class AuditPages:
    """How lists are cut; `empty_page_at` (from 1) makes that page of every query an empty one."""

    page_size: int = 1000
    empty_page_at: int | None = None

    def answer(self, request: Request, tenant: Tenant, options: dict[str, str]) -> Response:
        """GET /auditLogs/directoryAudits."""
        events = _chosen(tenant, audit_query(options["$filter"])) if "$filter" in options else _all(tenant)
        top = min(_top(options), self.page_size)
        start, page = _opened(options.get("$skiptoken"))
        empty = page == self.empty_page_at
        shown = [] if empty else events[start : start + top]
        root = f"{request.url.scheme}://{request.url.netloc}/v1.0"
        body: Json = {"@odata.context": f"{root}/$metadata#auditLogs/directoryAudits", "value": shown}
        after = start + len(shown)
        if after < len(events):
            kept = {**options, "$skiptoken": _sealed(after, page + 1)}
            query = "&".join(f"{name}={quote(value)}" for name, value in kept.items())
            body["@odata.nextLink"] = f"{root}/auditLogs/directoryAudits?{query}"
        return ok(request, body)


def _chosen(tenant: Tenant, query: AuditQuery) -> list[Json]:
    if query.target is not None and query.initiator is not None:
        initiated = {str(event["id"]) for event in tenant.as_initiator[query.initiator]}
        events = [event for event in tenant.as_target[query.target] if str(event["id"]) in initiated]
    elif query.target is not None:
        events = tenant.as_target[query.target]
    elif query.initiator is not None:
        events = tenant.as_initiator[query.initiator]
    else:
        events = _all(tenant)
    return _newest_first([event for event in events if all(test(event) for test in query.tests)])


def _all(tenant: Tenant) -> list[Json]:
    lists = (*tenant.as_target.values(), *tenant.as_initiator.values())
    return _newest_first(list({str(event["id"]): event for events in lists for event in events}.values()))


def _newest_first(events: list[Json]) -> list[Json]:
    oldest = (datetime.now(UTC) - AUDITS_KEPT).strftime("%Y-%m-%dT%H:%M:%S")
    kept = [event for event in events if str(event["activityDateTime"]) >= oldest]
    return sorted(kept, key=lambda event: (str(event["activityDateTime"]), str(event["id"])), reverse=True)


def _top(options: dict[str, str]) -> int:
    top = options.get("$top", "1000")
    if not top.isdigit() or not 1 <= int(top) <= 1000:
        raise bad_query("Invalid page size specified.")
    return int(top)


def _sealed(start: int, page: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([start, page]).encode()).decode()


def _opened(token: str | None) -> tuple[int, int]:
    if token is None:
        return 0, 1
    try:
        start, page = json.loads(base64.urlsafe_b64decode(token))
    except ValueError:
        raise GraphError(400, "Directory_ExpiredPageToken", "The specified page token has expired.") from None
    return int(start), int(page)
