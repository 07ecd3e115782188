"""Measure the error bands: ``python -m explorer.validation.bands [FOLDER] -o presets/calibration/bands/measured.toml``.

Every row of quality A or A- in the folder's ``training.csv``, ``inference.csv``, ``memory.csv`` and ``collectives.csv``
(without a folder: the shipped ones) is predicted with the calibration as it is; nothing is fitted here. A kind takes

* decode and prefill: serving rows by what their step is (time per token and tokens a second; time to the first token),
* training and experts: speeds of training runs of dense models and of models with experts,
* memory: peaks and parts of memory, of training runs too, and collectives: times of single collectives.

Some of these rows also served to fit losses, so others may well be further off. The same rows give the same file.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from explorer.errors import ExplorerError
from explorer.evaluate.bands import kind_of
from explorer.library import write_whole
from explorer.specs import BAND_KINDS, BandKind
from explorer.validation.cases import Prediction
from explorer.validation.validate import shipped_files, validate

KINDS_OF_FILES = ("training", "inference", "memory", "collectives")
_HEAD = """\
# Errors of predictions against published rows of quality A and A-, as parts of the measured values, by kind, and by kind and chip.
# Written by explorer.validation.bands. range_fraction: nine in ten measured values lie within prediction / (1 + it) and prediction * (1 + it).
"""
# Where a source can be looked up, from how it is cited.
_PLACES = (
    (re.compile(r"arXiv:(\d{4}\.\d{4,5})"), "https://arxiv.org/abs/{}"),
    (re.compile(r"^([\w.-]+/[\w.-]+)"), "https://github.com/{}"),
    (re.compile(r"^([\w-]+) .*\(PyPI\b"), "https://pypi.org/project/{}/"),
)
_BEGINNINGS = {
    "NVIDIA Megatron-Bridge": "https://github.com/NVIDIA-NeMo/Megatron-Bridge",
    "NVIDIA TensorRT-LLM": "https://github.com/NVIDIA/TensorRT-LLM",
    "Megatron-LM": "https://github.com/NVIDIA/Megatron-LM",
    "torchtitan": "https://github.com/pytorch/torchtitan",
    "tpu-recipes": "https://github.com/AI-Hypercomputer/tpu-recipes",
    "MaxText": "https://github.com/AI-Hypercomputer/maxtext",
    "AWS Neuron": "https://awsdocs-neuron.readthedocs-hosted.com",
    "BigScience": "https://github.com/bigscience-workshop/bigscience",
    "SimuMax": "https://github.com/MooreThreads/SimuMax",
    "MLPerf Training": "https://mlcommons.org/benchmarks/training/",
}
Groups = Mapping[BandKind, Sequence[Prediction]]


def band_kind(row: Prediction) -> BandKind | None:
    """The kind that a prediction counts for; None for rows of single kernels."""
    if row.kind == "memory" or row.quantity == "peak_mem_gb":
        return "memory"
    if row.kind == "collectives":
        return "collectives"
    return kind_of(row.scenario) if row.scenario is not None else None


def grouped(rows: Iterable[Prediction]) -> dict[BandKind, list[Prediction]]:
    """Predictions by kind, in the order of `BAND_KINDS`; kinds without any are left out."""
    found: dict[BandKind, list[Prediction]] = {kind: [] for kind in BAND_KINDS}
    for row in rows:
        kind = band_kind(row)
        if kind is not None:
            found[kind].append(row)
    return {kind: members for kind, members in found.items() if members}


def files_of(folder: Path | None) -> list[Path]:
    """The files that decide. Raises `ExplorerError` where one is missing."""
    if folder is None:
        return [path for path in shipped_files() if path.stem in KINDS_OF_FILES]
    files = [folder / f"{name}.csv" for name in KINDS_OF_FILES]
    missing = [path.name for path in files if not path.is_file()]
    if missing:
        raise ExplorerError(f"{str(folder)[-100:]} has no {', '.join(missing)}")
    return files


def toml(groups: Groups, files: Sequence[Path] = ()) -> str:
    """The file's text; the same rows give the same bytes."""
    parts = [_HEAD]
    if files:
        parts.append("\n[about]  # the files that were read: the beginnings of their SHA-256\n")
        parts += [f"{path.stem} = {json.dumps(_digest(path))}\n" for path in files]
    for kind, rows in groups.items():
        parts += [f"\n[{kind}]\n", _errors(rows), _sources(rows)]
        chips = sorted({row.chip for row in rows})
        parts += [f"\n[{kind}.chips.{json.dumps(chip)}]\n{_errors([r for r in rows if r.chip == chip])}" for chip in chips]
    return "".join(parts)


def _digest(path: Path) -> str:
    """Line ends are made alike first, so a checkout on Windows says the same."""
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()[:16]


def _errors(rows: Sequence[Prediction]) -> str:
    signed = np.array([row.error_fraction for row in rows])
    off, worst = np.abs(signed), int(np.argmax(np.abs(signed)))
    apart = np.exp(np.abs(np.log1p(signed))) - 1  # either way: how much larger the larger one is
    numbers = {
        "mean": off.mean(), "median": np.median(off), "p90": np.quantile(off, 0.9), "range_fraction": np.quantile(apart, 0.9),
        "worst": signed[worst],
    }  # fmt: skip
    lines = [f"n = {len(rows)}", *(f"{name} = {float(f'{value:.4g}')!r}" for name, value in numbers.items())]
    return "\n".join([*lines, f"worst_id = {_quoted(rows[worst].id)}", ""])


def _sources(rows: Sequence[Prediction]) -> str:
    """Sources by their number of rows, and where the first of them that can be looked up is found."""
    names, counts = np.unique([row.source for row in rows], return_counts=True)
    listed = sorted(zip(names.tolist(), counts.tolist(), strict=True), key=lambda pair: (-pair[1], pair[0]))
    url = next(filter(None, (_place(name) for name, _ in listed)), "")
    return "\n".join([f"url = {_quoted(url)}", "sources = [", *(f"  {_quoted(name)},  # {count}" for name, count in listed), "]", ""])


def _place(source: str) -> str:
    known = next((url for beginning, url in _BEGINNINGS.items() if source.startswith(beginning)), "")
    return known or next((place.format(found[1]) for form, place in _PLACES if (found := form.search(source))), "")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Exit status 2 with one line for bad input."""
    parser = argparse.ArgumentParser(prog="bands", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", metavar="FOLDER")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.toml")
    options = parser.parse_args(arguments)
    try:
        files = files_of(options.folder)
        text = toml(grouped(row for path in files for row in validate(path).rows), files)
        write_whole(options.output, text.encode())
    except (ExplorerError, OSError) as problem:
        print(f"bands: {problem}", file=sys.stderr)
        return 2
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
