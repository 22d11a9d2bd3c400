"""docs/network.md is about the network that infra makes."""

import json
import re
import xml.etree.ElementTree as ET

from shared.gate import PRINCIPAL, TICKET
from tests.infra.bicep import INFRA
from tests.paths import ROOT

PAGE = (ROOT / "docs/network.md").read_text()


def policy() -> ET.Element:
    found = re.search(r"```xml\n(.*?)```", PAGE, re.DOTALL)
    assert found
    return ET.fromstring(found[1])  # noqa: S314 - our own page


def test_the_zones_are_those_that_are_made() -> None:
    source = (INFRA / "modules/private-endpoints.bicep").read_text()
    made = set(re.findall(r"'(privatelink\.[^']+)'", source.replace("${suffix}", "core.windows.net")))
    instead = re.search(
        r"'privatelink\$\{replace\(environment\(\)\.suffixes\.keyvaultDns, '(.+?)', '(.+?)'\)", source
    )
    assert instead
    made.add(f"privatelink{'.vault.azure.net'.replace(instead[1], instead[2])}")
    assert set(re.findall(r"^\| `(privatelink\.[\w.]+)` \|", PAGE, re.MULTILINE)) == made


def test_the_gateway_s_limit_of_bodies_is_the_host_s() -> None:
    values = json.loads((ROOT / "local.settings.sample.json").read_text())["Values"]
    limits = [one.get("max-size") for one in policy().iter("validate-content")]
    assert limits == [values["FUNCTIONS_REQUEST_BODY_SIZE_LIMIT"]]


def test_the_gateway_takes_away_what_the_platform_alone_may_say() -> None:
    taken = [one.get("name", "").lower() for one in policy().iter("set-header")]
    assert taken == [PRINCIPAL]


def test_every_header_that_callers_send_is_to_be_passed_on() -> None:
    source = (ROOT / "shared/front_desk.py").read_text() + (ROOT / "shared/gate.py").read_text()
    read = set(re.findall(r"headers\.get\(\"([\w-]+)\"", source)) | {TICKET}
    passed = next(line for line in PAGE.splitlines() if line.startswith("| pass `"))
    assert read - {"content-type"} == {name.lower() for name in re.findall(r"`([\w-]+)`", passed)}


def test_every_mode_of_the_network_has_a_column() -> None:
    (modes,) = re.findall(r"@allowed\(\[(.*?)\]\)\nparam network ", (INFRA / "main.bicep").read_text())
    assert f"| part | {modes.replace(chr(39), '`').replace(', ', ' | ')} |" in PAGE
