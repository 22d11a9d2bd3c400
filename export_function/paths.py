"""Names of the files in an archive: from our tables and from settings, never from what was read."""

from export_function.event_kinds import EVENT_KINDS
from shared.domain.progress import Section

ATTRIBUTES, IDENTITIES = "custom-attributes.json", "identities.json"


def path_of(tenant: str, file_name: str) -> str:
    """Where a tenant's file is."""
    return f"data/{tenant}/{file_name}"


def beside(section: Section) -> tuple[str, ...]:
    """Files made from a section, for what is of interest by itself."""
    return (ATTRIBUTES, IDENTITIES) if section.name == "profile" else ()


def csv_of(section: Section, file_name: str) -> str | None:
    """The name of the table beside a list; None for what is none."""
    if section.name in EVENT_KINDS or file_name in (ATTRIBUTES, IDENTITIES):
        return _csv(file_name)
    is_list = file_name.endswith(".json") and section.name != "profile"
    return _csv(file_name) if is_list else None


def _csv(file_name: str) -> str:
    return f"{file_name.rpartition('.')[0]}.csv"
