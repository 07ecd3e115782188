"""What a file may be, and everything here that reads what others wrote: one list for whoever tests readers with hostile files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from explorer.errors import ExplorerError
from explorer.library.measured_points import profilers, read_measured
from explorer.library.model_config import MOST_BYTES, is_model_config, load_json, parse_model_config, read_model_config
from explorer.library.share import read_share
from explorer.library.studies import parse_study, read_study
from explorer.library.text_files import read_text

Kind = Literal["study", "picture", "model", "measured"]
PICTURES = (".png", ".svg", ".pdf")
FILE_READERS: Mapping[str, Callable[[Path], object]] = MappingProxyType(
    {"study": read_study, "model configuration": read_model_config, "measured points": read_measured}
)
# The reader of each kind of file that is no study and carries none.
KEPT_AS: Mapping[str, str] = MappingProxyType({"model": "model configuration", "measured": "measured points"})
TEXT_READERS: Mapping[str, Callable[[str], object]] = MappingProxyType(
    {"study": parse_study, "model configuration": parse_model_config, "share string": read_share}
)


def kind_of_file(path: Path) -> Kind:
    """What a file is most likely meant to be; a study where nothing else is told. Raises nothing: its reader will."""
    suffix = path.suffix.lower()
    if suffix in PICTURES:
        return "picture"
    if suffix in (".csv", ".tsv"):
        return "measured"
    try:
        data = load_json(read_text(path, "JSON", MOST_BYTES), "", "JSON")
    except ExplorerError:
        return "study"
    if is_model_config(data):
        return "model"
    return "measured" if suffix == ".json" and _profiled(data, 4) else "study"


def _profiled(data: object, depth: int) -> bool:
    """Whether a Neuron profile's intensity stands somewhere in it."""
    if depth < 0 or (isinstance(data, dict) and "scenarios" in data):
        return False
    if isinstance(data, dict) and profilers()["neuron"]["intensity"] in data:
        return True
    inner = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    return any(_profiled(value, depth - 1) for value in inner)
