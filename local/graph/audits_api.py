"""Directory audit events, page by page."""

from dataclasses import dataclass
from datetime import timedelta

from starlette.responses import Response

from local.graph.answers import ok, unknown
from local.graph.call import Call
from local.graph.directory import AUDITS_KEPT, Json, Tenant, moment_text
from local.graph.filters import AuditQuery, audit_query
from local.graph.paging import Place, next_link, page_size, place

LARGEST_PAGE = 1000
PATH = "auditLogs/directoryAudits"
_ORDERS = {"activitydatetime": False, "activitydatetime asc": False, "activitydatetime desc": True}


@dataclass
class AuditPages:
    """How lists are cut; `empty_page_at` (from 1) makes that page of every query an empty one."""

    page_size: int = LARGEST_PAGE
    empty_page_at: int | None = None

    def answer(self, call: Call) -> Response:
        """GET /auditLogs/directoryAudits."""
        size = min(page_size(call, LARGEST_PAGE, LARGEST_PAGE), self.page_size)
        here = place(call)
        left = _left(_ordered(call), here, newest_first=_newest_first(call))
        shown = [] if here.page == self.empty_page_at else left[:size]
        body: Json = {"@odata.context": f"{call.root}/$metadata#{PATH}", "value": shown}
        if len(shown) < len(left):
            after = _key(shown[-1]) if shown else here.after
            body["@odata.nextLink"] = next_link(call, PATH, Place(here.page + 1, after))
        return ok(call.request, body)


def _ordered(call: Call) -> list[Json]:
    events = _chosen(call.tenant, audit_query(call.options.get("$filter", "")))
    oldest, newest = moment_text(AUDITS_KEPT), moment_text(timedelta(seconds=call.tenant.lag.seconds))
    shown = [event for event in events if oldest <= str(event["activityDateTime"]) <= newest]
    return sorted(shown, key=_key, reverse=_newest_first(call))


def _left(events: list[Json], here: Place, *, newest_first: bool) -> list[Json]:
    if here.after is None:
        return events
    last = here.after
    return [event for event in events if (_key(event) < last if newest_first else _key(event) > last)]


def _newest_first(call: Call) -> bool:
    order = call.options.get("$orderby", "activityDateTime desc")
    if order.lower() not in _ORDERS:
        raise unknown(f"$orderby={order}")
    return _ORDERS[order.lower()]


def _chosen(tenant: Tenant, query: AuditQuery) -> list[Json]:
    if query.target is not None and query.initiator is not None:
        initiated = {str(event["id"]) for event in tenant.as_initiator.get(query.initiator, ())}
        targeted = tenant.as_target.get(query.target, [])
        events = [event for event in targeted if str(event["id"]) in initiated]
    elif query.target is not None:
        events = tenant.as_target.get(query.target, [])
    elif query.initiator is not None:
        events = tenant.as_initiator.get(query.initiator, [])
    else:
        events = _all(tenant)
    return [event for event in events if all(test(event) for test in query.tests)]


def _all(tenant: Tenant) -> list[Json]:
    lists = (*tenant.as_target.values(), *tenant.as_initiator.values())
    return list({str(event["id"]): event for events in lists for event in events}.values())


def _key(event: Json) -> str:
    return f"{event['activityDateTime']} {event['id']}"
