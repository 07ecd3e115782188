"""Which layers of a model have a window and which have experts, as its config.json says."""

from __future__ import annotations

from typing import Any

from explorer.library.config_reader import ConfigReader

_WINDOWED = ("sliding_attention", "chunked_attention")
_WHOLE = ("full_attention", "global_attention", "attention", "indexed_attention")


def window_layers(r: ConfigReader, layers: int, context: int) -> dict[str, int] | None:
    """``tokens`` and ``layers`` of the window, or None where all layers see the whole context."""
    if not r.of.window or (r.of.window == "late" and not r.flag("use_sliding_window")):
        return None
    before = len(r.assumed), len(r.read)
    tokens = r.count("window", "window.tokens", least=0)
    count = _windowed(r, layers) if tokens and tokens < context else 0  # one as wide as the context is none
    if count:
        return {"tokens": tokens or 0, "layers": count}
    for key in ("window.tokens", "window.layers"):
        r.sources.pop(key, None)
    del r.assumed[before[0] :], r.read[before[1] :]
    return None


def _windowed(r: ConfigReader, layers: int) -> int:
    kinds = r.listed("layer_types", str, layers)
    if kinds is not None and r.of.window in ("pattern", "late"):
        strange = next((k for k in kinds if k not in (*_WINDOWED, *_WHOLE)), None)
        if strange is not None:
            plain = "".join(c if c.isprintable() else "?" for c in strange[:40])
            raise r.fail(f"layer_types names {plain!r}, which cannot be described here")
        return _counted(r, "window.layers", sum(k in _WINDOWED for k in kinds), "layer_types")
    if r.of.window == "marks":
        key = r.keys("marks")[0]
        marks = r.listed(key, int, layers)
        if marks is None:
            raise r.fail(f"{key} is missing")
        return _counted(r, "window.layers", sum(map(bool, marks)), key)
    if r.of.window == "late":
        first = r.whole("max_window_layers", least=0)
        first = int(r.of.defaults["max_window_layers"]) if first is None else first
        r.derived("window.layers", max(layers - first, 0), f"those from layer {first} on")
        return max(layers - first, 0)
    if r.of.window == "pattern":
        return _patterned(r, layers)
    r.derived("window.layers", layers, "every layer has one")
    return layers


def _counted(r: ConfigReader, spec_key: str, count: int, key: str) -> int:
    r.told(spec_key, key)
    r.read.append(f"{spec_key} {count} ({key})")
    return count


def _patterned(r: ConfigReader, layers: int) -> int:
    given = next((n for k in r.keys("every") if (n := r.whole(k)) is not None), None)
    every = given or r.of.every
    if not every:
        raise r.fail("layer_types is missing")
    r.derived("window.layers", layers - layers // every, f"all but each {every}. layer")
    return layers - layers // every


def expert_layers(r: ConfigReader, layers: int) -> dict[str, Any] | None:
    """The mixture's dimensions and its layers, or None for a dense model."""
    if not r.of.experts or (r.of.experts == "beside" and not r.flag("enable_moe_block")):
        return None
    count = r.count("experts", "experts.count", least=0)
    if not count:
        return None
    found = _mixed(r, layers)
    if not any(found):
        return None
    width = r.need("expert_width", "experts.width")
    active = r.need("active", "experts.active")
    if active > count:
        raise r.fail(f"{active} active of {count} experts")
    first = found.index(True)
    return {
        "count": count, "active": active, "width": width, "shared_width": _shared(r, width), "layers": sum(found),
        "leading_dense": first == layers - sum(found),
    }  # fmt: skip


def _shared(r: ConfigReader, width: int) -> int:
    """Width of what every token passes beside the experts that it chose."""
    if r.keys("shared_width"):
        return r.count("shared_width", "experts.shared_width", least=0) or 0
    count = r.count("shared_count", "experts.shared_width", least=0, label="shared experts") or 0
    each = r.count("shared_each", "experts.shared_width", least=0, label="width of a shared expert")
    if count:
        r.derived("experts.shared_width", count * (each or width), f"{count} shared, {each or width:,} wide each")
    return count * (each or width)


def _mixed(r: ConfigReader, layers: int) -> list[bool]:
    """Of each layer, whether it has experts."""
    if r.of.experts in ("all", "beside"):
        r.derived("experts.layers", layers, "every layer has them")
        return [True] * layers
    if r.of.experts == "step":
        return _stepped(r, layers)
    if isinstance(r.data.get("moe_layer_freq"), list):
        marks = r.listed("moe_layer_freq", int, layers) or []
        _counted(r, "experts.layers", sum(map(bool, marks)), "moe_layer_freq")
        return [bool(m) for m in marks]
    first, step = _or_default(r, "first_k_dense_replace", 0), _or_default(r, "moe_layer_freq", 1)
    found = [i >= first and i % max(step, 1) == 0 for i in range(layers)]
    r.derived("experts.layers", sum(found), f"all but the first {first}" if step == 1 else f"each {step}. layer behind the first {first}")
    return found


def _stepped(r: ConfigReader, layers: int) -> list[bool]:
    key = r.keys("step")[0]
    step = max(_or_default(r, key, 1), 1)
    dense = r.data.get("mlp_only_layers") or []
    if not isinstance(dense, list) or not all(isinstance(i, int) for i in dense):
        raise r.fail("mlp_only_layers is not a list of numbers")
    found = [(i + 1) % step == 0 and i not in dense for i in range(layers)]
    r.derived("experts.layers", sum(found), "every layer has them" if all(found) else f"each {step}. layer")
    return found


def _or_default(r: ConfigReader, key: str, otherwise: int) -> int:
    value = r.whole(key, least=0)
    return int(r.of.defaults.get(key, otherwise)) if value is None else value
