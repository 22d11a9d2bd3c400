"""The image and the manifests fit the app: its files, queue, settings and limits."""

import json
import re
import shlex
from fnmatch import fnmatch
from typing import cast

import pytest
import yaml

from shared.adapters.work_queue import BATCH_QUEUE, QUEUE
from shared.settings import load_settings
from tests.paths import ROOT

DEPLOY = ROOT / "deploy"
LINES = (DEPLOY / "Dockerfile").read_text().replace("\\\n", " ").splitlines()
COPIED = [
    source
    for line in LINES
    if line.startswith("COPY ")
    for source in shlex.split(line.removeprefix("COPY "))[:-1]
]
Manifest = dict[str, object]
MANIFESTS = [
    cast("Manifest", one)
    for path in sorted((DEPLOY / "kubernetes").glob("*.yaml"))
    for one in yaml.safe_load_all(path.read_text())
]
GUID = "3fa85f64-5717-4562-b3fc-2c963f66afa6"


def the(kind: str) -> Manifest:
    (found,) = [one for one in MANIFESTS if one["kind"] == kind]
    return found


def at(tree: object, *path: str | int) -> object:
    for part in path:
        tree = cast("dict[str | int, object]", tree)[part]
    return tree


def environment() -> dict[str, str]:
    plain, secret = at(the("ConfigMap"), "data"), at(the("Secret"), "stringData")
    return cast("dict[str, str]", plain) | cast("dict[str, str]", secret)


def test_the_image_has_one_base_by_version() -> None:
    assert [line for line in LINES if line.startswith("FROM ")] == [
        "FROM mcr.microsoft.com/azure-functions/python:4-python3.13"
    ]


def test_the_image_runs_as_somebody_without_rights_on_an_open_port() -> None:
    assert LINES.index("USER 1000:1000") > max(
        i for i, line in enumerate(LINES) if line.startswith(("RUN", "COPY"))
    )
    assert "EXPOSE 8080" in LINES
    assert "ASPNETCORE_URLS=http://+:8080" in " ".join(LINES)


def test_what_is_installed_is_what_was_locked() -> None:
    assert any("pip install" in line and "--require-hashes" in line for line in LINES)


def test_the_image_holds_no_secret() -> None:
    set_here = re.findall(r"(\w+)=", " ".join(line for line in LINES if line.startswith(("ENV", "ARG"))))
    assert [
        name for name in set_here if re.search("KEY|SECRET|PASSWORD|CONNECTION", name, re.IGNORECASE)
    ] == []
    assert not [line for line in LINES if line.startswith("ADD ")]


def test_only_what_is_deployed_elsewhere_is_copied() -> None:
    left_out = (ROOT / ".funcignore").read_text().split()
    for source in COPIED:
        assert (ROOT / source).exists()
        assert not any(fnmatch(source, pattern) or fnmatch(f"{source}/", pattern) for pattern in left_out), (
            source
        )


def test_every_package_of_the_app_is_copied() -> None:
    packages = {f"{path.parent.name}/" for path in ROOT.glob("*_function/__init__.py")} | {
        "shared/",
        "composition/",
    }
    assert packages | {"host.json", "function_app.py", "requirements.txt"} == set(COPIED)


def test_what_is_copied_is_all_that_is_sent() -> None:
    first, *rest = [
        line
        for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
        if not line.startswith("#")
    ]
    assert first == "*"
    assert {line.removeprefix("!") for line in rest if line.startswith("!")} == set(COPIED)


def test_pods_are_scaled_by_the_app_s_queues_as_far_as_it_divides_the_quotas() -> None:
    spec = at(the("ScaledObject"), "spec")
    assert at(spec, "triggers", 0, "type") == "azure-queue"
    assert [at(spec, "triggers", number, "metadata", "queueName") for number in (0, 1)] == [
        QUEUE,
        BATCH_QUEUE,
    ]
    assert str(at(spec, "maxReplicaCount")) == environment()["MAX_INSTANCES"]
    assert at(spec, "minReplicaCount") == 1  # the timer must run


def test_a_pod_is_wanted_for_as_many_messages_as_one_takes_at_once() -> None:
    queues = json.loads((ROOT / "host.json").read_text())["extensions"]["queues"]
    at_once = queues["batchSize"] + queues["newBatchThreshold"]
    assert at(the("ScaledObject"), "spec", "triggers", 0, "metadata", "queueLength") == str(at_once)


def test_the_scaler_and_the_pods_have_the_same_identity() -> None:
    client = environment()["STATE__clientId"]
    assert at(the("TriggerAuthentication"), "spec", "podIdentity") == {
        "provider": "azure-workload",
        "identityId": client,
    }
    annotations = at(the("ServiceAccount"), "metadata", "annotations")
    assert annotations == {"azure.workload.identity/client-id": client}
    template = at(the("Deployment"), "spec", "template")
    assert at(template, "metadata", "labels", "azure.workload.identity/use") == "true"
    assert at(template, "spec", "serviceAccountName") == at(the("ServiceAccount"), "metadata", "name")


def test_the_settings_are_those_of_the_app_and_make_it_start() -> None:
    sample = set(json.loads((ROOT / "local.settings.sample.json").read_text())["Values"])
    hosts = {
        name
        for name in environment()
        if name.startswith(("AzureWebJobsStorage__", "AzureFunctionsWebHost__"))
    }
    assert set(environment()) - hosts <= sample
    filled = {name: _filled(name, value) for name, value in environment().items()}
    assert load_settings(filled).max_instances == 4


def _filled(name: str, value: str) -> str:
    if name == "HASH_KEY":
        return "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="
    if name == "RECEIPTS__KEY_ID":
        return f"https://vault.vault.azure.net/keys/receipts/{'0' * 32}"
    if name.endswith("DOMAIN"):
        return "contoso.onmicrosoft.com"
    value = re.sub("<[^>]*id[^>]*>", GUID, value)
    return re.sub("<[^>]*>", "name", value)


def test_the_template_of_secrets_holds_none_and_all_of_them() -> None:
    secret = cast("dict[str, str]", at(the("Secret"), "stringData"))
    assert all(value.startswith("<") for value in secret.values())
    plain = cast("dict[str, str]", at(the("ConfigMap"), "data"))
    assert not [name for name in plain if re.search("SECRET|HASH_KEY|ACCESS_KEY|connectionString", name)]


@pytest.mark.parametrize("name", ["readinessProbe", "livenessProbe"])
def test_a_pod_is_asked_on_the_image_s_port(name: str) -> None:
    container = at(the("Deployment"), "spec", "template", "spec", "containers", 0)
    assert at(container, "ports", 0, "containerPort") == 8080
    probe = cast("dict[str, dict[str, object]]", at(container, name))
    assert probe.get("httpGet", probe.get("tcpSocket", {}))["port"] == at(container, "ports", 0, "name")


def test_a_pod_has_no_rights_that_it_does_not_need() -> None:
    spec = at(the("Deployment"), "spec", "template", "spec")
    assert at(spec, "securityContext", "runAsNonRoot") is True
    assert at(spec, "containers", 0, "securityContext", "allowPrivilegeEscalation") is False
    assert at(spec, "containers", 0, "securityContext", "capabilities", "drop") == ["ALL"]
