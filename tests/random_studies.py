"""Random studies, the same ones for the same seed: real chips and models, odd numbers, odd words."""

from __future__ import annotations

import math
import random
import struct

from explorer.errors import ExplorerError
from explorer.knobs import KNOBS, Knob, Value
from explorer.library import Library, make_scenario
from explorer.specs import Fabric, MeasuredPoint, Scenario, Source, Study, Was

_LETTERS = [*"abcXYZ019 .,;:!?&<>\"'\\/|{}[]()=+-*%$#@~^`_", *"äößéñç", *"µΩ×√≥−–…", *"漢字かな", "\u05d0", "\u0627", "\U0001f600", "e\u0301", "\u00a0", "\ufeff"]


def words(rng: random.Random, most: int = 40, least: int = 0) -> str:
    """Text that a spec takes: any letters, no control characters, no marks that turn the direction of writing."""
    return "".join(rng.choice(_LETTERS) for _ in range(rng.randint(least, most)))


def number(rng: random.Random, low: float, high: float) -> float:
    """A number with all 53 bits, spread over the magnitudes between two bounds, now and then a bound or its neighbour."""
    if rng.random() < 0.1:
        return min(max(rng.choice((low, high, math.nextafter(low, high), math.nextafter(high, low))), low), high)
    if low > 0 and high / low > 10:
        return min(max(math.exp(rng.uniform(math.log(low), math.log(high))), low), high)
    return rng.uniform(low, high)


def value(rng: random.Random, knob: Knob) -> Value:
    """Something that a knob may take."""
    if knob.kind == "choice" or rng.random() < 0.3:
        return rng.choice(knob.stops)
    stops = [float(s) for s in knob.stops if not isinstance(s, str) and math.isfinite(s)]
    low, high = max(min(stops), knob.low), min(max(stops), knob.high)
    drawn = number(rng, low, high)
    return round(drawn) if knob.kind == "count" else drawn


def scenario(rng: random.Random, library: Library) -> Scenario:
    """One scenario: presets, then a few knobs moved. What a knob or spec refuses stays as it was."""
    while True:
        try:
            made = make_scenario(
                library, chip=rng.choice(list(library.chips)), workload=rng.choice(list(library.workloads)),
                phase=rng.choice(("decode", "prefill", "training")), batch=rng.randint(1, 4096), context=rng.randint(1, 65536),
                chips=2 ** rng.randint(0, 12),
            )  # fmt: skip
            break
        except ExplorerError:
            continue
    for knob in rng.sample(KNOBS, rng.randint(0, 12)):
        try:
            before = knob.get(made)
            made = knob.set(made, value(rng, knob))
        except ExplorerError:
            continue
        if before is not None and rng.random() < 0.5:
            made = made.replace(was=made.was | {knob.key: Was(value=before, source=Source(kind="press", ref=words(rng)))})
    return made.replace(name=words(rng, least=1), fabric=_fabric(rng, made.fabric))


def _fabric(rng: random.Random, fabric: Fabric) -> Fabric:
    return fabric.replace(name=words(rng, least=1)) if rng.random() < 0.2 else fabric


def study(seed: int, library: Library) -> Study:
    """The study of a seed."""
    rng = random.Random(seed)
    scenarios = tuple(scenario(rng, library) for _ in range(rng.randint(1, 6)))
    points = tuple(
        MeasuredPoint(name=words(rng, least=1), flop_per_byte=number(rng, 1e-9, 1e24), flop_per_s=number(rng, 1e-9, 1e24), note=words(rng))
        for _ in range(rng.choice((0, 0, 1, 20)))
    )
    return Study(
        scenarios=scenarios, title=words(rng, 200), data_version=words(rng), active=rng.randrange(len(scenarios)),
        baseline=rng.choice((None, rng.randrange(len(scenarios)))), measured=points,
    )  # fmt: skip


def bits(data: object) -> object:
    """Data with each float as its eight bytes, so that equal means equal to the last bit (also -0.0 and 0.0)."""
    if isinstance(data, float):
        return struct.pack("<d", data)
    if isinstance(data, dict):
        return {key: bits(v) for key, v in data.items()}
    return [bits(v) for v in data] if isinstance(data, list | tuple) else data
