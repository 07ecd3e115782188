"""One row a slider. The panel, ``--set``, sweeps and sensitivity all read this list."""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from explorer.errors import ExplorerError, unknown
from explorer.specs import EFFICIENCIES, FORMATS, PHASES, RECOMPUTES, Scenario, Source, get_path, job, set_by_hand
from explorer.specs.base import SpecError
from explorer.units import best_prefix, format_quantity, parse_quantity

Value = float | int | str
Kind = Literal["number", "count", "choice"]
SECTIONS = ("Chip", "Memory", "SRAM", "Precision", "Links", "Cluster", "Workload", "Plan", "More", "Run")
_GIB, _MIB = 1024.0**3, 1024.0**2


class KnobError(ExplorerError):
    """A value that a knob does not take."""


@dataclass(frozen=True)
class Knob:
    """A number (or a choice) that can be dragged: where it stands in a Scenario, and the stops that are offered.

    ``low`` and ``high`` bound what may be typed; the stops are what the slider offers. ``assume`` is what to say where
    nobody has published the number; a knob without it has no row there.
    """

    key: str
    label: str
    section: str
    unit: str
    help: str
    enters: str
    stops: tuple[Value, ...]
    kind: Kind = "number"
    low: float = 0.0
    high: float = math.inf
    missing_text: str = "not published"
    assume: str = ""

    def get(self, scenario: Scenario) -> Value | None:
        """The knob's value in ``scenario``; None where nobody has published it or the chip has no such thing."""
        if self.key == "offer.usd_per_chip_h":
            return scenario.offer.usd_per_chip_h if scenario.offer else None
        value: Value | None = get_path(scenario, self.key)
        return value

    def set(self, scenario: Scenario, value: Value) -> Scenario:
        """``scenario`` with this knob at ``value``, validated; what it was is kept. Raises `KnobError` or `SpecError` in one line."""
        if self.kind == "choice":
            if value not in self.stops:
                raise unknown(self.label.lower(), str(value), [str(s) for s in self.stops])
        else:
            value = self._checked(value)
        return set_by_hand(scenario, {self.key: value}, lambda _path, old: self.text(old))

    def _checked(self, value: Value) -> float | int:
        if isinstance(value, str) or not math.isfinite(value):
            raise KnobError(f"{self.label}: {value!r} is not a number")
        if not self.low <= value <= self.high:
            raise KnobError(f"{self.label}: {self.text(value)} is outside {self.text(self.low)} to {self.text(self.high)}")
        if self.kind == "count":
            if value != round(value):
                raise KnobError(f"{self.label}: {value:g} is not a whole number")
            return int(value)
        return float(value)

    def text(self, value: Value | None) -> str:
        """The value as people write it."""
        if value is None:
            return self.missing_text
        if isinstance(value, str):
            return FORMATS[value].label if value in FORMATS else value
        if self.kind == "count":
            return f"{value:,.0f}" if math.isfinite(value) else "any"
        return format_quantity(value, self.unit) if math.isfinite(value) else "any"

    def shown_unit(self, value: Value | None) -> str:
        """The prefix under which `text` shows the value; a bare number typed into the field is read in it."""
        if value is None or isinstance(value, str):
            return ""
        return best_prefix(float(value), self.unit).text

    def parse(self, text: str, shown: str | None = None) -> Value:
        """Read what somebody typed. Raises `ExplorerError` in one line."""
        if self.kind == "choice":
            wanted = text.strip().casefold()
            for stop in self.stops:
                if wanted in (str(stop).casefold(), self.text(stop).casefold()):
                    return stop
            raise unknown(self.label.lower(), text, [str(s) for s in self.stops])
        value = parse_quantity(text, self.unit, shown=shown, low=self.low, high=self.high)
        return self._checked(value)

    def assumable(self, scenario: Scenario) -> str:
        """What to say where the number is missing and somebody may assume one; empty where the chip has no such thing."""
        unannounced = scenario.chip.announced and self.key.startswith("chip.peak_")
        return self.assume or ("not announced: assume a rate" if unannounced else "")

    def source(self, scenario: Scenario) -> Source | None:
        """Where the present value comes from, if a preset says so."""
        if self.key == "offer.usd_per_chip_h":
            return scenario.offer.source if scenario.offer else None
        head, _, rest = self.key.partition(".")
        holder = getattr(scenario, head)
        sources: dict[str, Source] = getattr(holder, "sources", {})
        found = sources.get(rest) or sources.get(rest.rpartition(".")[2])
        unpublished = found is None and bool(sources) and bool(self.assumable(scenario))
        return _BY_YOU if unpublished and self.get(scenario) is not None else found


_BY_YOU = Source(kind="user", ref="assumed by you")


@dataclass(frozen=True)
class Ladder:
    """The stops of one slider with real products' values among them; ``names[i]`` is empty for a stop of no product."""

    values: tuple[Value, ...]
    names: tuple[str, ...]

    def nearest(self, value: Value) -> int:
        """Index of the stop closest to ``value``."""
        if isinstance(value, str):
            return self.values.index(value) if value in self.values else 0
        numbers = [float(v) for v in self.values]
        at = bisect.bisect_left(numbers, value)
        if at == 0 or at == len(numbers):
            return min(at, len(numbers) - 1)
        return at if numbers[at] - value < value - numbers[at - 1] else at - 1


def ladder(knob: Knob, landmarks: Iterable[tuple[float, str]] = ()) -> Ladder:
    """The knob's stops with ``landmarks`` (value, product's name) sorted in."""
    if knob.kind == "choice":
        return Ladder(knob.stops, ("",) * len(knob.stops))
    named = {v: n for v, n in landmarks if knob.low <= v <= knob.high}
    integral = knob.kind == "count"
    every = sorted({*(float(s) for s in knob.stops), *map(float, named)})
    return Ladder(tuple(int(v) if integral else v for v in every), tuple(named.get(v, "") for v in every))


def _geometric(low: float, high: float, per_decade: int, digits: int = 3) -> tuple[float, ...]:
    count = round(math.log10(high / low) * per_decade)
    values = (low * (high / low) ** (i / count) for i in range(count + 1))
    return tuple(dict.fromkeys(float(f"{v:.{digits - 1}e}") for v in values))


def _binary(low: float, high: float, unit: float) -> tuple[float, ...]:
    """1, 1.25, 1.5, 1.75 times each power of two, in ``unit``s."""
    steps = (2.0**e * f for e in range(-4, 24) for f in (1.0, 1.125, 1.25, 1.375, 1.5, 1.625, 1.75, 1.875))
    return tuple(v * unit for v in steps if low <= v * unit <= high)


def _powers(high: int, also: Iterable[int] = ()) -> tuple[int, ...]:
    powers = {1 << i for i in range(high.bit_length()) if 1 << i <= high}
    return tuple(sorted(powers | set(also)))


def _peak(number_format: str) -> Knob:
    label = FORMATS[number_format].label
    return Knob(
        f"chip.peak_{number_format}_flop_per_s", f"Peak {label}", "Chip", "FLOP/s",
        f"Dense matmul peak in {label}, as the vendor states it; sparse rates are kept apart.",
        "compute time = FLOP / (peak x array share x efficiency)",
        _geometric(1e13, 2e16, 40), low=1e9, high=1e20, missing_text="none published",
    )


_FORMAT_STOPS = tuple(FORMATS)
KNOBS: tuple[Knob, ...] = (
    *(_peak(f) for f in ("bf16", "fp8", "mxfp8", "fp4", "fp32")),
    Knob("chip.tdp_w", "Power", "Chip", "W", "Power that one chip may draw. Below the rated one its clock falls, in the calibrated set, with the cube root of the power.", "joules = chips x power drawn x time / tokens; clock = (power / rated)^(1/3)", _geometric(50, 5000, 60), low=1, high=1e6, assume="assume a power to see energy"),
    Knob("offer.usd_per_chip_h", "Price", "Chip", "USD/h", "Price of one chip for an hour. Compare the same kind of offer.", "$ / M tokens = chips x price / 3600 / tokens/s x 1e6", _geometric(0.1, 100, 50), high=1e5, assume="assume a price to see cost"),
    Knob("efficiency", "Efficiency", "Chip", "1", "ideal: a bound that nothing beats. calibrated: with the losses of real machines.", "rate = datasheet rate x efficiency", EFFICIENCIES, "choice"),
    Knob("chip.hbm_bytes", "HBM capacity", "Memory", "B", "What the driver reports.", "fits when the fullest stage <= capacity", _binary(8 * _GIB, 1024 * _GIB, _GIB), low=_MIB, high=1e18),
    Knob("chip.hbm_bytes_per_s", "HBM bandwidth", "Memory", "B/s", "Peak rate of the chip's main memory.", "HBM time = bytes / (bandwidth x efficiency)", _geometric(5e11, 2e13, 70), low=1e6, high=1e20),
    Knob("chip.sram_bytes", "SRAM capacity", "SRAM", "B", "On-chip memory that holds matmul tiles (SBUF, L2): larger tiles read the HBM less.", "HBM bytes of a matmul = tiles that fit here", _binary(1 * _MIB, 1024 * _MIB, _MIB), low=1024, high=1e15),
    Knob("chip.sram_bytes_per_s", "SRAM bandwidth", "SRAM", "B/s", "Rate at which on-chip memory feeds the matrix units.", "SRAM time = operand bytes / bandwidth", _geometric(1e12, 2e14, 60), low=1e6, high=1e21, assume="not counted: assume a rate to see its ceiling"),
    Knob("job.weight_format", "Weights", "Precision", "1", "Format in which weights are stored and read.", "weight bytes = parameters x bytes of the format", _FORMAT_STOPS, "choice"),
    Knob("job.activation_format", "Activations", "Precision", "1", "Format of the activations; a matmul runs in the wider of the two.", "peak = rate of the wider format", _FORMAT_STOPS, "choice"),
    Knob("job.kv_format", "KV cache", "Precision", "1", "Format of the keys and values kept for attention.", "KV bytes = 2 x layers x KV heads x head size x tokens x bytes", _FORMAT_STOPS, "choice"),
    Knob("fabric.scale_up.link_bytes_per_s_per_direction", "Scale-up, one way", "Links", "B/s", "All links of one chip inside the domain, one direction.", "collective = steps x latency + bytes / rate", _geometric(1e10, 1e13, 60), low=1e3, high=1e18),
    Knob("fabric.scale_up.link_latency_s", "Latency", "Links", "s", "Time of one hop inside the domain.", "collective = steps x latency + bytes / rate", (0.0, *_geometric(1e-7, 1e-4, 60)), high=10.0),
    Knob("fabric.scale_up.domain", "Domain", "Links", "1", "Chips joined by the fast links. A torus grows along its last axis: a group that no longer fills that axis has half its rate there.", "a group larger than this crosses the scale-out network", _powers(16384, (72, 144, 8960, 9216)), "count", 1, 200_000),
    Knob("fabric.scale_out.bytes_per_s_per_direction", "Scale-out, one way", "Links", "B/s", "Network of one chip between domains, one direction.", "collective = steps x latency + bytes / rate", _geometric(1e9, 1e12, 60), low=1e3, high=1e18),
    Knob("plan.chips", "Chips", "Cluster", "1", "Size of the cluster.", "replicas = chips / (TP x PP)", _powers(131072, (24, 48, 72, 144, 100_000)), "count", 1, 10_000_000),
    Knob("job.phase", "Phase", "Workload", "1", "decode: one token for every sequence. prefill: read the prompts. training: one optimizer step.", "which operators run", PHASES, "choice"),
    Knob("job.batch", "Batch", "Workload", "1", "Sequences of one replica in inference; of the whole cluster in training.", "tokens of a step", _powers(65536, (3, 6, 12, 24, 48, 96, 192, 384, 768, 1536)), "count", 1, 10_000_000),
    Knob("job.context", "Context", "Workload", "tokens", "Tokens a sequence holds.", "KV bytes and attention FLOP", _powers(1 << 20, (3072, 6144, 12288, 24576, 49152)), "count", 1, 100_000_000),
    Knob("plan.tp", "Tensor parallel", "Plan", "1", "Chips that share each matmul.", "two all-reduces a layer", _powers(1024, (3, 6, 12, 24, 48, 72, 144)), "count", 1, 1_000_000),
    Knob("plan.pp", "Pipeline parallel", "Plan", "1", "Stages that share the layers.", "bubble = (p - 1) / (m + p - 1)", _powers(128, (3, 6, 10, 12, 20, 40)), "count", 1, 1_000_000),
    Knob("plan.cp", "Context parallel", "Plan", "1", "Chips that share each sequence; keys and values go round a ring.", "attention = tokens / CP against all keys", _powers(1024, (3, 6, 12, 24)), "count", 1, 1_000_000),
    Knob("plan.ep", "Expert parallel", "Plan", "1", "Chips that share the experts of a mixture; tokens travel to them.", "two all-to-alls a layer of experts", _powers(1024, (3, 6, 12, 24, 48, 72, 144)), "count", 1, 1_000_000),
    Knob("plan.schedule", "Schedule", "Plan", "1", "Order of work in a pipeline, in training. zero-bubble: gradients of weights fill the gaps.", "bubble of the schedule", job.SCHEDULES, "choice"),
    Knob("plan.virtual_stages", "Virtual stages", "Plan", "1", "Pieces of the model on each pipeline stage, in training: interleaved 1F1B.", "bubble = (p - 1) / (v m); sends x v", _powers(64, (3, 5, 6, 7, 10, 12, 20, 24)), "count", 1, 1_000_000),
    Knob("plan.microbatch", "Micro-batch", "Plan", "1", "Sequences that pass a stage together, in training.", "micro-batches = batch / (DP x micro-batch)", _powers(64), "count", 1, 1_000_000),
    Knob("plan.recompute", "Recompute", "Plan", "1", "What the backward pass computes again instead of keeping, in training.", "activations kept", RECOMPUTES, "choice"),
    Knob("plan.zero", "ZeRO stage", "Plan", "1", "What data-parallel ranks share: 1 optimizer, 2 gradients, 3 weights.", "state / DP", (0, 1, 2, 3), "count", 0, 3),
    Knob("plan.offload", "Offload", "More", "1", "What lies in the host's memory instead of the chip's, in training.", "memory less what is offloaded; time + bytes / host link", job.OFFLOADS, "choice"),
    Knob("chip.host_bytes_per_s", "Host link, one way", "More", "B/s", "From the chip to the host's memory, one direction; used where something is offloaded.", "offload time = bytes / rate", _geometric(1e9, 1e12, 60), low=1e3, high=1e18, assume="not counted: assume a rate to see what offloading costs"),
    Knob("plan.overlap", "Overlap", "More", "1", "What hides behind what. partial: as measured; max: everything; sum: nothing.", "step = max or sum of its resources", job.OVERLAPS, "choice"),
    Knob("job.sparsity", "Sparsity", "More", "1", "structured: weights in the chip's sparse format, where it has one.", "peak = sparse rate; weights take half and their indices", job.SPARSITIES, "choice"),
    Knob("job.optimizer_state", "Optimizer", "More", "1", "fp32-master: Adam with FP32 weights. no-master: stochastic rounding, none kept.", "state = bytes a parameter", job.OPTIMIZER_STATES, "choice"),
    Knob("job.gradient_format", "Gradients", "More", "1", "Format in which gradients are kept and reduced, in training; both: made in 16 bits, added up in FP32.", "gradient bytes = parameters x bytes of the format", job.GRADIENT_FORMATS, "choice"),
    Knob("job.expert_imbalance", "Expert imbalance", "More", "1", "Tokens of the busiest expert rank against the mean.", "expert time and all-to-all x imbalance", (*(1 + i / 20 for i in range(21)), 2.5, 3.0, 4.0, 6.0, 8.0), low=1, high=1000),
    Knob("job.draft_tokens", "Draft tokens", "More", "1", "Tokens guessed ahead of each decode step and checked together; 0: none.", "tokens a step = (1 - acceptance^(k + 1)) / (1 - acceptance)", tuple(range(17)), "count", 0, 1000),
    Knob("job.draft_acceptance", "Draft acceptance", "More", "fraction", "Chance that a guessed token is right.", "tokens a step = (1 - acceptance^(k + 1)) / (1 - acceptance)", tuple(i / 20 for i in range(21)), high=1.0),
    Knob("run.tokens", "Training tokens", "Run", "tokens", "Tokens that a training run sees.", "time to train = tokens / (tokens/s x goodput)", _geometric(1e9, 1e15, 20), low=1, high=1e18),
    Knob("run.chip_mtbf_s", "Chip fails every", "Run", "time", "Mean time between failures of one chip with its share of host, network and software.", "time between failures = this / chips", _geometric(3.6e6, 3.6e10, 40), low=1e-3, high=1e12),
    Knob("run.checkpoint_s", "Checkpoint", "Run", "time", "Time for which training stands still while a checkpoint is written.", "goodput: delta", (0.0, *_geometric(0.1, 3600, 30)), high=1e12),
    Knob("run.checkpoint_interval_s", "Checkpoint every", "Run", "time", "Time between two checkpoints; 0 is the best one for these failures.", "goodput: tau", (0.0, *_geometric(10, 864000, 20)), high=1e12),
    Knob("run.restart_s", "Restart", "Run", "time", "From a failure to the next step; work since the last checkpoint is lost besides.", "goodput: R", (0.0, *_geometric(1, 36000, 30)), high=1e12),
    Knob("run.straggler_cv", "Spread of steps", "Run", "fraction", "Standard deviation of the chips' step times against their mean: all wait for the slowest. Steps measured on many chips have it in them: set 0 there.", "step x (1 + cv sqrt(2 ln chips))", (0.0, *_geometric(1e-3, 0.2, 40, 2)), high=1.0),
    Knob("run.pue", "PUE", "Run", "1", "Power of the site against that of its computers: 1 would need no cooling.", "site power = chips x (power + host) x PUE", tuple(round(1 + i / 100, 2) for i in range(101)), low=1.0, high=10.0),
    Knob("run.host_w", "Host power", "Run", "W", "Host, network and fans of one chip.", "site power = chips x (power + host) x PUE", (0.0, *_geometric(10, 3000, 40)), high=1e6),
    Knob("run.fleet_fraction", "Fleet in use", "Run", "fraction", "Share of the time that a serving fleet has work.", "$ / M tokens, fleet = $ / M tokens / this", tuple(i / 100 for i in range(1, 101)), low=1e-6, high=1.0),
    Knob("run.answer_tokens", "Answer length", "Run", "tokens", "Tokens made for each prompt: how many servers read prompts for one that answers.", "prefill servers = T_prefill x batch / (T_step x answer)", _powers(1 << 17, (3, 6, 12, 24, 48, 96, 192, 384, 768, 1536)), "count", 1, 100_000_000),
)
_BY_KEY = {k.key: k for k in KNOBS}


def knob(key: str) -> Knob:
    """The knob at a dotted path. Raises `ExplorerError` with the nearest name."""
    if key not in _BY_KEY:
        raise unknown("knob", key, _BY_KEY)
    return _BY_KEY[key]


def was(key: str, now: Scenario, before: Scenario) -> Value | None:
    """The earlier value where it differs from the present one, else None."""
    old, new = _BY_KEY[key].get(before), _BY_KEY[key].get(now)
    return old if old != new else None


__all__ = ["KNOBS", "SECTIONS", "Knob", "KnobError", "Ladder", "SpecError", "Value", "knob", "ladder", "was"]
