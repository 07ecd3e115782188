"""The measurement: every matmul and every working set in turn, best of a few, within a given time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from explorer.errors import ExplorerError
from explorer.validation.computer.devices import Device, Work

SIDES = (256, 512, 1024, 2048, 4096, 8192)
SETS = tuple(int(32 * 1024 * 2 ** (i / 2)) // 4096 * 4096 for i in range(32))  # 32 KiB to 1.4 GiB, two an octave
_ROUND_S, _ROUNDS = 0.04, 8  # short rounds and their best: other programs disturb some of them
_MATMULS = 0.5  # share of the time
_PLATEAU = 0.72  # a level ends where less than this of its bandwidth is left
_BLEND = 0.9  # falling faster than this from set to set: half in one level, half in the next
Progress = Callable[[float, str], None]


class CancelledError(ExplorerError):
    """Whoever asked for the measurement has called it off."""


@dataclass(frozen=True)
class Rate:
    """A square matmul: format, side, and FLOP/s (2 n^3 a product)."""

    number_format: str
    side: int
    flop_per_s: float


@dataclass(frozen=True)
class Band:
    """A copy as in STREAM: bytes touched (source and target), and bytes read and written a second."""

    working_set_bytes: float
    bytes_per_s: float


@dataclass(frozen=True)
class Measured:
    """What was found on one device; ``memory_bytes`` is what the system reports."""

    device: str
    software: str
    cores: int
    memory_bytes: float
    rates: tuple[Rate, ...]
    bands: tuple[Band, ...]

    def peak(self, number_format: str) -> Rate | None:
        """The best matmul of a format; None where none was measured."""
        return max((r for r in self.rates if r.number_format == number_format), key=lambda r: r.flop_per_s, default=None)

    @property
    def memory_bytes_per_s(self) -> float:
        """Bandwidth of the main memory: the median of the three largest working sets [B/s]."""
        return float(np.median([b.bytes_per_s for b in self.bands[-3:]]))

    @property
    def caches(self) -> tuple[Band, ...]:
        """Levels above the main memory: the working set at which each one's bandwidth ends, and that bandwidth."""
        return knees(self.bands)


def measure(
    device: Device, seconds: float = 40.0, progress: Progress | None = None, cancelled: Callable[[], bool] = lambda: False
) -> Measured:
    """Measure ``device`` in about ``seconds``. ``progress`` hears a share from 0 to 1 and what is being timed.

    Raises `CancelledError` soon after ``cancelled`` says so.
    """
    sets = [s for s in SETS if s <= device.memory_bytes / 8]
    steps = _Steps(len(device.formats) * len(SIDES) + len(sets), progress or (lambda share, text: None), cancelled)
    start = time.perf_counter()
    rates = list(_rates(device, start + seconds * _MATMULS, steps))
    bands = list(_bands(device, sets, start + seconds, steps))
    steps.end()
    return Measured(device.name, device.software, device.cores, device.memory_bytes, tuple(rates), tuple(bands))


class _Steps:
    """Tells how far the measurement is, and ends it where somebody asks."""

    def __init__(self, total: int, tell: Progress, cancelled: Callable[[], bool]) -> None:
        self._total, self._tell, self._cancelled, self._done = total, tell, cancelled, 0

    def next(self, text: str) -> None:
        if self._cancelled():
            raise CancelledError("measuring was called off: nothing was saved")
        self._tell(min(1.0, self._done / self._total), text)
        self._done += 1

    def skip(self, count: int) -> None:
        self._done += count

    def end(self) -> None:
        self._tell(1.0, "done")


def _rates(device: Device, until: float, steps: _Steps) -> Iterator[Rate]:
    """Each format has its share of the time; a product that would take too long for it is left out."""
    for i, number_format in enumerate(device.formats):
        now = time.perf_counter()
        end = now + (until - now) / (len(device.formats) - i)
        for position, side in enumerate(SIDES):
            steps.next(f"{number_format} matmul of {side:,} x {side:,}")
            work = device.matmul(number_format, side)
            once = _once(work)
            yield Rate(number_format, side, work.amount / _best(work, once, end))
            if time.perf_counter() + 8 * 2 * once > end:
                steps.skip(len(SIDES) - position - 1)
                break


def _bands(device: Device, sets: Sequence[int], until: float, steps: _Steps) -> Iterator[Band]:
    for i, working_set in enumerate(sets):
        steps.next(f"copies within {working_set / 2**20:.3g} MiB")
        now = time.perf_counter()
        with device.copy(working_set) as work:
            yield Band(working_set, work.amount / _best(work, _once(work), now + (until - now) / (len(sets) - i)))


def _timed(work: Work, count: int) -> float:
    """Mean time of one run [s]."""
    began = time.perf_counter()
    for _ in range(count):
        work.run()
    return (time.perf_counter() - began) / count


def _once(work: Work) -> float:
    """Time of one run [s]; a first, cold one is run before it, unless that takes long enough to say all."""
    cold = _timed(work, 1)
    return cold if cold > 1 else min(cold, _timed(work, 1))


def _best(work: Work, once: float, until: float) -> float:
    """Shortest mean time of a run [s] over a few rounds; the first, cold one counts only where there is no time for more."""
    count = max(1, min(10_000, int(_ROUND_S / max(once, 1e-7))))
    best = _timed(work, count)
    for _ in range(_ROUNDS - 1):
        if time.perf_counter() + best * count > until:
            break
        best = min(best, _timed(work, count))
    return best


def knees(bands: Sequence[Band]) -> tuple[Band, ...]:
    """Where the bandwidth falls from one level to the next: the last working set of each level above the lowest."""
    if not bands:
        return ()
    # A larger set cannot truly be faster: what seems so is noise of the smaller one.
    rates = np.maximum.accumulate(np.array([b.bytes_per_s for b in bands])[::-1])[::-1]
    found: list[Band] = []
    start = 0
    while True:
        below = np.flatnonzero(rates[start:] < _PLATEAU * rates[start])
        if not len(below):
            return tuple(found)
        end = start + int(below[0]) - 1
        found.append(Band(bands[end].working_set_bytes, float(rates[start : end + 1].mean())))
        start = end + 1
        while start + 1 < len(rates) and rates[start + 1] < _BLEND * rates[start]:
            start += 1
