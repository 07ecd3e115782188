"""The shipped chips, fabrics, workloads and calibrations, by id, and the real values among them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from explorer import paths
from explorer.errors import ExplorerError, unknown
from explorer.library.band_presets import read_bands, with_bands
from explorer.library.expert_presets import with_experts
from explorer.library.host_presets import with_host_times
from explorer.library.kernel_presets import with_kernels
from explorer.library.link_presets import with_links
from explorer.library.stack_presets import DEFAULT, Stack, read_stacks, served_by, under
from explorer.library.text_files import read_text, shown
from explorer.library.toml_presets import read_preset
from explorer.specs import Calibration, Chip, Fabric, Instance, Offer, Run, Spec, Workload, get_path

_FOLDERS = ("chips", "fabrics", "workloads", "calibration", "calibration/kernels", "calibration/links", "calibration/stacks", "calibration/experts", "calibration/host", "calibration/bands", "runs", "instances")
_KEPT_APART = ("job", "plan", "calibration", "run")  # no product sets these
T = TypeVar("T", bound=Spec)
V = TypeVar("V")


@dataclass(frozen=True, eq=False)
class Library:
    """Presets by id. ``data_version`` is the date in ``presets/VERSION`` and a hash of the files it speaks of."""

    chips: Mapping[str, Chip]
    fabrics: Mapping[str, Fabric]
    workloads: Mapping[str, Workload]
    calibrations: Mapping[str, Calibration]
    stacks: Mapping[str, Stack]
    servers: Mapping[str, Stack]
    data_version: str
    runs: Mapping[str, Run]
    instances: Mapping[str, Instance] = field(default_factory=dict)

    def chip(self, name: str) -> Chip:
        """The chip called ``name``. Raises `ExplorerError` with the nearest id."""
        return _find("chip", self.chips, name)

    def fabric(self, name: str) -> Fabric:
        """The fabric called ``name``. Raises `ExplorerError` with the nearest id."""
        return _find("fabric", self.fabrics, name)

    def workload(self, name: str) -> Workload:
        """The workload called ``name``. Raises `ExplorerError` with the nearest id."""
        return _find("workload", self.workloads, name)

    def instance(self, name: str) -> Instance:
        """The rented machine called ``name``. Raises `ExplorerError` with the nearest id."""
        return _find("instance", self.instances, name)

    def offers_of(self, instance: Instance) -> tuple[Offer, ...]:
        """What one chip of a rented machine costs, by kind of offer."""
        return tuple(o for o in self.chip(instance.chip).offers if o.instance in (instance.id, instance.name))

    def calibration(self, chip: str, stack: str = DEFAULT, server: str = DEFAULT) -> Calibration:
        """What the chip called ``chip`` loses under a training stack and a serving engine. Raises `ExplorerError`."""
        found = _find("calibration", self.calibrations, chip)
        if stack != found.stack:
            found = under(found, stack, _find("stack", self.stacks, stack))
        return found if server == found.server else served_by(found, server, _find("serving engine", self.servers, server))

    @property
    def usual_run(self) -> Run:
        """What is assumed around a step unless somebody says otherwise."""
        return self.runs.get(Run().id, Run())

    def landmarks(self, path: str) -> tuple[tuple[float, str], ...]:
        """Real products' values at a scenario's ``path``, sorted; products with the same value share one entry.

        ``offer.usd_per_chip_h`` gives capacity-block prices, so that the same kind of offer is compared. Paths that no
        product sets (``job.batch``) have none; a path that does not exist raises `ExplorerError`.
        """
        root, _, rest = path.partition(".")
        named: dict[float, list[str]] = {}
        for label, spec in self._products(root, path):
            value = get_path(spec, rest)
            if isinstance(value, int | float) and not isinstance(value, bool):
                named.setdefault(float(value), []).append(label)
        return tuple((value, ", ".join(named[value])) for value in sorted(named))

    def _products(self, root: str, path: str) -> list[tuple[str, Spec]]:
        if root in _KEPT_APART or path in ("name", "efficiency"):
            return []
        if root == "offer":
            return [(c.name, o) for c in self.chips.values() for o in [capacity_block(c)] if o is not None]
        products = {name: chip for name, chip in self.chips.items() if not chip.announced}
        kinds: dict[str, Mapping[str, Chip] | Mapping[str, Fabric] | Mapping[str, Workload]] = {
            "chip": products, "fabric": self.fabrics, "workload": self.workloads,
        }  # fmt: skip
        if root not in kinds or root == path:
            raise unknown("path", path, kinds)
        return [(spec.name, spec) for spec in kinds[root].values()]


def capacity_block(chip: Chip) -> Offer | None:
    """The chip's capacity-block offer, the one kind that every priced chip here has; None where nobody sells it."""
    return next((offer for offer in chip.offers if offer.kind == "capacity block"), None)


def _find(kind: str, specs: Mapping[str, V], name: str) -> V:
    if name not in specs:
        raise unknown(kind, name, specs)
    return specs[name]


@cache
def load_library() -> Library:
    """The shipped presets, read once. Raises `ExplorerError` for a file that is wrong, naming file, line and key."""
    return read_library(paths.presets())


def read_library(folder: Path) -> Library:
    """The presets in ``folder``, checked one by one and against each other. Raises `ExplorerError`."""
    known = folder / "calibration" / "stacks"
    stacks = read_stacks(known / "training.toml", known / "traits.toml", known / "launches.toml")
    servers = read_stacks(known / "serving.toml", known / "traits.toml")
    chips = _read_folder(folder / "chips", Chip)
    library = Library(
        chips=chips,
        fabrics=_read_folder(folder / "fabrics", Fabric),
        workloads=_read_folder(folder / "workloads", Workload),
        calibrations=_read_calibrations(folder, chips, stacks, servers),
        stacks=stacks,
        servers=servers,
        data_version=_data_version(folder),
        runs=_read_folder(folder / "runs", Run) if (folder / "runs").is_dir() else MappingProxyType({}),
        instances=_read_folder(folder / "instances", Instance) if (folder / "instances").is_dir() else MappingProxyType({}),
    )
    for chip in library.chips.values():
        library.calibration(chip.id)
        for fabric in chip.fabrics:
            library.fabric(fabric)
    for machine in library.instances.values():
        library.fabric(machine.fabric)
        library.chip(machine.chip)
    return library


def _read_calibrations(
    folder: Path, chips: Mapping[str, Chip], stacks: Mapping[str, Stack], servers: Mapping[str, Stack]
) -> Mapping[str, Calibration]:
    """Each chip's losses, put together from the files that the fits write."""
    plain = with_kernels(_read_folder(folder / "calibration", Calibration), folder / "calibration" / "kernels")
    plain = with_links(plain, folder / "calibration" / "links")
    plain = with_host_times(plain, folder / "calibration" / "host")
    plain = with_experts(plain, folder / "calibration" / "experts" / "routing.toml")
    if stacks:
        plain = {name: under(c, DEFAULT, stacks[DEFAULT]) for name, c in plain.items()}
    if servers:
        plain = {name: served_by(c, DEFAULT, servers[DEFAULT]) for name, c in plain.items()}
    plain = {name: _rated(calibration, chips.get(name)) for name, calibration in plain.items()}
    return MappingProxyType(dict(with_bands(plain, read_bands(folder / "calibration" / "bands" / "measured.toml"))))


def _rated(calibration: Calibration, chip: Chip | None) -> Calibration:
    """The calibration with the power under which it holds: its own, else the chip's rated power."""
    if calibration.rated_w is not None or chip is None or chip.tdp_w is None:
        return calibration
    return calibration.replace(rated_w=chip.tdp_w, sources=calibration.sources | {"rated_w": chip.sources["tdp_w"]})


def _read_folder(folder: Path, kind: type[T]) -> Mapping[str, T]:
    files = sorted(folder.glob("*.toml"))
    if not files:
        raise ExplorerError(f"no presets in {shown(folder)}: the installation is incomplete")
    return MappingProxyType({path.stem: read_preset(path, kind) for path in files})


def _data_version(folder: Path) -> str:
    """Date and hash. Line ends are made alike first, so a checkout on Windows says the same."""
    date = read_text(folder / "VERSION", "the date of the presets").strip()
    content = hashlib.sha256()
    for path in sorted((p for name in _FOLDERS for p in (folder / name).glob("*.toml")), key=lambda p: p.as_posix()):
        content.update(f"{path.relative_to(folder).as_posix()}\n".encode())
        content.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return f"{date}+{content.hexdigest()[:12]}"
