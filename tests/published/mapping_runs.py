"""Vectors of parallelism, serving, long runs, energy and cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from explorer.physics import collectives, economics, parallelism, pipeline, reliability, roofline, serving

HOUR = 3600.0
DAY = 86400.0
PICO = 1e-12


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
