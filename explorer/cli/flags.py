"""The flags of a study one by one: their words, and how their values are read."""

from __future__ import annotations

import argparse
from dataclasses import dataclass

from explorer.errors import ExplorerError
from explorer.knobs import Value, knob
from explorer.specs import Scenario


@dataclass(frozen=True)
class Flag:
    """One flag. A ``key`` names the knob that reads its value; without one the value is a word.

    ``path``: what it sets in a scenario, beside what everybody sets. Without a ``metavar`` it takes no value.
    """

    name: str
    metavar: str
    help: str
    key: str = ""
    path: str = ""

    @property
    def dest(self) -> str:
        """Its name as an attribute."""
        return self.name.replace("-", "_")


FLAGS = (
    Flag("workload", "ID", "the model, such as llama3-70b (the default), deepseek-v3, gpt-oss-120b, flux.1-dev"),
    Flag("phase", "PHASE", "decode (default), prefill or training"),
    Flag("batch", "N", "sequences: of one replica in inference, of the whole cluster in training (default 32)", "job.batch"),
    Flag("context", "N", "tokens a sequence holds; 4k is 4,000 (default 4096)", "job.context"),
    Flag("chips", "N", "size of the cluster (default 16)", "plan.chips"),
    Flag("tp", "N", "tensor parallel: chips that share each matmul (default: the widest that suits)", "plan.tp"),
    Flag("pp", "N", "pipeline parallel: stages that share the layers", "plan.pp"),
    Flag("vpp", "N", "virtual stages of each pipeline stage (interleaved 1F1B), in training", "plan.virtual_stages"),
    Flag("dp", "N", "replicas: chips = TP x PP x CP x DP; gives the chips where --chips is left out", "plan.chips"),
    Flag("cp", "N", "context parallel: chips that share each sequence", "plan.cp"),
    Flag("ep", "N", "expert parallel: chips that share the experts of a mixture", "plan.ep", "plan.ep"),
    Flag("expert-tp", "N", "chips that slice one expert (default: what TP is wider than EP)", "plan.tp", "plan.expert_tp"),
    Flag("microbatch", "N", "sequences that pass a pipeline stage together, in training", "plan.microbatch"),
    Flag("schedule", "WHAT", "1f1b or zero-bubble, in training", "plan.schedule", "plan.schedule"),
    Flag("recompute", "WHAT", "none, selective or full, in training"),
    Flag("zero", "N", "ZeRO stage 0 to 3, in training", "plan.zero"),
    Flag("offload", "WHAT", "none, optimizer or activations lie in the host's memory, in training", "plan.offload", "plan.offload"),
    Flag("overlap", "WHAT", "what hides behind what: partial (as measured), max (all) or sum (nothing)", "plan.overlap", "plan.overlap"),
    Flag("no-flash", "", "attention stores its scores, as before FlashAttention", "", "plan.fused_attention"),
    Flag("precision", "FORMAT", "bf16, fp8, mxfp8, fp4, fp32, or each its own: w=fp8,a=bf16,kv=fp8"),
    Flag("expert-precision", "FORMAT", "the same for the routed experts of a mixture, where it differs"),
    Flag("gradients", "FORMAT", "fp32 or bf16, in training", "job.gradient_format", "job.gradient_format"),
    Flag("optimizer", "WHAT", "fp32-master, or no-master: stochastic rounding", "job.optimizer_state", "job.optimizer_state"),
    Flag("sparsity", "WHAT", "none, or structured: weights in the chip's sparse format", "job.sparsity", "job.sparsity"),
    Flag("imbalance", "X", "load of the busiest expert rank against the mean", "job.expert_imbalance", "job.expert_imbalance"),
    Flag("draft", "N", "tokens guessed ahead of each decode step", "job.draft_tokens", "job.draft_tokens"),
    Flag("acceptance", "X", "chance that a guessed token is right", "job.draft_acceptance", "job.draft_acceptance"),
    Flag("fabric", "ID", "how the chips are joined (default: the chip's own first one)"),
    Flag("efficiency", "SET", "ideal (a bound that nothing beats) or calibrated (with real machines' losses)"),
)


class Flags:
    """The flags that were given, read."""

    def __init__(self, counts: dict[str, int], words: dict[str, str], further: dict[str, Value]) -> None:
        self._counts, self._words, self.further = counts, words, further

    def __bool__(self) -> bool:
        return bool(self._counts or self._words or self.further)

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
        group = plan.tp * plan.pp * plan.cp
        if dp is not None and plan.chips != group * dp:
            parts = f"TP {plan.tp} x PP {plan.pp}{f' x CP {plan.cp}' if plan.cp > 1 else ''} x DP {dp}"
            raise ExplorerError(f"{scenario.name}: {parts} = {group * dp:,} chips, not {plan.chips:,}")


def read_flags(arguments: argparse.Namespace) -> Flags:
    """Read the flags that were given. Raises `ExplorerError`, naming the flag."""
    counts: dict[str, int] = {}
    words: dict[str, str] = {}
    further: dict[str, Value] = {}
    for flag in FLAGS:
        text = getattr(arguments, flag.dest)
        if text is None:
            continue
        if flag.path:
            further[flag.path] = _read(flag, text) if flag.metavar else False
        elif flag.key:
            counts[flag.name] = int(_read(flag, text))
        else:
            words[flag.name] = text.strip()
    return Flags(counts, words, further)


def _read(flag: Flag, text: str) -> Value:
    try:
        return knob(flag.key).parse(text)
    except ExplorerError as error:
        label = knob(flag.key).label
        raise ExplorerError(f"--{flag.name}: {str(error).removeprefix(f'{label}: ')}") from None
