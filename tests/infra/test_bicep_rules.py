"""What the Bicep files must say whatever else changes. They are parsed here, not compiled."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from shared.domain.bulk.bounds import FOLLOWED, KEPT
from shared.settings import Settings
from tests.infra.bicep import FILES, INFRA, Declaration, bound, declarations, named, parsed, text_of, walk
from tests.paths import ROOT

ACCOUNT = "Microsoft.Storage/storageAccounts"
RESOURCES = declarations("resource")


def of_type(kind: str) -> list[Declaration]:
    """Those that are made here, not those that are only referred to."""
    found = [one for one in RESOURCES if one.of.partition("@")[0] == kind and " existing = " not in one.text]
    assert found
    return found


def main(kind: str) -> dict[str, Declaration]:
    return {one.name: one for one in declarations(kind, INFRA / "main.bicep")}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_file_parses_without_an_error(file: Path) -> None:
    faults = [node for node in walk(parsed(file.read_text())) if node.is_error or node.is_missing]
    assert [(node.start_point, text_of(node)[:60]) for node in faults] == []


def test_the_parser_tells_what_is_wrong() -> None:
    assert parsed("resource a 'x@2024-01-01' = {\n  name 'b'\n}\n").has_error


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("properties.allowSharedKeyAccess", "false"),
        ("properties.allowBlobPublicAccess", "false"),
        ("properties.supportsHttpsTrafficOnly", "true"),
        ("properties.minimumTlsVersion", "'TLS1_2'"),
        ("properties.encryption.services.queue.keyType", "'Account'"),
        ("properties.encryption.services.table.keyType", "'Account'"),
    ],
)
def test_every_storage_account_says(path: str, value: str) -> None:
    assert {one.properties.get(path) for one in of_type(ACCOUNT)} == {value}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("properties.deleteRetentionPolicy.enabled", "false"),
        ("properties.containerDeleteRetentionPolicy.enabled", "false"),
        ("properties.isVersioningEnabled", "false"),
    ],
)
def test_what_is_removed_from_storage_is_gone(path: str, value: str) -> None:
    assert {one.properties.get(path) for one in of_type(f"{ACCOUNT}/blobServices")} == {value}


def test_no_container_is_public() -> None:
    containers = of_type(f"{ACCOUNT}/blobServices/containers")
    assert {one.properties.get("properties.publicAccess") for one in containers} == {"'None'"}


def test_evidence_cannot_be_changed_while_it_is_kept() -> None:
    (policy,) = of_type(f"{ACCOUNT}/blobServices/containers/immutabilityPolicies")
    by_name = {one.name: one for one in declarations("resource", INFRA / "modules/retention.bicep")}
    assert by_name[policy.properties["parent"]].properties["name"] == "'${stateName}/default/evidence'"
    assert policy.properties["properties.immutabilityPeriodSinceCreationInDays"] == "evidenceKeptDays"


def test_the_second_net_removes_nothing_that_may_still_be_needed() -> None:
    assert _removal("exports") == ("exportsKeptAtMostDays", "['exports/', 'lists/']")
    days = int(main("parameter")["exportsKeptAtMostDays"].text.rpartition("=")[2])
    defaults = {name: field.default for name, field in Settings.model_fields.items()}
    assert days > (defaults["failed_keep"] + defaults["retry_budget"]).days
    assert days > defaults["archive_kept"].days
    (least,) = re.findall(
        r"@minValue\((\d+)\)\nparam exportsKeptAtMostDays", (INFRA / "main.bicep").read_text()
    )
    assert max(FOLLOWED, KEPT) < timedelta(days=int(least))  # lists, and what becomes of them


def test_evidence_goes_when_its_policy_lets_it_go() -> None:
    assert _removal("state") == ("evidenceKeptDays", "['evidence/']")


def _removal(account: str) -> tuple[str, str]:
    policies = of_type(f"{ACCOUNT}/managementPolicies")
    (rule,) = [one.properties for one in policies if one.properties["parent"] == account]
    definition = "properties.policy.rules[].definition"
    days = rule[f"{definition}.actions.baseBlob.delete.daysAfterModificationGreaterThan"]
    return days, rule[f"{definition}.filters.prefixMatch"]


def test_every_role_is_given_on_a_resource_and_says_why() -> None:
    for role in of_type("Microsoft.Authorization/roleAssignments"):
        source = (ROOT / role.file).read_text()
        made = {one.name for one in declarations("resource", ROOT / role.file)}
        assert role.properties.get("scope") in made - {role.name}, role.name
        assert re.search(rf"^//[^\n]+\.\nresource {role.name} ", source, re.MULTILINE), role.name


def test_no_role_may_give_roles_or_all() -> None:
    forbidden = {
        "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",  # Owner
        "b24988ac-6180-42a0-ab88-20f7382dd24c",  # Contributor
        "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",  # User Access Administrator
        "f58310d9-a9f6-439a-9e8d-f62e7b41a168",  # Role Based Access Control Administrator
        "00482a5a-887f-4fb3-b363-3b7fe8e74483",  # Key Vault Administrator
    }
    assert [file for file in FILES if any(role in file.read_text() for role in forbidden)] == []


def test_the_app_is_scaled_out_as_far_as_it_divides_the_quotas() -> None:
    (app,) = of_type("Microsoft.Web/sites")
    scale = "properties.functionAppConfig.scaleAndConcurrency.maximumInstanceCount"
    assert app.properties[scale] == "maxInstances"
    settings = (INFRA / "modules/app-settings.bicep").read_text()
    assert "MAX_INSTANCES: string(maxInstances)" in settings
    passed = [module.properties.get("params.maxInstances") for module in main("module").values()]
    assert [value for value in passed if value] == ["maxInstances", "maxInstances"]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("properties.httpsOnly", "true"),
        ("properties.siteConfig.minTlsVersion", "'1.2'"),
        ("properties.siteConfig.scmMinTlsVersion", "'1.2'"),
        ("properties.siteConfig.ftpsState", "'Disabled'"),
        ("properties.functionAppConfig.runtime.version", "'3.13'"),
        ("properties.functionAppConfig.deployment.storage.authentication.type", "'UserAssignedIdentity'"),
    ],
)
def test_the_app_says(path: str, value: str) -> None:
    (app,) = of_type("Microsoft.Web/sites")
    assert app.properties[path] == value


def test_nobody_deploys_by_password() -> None:
    policies = of_type("Microsoft.Web/sites/basicPublishingCredentialsPolicies")
    assert {one.properties["name"] for one in policies} == {"'ftp'", "'scm'"}
    assert {one.properties["properties.allow"] for one in policies} == {"false"}


def test_the_vault_is_opened_by_roles_and_cannot_be_purged() -> None:
    (vault,) = of_type("Microsoft.KeyVault/vaults")
    assert vault.properties["properties.enableRbacAuthorization"] == "true"
    assert vault.properties["properties.enablePurgeProtection"] == "true"


def test_receipts_are_signed_by_a_key_that_the_code_can_use() -> None:
    (key,) = [one for one in of_type("Microsoft.KeyVault/vaults/keys") if one.name == "receiptKey"]
    assert (key.properties["properties.kty"], key.properties["properties.curveName"]) == ("'EC'", "'P-256'")


def test_logs_are_sent_under_an_identity_alone() -> None:
    (insights,) = of_type("Microsoft.Insights/components")
    assert insights.properties["properties.DisableLocalAuth"] == "true"


def test_secrets_are_secure_parameters_without_a_default() -> None:
    parameters = declarations("parameter")
    secret = [one for one in parameters if re.search("secret|password|hashKey", one.name, re.IGNORECASE)]
    assert {one.file for one in secret} == {"infra/main.bicep", "infra/modules/vault.bicep"}
    for one in secret:
        assert "secure" in one.decorators
        assert "=" not in one.text


def test_no_output_tells_a_secret() -> None:
    secure = {one.name for one in declarations("parameter") if "secure" in one.decorators}
    for output in declarations("output"):
        assert not re.search(r"list\w*Keys|listKeys|getSecret|\.properties\.value", output.text), output.name
        assert not any(re.search(rf"\b{name}\b", output.text.partition("=")[2]) for name in secure)


def test_secrets_go_to_the_vault_alone() -> None:
    given = {name for name, module in main("module").items() if "params.secrets" in module.properties}
    assert given == {"vault"}


def test_every_resource_names_a_released_version_of_its_api() -> None:
    previews = {one.of for one in RESOURCES if not re.fullmatch(r"[\w./]+@\d{4}-\d{2}-\d{2}", one.of)}
    assert previews == {"Microsoft.Insights/diagnosticSettings@2021-05-01-preview"}  # there is no other


def test_every_module_is_there_and_gets_what_it_asks_for() -> None:
    for module in main("module").values():
        asked = {one.name: one for one in declarations("parameter", INFRA / module.of)}
        given = {path.split(".")[1] for path in module.properties if path.startswith("params.")}
        required = {name for name, one in asked.items() if " = " not in one.text}
        assert required <= given <= set(asked), module.name


def test_every_output_that_is_used_is_there() -> None:
    source = (INFRA / "main.bicep").read_text()
    modules = main("module")
    for name, output in set(re.findall(r"\b(\w+)!?\.outputs\.(\w+)", source)):
        assert output in {one.name for one in declarations("output", INFRA / modules[name].of)}, name


def test_the_parameters_file_names_parameters_and_leaves_none_out_that_is_required() -> None:
    named = set(json.loads((INFRA / "main.parameters.json").read_text())["parameters"])
    asked = main("parameter")
    required = {name for name, one in asked.items() if " = " not in one.text}
    assert required <= named <= set(asked)


FUNCTIONS = {
    *(
        "concat",
        "empty",
        "environment",
        "filter",
        "guid",
        "items",
        "loadTextContent",
        "map",
        "reduce",
        "replace",
    ),
    *(
        "string",
        "subscription",
        "subscriptionResourceId",
        "take",
        "tenant",
        "toLower",
        "toObject",
        "toUpper",
        "union",
    ),
    *("uniqueString", "allowed", "description", "maxLength", "maxValue", "minLength", "minValue", "secure"),
}
"""Functions and decorators of the language that are used."""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_symbol_is_declared(file: Path) -> None:
    assert named(file) - FUNCTIONS - bound(file) == set()


def test_nothing_is_declared_in_vain() -> None:
    for file in FILES:
        source = file.read_text()
        for kind in ("parameter", "variable"):
            for one in declarations(kind, file):
                assert len(re.findall(rf"\b{one.name}\b", source)) > 1, f"{file.name}: {one.name}"
