"""Names that sources use, and the models and plans that rows describe."""

from __future__ import annotations

import pytest

from explorer.errors import ExplorerError
from explorer.library import load_library
from explorer.validation.aliases import load_aliases, parse_aliases
from explorer.validation.rows import Row, RowError
from explorer.validation.scenes import Setting, plan_of, precision_of, state_of, workload_of

LIBRARY, ALIASES = load_library(), load_aliases()


@pytest.fixture
def setting() -> Setting:
    return Setting(LIBRARY, ALIASES)


def test_sources_names_lead_to_presets() -> None:
    for name, chip in (("H100-80GB-SXM", "h100"), ("a100-80gb-sxm", "a100-80gb"), ("Trainium2", "trainium2"), ("b200", "b200")):
        assert ALIASES.chip(LIBRARY, name)[1].id == chip
    assert ALIASES.chip(LIBRARY, "Trainium2")[0].ranks_per_chip == 4
    assert ALIASES.chip(LIBRARY, "TPU v7x (Ironwood), per device = 1 TensorCore")[0].share == 0.5


def test_every_model_that_is_named_has_its_workload() -> None:
    assert not set(ALIASES.models.values()) - set(LIBRARY.workloads)
    assert not {chip.id for chip in ALIASES.chips.values()} - set(LIBRARY.chips)


def test_unknown_names_get_the_nearest_one(setting: Setting) -> None:
    with pytest.raises(RowError, match=r"no preset for the chip 'H100-80GB-SXN' \(did you mean H100-80GB-SXM\?\)"):
        ALIASES.chip(LIBRARY, "H100-80GB-SXN")
    with pytest.raises(RowError, match=r"no preset for the chip 'unstated \(4 nodes x 8 GPU\)'"):
        ALIASES.chip(LIBRARY, "unstated (4 nodes x 8 GPU)")
    with pytest.raises(RowError, match="chip is missing"):
        ALIASES.chip(LIBRARY, "")
    with pytest.raises(RowError, match=r"unknown model 'Lama-3.1-70B' \(did you mean Llama-3.1-70B\?\)"):
        workload_of(setting, Row(1, {"model": "Lama-3.1-70B"}), 1)


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        ("Nemotron_3_Nano", r"state-space \(Mamba\)"), ("deepseek-ai/DeepSeek-V4-Pro", "compressed and selected tokens"),
        ("Qwen/Qwen3.5-27B", "linear attention"), ("Llama-2-70B LoRA", "LoRA"), ("gemma4-2b", "layer"), ("moonshotai/Kimi-K3", "Kimi delta"),
        ("nvidia/Llama-3_3-Nemotron-Super-49B-v1", "different shapes"),
    ],
)  # fmt: skip
def test_what_waits_says_what_for(setting: Setting, model: str, reason: str) -> None:
    with pytest.raises(RowError, match=reason):
        workload_of(setting, Row(1, {"model": model, "layers": "4", "hidden": "64"}), 1)


def test_a_rows_own_columns_come_before_the_preset(setting: Setting) -> None:
    cut = workload_of(setting, Row(1, {"model": "llama3_70b truncated to 12 layers", "layers": "12"}), 1)
    assert (cut.layers, cut.hidden, cut.kv_heads, cut.ffn, cut.ffn_gated) == (12, 8192, 8, 28672, True)


def test_a_shortened_mixture_keeps_its_kinds_of_layers(setting: Setting) -> None:
    deepseek = workload_of(setting, Row(1, {"model": "deepseekv3 truncated to 4 layers", "layers": "4"}), 1)
    assert deepseek.latent == LIBRARY.workload("deepseek-v3").latent
    assert deepseek.experts is not None
    assert (deepseek.layers, deepseek.experts.layers, deepseek.experts.leading_dense) == (4, 1, True)
    maverick = workload_of(setting, Row(1, {"model": "Llama 4 Maverick", "layers": "8"}), 1)
    assert maverick.experts is not None
    assert maverick.window is not None
    assert (maverick.experts.layers, maverick.window.layers) == (4, 6)
    dense = workload_of(setting, Row(1, {"model": "DeepSeekV3", "layers": "3"}), 1)
    assert dense.experts is None
    assert workload_of(setting, Row(1, {"model": "openai/gpt-oss-20b", "layers": "1"}), 1).window is None


def test_learned_positions_are_as_many_as_the_sequence_is_long(setting: Setting) -> None:
    assert workload_of(setting, Row(1, {"model": "MPT-7b", "seq": "8192.0"}), 1).positions == 8192
    assert workload_of(setting, Row(1, {"model": "Llama-3-8B", "seq": "8192.0"}), 1).positions == 0
    assert workload_of(setting, Row(1, {"model": "GPT-22B (Korthikanti)", "seq": "2048"}), 1).biases


def test_a_model_is_built_from_columns_alone(setting: Setting) -> None:
    cells = {"model": "GPT-22B", "layers": "48", "hidden": "6144", "heads": "64", "ffn": "24576", "vocab": "51200"}
    gpt = workload_of(setting, Row(1, cells), 8)
    assert (gpt.ffn_gated, gpt.tied_embeddings, gpt.kv_heads, gpt.head_dim) == (False, True, 64, 96)
    gated = workload_of(setting, Row(1, cells | {"ffn": "16384"}), 8)
    assert (gated.ffn_gated, gated.tied_embeddings) == (True, False)
    with pytest.raises(RowError, match="vocab is missing"):
        workload_of(setting, Row(1, {"model": "x", "layers": "2", "hidden": "64"}), 1)
    with pytest.raises(RowError, match="heads: 'many' is not a number"):
        workload_of(setting, Row(1, cells | {"heads": "many"}), 1)


def test_heads_are_guessed_and_padded(setting: Setting) -> None:
    bloom = workload_of(setting, Row(1, {"model": "BLOOM", "layers": "72", "hidden": "14336", "vocab": "250880"}), 8)
    assert (bloom.heads, bloom.head_dim) == (112, 128)
    padded = workload_of(setting, Row(1, {"model": "Llama-3-8B"}), 12)
    assert padded.heads == 36
    assert padded.heads % padded.kv_heads == 0
    assert padded.head_dim == 128


@pytest.mark.parametrize(
    ("cell", "chip", "found"),
    [
        ("", "h100", "bf16"), ("amp_bf16 (DEFAULT)", "h100", "bf16"), ("FP8-CS", "h100", "fp8"), ("MXFP8", "b200", "mxfp8"),
        ("MXFP8", "h100", "fp8"), ("fp4 (NVFP4 recipe)", "b200", "fp4"), ("int4-g32", "b200", "w=fp4"),
        ("Autocast:BF16+SR", "b200", "bf16"),
    ],
)  # fmt: skip
def test_precisions(setting: Setting, cell: str, chip: str, found: str) -> None:
    assert precision_of(setting, Row(1, {"precision": cell}), LIBRARY.chip(chip)) == found


@pytest.mark.parametrize("cell", ["fp8 or fp4 (not resolved)", "Q4_K_M", "?"])
def test_precisions_that_nobody_knows(setting: Setting, cell: str) -> None:
    with pytest.raises(RowError, match="precision"):
        precision_of(setting, Row(1, {"precision": cell}), LIBRARY.chip("b200"))


PLAN = {"chips": "16", "tp": "8.0", "pp": "2"}


def test_plans(setting: Setting) -> None:
    cells = PLAN | {"zero": "FSDP2 (ZeRO-3)", "recompute": "selective (per-op)", "mbs": "4", "seq_par": "0.0"}
    plan = plan_of(setting, Row(1, cells), 2)
    assert (plan.tp, plan.pp, plan.chips, plan.microbatch, plan.zero) == (4, 2, 16, 4, 3)
    assert (plan.recompute, plan.sequence_parallel) == ("selective", False)
    assert plan_of(setting, Row(1, PLAN | {"zero": "FSDP SHARD_GRAD_OP"}), 1).zero == 2
    assert plan_of(setting, Row(1, PLAN | {"zero": "none"}), 1).zero == 0
    assert plan_of(setting, Row(1, PLAN), 1).zero == 1


def test_plans_of_many_dimensions(setting: Setting) -> None:
    plan = plan_of(setting, Row(1, PLAN | {"cp": "2.0", "ep": "64.0", "vpp": "4", "framework": "Megatron-Bridge 26.04"}), 1)
    assert (plan.cp, plan.ep, plan.expert_tp, plan.virtual_stages) == (2, 64, 1, 4)
    assert plan_of(setting, Row(1, PLAN | {"ep": "8", "framework": "MaxText"}), 1).expert_tp == 0


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ({}, "none"), ({"offload": "False"}, "none"), ({"offload": "CPU AdamW"}, "optimizer"),
        ({"recompute": "qkv_proj_offloaded"}, "activations"), ({"offload": "activations"}, "activations"), ({"recompute": "full"}, "none"),
    ],
)  # fmt: skip
def test_what_lies_in_the_hosts_memory(setting: Setting, cells: dict[str, str], found: str) -> None:
    assert plan_of(setting, Row(1, PLAN | cells), 1).offload == found


def test_sources_before_flash_attention_stored_the_scores(setting: Setting) -> None:
    for source, fused in (
        ("Korthikanti et al. arXiv:2205.05198 Table 5", False), ("BigScience BLOOM-176B chronicles-prequel", False),
        ("Megatron-LM README weak-scaling table", True), ("", True), ("AWS Neuron SDK benchmark CSV", False),
        ("AWS Neuron SDK benchmark CSV about-neuron/benchmarks/trn1/training_data_decoder.csv", True),
    ):  # fmt: skip
        assert plan_of(setting, Row(1, PLAN | {"source": source}), 1).fused_attention is fused


@pytest.mark.parametrize(
    ("cells", "stages"),
    [
        ({"source": "MLPerf Training v5.0 closed, llama31_405b", "pp": "8"}, 8), ({"framework": "torchtitan 3D Interleaved 1F1B"}, 2),
        ({"framework": "torchtitan 4D 1F1B"}, 1), ({"source": "MLPerf Training v5.0 closed, llama31_405b", "vpp": "4"}, 4),
    ],
)  # fmt: skip
def test_virtual_stages_that_a_row_does_not_say(setting: Setting, cells: dict[str, str], stages: int) -> None:
    assert plan_of(setting, Row(1, PLAN | cells), 1).virtual_stages == stages


@pytest.mark.parametrize(
    ("chip", "said", "notes", "stack"),
    [
        ("h100", "Megatron-Bridge 26.04 NeMo Container", "", "nemo-eager"), ("gb200", "Megatron-Bridge 26.04 NeMo Container", "", "nemo"),
        ("b200", "Megatron-Bridge 25.09 NeMo Container", "", "nemo"), ("b200", "Megatron-Bridge 26.02 NeMo Container", "", "nemo-eager"),
        ("gb200", "Megatron-Bridge 26.06.01 NeMo Container", "", "megatron-bridge"),
        ("gb200", "Megatron-Bridge 26.06.01 NeMo Container", "; MoE [cuDNN regression noted]", "nemo"),
        ("h100", "Megatron-Core r0.8.0", "", "megatron-core"), ("h100-96gb-hbm2e", "torchtitan async TP none", "", "torchtitan-async"),
    ],
)  # fmt: skip
def test_stacks_by_chip_release_and_notes(setting: Setting, chip: str, said: str, notes: str, stack: str) -> None:
    assert setting.aliases.stack(chip, said, notes) == stack
    assert stack in LIBRARY.stacks


@pytest.mark.parametrize(
    ("cells", "gradients", "optimizer"),
    [
        ({}, "fp32", "fp32-master"), ({"framework": "Megatron-Bridge 26.04 NeMo Container"}, "bf16", "fp32-master"),
        ({"precision": "bf16 (PURE)"}, "bf16", "fp32-master"), ({"precision": "Autocast:BF16+SR"}, "fp32", "no-master"),
        ({"optimizer_note": "Adam, no master weights, bf16 gradients"}, "bf16", "no-master"),
        ({"precision": "Autocast:BF16+FP32Optimizer"}, "fp32", "fp32-master"),
    ],
)  # fmt: skip
def test_the_state_that_training_keeps(setting: Setting, cells: dict[str, str], gradients: str, optimizer: str) -> None:
    assert state_of(setting, Row(1, cells)) == {"gradient_format": gradients, "optimizer_state": optimizer}


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"offload": "tape"}, "offload 'tape'"), ({"recompute": "some"}, "recomputation 'some'"), ({"zero": "sharded"}, "sharding"),
        ({"tp": "x"}, "tp: 'x' is not a number"), ({"chips": ""}, "chips is missing"), ({"chips": "99999999999"}, "chips"),
    ],
)  # fmt: skip
def test_plans_that_cannot_be_said(setting: Setting, cells: dict[str, str], reason: str) -> None:
    with pytest.raises(RowError, match=reason):
        plan_of(setting, Row(1, PLAN | cells), 1)


@pytest.mark.parametrize("text", ["", "[chips]", "chips = 3", "[[not_modelled]]\ncontains = 1", "= 3"])
def test_a_broken_table_is_one_line(text: str) -> None:
    with pytest.raises(ExplorerError, match=r"aliases\.toml"):
        parse_aliases(text, "aliases.toml")
