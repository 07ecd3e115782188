"""Every reader of files that others may have written. A new reader becomes a line here, and all campaigns reach it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from explorer import charts, paths
from explorer.cli.study_args import open_study
from explorer.lessons.claims import read_claims
from explorer.lessons.read import read_lesson, read_workshop
from explorer.library import (
    default_study,
    load_library,
    read_measured,
    read_model_config,
    read_share,
    read_study,
    share_text,
    study_text,
)
from explorer.library.journal import Entry, read_entry
from explorer.library.settings_file import parse_settings
from explorer.library.text_files import read_text, shown
from explorer.library.toml_edit import with_value
from explorer.library.toml_presets import read_preset
from explorer.render import files as render
from explorer.specs import Chip, Fabric, Workload
from explorer.validation.rows import read_table


@dataclass(frozen=True)
class Reader:
    """What reads a file, a file that it accepts, and what kind of text that is: ``json``, ``toml``, ``csv`` or ``picture``."""

    name: str
    file: str
    kind: str
    read: Callable[[Path], object]
    valid: Callable[[], bytes]


def _study() -> bytes:
    return study_text(default_study(load_library())).encode()


def _journal() -> bytes:
    return Entry(default_study(load_library()), Path("s.json")).content()


def _preset(folder: str, name: str) -> Callable[[], bytes]:
    return lambda: (paths.presets() / folder / f"{name}.toml").read_bytes()


@cache
def _picture(suffix: str) -> bytes:
    import tempfile

    study = default_study(load_library())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"x{suffix}"
        render.export_chart(charts.chart("memory", charts.scene(study, {"study": study_text(study)})), path)
        return path.read_bytes()


def _edit_preset(path: Path) -> object:
    return with_value(read_text(path, "a preset"), "name", "x", shown(path))


def _csv(kind: str) -> Callable[[], bytes]:
    return lambda: b"".join((paths.resources() / "measurements" / f"{kind}.csv").read_bytes().splitlines(keepends=True)[:30])


READERS = [
    Reader("study", "hostile.json", "json", read_study, _study),
    Reader("journal", "hostile.json", "json", read_entry, _journal),
    Reader("settings", "hostile.json", "json", lambda p: parse_settings(read_text(p, "a settings file"), shown(p)),
           lambda: b'{"version": 1, "theme": "dark", "scale": 1.25, "recent": ["x.json", "y.json"]}'),
    Reader("chip", "b200.toml", "toml", lambda p: read_preset(p, Chip), _preset("chips", "b200")),
    Reader("fabric", "neuronswitch-144.toml", "toml", lambda p: read_preset(p, Fabric), _preset("fabrics", "neuronswitch-144")),
    Reader("workload", "deepseek-v3.toml", "toml", lambda p: read_preset(p, Workload), _preset("workloads", "deepseek-v3")),
    Reader("preset to edit", "b200.toml", "toml", _edit_preset, _preset("chips", "b200")),
    Reader("lesson", "roofline.toml", "toml", read_lesson, _preset("lessons", "roofline")),
    Reader("workshop", "one-hour.toml", "toml", read_workshop, _preset("workshops", "one-hour")),
    Reader("claims", "claims.toml", "toml", read_claims, lambda: (paths.resources() / "claims.toml").read_bytes()),
    Reader("share string", "hostile.txt", "json", lambda p: read_share(read_text(p, "a share string")), lambda: share_text(default_study(load_library())).encode()),
    Reader("model config", "hostile.json", "json", read_model_config, lambda: b'{"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 4096, '
           b'"intermediate_size": 14336, "num_attention_heads": 32, "num_hidden_layers": 32, "num_key_value_heads": 8, "vocab_size": 128256, '
           b'"max_position_embeddings": 8192, "tie_word_embeddings": false, "hidden_act": "silu", "torch_dtype": "bfloat16"}'),
    Reader("measured points", "hostile.csv", "csv", read_measured, lambda: b"name,intensity,FLOP/s\na,10,1e12\nb,20.5,2e12\nc,400,3.5e14\n"),
    *(Reader(f"{kind} rows", "hostile.csv", "csv", read_table, _csv(kind)) for kind in ("training", "inference", "gemm")),
    *(Reader(f"picture {suffix}", f"hostile{suffix}", "picture", open_study, lambda suffix=suffix: _picture(suffix)) for suffix in (".png", ".svg", ".pdf")),
]  # fmt: skip
