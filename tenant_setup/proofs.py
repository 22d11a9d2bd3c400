"""What the application proves itself by: a certificate, a secret in a file, a managed identity it trusts."""

import base64
import hashlib
import os
import re
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tenant_setup.failure import SetupFailed
from tenant_setup.graph import Graph, Json, objects
from tenant_setup.registration import REGISTERING, Application

_PEM = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


def add_certificate(graph: Graph, one: Application, file: Path) -> None:
    """Register a certificate beside those that are there."""
    certificate = _certificate(file)
    key = base64.b64encode(certificate).decode()
    read = {} if one.new else graph.read(f"{one.path}?$select=keyCredentials", REGISTERING)
    held = objects(read.get("keyCredentials"))
    if any(is_of(each, certificate) for each in held):
        print("there already: this certificate")
        return
    added = {"type": "AsymmetricX509Cert", "usage": "Verify", "key": key, "displayName": file.name}
    graph.write("PATCH", one.path, {"keyCredentials": [*held, added]}, REGISTERING)


def add_secret(graph: Graph, one: Application, file: Path, days: int) -> None:
    """A secret in a new file that its owner alone can read; where the file is there, none is made."""
    if file.exists():
        print(f"there already: {file}, so that no secret is made")
        return
    ends = datetime.now(UTC) + timedelta(days=days)
    asked = {"displayName": "setup_tenant", "endDateTime": ends.strftime("%Y-%m-%dT%H:%M:%SZ")}
    if graph.dry:
        _ask_for_secret(graph, one, asked)
        return
    descriptor = _new_file(file)  # before there is a secret to lose
    try:
        with os.fdopen(descriptor, "w") as secret:
            secret.write(_ask_for_secret(graph, one, asked))
    except BaseException:  # a file that is left would be taken for one with a secret in it
        file.unlink()
        raise
    print(f"the secret is in {file}; it ends on {ends:%Y-%m-%d}")


def trust(graph: Graph, one: Application, issuer: str, subject: str, audience: str) -> None:
    """Let the application be proved by a managed identity of its home tenant."""
    path = f"{one.path}/federatedIdentityCredentials"
    wanted = {"issuer": issuer, "subject": subject, "audiences": [audience]}
    held = [] if one.new else list(graph.listed(path, REGISTERING))
    same = next(
        (each for each in held if (each.get("issuer"), each.get("subject")) == (issuer, subject)), None
    )
    if same is None:
        graph.write("POST", path, {"name": f"identity-{subject}", **wanted}, REGISTERING)
    elif same.get("audiences") != [audience]:
        raise SetupFailed("the application trusts this identity for another audience; remove that first")
    else:
        print("there already: trust in this identity")


def _new_file(file: Path) -> int:
    try:
        return os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise SetupFailed(f"{file} cannot be written: {type(error).__name__}") from None


def _ask_for_secret(graph: Graph, one: Application, asked: dict[str, str]) -> str:
    made = graph.write("POST", f"{one.path}/addPassword", {"passwordCredential": asked}, REGISTERING)
    return str(made.get("secretText", ""))


def is_of(held: Json, certificate: bytes) -> bool:
    """By its bytes, or where Graph keeps those to itself by the thumbprint that it names keys by."""
    thumbprint = hashlib.sha1(certificate, usedforsecurity=False)
    named = {thumbprint.hexdigest().upper(), base64.b64encode(thumbprint.digest()).decode()}
    return (
        held.get("key") == base64.b64encode(certificate).decode() or held.get("customKeyIdentifier") in named
    )


def _certificate(file: Path) -> bytes:
    """The one certificate of a file, as DER. Raises `SetupFailed`."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise SetupFailed(f"{file} cannot be read: {type(error).__name__}") from None
    if b"PRIVATE KEY" in data:
        raise SetupFailed(f"{file} holds a private key; what is registered is the certificate alone")
    if b"-----BEGIN" not in data:
        return data
    found = _PEM.findall(data.decode("ascii", "replace"))
    if len(found) != 1:
        raise SetupFailed(f"{file} holds {len(found)} certificates; one is expected")
    return ssl.PEM_cert_to_DER_cert(found[0])
