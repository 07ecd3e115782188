"""How many sequences a server under load works on at once, and how fast that could be at best."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.evaluate import evaluate, lower
from explorer.specs import Scenario
from explorer.validation.rows import Row, RowError
from explorer.validation.scenes import Setting
from explorer.validation.servers import server_of


@dataclass(frozen=True)
class Running:
    """Sequences that a replica works on at once, and the least time of a decode step of theirs (s), at the chips' full rates."""

    sequences: int
    least_s: float


def running_at_once(setting: Setting, rows: tuple[Row, ...]) -> dict[int, Running]:
    """By the identity of a row: no more than fit in memory, the others wait. Rows that say too little are left out."""
    scenes: dict[int, Scenario] = {}
    for row in rows:
        try:
            server = server_of(setting, row)
            scenes[id(row)] = server.scenario(
                setting, "decode", server.share(row.count("batch_or_concurrency")), server.middle
            )
        except RowError:
            continue
    if not scenes:
        return {}
    asked = list(scenes.values())
    largest = evaluate(lower(asked)).values["largest_batch"]
    # A batch that fits nowhere stays as it is: whoever measured it made room that the model does not know of.
    run = [
        s.job.batch if not room >= 1 else int(min(s.job.batch, room)) for s, room in zip(asked, largest, strict=True)
    ]
    held = [s.replace(efficiency="ideal", job=s.job.replace(batch=n)) for s, n in zip(asked, run, strict=True)]
    least = evaluate(lower(held)).values["step_s"]
    return {key: Running(n, float(s)) for key, n, s in zip(scenes, run, least, strict=True)}
