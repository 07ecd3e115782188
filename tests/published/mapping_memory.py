"""Vectors of memory: model state, activations, KV cache, what fits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from explorer.physics import activations, attention, memory, roofline, transformer


def _state_bytes_per_param(scheme: str, d: float = 1.0) -> Any:
    sharded = scheme.startswith("distopt_")
    key = "megatron_bf16_fp32grad" if sharded else scheme
    weight, gradient, optimizer = memory.STATE_SCHEMES[key]
    return memory.state_bytes_per_param(
        weight_bytes=weight, gradient_bytes=gradient, optimizer_bytes=optimizer, dp=d, zero=1.0 if sharded else 0.0
    )


MODES = {
    "none": (0.0, 0.0),
    "tp": (0.0, 0.0),
    "tp_sp": (1.0, 0.0),
    "tp_sel": (0.0, 1.0),
    "tp_sp_sel": (1.0, 1.0),
    "full": (0.0, 2.0),
    "full_sp": (1.0, 2.0),
}


def _act_layer(s: float, b: float, h: float, a: float, t: float = 1.0, mode: str = "none") -> Any:
    sequence_parallel, recompute = MODES[mode]
    return activations.korthikanti_activation_bytes(
        tokens=s * b, hidden=h, heads=a, context=s, tp=t, sequence_parallel=sequence_parallel, recompute=recompute
    )


def _act_first_stage(L: float, p: float, v: float, m: float | None = None, **layer: Any) -> Any:
    count = activations.first_stage_layers(layers=L, pp=p, microbatches=p if m is None else m, chunks=v)
    return _act_layer(**layer) * count


def _weights_opt(L: float, h: float, t: float, p: float, bpp: float) -> Any:
    layer = transformer.attention_params(hidden=h, heads=1.0, kv_heads=1.0, head_dim=h) + transformer.ffn_params(
        hidden=h, ffn=4.0 * h, ffn_matrices=2.0
    )
    return memory.weight_bytes(params=L * layer / (t * p), bytes_per_param=bpp)


def _kv_bytes_per_token(L: float, kv: float, dh: float, b: float = 2.0, t: float = 1.0) -> Any:
    held = attention.kv_heads_per_rank(kv_heads=kv, tp=t)
    return attention.kv_bytes_per_token(layers=L, kv_heads=held, head_dim=dh, kv_bytes_per_element=b)


def _largest(hbm: float, util: float, w: float, other: float, each: float) -> Any:
    return memory.largest_count(capacity_bytes=hbm * util, fixed_bytes=w + other, bytes_each=each)


def _fsdp_peak_state(psi: float, d: float, L: float, layer_params: float) -> Any:
    shard = {"params": psi, "dp": d, "zero": 3.0}
    return (
        memory.sharded_weight_bytes(bytes_per_param=2.0, layer_params=layer_params, **shard)
        + memory.gradient_bytes(bytes_per_param=4.0, **shard)
        + memory.optimizer_bytes(bytes_per_param=12.0, **shard)
    )


def _act_layer_llama(
    s: float, b: float, h: float, f: float, a: float, kv: float, dh: float, t: float, sp: bool = True
) -> Any:
    return memory.training_activation_bytes(
        tokens=s * b,
        hidden=h,
        heads=a,
        kv_heads=kv,
        head_dim=dh,
        ffn=f,
        ffn_matrices=3.0,
        tp=t,
        sequence_parallel=float(sp),
        recompute=0.0,
        context=s,
    )


MAPPED: dict[str, Callable[..., Any]] = {
    "zero_state": lambda psi, d, stage: memory.zero_state_bytes(params=psi, dp=d, stage=stage),
    "state_bytes_per_param": _state_bytes_per_param,
    "fsdp_peak_state": _fsdp_peak_state,
    "act_layer": _act_layer,
    "act_first_stage": _act_first_stage,
    "act_layer_llama": _act_layer_llama,
    "act_layer_megatron_est": lambda s, b, h, f, t: memory.estimator_activation_bytes(
        tokens=s * b, hidden=h, ffn=f, tp=t
    ),
    "weights_opt_1st_stage_12lh2": _weights_opt,
    "act_embed_head": lambda s, b, h, V, t, p: memory.embedding_activation_bytes(
        tokens=s * b, hidden=h, vocab=V, tp=t, pp=p
    ),
    "logits_bytes": lambda b, s, V, t: memory.logits_bytes(positions=b * s, vocab=V, tp=t, bytes_per_logit=4.0),
    "kv_bytes_per_token": _kv_bytes_per_token,
    "kv_paged": lambda seq, block, per_tok: per_tok * memory.paged_tokens(tokens=seq, page_tokens=block),
    "max_batch": lambda hbm, util, w, other, kv_seq: _largest(hbm, util, w, other, kv_seq),
    "max_context": lambda hbm, util, w, other, batch, kv_tok: _largest(hbm, util, w, other, batch * kv_tok),
    "swa_kv_bytes": lambda seq, L_full, L_win, window, kv, dh, b: memory.windowed_kv_bytes(
        context=seq,
        window=window,
        full_layers=L_full,
        windowed_layers=L_win,
        kv_heads=kv,
        head_dim=dh,
        kv_bytes_per_element=b,
    ),
    "inflight_1f1b": lambda rank, p, m: memory.in_flight_microbatches(stage=rank, pp=p, microbatches=m),
    "offload_time": lambda bytes_, W, t_window: roofline.exposed_s(
        hidden_s=roofline.ceiling_s(work=bytes_, rate=W), behind_s=t_window, overlap_fraction=1.0
    ),
}
