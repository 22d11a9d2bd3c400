"""What the kill run looks at."""

import io
import json
import zipfile

import httpx


def json_of(response: httpx.Response) -> dict[str, object]:
    """The body of a success."""
    body: dict[str, object] = response.raise_for_status().json()
    return body


def events_in(archive: bytes) -> list[str]:
    """The ids of the audit events in an archive, sorted; one that is there twice is listed twice."""
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        lines = files.read("data/contoso/directory-audits.ndjson").splitlines()
    return sorted(str(json.loads(line)["id"]) for line in lines)
