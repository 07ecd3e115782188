"""A model hub's config.json gives the architecture of the shipped workload, with a source for each number."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from explorer import paths
from explorer.errors import ExplorerError
from explorer.evaluate.size import total_params
from explorer.library import Library, load_library, save_preset, user_library
from explorer.library.model_config import name_of, parse_model_config, read_model_config
from explorer.library.model_table import model_table
from explorer.specs import Workload

CONFIGS = Path(__file__).parent / "configs"
NAMES = sorted(p.stem for p in CONFIGS.glob("*.json"))
# Published sizes of the two that are no shipped workload: Radford et al. 2019 as counted by the hub, Black et al. 2022, Table 1.
SIZES = {"gpt2": 124_439_808, "gpt-neox-20b": 20_554_567_680}
# What a preset takes from elsewhere than the file.
ELSEWHERE = {
    ("mistral-7b", "max_context"): "the paper says 8,192",
    ("mixtral-8x22b", "vocab"): "litgpt carries 32,768, as the version with instructions has it",
}
PARTS = (
    "kind", "layers", "hidden", "heads", "kv_heads", "head_dim", "ffn", "ffn_gated", "vocab", "max_context", "tied_embeddings", "biases",
    "positions", "latent", "experts", "window", "streams", "modulation", "input_width",
)  # fmt: skip


def test_there_is_a_file_for_most_presets_that_come_from_one(library: Library) -> None:
    from_config = [w for w in library.workloads.values() if "config.json" in w.sources["layers"].ref and w.kind == "decoder"]
    assert len({w.id for w in from_config} & set(NAMES)) >= 0.75 * len(from_config)


@pytest.mark.parametrize("name", [n for n in NAMES if n not in SIZES])
def test_a_config_gives_the_shipped_workload(name: str, library: Library) -> None:
    found, shipped = read_model_config(CONFIGS / f"{name}.json").workload, library.workload(name)
    for part in PARTS:
        if (name, part) not in ELSEWHERE:
            assert getattr(found, part) == getattr(shipped, part), part


@pytest.mark.parametrize("name", [w.id for w in load_library().workloads.values() if w.published_params and w.id in NAMES])
def test_the_parameters_are_those_that_are_published(name: str, library: Library) -> None:
    found = read_model_config(CONFIGS / f"{name}.json")
    far = {"kimi-k2": 0.015, "llama4-scout": 0.015}  # reasons in test_workload_sizes
    assert found.params == pytest.approx(library.workload(name).published_params, rel=far.get(name, 0.01))


@pytest.mark.parametrize(("name", "params"), SIZES.items())
def test_models_that_are_not_shipped_have_their_published_size(name: str, params: int) -> None:
    assert read_model_config(CONFIGS / f"{name}.json").params == pytest.approx(params, rel=1e-3)


def test_the_size_is_what_the_laws_of_the_presets_say(library: Library) -> None:
    from test_workload_sizes import total_params as counted

    for workload in library.workloads.values():
        assert total_params(workload) == pytest.approx(counted(workload), rel=1e-12), workload.id


@pytest.mark.parametrize("name", NAMES)
def test_every_number_has_a_source_and_says_whether_it_was_assumed(name: str) -> None:
    found = read_model_config(CONFIGS / f"{name}.json")
    for key, value in _numbers(found.workload.model_dump(exclude={"sources"}), ""):
        assert key in found.workload.sources, f"{key} {value}"
        source = found.workload.sources[key]
        assert source.kind in ("vendor doc", "derived")
        if source.kind == "derived" or "default" in source.note:
            assert any(line.startswith(key) for line in found.assumed), key
    assert set(found.workload.sources) <= {k for k, _ in _numbers(found.workload.model_dump(exclude={"sources"}), "", True)}


def _numbers(values: dict[str, Any], prefix: str, facts: bool = False) -> list[tuple[str, Any]]:
    """Dotted keys of the numbers; ``facts``: of all values, those that are none among them."""
    found: list[tuple[str, Any]] = []
    for key, value in values.items():
        if isinstance(value, dict):
            found += _numbers(value, f"{prefix}{key}.", facts)
        elif facts or (isinstance(value, int) and not isinstance(value, bool) and value):
            found.append((f"{prefix}{key}", value))
    return found


@pytest.mark.parametrize("name", NAMES)
def test_an_imported_model_is_saved_and_read_again(name: str, tmp_path: Path) -> None:
    workload = read_model_config(CONFIGS / f"{name}.json", identifier=f"mine-{name}").workload
    save_preset(workload, tmp_path)
    found, told = user_library(tmp_path)
    assert told == ()
    assert found.workload(f"mine-{name}") == workload


def config(**changes: Any) -> str:
    whole = json.loads((CONFIGS / "llama3.1-8b.json").read_text(encoding="utf-8")) | changes
    return json.dumps({k: v for k, v in whole.items() if v != "gone"})


def refused(text: str) -> str:
    with pytest.raises(ExplorerError) as caught:
        parse_model_config(text, where="config.json")
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"hidden_size": "gone"}, "config.json: hidden_size is missing"),
        ({"num_hidden_layers": 4096.5}, "num_hidden_layers is 4096.5, not a whole number from 1 to 10,000,000"),
        ({"num_hidden_layers": True}, "num_hidden_layers is True"),
        ({"num_attention_heads": -1}, "num_attention_heads is -1"),
        ({"vocab_size": 10**30}, "vocab_size is a huge number"),
        ({"vocab_size": "<b>\u202e\x00"}, "vocab_size is '<b>??'"),
        ({"vocab_size": [1]}, "vocab_size is a list"),
        ({"num_key_value_heads": 7}, "32 query heads do not divide among 7 KV heads"),
        ({"tie_word_embeddings": "no"}, "tie_word_embeddings is 'no', not true or false"),
        ({"model_type": "lama"}, "unknown architecture 'lama' (did you mean llama?)"),
        ({"model_type": "zzz\u202e"}, "unknown architecture 'zzz?' (known: bloom, "),
        ({"model_type": "qwen3_5_moe"}, "qwen3_5_moe cannot be read: most of its layers attend linearly"),
        ({"model_type": "gpt_oss", "layer_types": ["full_attention"]}, "layer_types has 1 entries for 32 layers"),
        ({"model_type": "gpt_oss", "layer_types": ["linear_attention"] * 32}, "layer_types names 'linear_attention'"),
        ({"model_type": "deepseek_v3", "n_routed_experts": 4, "num_experts_per_tok": 8}, "8 active of 4 experts"),
        ({"model_type": "step3p7", "layer_types": "gone", "sliding_window": 5}, "layer_types is missing"),
        ({"model_type": "gemma4"}, "text_config is missing"),
        ({"model_type": 5}, "it names no model_type"),
    ],
)  # fmt: skip
def test_what_is_odd_or_missing_is_named(changes: dict[str, Any], said: str) -> None:
    assert said in refused(config(**changes))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1, column 1"), ("[" * 200_000, "nested too deeply"), ("[1, 2]", "names no model_type"), ("null", "names no model_type"),
        ('{"model_type": "llama", "hidden_size": ' + "9" * 5000 + "}", "too many digits"), (" " * 5_000_000, "larger than 4 MiB"),
        ('{"model_type": "llama", "num_hidden_layers": NaN}', "num_hidden_layers is nan"),
        ('{"model_type": "llama", "num_hidden_layers": 1e400}', "num_hidden_layers is inf"), ('{"model_type": "llama"}\0', "line 1, column 24"),
    ],
)  # fmt: skip
def test_what_is_no_configuration_is_told_in_a_line(text: str, said: str) -> None:
    assert said in refused(text)


def test_an_infinity_that_nobody_reads_does_no_harm() -> None:
    assert parse_model_config(config(time_step_limit="INF").replace('"INF"', "[0.0, Infinity]")).workload.layers == 32


def test_names_come_from_the_file_the_folder_or_the_cache() -> None:
    assert name_of(Path("/models/Llama-3.1-8B/config.json")) == "Llama-3.1-8B"
    assert name_of(Path("/hub/models--meta-llama--Llama-3.1-8B/snapshots/0e9e39f/config.json")) == "Llama-3.1-8B"
    assert name_of(Path("llama.json")) == "llama"
    found = parse_model_config(config(), "someone/A \u202emodel\n<b>" + "x" * 200)
    assert found.workload.name.startswith("A model <b>")
    assert found.workload.id.startswith("a-model--b-x")


def test_missing_keys_take_the_class_default_and_say_so() -> None:
    found = parse_model_config(config(model_type="mistral", sliding_window="gone", num_key_value_heads="gone"))
    assert found.workload.window is not None
    assert found.workload.window.tokens == 4096
    assert found.workload.kv_heads == 8
    assert "kv_heads 8: the file has no num_key_value_heads, this is the default of mistral" in found.assumed
    assert parse_model_config(config(model_type="mistral", sliding_window=None)).workload.window is None


def test_the_table_of_architectures_is_whole() -> None:
    table = model_table()
    names = tomllib.loads((paths.resources() / "model_configs.toml").read_text(encoding="utf-8"))
    assert set(table.models) == set(names["models"])
    assert not set(table.models) & set(table.unsupported)
    for name in ("llama", "mistral", "mixtral", "qwen2", "qwen3", "qwen2_moe", "qwen3_moe", "falcon", "gpt2", "gpt_neox", "deepseek_v2", "deepseek_v3", "gpt_oss"):
        assert name in table.models
    for entry in table.models.values():
        assert not entry.experts or (entry.keys["experts"] and entry.keys["expert_width"])
        assert isinstance(parse_model_config(_plain(entry.type, dict(entry.defaults))).workload, Workload)


def _plain(kind: str, defaults: dict[str, Any]) -> str:
    """A small model of each architecture: its defaults over a few dimensions."""
    small = {
        "num_hidden_layers": 8, "hidden_size": 512, "num_attention_heads": 8, "vocab_size": 1000, "intermediate_size": 1024, "dense_intermediate_size": 2048,
        "max_position_embeddings": 256, "tie_word_embeddings": False, "num_experts": 8, "num_experts_per_tok": 2, "moe_intermediate_size": 64,
        "head_dim": 64, "hidden_size_per_layer_input": 0, "hybrid_layer_pattern": [0, 1] * 8, "layer_types": ["full_attention"] * 80,
    }  # fmt: skip
    return json.dumps(small | defaults | {"model_type": kind, "hidden_size_per_layer_input": 0})


@pytest.mark.parametrize(("stored", "said"), [({"quant_method": "fp8"}, "stored as fp8,"), ({"quant_method": 3}, "stored as quantized,"), ({}, "stored as quantized,"), (None, ""), ("fp8", "")])
def test_quantized_weights_are_told(stored: object, said: str) -> None:
    data = json.loads((CONFIGS / "llama3.1-8b.json").read_text(encoding="utf-8"))
    whole = parse_model_config(json.dumps(data | {"quantization_config": stored})).left_out
    assert [line for line in whole if "quantization_config" in line and said in line] == list(whole)
    assert len(whole) == bool(said)
