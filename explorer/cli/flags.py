"""The flags of a study one by one: their words, and how their values are read."""

from __future__ import annotations

import argparse
from dataclasses import dataclass

from explorer.errors import ExplorerError
from explorer.knobs import knob
from explorer.specs import Scenario


@dataclass(frozen=True)
class Flag:
    """One flag. A ``key`` names the knob that reads its number; without one the value is a word."""

    name: str
    metavar: str
    help: str
    key: str = ""


FLAGS = (
    Flag("workload", "ID", "the model, such as llama3-70b (the default), llama3-8b, llama3.1-405b"),
    Flag("phase", "PHASE", "decode (default), prefill or training"),
    Flag("batch", "N", "sequences: of one replica in inference, of the whole cluster in training (default 32)", "job.batch"),
    Flag("context", "N", "tokens a sequence holds; 4k is 4,000 (default 4096)", "job.context"),
    Flag("chips", "N", "size of the cluster (default 16)", "plan.chips"),
    Flag("tp", "N", "tensor parallel: chips that share each matmul (default: the widest that suits)", "plan.tp"),
    Flag("pp", "N", "pipeline parallel: stages that share the layers", "plan.pp"),
    Flag("vpp", "N", "virtual stages of each pipeline stage (interleaved 1F1B), in training", "plan.virtual_stages"),
    Flag("dp", "N", "replicas: chips = TP x PP x DP; gives the chips where --chips is left out", "plan.chips"),
    Flag("cp", "N", "context parallel: 1 is all that is modelled yet", "plan.chips"),
    Flag("ep", "N", "expert parallel: 1 is all that is modelled yet", "plan.chips"),
    Flag("microbatch", "N", "sequences that pass a pipeline stage together, in training", "plan.microbatch"),
    Flag("recompute", "WHAT", "none, selective or full, in training"),
    Flag("zero", "N", "ZeRO stage 0 to 3, in training", "plan.zero"),
    Flag("precision", "FORMAT", "bf16, fp8, mxfp8, fp4, fp32, or each its own: w=fp8,a=bf16,kv=fp8"),
    Flag("fabric", "ID", "how the chips are joined (default: the chip's own first one)"),
    Flag("efficiency", "SET", "ideal (a bound that nothing beats) or calibrated (with real machines' losses)"),
)
_NOT_YET = {"cp": "context parallelism", "ep": "expert parallelism"}


class Flags:
    """The flags that were given, read."""

    def __init__(self, counts: dict[str, int], words: dict[str, str]) -> None:
        self._counts, self._words = counts, words

    def __bool__(self) -> bool:
        return bool(self._counts or self._words)

    def __contains__(self, name: str) -> bool:
        return name in self._counts or name in self._words

    def count(self, name: str, otherwise: int) -> int:
        """A whole number, or ``otherwise`` where the flag was not given."""
        return self._counts.get(name, otherwise)

    def word(self, name: str, otherwise: str) -> str:
        """A word, or ``otherwise`` where the flag was not given."""
        return self._words.get(name, otherwise)

    def check_replicas(self, scenario: Scenario) -> None:
        """Refuse a ``--dp`` that contradicts the plan."""
        plan, dp = scenario.plan, self._counts.get("dp")
        if dp is not None and plan.chips != plan.tp * plan.pp * dp:
            raise ExplorerError(
                f"{scenario.name}: TP {plan.tp} x PP {plan.pp} x DP {dp} = {plan.tp * plan.pp * dp:,} chips, not {plan.chips:,}"
            )


def read_flags(arguments: argparse.Namespace) -> Flags:
    """Read the flags that were given. Raises `ExplorerError`, naming the flag."""
    counts, words = {}, {}
    for flag in FLAGS:
        text = getattr(arguments, flag.name)
        if text is None:
            continue
        if flag.key:
            counts[flag.name] = _count(flag, text)
        else:
            words[flag.name] = text.strip()
    for name, what in _NOT_YET.items():
        if counts.pop(name, 1) != 1:
            raise ExplorerError(f"--{name}: {what} is not modelled yet, so 1 is the only value")
    return Flags(counts, words)


def _count(flag: Flag, text: str) -> int:
    try:
        return int(knob(flag.key).parse(text))
    except ExplorerError as error:
        label = knob(flag.key).label
        raise ExplorerError(f"--{flag.name}: {str(error).removeprefix(f'{label}: ')}") from None
