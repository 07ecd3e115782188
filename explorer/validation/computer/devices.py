"""What can multiply and copy here: the processor through numpy, and whatever PyTorch knows where it is installed."""

from __future__ import annotations

import importlib
import importlib.util
import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from explorer.errors import ExplorerError
from explorer.validation.computer.system import memory_bytes, processor

_SMALL = 8 * 1024 * 1024  # sets below this are copied many times in one task, or handing out tasks would be what is timed


@dataclass(frozen=True)
class Work:
    """Something to time, and how many FLOP or bytes one call stands for."""

    run: Callable[[], None]
    amount: float


class Device(Protocol):
    """What can multiply and copy. ``formats`` are those of its matmuls."""

    key: str
    name: str
    software: str
    cores: int
    memory_bytes: float
    formats: tuple[str, ...]

    def matmul(self, number_format: str, side: int) -> Work:
        """The product of two ``side`` x ``side`` matrices."""

    def copy(self, working_set_bytes: int) -> AbstractContextManager[Work]:
        """A copy that touches ``working_set_bytes``, half read and half written."""


class Numpy:
    """The processor: numpy's BLAS for products, one thread a core for copies."""

    key = "cpu"
    formats: tuple[str, ...] = ("fp32",)

    def __init__(self) -> None:
        self.name, self.software, self.memory_bytes = processor(), f"numpy {np.__version__}", memory_bytes()
        self.cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

    def matmul(self, number_format: str, side: int) -> Work:
        """See `Device`."""
        drawn = np.random.default_rng(0)
        a, b = (drawn.standard_normal((side, side), dtype=np.float32) for _ in range(2))
        out = np.empty_like(a)
        return Work(lambda: np.matmul(a, b, out=out).setflags(), 2.0 * side**3)

    @contextmanager
    def copy(self, working_set_bytes: int) -> Iterator[Work]:
        """See `Device`: each core copies a part of its own; numpy lets go of the interpreter meanwhile."""
        each = max(64, working_set_bytes // 2 // self.cores // 8)
        pairs = [(np.ones(each), np.zeros(each)) for _ in range(self.cores)]
        times = max(1, _SMALL // (16 * each))

        def part(pair: tuple[Any, Any]) -> None:
            for _ in range(times):
                np.copyto(pair[1], pair[0])

        with ThreadPoolExecutor(self.cores) as pool:
            yield Work(lambda: deque(pool.map(part, pairs), 0).clear(), 16.0 * each * self.cores * times)


class Torch:
    """A device of PyTorch: ``cuda`` with its number, or ``cpu`` with formats that numpy does not multiply."""

    def __init__(self, torch: Any, key: str) -> None:
        self._torch, self.key = torch, key
        self._gpu = key.startswith("cuda")
        self._types = {"fp32": torch.float32, "bf16": torch.bfloat16}
        self.software = f"PyTorch {torch.__version__}"
        if self._gpu:
            about = torch.cuda.get_device_properties(key)
            self.name, self.cores, self.memory_bytes = about.name, about.multi_processor_count, float(about.total_memory)
        else:
            self.name, self.cores, self.memory_bytes = processor(), torch.get_num_threads(), memory_bytes()
        self.formats: tuple[str, ...] = ("bf16", "fp32")

    def _settled(self) -> None:
        if self._gpu:
            self._torch.cuda.synchronize(self.key)

    def matmul(self, number_format: str, side: int) -> Work:
        """See `Device`."""
        a, b = (self._torch.randn(side, side, device=self.key).to(self._types[number_format]) for _ in range(2))
        out = self._torch.empty_like(a)

        def run() -> None:
            self._torch.mm(a, b, out=out)
            self._settled()

        return Work(run, 2.0 * side**3)

    @contextmanager
    def copy(self, working_set_bytes: int) -> Iterator[Work]:
        """See `Device`. A GPU's small sets are copied many times between two waits."""
        source = self._torch.ones(max(64, working_set_bytes // 8), device=self.key)
        target = self._torch.zeros_like(source)
        times = max(1, 16 * _SMALL // (8 * len(source))) if self._gpu else max(1, _SMALL // (8 * len(source)))

        def run() -> None:
            for _ in range(times):
                target.copy_(source)
            self._settled()

        yield Work(run, 8.0 * len(source) * times)


def devices(wanted: str = "") -> tuple[Device, ...]:
    """Everything that can be measured here; ``wanted`` names one (``cpu``, ``cuda:0``). Raises `ExplorerError` for another."""
    found: list[Device] = [Numpy()]
    if importlib.util.find_spec("torch") is not None:
        torch = importlib.import_module("torch")
        found[0] = Torch(torch, "cpu")
        found += [Torch(torch, f"cuda:{i}") for i in range(torch.cuda.device_count())]
    chosen = tuple(d for d in found if not wanted or d.key == wanted or d.key == f"{wanted}:0")
    if not chosen:
        raise ExplorerError(f"there is no device {wanted[:40]!r} here (found: {', '.join(d.key for d in found)})")
    return chosen
