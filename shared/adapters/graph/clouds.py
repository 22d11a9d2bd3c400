"""The clouds in which tenants are: one table of what depends on them.

Sources: Graph, "National cloud deployments"; Entra, "Authentication & national clouds" and, for the audience,
"Configure an application to trust a managed identity".
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Cloud:
    """Where Entra's login and Graph are, each as scheme and host.

    `exchange_audience` is what a managed identity's token must be for to serve as a client assertion.
    `issuer` is who issues tokens of version 1. `lacks` are the calls, by name, that its Graph v1.0 does not
    have (the reference's page on each, "national cloud deployments").
    """

    login: str
    graph: str
    exchange_audience: str
    issuer: str
    lacks: frozenset[str] = frozenset()


GLOBAL = Cloud(
    login="https://login.microsoftonline.com",
    graph="https://graph.microsoft.com",
    exchange_audience="api://AzureADTokenExchange",
    issuer="https://sts.windows.net",
)
US_GOV = Cloud(
    login="https://login.microsoftonline.us",
    graph="https://graph.microsoft.us",
    exchange_audience="api://AzureADTokenExchangeUSGov",
    issuer="https://sts.windows.net",
    lacks=frozenset({"sign_ins"}),
)
US_DOD = Cloud(
    login="https://login.microsoftonline.us",
    graph="https://dod-graph.microsoft.us",
    exchange_audience="api://AzureADTokenExchangeUSGov",
    issuer="https://sts.windows.net",
    lacks=frozenset({"sign_ins"}),
)
CHINA = Cloud(
    login="https://login.partner.microsoftonline.cn",
    graph="https://microsoftgraph.chinacloudapi.cn",
    exchange_audience="api://AzureADTokenExchangeChina",
    issuer="https://sts.chinacloudapi.cn",
    lacks=frozenset(
        {
            *("audits_as_target", "audits_as_initiator", "sign_ins", "authentication_methods"),
            *("risky_user", "risk_detections"),
        }
    ),
)
CLOUDS: Mapping[str, Cloud] = {"global": GLOBAL, "us_gov": US_GOV, "us_dod": US_DOD, "china": CHINA}
"""By the names that settings have for them."""
