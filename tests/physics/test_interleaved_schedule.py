"""Megatron-LM's interleaved 1F1B played event by event, against the closed forms of bubble, memory and sends."""

from __future__ import annotations

import pytest

from explorer.physics import memory, pipeline

FORWARD, BACKWARD = 1.0, 2.0  # of one micro-batch through one whole stage


def _order(rank: int, p: int, v: int, m: int) -> list[tuple[str, int, int]]:
    """(pass, chunk, micro-batch) in the order in which a rank runs them: warm-up, one forward one backward, drain."""

    def item(k: int) -> tuple[int, int]:
        group, place = divmod(k, p * v)
        return place // p, group * p + place % p

    forwards = [("F", *item(k)) for k in range(m * v)]
    backwards = [("B", v - 1 - item(k)[0], item(k)[1]) for k in range(m * v)]
    warm = min((2 * (p - rank - 1) + (v - 1) * p) if v > 1 else p - rank - 1, m * v)
    order, rest = forwards[:warm], forwards[warm:]
    for i, forward in enumerate(rest):
        order += [forward, backwards[i]]
    return order + backwards[len(rest) :]


def _play(p: int, v: int, m: int) -> tuple[float, list[float], int]:
    """Time of the step, most micro-batches' worth of activations held by each rank, and sends of all ranks forward."""
    orders, ends = [_order(r, p, v, m) for r in range(p)], {}
    clock, at, held, most, sends = [0.0] * p, [0] * p, [0] * p, [0] * p, 0
    while any(at[r] < len(orders[r]) for r in range(p)):
        moved = False
        for r in range(p):
            while at[r] < len(orders[r]):
                kind, chunk, micro = orders[r][at[r]]
                place = chunk * p + r
                if kind == "F":
                    needs = ("F", place - 1, micro) if place else None
                else:
                    needs = ("B", place + 1, micro) if place < p * v - 1 else ("F", place, micro)
                if needs is not None and needs not in ends:
                    break
                sends += kind == "F" and place > 0 and p > 1
                clock[r] = max(clock[r], ends[needs] if needs else 0.0) + (FORWARD if kind == "F" else BACKWARD) / v
                ends[kind, place, micro] = clock[r]
                held[r] += 1 if kind == "F" else -1
                most[r] = max(most[r], held[r])
                at[r], moved = at[r] + 1, True
        assert moved, "the schedule waits for itself"
    return max(clock), [n / v for n in most], sends


@pytest.mark.parametrize(("p", "v", "m"), [(1, 1, 4), (4, 1, 4), (4, 1, 16), (4, 1, 2), (2, 2, 2), (4, 2, 8), (4, 3, 16), (8, 3, 8), (8, 2, 32)])
def test_the_closed_forms_are_what_the_schedule_does(p: int, v: int, m: int) -> None:
    step, held, sends = _play(p, v, m)
    each = FORWARD + BACKWARD
    assert step == pytest.approx(float(pipeline.pipeline_s(microbatch_s=each, microbatches=m, pp=p, chunks=v)))
    assert step / (m * each) - 1 == pytest.approx(float(pipeline.bubble_ratio(pp=p, microbatches=m, chunks=v)))
    formula = [float(memory.in_flight_microbatches(stage=r, pp=p, microbatches=m, chunks=v)) for r in range(p)]
    assert held == pytest.approx(formula)
    assert sends == m * (p * v - 1)
    if v > 1 and m > p:
        whole = float(memory.first_stage_layers(layers=p, pp=p, microbatches=m, chunks=v))
        assert held[0] == pytest.approx(whole)
