"""The config.json of a model hub as a workload: every number with its source, every assumption told.

What each architecture's keys mean stands in ``resources/model_configs.toml``. An architecture that is not there, and
one that no workload can describe, is named in the error.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from explorer.errors import ExplorerError
from explorer.evaluate.size import total_params
from explorer.library.config_layers import expert_layers, window_layers
from explorer.library.config_reader import MOST, ConfigReader
from explorer.library.model_table import ModelTable, model_table
from explorer.library.text_files import MIB, read_text, shown
from explorer.specs import SpecError, Workload, build

MOST_BYTES = 4 * MIB  # those of quantized mixtures list thousands of matrices


@dataclass(frozen=True)
class ImportedModel:
    """What became of a config.json: the workload, its weights counted from the dimensions, and lines that say what was
    read from which key, what was assumed, and what the architecture has that is left out."""

    workload: Workload
    architecture: str
    params: float
    read: tuple[str, ...]
    assumed: tuple[str, ...]
    left_out: tuple[str, ...]


def read_model_config(path: Path | str, name: str | None = None, identifier: str | None = None) -> ImportedModel:
    """Read a config.json of at most 4 MiB. Raises `ExplorerError` in one line that names the file.

    ``name`` and ``identifier``: as the workload shall be called; else they follow from the file.
    """
    path = Path(path)
    text = read_text(path, "a model configuration", MOST_BYTES)
    return parse_model_config(text, name or name_of(path), shown(path), identifier)


def parse_model_config(text: str, name: str = "", where: str = "the text", identifier: str | None = None) -> ImportedModel:
    """A model from the text of a config.json. Raises `ExplorerError`."""
    if len(text) > MOST_BYTES:
        raise ExplorerError(f"{where} is not a model configuration: it is larger than {MOST_BYTES // MIB} MiB")
    data = load_json(text, where, "a model configuration")
    if not is_model_config(data):
        raise ExplorerError(f"{where} is not a model configuration: it names no model_type")
    table = model_table()
    inner, kind, nested = _text_model(data, table, where)
    called = plain_name(name) or plain_name(data.get("_name_or_path")) or plain_name(kind) or "Imported model"
    reader = ConfigReader(where, called, inner, table.find(kind, where), table.source, nested)
    values = _values(reader)
    given = {"id": identifier or id_of(called), "name": called, "sources": reader.sources, **values}
    try:
        workload = build(Workload, given)
    except SpecError as error:
        raise ExplorerError(f"{where}: {error}") from None
    return ImportedModel(
        workload, reader.of.title, total_params(workload), tuple(reader.read), tuple(reader.assumed), (*reader.of.left_out, *_stored(data, inner))
    )


def _stored(*parts: dict[str, Any]) -> Iterator[str]:
    """That a file's weights are quantized: the format of weights belongs to the load, not to the model."""
    for part in parts:
        found = part.get("quantization_config")
        if isinstance(found, dict):
            method = plain_name(found.get("quant_method")) or "quantized"
            yield f"quantization_config: the weights are stored as {method[:40]}, their format is chosen in the study"
            return


def is_model_config(data: Any) -> bool:
    """Whether JSON data looks like a model's configuration rather than a study."""
    return isinstance(data, dict) and isinstance(data.get("model_type"), str) and "scenarios" not in data


def load_json(text: str, where: str, what: str) -> Any:
    """JSON data. Raises `ExplorerError` for anything that is none, or is nested deeply.

    Published configurations do hold an Infinity here and there; no number that is read from them may be one.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ExplorerError(f"{where} is not {what}: line {error.lineno}, column {error.colno}: {error.msg.casefold()}") from None
    except RecursionError:
        raise ExplorerError(f"{where} is not {what}: it is nested too deeply") from None
    except ValueError:
        raise ExplorerError(f"{where} is not {what}: a number has too many digits") from None


def _text_model(data: dict[str, Any], table: ModelTable, where: str) -> tuple[dict[str, Any], str, bool]:
    """The part of the file that describes the text model, its type, and whether it was wrapped."""
    kind: str = data["model_type"]
    key = table.wrapped.get(kind)
    if key is None:
        return data, kind, False
    inner = data.get(key)
    if not isinstance(inner, dict):
        raise ExplorerError(f"{where}: {key} is missing: {kind} keeps its text model there")
    outer = {k: data[k] for k in ("tie_word_embeddings",) if k in data}
    named = inner.get("model_type", f"{kind}_text")
    if not isinstance(named, str):
        raise ExplorerError(f"{where}: {key}.model_type is not a word")
    return {**outer, **inner}, named, True


def _values(r: ConfigReader) -> dict[str, Any]:
    for key in r.of.zero:
        if r.whole(key, least=0) not in (None, 0):
            raise r.fail(f"{key} is {r.data[key]}: a model with {key} cannot be described here")
    layers, hidden, heads, vocab = (r.need(role) for role in ("layers", "hidden", "heads", "vocab"))
    values: dict[str, Any] = {"layers": layers, "hidden": hidden, "heads": heads, "vocab": vocab}
    values |= _attention(r, hidden, heads)
    values["ffn"] = _ffn(r, hidden)
    values["experts"] = expert_layers(r, layers)
    if values["experts"] and values["experts"]["layers"] == layers:
        r.sources["ffn"] = r.sources["ffn"].replace(note="Every layer has experts: no layer uses this.")
    values["max_context"] = _context(r)
    values["window"] = window_layers(r, layers, values["max_context"])
    values["tied_embeddings"] = r.choice("tie_word_embeddings", "tied_embeddings")
    values["ffn_gated"], values["biases"] = r.of.gated, _biases(r)
    if r.of.positions is not None:
        values["positions"] = values["max_context"] + r.of.positions
        r.derived("positions", values["positions"], "learned, one a token of the context")
    same = [r.whole(k) for k in r.of.same]
    if len({v for v in same if v is not None}) > 1:
        raise r.fail(f"{' and '.join(r.of.same)} differ, which cannot be described here")
    return values


def _attention(r: ConfigReader, hidden: int, heads: int) -> dict[str, Any]:
    if r.of.latent:
        return _latent(r, heads)
    kv_heads = _kv_heads(r, heads)
    if heads % kv_heads:
        raise r.fail(f"{heads} query heads do not divide among {kv_heads} KV heads")
    head_dim = r.count("head_dim")
    if head_dim is None:
        if hidden % heads:
            raise r.fail(f"head_dim is missing, and {hidden} wide does not divide among {heads} heads")
        head_dim = hidden // heads
        r.derived("head_dim", head_dim, f"{hidden:,} wide, divided by {heads} heads")
    return {"kv_heads": kv_heads, "head_dim": head_dim}


def _kv_heads(r: ConfigReader, heads: int) -> int:
    one = bool(r.of.heads_of) and r.choice("multi_query", "kv_heads")
    if r.of.heads_of == "falcon" and r.choice("new_decoder_architecture", "kv_heads"):
        one = False
    elif r.of.heads_of and not one:
        r.told("kv_heads", "multi_query")
        return heads
    if one:
        r.told("kv_heads", "multi_query")
        r.read.append("kv_heads 1 (multi_query)")
        return 1
    found = r.count("kv_heads")
    if found is None:
        r.derived("kv_heads", heads, "as many as query heads, where the file names none")
        return heads
    return found


def _latent(r: ConfigReader, heads: int) -> dict[str, Any]:
    named = {"kv_rank": "kv_lora_rank", "plain_dim": "qk_nope_head_dim", "rotary_dim": "qk_rope_head_dim", "value_dim": "v_head_dim"}
    found = {name: _keyed(r, key, f"latent.{name}") for name, key in named.items()}
    no_query = "q_lora_rank" in r.data and r.data["q_lora_rank"] is None
    found["query_rank"] = 0 if no_query else _keyed(r, "q_lora_rank", "latent.query_rank")
    if no_query:
        r.told("latent.query_rank", "q_lora_rank")
    r.derived("kv_heads", heads, "latent attention has one narrow vector for all heads")
    head_dim = found["plain_dim"] + found["rotary_dim"]
    r.derived("head_dim", head_dim, f"{found['plain_dim']} plain and {found['rotary_dim']} rotary elements of queries and keys")
    return {"kv_heads": heads, "head_dim": head_dim, "latent": found}


def _keyed(r: ConfigReader, key: str, spec_key: str) -> int:
    value = r.whole(key)
    if value is not None:
        r.told(spec_key, key)
        r.read.append(f"{spec_key} {value:,} ({key})")
        return value
    if key not in r.of.defaults:
        raise r.fail(f"{key} is missing")
    r.default(spec_key, key, r.of.defaults[key])
    return int(r.of.defaults[key])


def _ffn(r: ConfigReader, hidden: int) -> int:
    if r.present("ffn") is None and r.of.ffn_factor:
        factor = r.count("ffn_factor", "ffn") or r.of.ffn_factor
        r.derived("ffn", factor * hidden, f"{factor} times the width, as the file gives no other")
        return factor * hidden
    return r.need("ffn")


def _context(r: ConfigReader) -> int:
    key = r.present("max_context")
    value = r.data.get(key) if key else None
    if isinstance(value, int) and not isinstance(value, bool) and MOST < value <= 10**9:
        r.derived("max_context", MOST, f"{key} is {value:,}, beyond what is offered here")
        return MOST
    return r.need("max_context")


def _biases(r: ConfigReader) -> bool:
    if isinstance(r.of.biases, bool):
        return r.of.biases
    value = r.choice(r.of.biases.lstrip("!"), "biases")
    return not value if r.of.biases.startswith("!") else value


def name_of(path: Path) -> str:
    """What a configuration's file says of its model's name: the file's own, else that of the folder or the cache around it."""
    if path.stem not in ("config", ""):
        return path.stem
    parents = [p.name for p in path.absolute().parents]
    cached = next((p for p in parents if p.startswith("models--")), "")
    return cached.rpartition("--")[2] or (parents[0] if parents else "")


def plain_name(text: Any) -> str:
    """A name as one line of at most 80 plain characters, without the owner before it."""
    if not isinstance(text, str):
        return ""
    kept = "".join(c if c.isprintable() else " " for c in text.rstrip("/").rpartition("/")[2][:400])
    return " ".join(kept.split())[:80]


def id_of(name: str) -> str:
    """A name as an id."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in ".-") else "-" for c in name.casefold())
    return plain.strip(".-")[:60].strip(".-") or "imported"
