"""From a vector's function name to the project's function: arguments renamed and units brought to base units.

Where a vector covers several equations (a GEMM's time, a layer's activations times the layers held), the project's functions are
chained; no equation is written here again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from explorer.physics import (
    activations,
    algorithms,
    attention,
    collectives,
    economics,
    formats,
    links,
    matmul,
    memory,
    parallelism,
    pipeline,
    reliability,
    roofline,
    serving,
    transformer,
)

HOUR, DAY, PICO, BITS = 3600.0, 86400.0, 1e-12, 8.0
Levels = list[list[float]]


# --- single numbers, parameters, operations


def _peak_flops(clock_hz: float, fma_per_cycle_per_unit: float, units: float) -> Any:
    return roofline.array_peak_flop_per_s(
        clock_per_s=clock_hz, multiply_adds_flop=2.0 * fma_per_cycle_per_unit, units=units
    )


def _block_format_bytes(
    elem_bits: float, block: float, scale_bits: float, n: float = 1.0, tensor_scale_bits: float = 0.0
) -> Any:
    return formats.block_format_bytes(
        elements=n,
        element_bytes=elem_bits / BITS,
        block=block,
        scale_bytes=scale_bits / BITS,
        tensor_scale_bytes=tensor_scale_bits / BITS,
    )


def _llama(L: float, h: float, f: float, a: float, kv: float, dh: float, V: float) -> dict[str, float]:
    return {
        "layers": L,
        "hidden": h,
        "heads": a,
        "kv_heads": kv,
        "head_dim": dh,
        "ffn": f,
        "ffn_matrices": 3.0,
        "vocab": V,
    }


def _params_llama(tied: bool = False, **shape: float) -> Any:
    return transformer.model_params(embedding_matrices=1.0 if tied else 2.0, **_llama(**shape))


def _train_flops(s: float, causal: bool = True, **shape: float) -> Any:
    return transformer.training_flop_per_token(context=s, causal_fraction=0.5 if causal else 1.0, **_llama(**shape))


def _prefill_flops(s: float, **shape: float) -> Any:
    return transformer.prefill_flop_per_sequence(context=s, **_llama(**shape))


def _gpt(B: float, s: float, h: float, V: float, weights: float, scores: float, L: float = 0.0, l: float = 0.0) -> Any:  # noqa: E741
    return transformer.gpt_flop(
        sequences=B, context=s, layers=L or l, hidden=h, vocab=V, weight_passes=weights, attention_passes=scores
    )


def _mfu_korthikanti(t: float, n: float, peak: float, hw: bool = False, **shape: float) -> Any:
    flop = _gpt(weights=3.0, scores=6.0 if hw else 3.0, **shape)
    return economics.model_flop_utilization(flop=flop, chips=n, peak_flop_per_s=peak, step_s=t)


def _mfu_from_tokens(tok_s: float, flops_tok: float, n: float, peak: float) -> Any:
    return economics.model_flop_utilization(flop=flops_tok, chips=n, peak_flop_per_s=peak, step_s=1.0 / tok_s)


# --- one operation


def _gemm(M: float, N: float, K: float, bi: float = 2.0, bo: float = 2.0) -> tuple[Any, Any]:
    traffic = matmul.compulsory_bytes(
        m=M, n=N, k=K, a_bytes_per_element=bi, b_bytes_per_element=bi, c_bytes_per_element=bo
    )
    return matmul.matmul_flop(m=M, n=N, k=K), traffic


def _gemm_ai(M: float, N: float, K: float) -> Any:
    flop, traffic = _gemm(M, N, K)
    return roofline.arithmetic_intensity(flop=flop, traffic_bytes=traffic)


def _gemm_time(
    M: float, N: float, K: float, P: float, BW: float, ec: float = 1.0, em: float = 1.0, t0: float = 0.0
) -> Any:
    flop, traffic = _gemm(M, N, K)
    return roofline.kernel_s(
        flop=flop,
        traffic_bytes=traffic,
        peak_flop_per_s=P,
        bytes_per_s=BW,
        compute_fraction=ec,
        memory_fraction=em,
        launch_s=t0,
    )


def _gemm_time_k0(
    M: float, N: float, K: float, P: float, BW: float, ec: float, em: float, K0: float, t0: float, bi: float, bo: float
) -> Any:
    flop, traffic = _gemm(M, N, K, bi, bo)
    useful = matmul.tile_fraction(m=M, n=N, tile_m=128.0, tile_n=128.0) * matmul.wave_fraction(
        m=M, n=N, tile_m=128.0, tile_n=128.0, cores=132.0
    )
    return roofline.kernel_s(
        flop=flop * matmul.prologue_factor(k=K, prologue_k=K0),
        traffic_bytes=traffic,
        peak_flop_per_s=P,
        bytes_per_s=BW,
        compute_fraction=ec * useful,
        memory_fraction=em,
        launch_s=t0,
    )


def _crit_batch(P: float, BW: float, bW: float) -> Any:
    return matmul.critical_batch(peak_flop_per_s=P, hbm_bytes_per_s=BW, weight_bytes_per_element=bW)


def _gemm_crit_batch(D: float, F: float, P: float, BW: float, bA: float, bB: float, bC: float) -> Any:
    return matmul.exact_critical_batch(
        n=F,
        k=D,
        peak_flop_per_s=P,
        hbm_bytes_per_s=BW,
        a_bytes_per_element=bA,
        b_bytes_per_element=bB,
        c_bytes_per_element=bC,
    )


def _decode_attn_time(B: float, S: float, L: float, kv: float, dh: float, b: float, BW: float, t: float) -> Any:
    each = attention.decode_kv_bytes(
        sequences=B,
        context=S,
        kv_heads=attention.kv_heads_per_rank(kv_heads=kv, tp=t),
        head_dim=dh,
        kv_bytes_per_element=b,
    )
    return roofline.ceiling_s(work=L * each, rate=BW)


def _overlap(tc: float, tm: float, phi: float = 0.0, mode: str = "partial", p: float = 1.0) -> Any:
    if mode == "pnorm":
        return roofline.smooth_maximum_s(first_s=tc, second_s=tm, power=p)
    fraction = {"max": 1.0, "sum": 0.0, "partial": phi}[mode]
    return roofline.overlapped_s(first_s=tc, second_s=tm, overlap_fraction=fraction)


# --- memory


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


# --- collectives


def _torus(V: float, axes: list[float], W: float, alpha: float = 0.0) -> dict[str, Any]:
    padded = (*axes, *[1.0] * (3 - len(axes)))
    count = padded[0] * padded[1] * padded[2]
    share = tuple(1.0 / len(axes) if i < len(axes) else 0.0 for i in range(3))
    fraction, hops, _ = collectives.torus_group(ranks=count, stride=1.0, axes=padded, axis_share=share)
    rate = 2.0 * len(axes) * W * fraction
    return {"buffer_bytes": V, "ranks": count, "bytes_per_s": rate, "latency_s": alpha, "hops": hops}


def _a2a_torus(B: float, axes: list[float], W: float, lines: float = 1.0) -> Any:
    return collectives.torus_all_to_all_s(
        sent_bytes=B,
        ranks=axes[0] * axes[1] * axes[2],
        longest_axis=lines * max(axes),
        bytes_per_s_per_link=W,
        latency_s=0.0,
        hops=0.0,
    )


def _hier_ar(
    S: float,
    g: float,
    m: float,
    Wup: float,
    Wnic: float,
    a_up: float = 0.0,
    a_out: float = 0.0,
    pipelined: bool = False,
) -> Any:
    return algorithms.hierarchical_all_reduce_s(
        buffer_bytes=S,
        inside=g,
        outside=m,
        inside_bytes_per_s=Wup,
        outside_bytes_per_s=Wnic,
        inside_latency_s=a_up,
        outside_latency_s=a_out,
        pipelined=float(pipelined),
    )


def _tree_bandwidth(levels: Levels) -> Any:
    return links.tree_all_gather_bytes_per_s(
        children=[level[0] for level in levels], child_bytes_per_s=[level[1] for level in levels]
    )


def _busbw(S: float, t: float, n: float, op: str) -> Any:
    kinds = {"ar": links.all_reduce_bus_bytes_per_s, "ag": links.all_gather_bus_bytes_per_s}
    return kinds[op](buffer_bytes=S, ranks=n, time_s=t)


def _nccl_ar_latency_us(algo: str, proto: str, ranks: float, nodes: float) -> Any:
    base, near, far = algorithms.LIBRARY_LATENCY_S[algo, proto]
    latency = algorithms.library_ring_latency_s if algo == "ring" else algorithms.library_tree_latency_s
    return 1e6 * latency(ranks=ranks, nodes=nodes, base_s=base, near_step_s=near, far_step_s=far)


def _alphabeta_sat(V: float, alpha: float, W: float, e: float, Vs: float) -> Any:
    rate = links.effective_bytes_per_s(bytes_per_s=W, efficiency_fraction=e, message_bytes=V, saturation_bytes=Vs)
    return links.point_to_point_s(message_bytes=V, bytes_per_s=rate, latency_s=alpha)


# --- parallelism, serving, long runs


def _dp_crit_tokens(P: float, W: float, x: float = 0.0) -> Any:
    nodes = (x - 1.0) / x if x else 1.0
    return parallelism.data_parallel_critical_tokens(peak_flop_per_s=P, bytes_per_s=W) * nodes


def _zero_comm_bytes(psi: float, d: float, stage: float) -> Any:
    return pipeline.zero_traffic_bytes(
        params=psi, dp=d, zero=stage, weight_bytes_per_param=2.0, gradient_bytes_per_param=2.0
    )


def _ring_attn_exposed(s: float, cp: float, b: float, a: float, kv: float, dh: float, P: float, W: float) -> Any:
    return parallelism.ring_attention_exposed_s(
        context=s, ranks=cp, sequences=b, heads=a, kv_heads=kv, head_dim=dh, peak_flop_per_s=P, bytes_per_s=W
    )


def _ep_a2a_time(tokens: float, k: float, h: float, bd: float, bc: float, W: float) -> Any:
    return parallelism.expert_exchange_s(
        rows=tokens,
        destinations=k,
        hidden=h,
        dispatch_bytes_per_element=bd,
        combine_bytes_per_element=bc,
        bytes_per_s=W,
    )


def _decode_step(B: float, kv_seq_bytes: float, w_bytes: float, nparam: float, n: float, BW: float, P: float) -> Any:
    return serving.decode_step_s(
        sequences=B,
        kv_bytes_per_sequence=kv_seq_bytes,
        weight_bytes=w_bytes,
        params=nparam,
        chips=n,
        hbm_bytes_per_s=BW,
        peak_flop_per_s=P,
    )


def _decode_floor_tp(w_bytes: float, n: float, BW: float, em: float, L: float, n_ar: float, a_ar: float) -> Any:
    return serving.decode_floor_s(
        weight_bytes=w_bytes,
        chips=n,
        hbm_bytes_per_s=BW,
        memory_fraction=em,
        layers=L,
        all_reduces=n_ar,
        all_reduce_latency_s=a_ar,
    )


def _pipeline_step(
    t_mb: float, m: float, p: float, v: float = 1.0, t_dp_exposed: float = 0.0, t_opt: float = 0.0
) -> Any:
    return pipeline.pipeline_s(microbatch_s=t_mb, microbatches=m, pp=p, chunks=v) + t_dp_exposed + t_opt


def _energy(
    flops: float,
    pj_flop: float,
    hbm: float,
    pj_hbm_byte: float,
    link: float,
    pj_link_byte: float,
    idle_w: float,
    t: float,
) -> Any:
    return economics.component_energy_j(
        flop=flops,
        j_per_flop=pj_flop * PICO,
        hbm_bytes=hbm,
        hbm_j_per_byte=pj_hbm_byte * PICO,
        link_bytes=link,
        link_j_per_byte=pj_link_byte * PICO,
        idle_w=idle_w,
        step_s=t,
    )


def _goodput(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda tau, delta, M, R: function(interval_s=tau, checkpoint_s=delta, mtbf_s=M, restart_s=R)


MAPPED: dict[str, Callable[..., Any]] = {
    "peak_flops": _peak_flops,
    "block_format_bytes": _block_format_bytes,
    "sparse24_bytes_per_dense_elem": lambda elem_bytes: formats.sparse_2_of_4_bytes_per_element(
        element_bytes=elem_bytes
    ),
    "amdahl": lambda frac, speed: roofline.amdahl_speedup(fraction=frac, speedup=speed),
    "params_gpt": lambda l, h, V, s: transformer.gpt_params(layers=l, hidden=h, vocab=V, context=s),  # noqa: E741
    "params_llama": _params_llama,
    "train_flops_per_token": _train_flops,
    "prefill_flops": _prefill_flops,
    "iter_flops_narayanan": lambda **shape: _gpt(weights=4.0, scores=4.0, **shape),
    "model_flops_korthikanti": lambda **shape: _gpt(weights=3.0, scores=3.0, **shape),
    "hw_flops_korthikanti_sel": lambda **shape: _gpt(weights=3.0, scores=6.0, **shape),
    "mfu_korthikanti": _mfu_korthikanti,
    "mfu_from_tokens": _mfu_from_tokens,
    "attn_to_matmul_ratio": lambda T, D: attention.attention_to_matmul_ratio(context=T, hidden=D),
    "gemm_ai": _gemm_ai,
    "gemm_time": _gemm_time,
    "gemm_time_k0": _gemm_time_k0,
    "crit_batch_simple": _crit_batch,
    "gemm_crit_batch": _gemm_crit_batch,
    "moe_crit_batch": lambda P, BW, bW, E, k: _crit_batch(P, BW, bW) * E / k,
    "attn_ai": lambda T, S, G: attention.grouped_intensity(
        query_tokens=T, key_tokens=S, group=G, bytes_per_element=2.0
    ),
    "decode_attn_time": _decode_attn_time,
    "flash_hbm_elems": lambda N, d, M: attention.flash_elements(tokens=N, head_dim=d, sram_elements=M),
    "std_attn_hbm_elems": lambda N, d: attention.unfused_elements(tokens=N, head_dim=d),
    "io_lower_bound_elems": lambda M, N, K, S: matmul.io_lower_bound_elements(m=M, n=N, k=K, sram_elements=S),
    "tiled_gemm_elems": lambda M, N, K, bm, bn: matmul.blocked_elements(m=M, n=N, k=K, block_m=bm, block_n=bn),
    "max_ai_from_sram": lambda S_bytes, b: matmul.sram_intensity_limit(sram_bytes=S_bytes, bytes_per_element=b),
    "tile_eff": lambda M, N, tm, tn: matmul.tile_fraction(m=M, n=N, tile_m=tm, tile_n=tn),
    "wave_eff": lambda M, N, tm, tn, sms: matmul.wave_fraction(m=M, n=N, tile_m=tm, tile_n=tn, cores=sms),
    "systolic_ws_util": lambda T, R, C, load_hidden=False: matmul.systolic_fill_fraction(
        moving_rows=T, rows=R, columns=C, load_hidden=float(load_hidden)
    ),
    "systolic_edge_util": lambda K, N, R, C: matmul.systolic_edge_fraction(n=N, k=K, rows=R, columns=C),
    "overlap": _overlap,
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
    "ring_ag": lambda V, n, W, alpha=0.0, bidir=False: collectives.ring_all_gather_s(
        buffer_bytes=V, ranks=n, bytes_per_s=W, latency_s=alpha, bidirectional=float(bidir)
    ),
    "ring_ar": lambda V, n, W, alpha=0.0: collectives.ring_all_reduce_s(
        buffer_bytes=V, ranks=n, bytes_per_s=W, latency_s=alpha
    ),
    "line_ag": lambda V, n, W, alpha=0.0: collectives.line_all_gather_s(
        buffer_bytes=V, ranks=n, bytes_per_s=W, latency_s=alpha
    ),
    "torus_ag": lambda **torus: collectives.torus_all_gather_s(**_torus(**torus)),
    "torus_ar": lambda **torus: collectives.torus_all_reduce_s(**_torus(**torus)),
    "bucket_ag_seq": lambda V, axes, W, alpha=0.0: collectives.bucket_all_gather_s(
        buffer_bytes=V, axes=(*axes,), bytes_per_s=W, latency_s=alpha
    ),
    "rabenseifner": lambda n_bytes, p, alpha, beta, gamma=0.0: collectives.rabenseifner_all_reduce_s(
        buffer_bytes=n_bytes, ranks=p, latency_s=alpha, s_per_byte=beta, add_s_per_byte=gamma
    ),
    "recdoub_ar": lambda n_bytes, p, alpha, beta, gamma=0.0: collectives.recursive_doubling_all_reduce_s(
        buffer_bytes=n_bytes, ranks=p, latency_s=alpha, s_per_byte=beta, add_s_per_byte=gamma
    ),
    "bcast_binomial": lambda n_bytes, p, alpha, beta: collectives.binomial_broadcast_s(
        buffer_bytes=n_bytes, ranks=p, latency_s=alpha, s_per_byte=beta
    ),
    "bcast_vdg": lambda n_bytes, p, alpha, beta: collectives.scatter_gather_broadcast_s(
        buffer_bytes=n_bytes, ranks=p, latency_s=alpha, s_per_byte=beta
    ),
    "a2a_ring": lambda B, n, W: collectives.ring_all_to_all_s(sent_bytes=B, ranks=n, bytes_per_s=W, latency_s=0.0),
    "a2a_torus": _a2a_torus,
    "a2a_mesh": lambda B, axes, W: _a2a_torus(B, axes, W, lines=2.0),
    "a2a_switch": lambda B, n, W, alpha=0.0: collectives.switch_all_to_all_s(
        sent_bytes=B, ranks=n, bytes_per_s=W, latency_s=alpha
    ),
    "a2a_two_level": lambda B, g, m, Wup, Wnic: collectives.two_level_all_to_all_s(
        sent_bytes=B, inside=g, outside=m, inside_bytes_per_s=Wup, outside_bytes_per_s=Wnic
    ),
    "a2a_ragged": lambda V, n, W, k: collectives.ragged_all_to_all_s(buffer_bytes=V, ranks=n, chosen=k, bytes_per_s=W),
    "hier_ar": _hier_ar,
    "inet_ar": lambda S, W, alpha=0.0: collectives.in_network_all_reduce_s(
        buffer_bytes=S, ranks=2.0, bytes_per_s=W, latency_s=alpha
    ),
    "tree_fabric_ag_bw": _tree_bandwidth,
    "p2p": lambda V, W, hops=1.0, alpha=0.0, ports=1.0: collectives.point_to_point_s(
        message_bytes=V, bytes_per_s=ports * W, latency_s=alpha, hops=hops
    ),
    "busbw": _busbw,
    "nccl_ar_latency_us": _nccl_ar_latency_us,
    "alphabeta_crossover": lambda a1, bw1, a2, bw2: collectives.crossover_bytes(
        first_latency_s=a1, first_bytes_per_s=bw1, second_latency_s=a2, second_bytes_per_s=bw2
    ),
    "alphabeta_sat": _alphabeta_sat,
    "dp_crit_tokens": _dp_crit_tokens,
    "tp_limit": lambda F, P, W, axes=1.0: parallelism.tensor_parallel_limit(
        ffn=F, peak_flop_per_s=P, bytes_per_s=W, axes=axes
    ),
    "fsdp_xopt": lambda B, F, N, Mx, My: parallelism.best_fsdp_ways(
        batch_tokens=B, ffn=F, chips=N, fsdp_axes=Mx, tensor_axes=My
    ),
    "mixed_min_tokens_per_chip": lambda P, W, F, Mx, My: parallelism.mixed_critical_tokens(
        ffn=F, peak_flop_per_s=P, bytes_per_s=W, fsdp_axes=Mx, tensor_axes=My
    ),
    "decode_tp_limit": lambda F, B, Whbm, Wici: parallelism.decode_tensor_limit(
        ffn=F, sequences=B, hbm_bytes_per_s=Whbm, link_bytes_per_s=Wici
    ),
    "bubble_ratio": lambda p, m, v=1.0: pipeline.bubble_ratio(pp=p, microbatches=m, chunks=v),
    "bubble_fraction": lambda p, m, v=1.0: pipeline.bubble_fraction(pp=p, microbatches=m, chunks=v),
    "zb_h1_bubble_ratio": lambda p, m, tf, tb, tw: pipeline.zero_bubble_ratio(
        pp=p, microbatches=m, forward_s=tf, input_gradient_s=tb, weight_gradient_s=tw
    ),
    "tp_time_layer": lambda s, b, h, t, W, n_ar=4.0: parallelism.tensor_parallel_layer_s(
        rows=s * b, hidden=h, tp=t, bytes_per_element=2.0, bytes_per_s=W, all_reduces=n_ar
    ),
    "pp_p2p_bytes": lambda s, b, h, t: pipeline.stage_transfer_bytes(rows=s * b, hidden=h, bytes_per_element=2.0, tp=t),
    "zero_comm_bytes": _zero_comm_bytes,
    "exposed_dp": lambda t_comm, t_bwd_window, phi: roofline.exposed_past_window_s(
        hidden_s=t_comm, window_s=t_bwd_window, usable_fraction=phi
    ),
    "ring_attn_min_chunk": lambda P, W, a, kv: parallelism.ring_attention_critical_tokens(
        peak_flop_per_s=P, bytes_per_s=W, heads=a, kv_heads=kv
    ),
    "ring_attn_exposed": _ring_attn_exposed,
    "ep_a2a_time": _ep_a2a_time,
    "ws1d_comm": lambda B, L, E, W, dt: parallelism.stationary_1d_s(
        rows=B * L, hidden=E, bytes_per_element=dt, bytes_per_s=W
    ),
    "ws2d_comm": lambda B, L, E, n, W, dt: parallelism.stationary_2d_s(
        rows=B * L, hidden=E, chips=n, bytes_per_element=dt, bytes_per_s=W
    ),
    "wg_comm": lambda B, L, E, F, n, W, dt: parallelism.weight_gathered_s(
        rows=B * L, hidden=E, ffn=F, chips=n, bytes_per_element=dt, bytes_per_s=W
    ),
    "decode_step": _decode_step,
    "decode_floor_tp": _decode_floor_tp,
    "prefill_time": lambda N, s, n, P, mfu: serving.prefill_s(
        params=N, tokens=s, chips=n, peak_flop_per_s=P, utilization_fraction=mfu
    ),
    "pipeline_step": _pipeline_step,
    "pd_ratio": lambda prefill_s, B, step_s, dec_len: serving.prefill_servers_per_decode_server(
        prefill_s=prefill_s, sequences=B, step_s=step_s, generated_tokens=dec_len
    ),
    "kv_transfer": lambda s, per_tok, W: collectives.point_to_point_s(
        message_bytes=s * per_tok, bytes_per_s=W, latency_s=0.0
    ),
    "train_days": lambda flops, n, P, mfu: (
        reliability.train_s(flop=flops, chips=n, peak_flop_per_s=P, utilization_fraction=mfu) / DAY
    ),
    "train_days_narayanan": lambda T, P, n, X: (
        reliability.recomputed_train_s(tokens=T, params=P, chips=n, attained_flop_per_s=X) / DAY
    ),
    "train_usd": lambda gpu_h, usd_h: economics.train_usd(chip_h=gpu_h, usd_per_chip_h=usd_h),
    "gpu_hours": lambda flops, P, mfu: economics.chip_hours(flop=flops, peak_flop_per_s=P, utilization_fraction=mfu),
    "mtbf_job_h": lambda days, failures: reliability.observed_mtbf_s(duration_s=days * DAY, failures=failures) / HOUR,
    "scale_mtbf": lambda m_h, n0, n1: reliability.scaled_mtbf_s(mtbf_s=m_h * HOUR, chips=n0, scaled_chips=n1) / HOUR,
    "mttf_nodes_h": lambda nodes, fails_per_1000_node_days: (
        reliability.fleet_mtbf_s(nodes=nodes, failures_per_node_s=fails_per_1000_node_days / 1000.0 / DAY) / HOUR
    ),
    "young": lambda delta, M: reliability.young_s(checkpoint_s=delta, mtbf_s=M),
    "daly": lambda delta, M: reliability.daly_s(checkpoint_s=delta, mtbf_s=M),
    "goodput_daly": _goodput(reliability.goodput_fraction),
    "goodput_first_order": _goodput(reliability.first_order_goodput_fraction),
    "energy_j": _energy,
    "tdp_bound_flops": lambda tdp, p_static, bw_used, pj_byte, pj_flop: economics.power_limited_flop_per_s(
        tdp_w=tdp,
        static_w=p_static,
        hbm_bytes_per_s=bw_used,
        hbm_j_per_byte=pj_byte * PICO,
        j_per_flop=pj_flop * PICO,
    ),
    "usd_per_mtok": lambda n, usd_h, tok_s: economics.usd_per_million_tokens(
        chips=n, usd_per_chip_h=usd_h, tokens_per_s=tok_s
    ),
    "site_power_mw": lambda n, tdp_w, host_w, pue: (
        economics.site_power_w(chips=n, tdp_w=tdp_w, host_w=host_w, pue=pue) / 1e6
    ),
}

NOT_MAPPED = {
    "gb_to_gib": "a change of units, tested with the units",
    "link_uni": "a change of units, tested with the chips",
    "params_mla_moe": "experts and compressed attention are not modelled yet",
    "train_flops_per_token_mla": "experts and compressed attention are not modelled yet",
    "train_flops_per_token_moe": "experts are not modelled yet",
    "mla_kv_bytes_per_token": "compressed attention is not modelled yet",
    "ep_tpot": "expert parallelism is not modelled yet",
}
