"""Exports as the person gets them: downloaded by the link, unpacked, checked."""

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass

import httpx

from local.client import AppClient, Json


@dataclass(frozen=True)
class Export:
    """A downloaded archive and its manifest."""

    files: zipfile.ZipFile
    manifest: dict[str, list[dict[str, object]]]

    def events(self, tenant: str) -> list[str]:
        """The ids of the audit events of a tenant, as they stand."""
        lines = self.files.read(f"data/{tenant}/directory-audits.ndjson").splitlines()
        return [json.loads(line)["id"] for line in lines]

    def read(self, tenant: str, name: str) -> list[dict[str, object]]:
        """The records of a file of a tenant."""
        records: list[dict[str, object]] = json.loads(self.files.read(f"data/{tenant}/{name}"))
        return records

    def lines(self, tenant: str, name: str) -> list[dict[str, object]]:
        """The records of a file with one on each line; none where there is no such file."""
        path = f"data/{tenant}/{name}"
        held = self.files.read(path).splitlines() if path in self.files.namelist() else []
        return [json.loads(line) for line in held]

    def profile(self, tenant: str) -> dict[str, object]:
        """The profile in a tenant."""
        profile: dict[str, object] = json.loads(self.files.read(f"data/{tenant}/profile.json"))
        return profile


def downloaded(app: AppClient, status: Json) -> Export:
    """The archive of a completed export, each file held to the manifest."""
    link = app.link(status)
    content = httpx.get(str(link["url"]), timeout=60, trust_env=False).raise_for_status().content
    assert (len(content), hashlib.sha256(content).hexdigest()) == (link["size"], link["sha256"])
    return unpacked(content)


def unpacked(content: bytes) -> Export:
    """An archive, each file held to the manifest."""
    files = zipfile.ZipFile(io.BytesIO(content))
    export = Export(files, json.loads(files.read("manifest.json")))
    for file in export.manifest["files"]:
        data = files.read(str(file["path"]))
        assert (len(data), hashlib.sha256(data).hexdigest()) == (file["bytes"], file["sha256"])
    listed = {str(file["path"]) for file in export.manifest["files"]}
    assert set(files.namelist()) == {"manifest.json", "SHA256SUMS", *listed}
    return export
