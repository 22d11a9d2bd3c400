"""What several functions are made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from composition.base import Base, base_of
from composition.kept import Kept, kept_of
from shared.domain.agenda import Retention
from shared.domain.decisions import FourEyes
from shared.domain.holds import Holds
from shared.domain.ports import Directory, DownloadLinks
from shared.domain.promises import Promises
from shared.settings import Fault, Settings, SettingsFault

if TYPE_CHECKING:
    from export_function.report.processing import Processing


@dataclass(frozen=True)
class Parts:
    """What settings say, what everything rests on, and where it is kept.

    Directories keep to Graph's pace and are there once; the rest of what is made here keeps no state.
    """

    settings: Settings
    base: Base
    kept: Kept
    processing: "Processing"

    @cached_property
    def directories(self) -> Mapping[str, Directory]:
        """By tenant. Only what asks Graph has its client imported."""
        from shared.directory_settings import build_directories

        return build_directories(self.settings, self.base.clock, self.base.telemetry)

    def archive_links(self) -> DownloadLinks:
        """What makes links to archives, under a key not asked for before."""
        kept = self.kept
        return kept.signed_by(kept.homes.archives, self.base.clock, self.settings.link_ip_range)

    @property
    def retention(self) -> Retention:
        """How long what is left of a request is kept."""
        settings = self.settings
        return Retention(settings.retention_gdpr, settings.retention_ccpa, settings.failed_keep)

    @property
    def promises(self) -> Promises:
        """The rows by which the sweep finds what is due."""
        return Promises(self.kept.due, self.retention, self.base.timing.margin)

    @property
    def holds(self) -> Holds:
        """Legal holds."""
        base, kept = self.base, self.kept
        return Holds(kept.register, kept.store, base.keyed_hash, base.clock, base.log)

    @property
    def four_eyes(self) -> FourEyes:
        """Which decisions take a second operator."""
        return FourEyes(self.settings.four_eyes)


def parts_of(settings: Settings, function_timeout: timedelta, folder: Path) -> Parts:
    """Opens no connection; files that settings name are sought in `folder`. Raises `SettingsFault`."""
    base, named = base_of(settings, function_timeout), settings.processing_information
    return Parts(settings, base, kept_of(settings, base), _processing(named, folder))


def _processing(name: str | None, folder: Path) -> "Processing":
    """What the company says of its use of data; nothing where it says so elsewhere."""
    if name is None:
        return {}
    from export_function.report.processing import NoProcessingInformation, load_processing

    try:
        return load_processing(folder / name)
    except NoProcessingInformation:
        expected = "must name a JSON file like processing-information.sample.json, with English among it"
        raise SettingsFault((Fault("PROCESSING_INFORMATION", expected),)) from None
