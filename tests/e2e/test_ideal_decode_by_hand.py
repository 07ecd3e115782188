"""Llama 3 70B decode, batch 32, context 4,096, 16 chips, TP 16, without losses: against a calculation from first principles.

Nothing of the physics is used here, and the chips' numbers are written down again. In decode every chip reads its share of
the weights and of the KV cache once a token, so bytes over HBM bandwidth is the time of a step, less and plus what each
term below explains.
"""

from __future__ import annotations

import math

import pytest

LAYERS, HIDDEN, HEADS, KV_HEADS, HEAD_DIM, FFN, VOCAB = 80, 8192, 64, 8, 128, 28672, 128256
BATCH, CONTEXT, TP = 32, 4096, 16
BF16 = 2  # bytes
# HBM [B/s], and the on-chip memory that holds matmul tiles [B].
# AWS Neuron documentation (Trainium2, Trainium3 architecture pages); NVIDIA HGX B200 datasheet and device query.
CHIPS = {
    "trainium2": (2.9e12, 224 * 2**20),
    "trainium3": (4.9e12, 256 * 2**20),
    "b200": (7.7e12, 126.5 * 2**20),
}

KV_HEADS_PER_RANK = math.ceil(KV_HEADS / TP)  # eight heads on sixteen ranks: each head is kept twice
# Weights of one chip: (elements of the matrix on this rank, input columns, output columns), a layer's matrices and the head.
_QKV = (HEADS // TP + 2 * KV_HEADS_PER_RANK) * HEAD_DIM
MATRICES = (
    (LAYERS, HIDDEN, _QKV),
    (LAYERS, HEADS * HEAD_DIM // TP, HIDDEN),
    (LAYERS, HIDDEN, 2 * FFN // TP),
    (LAYERS, FFN // TP, HIDDEN),
    (1, HIDDEN, VOCAB // TP),
)
WEIGHT_BYTES = BF16 * sum(count * k * n for count, k, n in MATRICES)
KV_BYTES = BF16 * 2 * LAYERS * KV_HEADS_PER_RANK * HEAD_DIM * CONTEXT * BATCH


def run(cli, chip: str) -> dict:
    answer = cli(
        "eval", "--json", "--chip", chip, "--workload", "llama3-70b", "--phase", "decode", "--batch", str(BATCH),
        "--context", str(CONTEXT), "--chips", "16", "--tp", str(TP), "--efficiency", "ideal",
    )  # fmt: skip
    assert answer.status == 0
    return answer.json["scenarios"][0]


def test_the_parameters_are_those_of_the_model():
    """70.55e9 published; what a token reads leaves out the embedding table, of which it takes 32 rows."""
    attention = 2 * HIDDEN * HEADS * HEAD_DIM + 2 * HIDDEN * KV_HEADS * HEAD_DIM
    layer = attention + 3 * HIDDEN * FFN + 2 * HIDDEN
    assert LAYERS * layer + 2 * VOCAB * HIDDEN + HIDDEN == pytest.approx(70.554e9, rel=1e-4)
    replicated = BF16 * LAYERS * 2 * HIDDEN * HEAD_DIM * (KV_HEADS_PER_RANK - KV_HEADS / TP)
    norms = LAYERS * 2 * HIDDEN + HIDDEN
    assert WEIGHT_BYTES - replicated == pytest.approx((70.5537e9 - VOCAB * HIDDEN - norms) * BF16 / TP, rel=1e-4)


@pytest.mark.parametrize("chip", CHIPS)
def test_memory_by_hand(cli, chip):
    held = run(cli, chip)["memory"]
    norms = BF16 * LAYERS * 2 * HIDDEN
    assert held["kv_cache_bytes"] == KV_BYTES == 5_368_709_120
    embedding = BF16 * VOCAB * HIDDEN / TP
    assert held["weights_bytes"] == pytest.approx(WEIGHT_BYTES + embedding + norms, rel=1e-3)


@pytest.mark.parametrize("chip", CHIPS)
def test_the_step_is_bytes_over_bandwidth(cli, chip):
    """Within 1 % once activations and what stays on the chip are counted; within 5 % of weights and KV cache alone."""
    hbm, sram = CHIPS[chip]
    found = run(cli, chip)
    assert found["bound"] == "HBM"
    floor = (WEIGHT_BYTES + KV_BYTES) / hbm
    assert found["step_s"] == pytest.approx(floor, rel=0.05)
    # The activations of the batch are read and the outputs written once: a bound grants multicast among the cores.
    inputs = BF16 * BATCH * sum(count * k for count, k, _ in MATRICES)
    outputs = BF16 * BATCH * sum(count * n for count, _, n in MATRICES)
    # A bound grants what fits on the chip from one token to the next, out of all that is kept for this model.
    kept = sram / (WEIGHT_BYTES + KV_BYTES + BF16 * VOCAB * HIDDEN / TP)
    explained = (WEIGHT_BYTES + KV_BYTES + inputs + outputs) / hbm * (1 - kept)
    assert found["step_s"] == pytest.approx(explained, rel=0.01)
    assert found["tokens_per_s"] == pytest.approx(BATCH / found["step_s"], rel=1e-12)


@pytest.mark.parametrize("chip", CHIPS)
def test_nothing_else_takes_time(cli, chip):
    """The network is hidden in the ideal set, and no chip computes for longer than it reads."""
    found = run(cli, chip)
    assert found["network_exposed_s"] <= 0.001 * found["step_s"]
    read = sum(o["hbm_bytes"] for o in found["roofline"])
    assert read / CHIPS[chip][0] == pytest.approx(found["step_s"], rel=0.01)
    work = sum(o["flop"] for o in found["roofline"])
    per_token = 2 * (70.5537e9 - VOCAB * HIDDEN) + 4 * LAYERS * HEADS * HEAD_DIM * CONTEXT
    assert work * TP == pytest.approx(BATCH * per_token, rel=0.03)  # KV projections are computed twice on 16 ranks


def test_half_the_bandwidth_is_twice_the_time(cli):
    hbm, *_ = CHIPS["b200"]
    words = ("eval", "--json", "--chip", "b200", "--chips", "16", "--tp", "16", "--efficiency", "ideal")
    full = cli(*words).json["scenarios"][0]["step_s"]
    half = cli(*words, "--set", f"chip.hbm_bytes_per_s={hbm / 2}").json["scenarios"][0]["step_s"]
    assert half / full == pytest.approx(2, rel=0.02)
