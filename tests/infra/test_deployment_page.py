"""The page on deployment has every parameter, role and alert, and no other."""

import json
import re

from tests.infra.bicep import INFRA, declarations
from tests.paths import ROOT

PAGE = (ROOT / "docs/deployment.md").read_text()


def section(title: str) -> str:
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def parameters() -> dict[str, object]:
    file = json.loads((INFRA / "main.parameters.json").read_text())
    return {name: one["value"] for name, one in file["parameters"].items() if name != "settings"}


def test_every_parameter_is_in_the_table_with_its_default() -> None:
    told = dict(re.findall(r"^\| `(\w+)` \| `?([^|`]+)`? \|", section("Parameters"), re.MULTILINE))
    asked = dict(re.findall(r"'\$\{(\w+)=?([^}]*)\}'", str(list(parameters().values()))))
    assert len(asked) == len(parameters())
    azd = {"AZURE_ENV_NAME", "AZURE_LOCATION"}
    assert told == {name: default or "required" for name, default in asked.items() if name not in azd}


def test_a_default_is_the_same_in_both_files() -> None:
    bicep = {one.name: one.text for one in declarations("parameter", INFRA / "main.bicep")}
    for name, value in parameters().items():
        default = str(value).rpartition("=")[2].rstrip("}") if "=" in str(value) else None
        if default is not None and " = " in bicep[name]:
            assert bicep[name].rpartition(" = ")[2].strip("'") == default, name


def test_every_role_is_in_the_table() -> None:
    source = (INFRA / "modules/roles.bicep").read_text()
    names = dict(re.findall(r"^var (\w+) = subscriptionResourceId.*// (.+)$", source, re.MULTILINE))
    given = [names[role] for role in re.findall(r"roleDefinitionId: (\w+)", source)]
    rows = re.findall(r"^\| ((?:Storage|Key Vault|Monitoring) [\w ]+?) \|", PAGE, re.MULTILINE)
    assert sorted(rows) == sorted(given)


def test_every_alert_is_told_with_what_to_do() -> None:
    rows = re.findall(r"^\| `([\w-]+)` \| [^|]+ \| [^|]+ \|$", section("Alerts"), re.MULTILINE)
    assert set(rows) == {path.stem for path in (INFRA / "alerts").glob("*.kql")}
