"""What was measured, as a preset in the user's own library."""

from __future__ import annotations

import datetime
from pathlib import Path

from explorer.library import free_id, load_library, save_preset, user_library
from explorer.specs import Chip
from explorer.validation.computer.chip import BASED_ON, chip_of
from explorer.validation.computer.timing import Measured


def named(found: Measured, name: str, device: str, folder: Path | None = None) -> tuple[Chip, bool]:
    """The preset under an id that is free, or that of an earlier measurement, and whether it is such a one.

    ``device`` is the key of what was measured; ``folder``: where the user's presets lie, None for the platform's place.
    """
    full = name.strip()[:60] if device == "cpu" else f"{name.strip()[:60]} {device}"
    library, _ = user_library(folder)
    wanted = free_id(full, load_library())
    again = wanted in library.chips and library.chips[wanted].based_on == BASED_ON
    chip_id = wanted if again else free_id(full, library)
    return chip_of(found, full, chip_id, datetime.date.today().isoformat(), gpu=device != "cpu"), again


def keep(found: Measured, name: str, device: str, folder: Path | None = None) -> tuple[Chip, Path]:
    """Save the preset, and say where. Raises `ExplorerError` where it cannot be written."""
    chip, again = named(found, name, device, folder)
    return chip, save_preset(chip, folder, overwrite=again)
