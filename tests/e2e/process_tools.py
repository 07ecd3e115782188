"""What a command answered, and the environment in which it is started."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import explorer


@dataclass(frozen=True)
class Answer:
    """What a command left: its status, what it printed, and what it complained of."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The output as strict JSON: no NaN, no Infinity."""

        def refuse(word: str) -> float:
            raise AssertionError(f"{word} in JSON")

        return json.loads(self.out, parse_constant=refuse)


def environment(**changes: str | None) -> dict[str, str]:
    """This process's environment with some variables changed, or removed where None, and the package found."""
    found = dict(os.environ) | {"PYTHONPATH": str(Path(explorer.__file__).parents[1])}
    for name, value in changes.items():
        if value is None:
            found.pop(name, None)
        else:
            found[name] = value
    return found
