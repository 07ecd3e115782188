"""Results as JSON text in which every number is one."""

from __future__ import annotations

import json
import math
from typing import Any


def as_json(data: Any) -> str:
    """Results as JSON text; a number that is none (NaN, infinity) is null."""
    return json.dumps(_finite(data), indent=1, ensure_ascii=False, allow_nan=False)


def _finite(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _finite(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_finite(value) for value in data]
    return None if isinstance(data, float) and not math.isfinite(data) else data
