"""Vectors of collectives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from explorer.physics import algorithms, collectives, links

Levels = list[list[float]]


def _torus(V: float, axes: list[float], W: float, alpha: float = 0.0) -> dict[str, Any]:
    padded = (*axes, *[1.0] * (3 - len(axes)))
    count = padded[0] * padded[1] * padded[2]
    share = tuple(1.0 / len(axes) if i < len(axes) else 0.0 for i in range(3))
    fraction, _, hops = collectives.torus_group(ranks=count, stride=1.0, axes=padded, axis_share=share)
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


def _busbw(S: float, t: float, n: float, op: Literal["ar", "ag", "rs", "a2a"]) -> Any:
    formula = links.all_reduce_bus_bytes_per_s if op == "ar" else links.all_gather_bus_bytes_per_s
    return formula(buffer_bytes=S, ranks=n, time_s=t)


def _nccl_ar_latency_us(algo: str, proto: str, ranks: float, nodes: float) -> Any:
    base, near, far = algorithms.LIBRARY_LATENCY_S[algo, proto]
    latency = algorithms.library_ring_latency_s if algo == "ring" else algorithms.library_tree_latency_s
    return 1e6 * latency(ranks=ranks, nodes=nodes, base_s=base, near_step_s=near, far_step_s=far)


def _alphabeta_sat(V: float, alpha: float, W: float, e: float, Vs: float) -> Any:
    rate = links.effective_bytes_per_s(bytes_per_s=W, efficiency_fraction=e, message_bytes=V, saturation_bytes=Vs)
    return links.point_to_point_s(message_bytes=V, bytes_per_s=rate, latency_s=alpha)


MAPPED: dict[str, Callable[..., Any]] = {
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
}
