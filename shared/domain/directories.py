"""The tenants' directories, held to what they were when the request was accepted."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.domain.errors import AskOperator
from shared.domain.ports import Directory
from shared.domain.progress import TenantProgress


@dataclass(frozen=True)
class Directories:
    """Directory and domain by the name that settings give a tenant."""

    by_name: Mapping[str, Directory]
    domains: Mapping[str, str]

    def of(self, progress: TenantProgress) -> Directory:
        """The directory in which `progress` was made.

        Raises `AskOperator` where settings have since dropped the tenant's name or given it to another.
        """
        if self.domains.get(progress.tenant) != progress.domain:
            raise AskOperator("topology_changed")
        return self.by_name[progress.tenant]
