"""Vectors of parameters, operations and single kernels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from explorer.physics import attention, economics, formats, matmul, roofline, transformer

BITS = 8.0


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
}
