"""The settings that a set-up leads to."""

from collections.abc import Iterator

from tenant_setup.options import Options


def settings(options: Options, tenant_id: str, app_id: str) -> Iterator[str]:
    """`NAME=value`, a line each; what only its owner knows is in angle brackets."""
    prefix = f"TENANTS__{options.setting}__"
    registration = f"{prefix}ERASER__" if options.profile == "eraser" else prefix
    if options.profile != "eraser":
        yield f"{prefix}TENANT_ID={tenant_id}"
        yield f"{prefix}DOMAIN={options.tenant if '.' in options.tenant else '<default domain>'}"
        yield f"{prefix}DATA_REGION=<where its data may lie>"
    yield f"{registration}CLIENT_ID={app_id}"
    yield f"{registration}{_proof(options)}"
    if options.profile == "exports":
        yield f"{prefix}DELETIONS=none"
    if options.cloud != "global":
        yield f"CLOUD={options.cloud}"


def _proof(options: Options) -> str:
    if options.certificate:
        return "CLIENT_CERTIFICATE=<the certificate with its key, or a reference to it in Key Vault>"
    if options.secret_file:
        return f"CLIENT_SECRET=<what is in {options.secret_file}, or a reference to it in Key Vault>"
    if options.identity or options.client_id:
        return "MANAGED_IDENTITY_CLIENT_ID=<client id of the identity that the application trusts>"
    return "CLIENT_SECRET=<none was made: add --certificate, --identity or --secret-file>"
