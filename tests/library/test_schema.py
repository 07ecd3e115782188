"""The schemas for editors: shipped as generated, and every shipped preset keeps to its own."""

from __future__ import annotations

import datetime
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from explorer import paths
from explorer.errors import ExplorerError
from explorer.library.catalogue import KINDS, SINGULAR
from explorer.library.preset_template import like, template
from explorer.library.schema import field_help, schema
from explorer.library.toml_presets import parse_toml, read_preset
from explorer.specs import Chip, Spec

FILES = [(part, file) for part in SINGULAR.values() for file in sorted((paths.presets() / part).glob("*.toml"))]
TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict, "array": list, "string": (str, datetime.date), "number": (int, float), "boolean": bool,
}  # fmt: skip


def problems(value: Any, rule: dict[str, Any], root: dict[str, Any], at: str = "") -> Iterator[str]:
    """What a value does against a schema: the part of JSON Schema that ours use."""
    if "$ref" in rule:
        rule = root["definitions"][rule["$ref"].rpartition("/")[2]]
    if "anyOf" in rule and all(any(True for _ in problems(value, r, root, at)) for r in rule["anyOf"]):
        yield f"{at}: fits none of the choices"
    named = rule.get("type", [])
    wanted = [TYPES[t] for t in ([named] if isinstance(named, str) else named)]
    if wanted and not any(isinstance(value, t) and (t is bool or not isinstance(value, bool)) for t in wanted):
        yield f"{at}: is no {named}"
        return
    if "enum" in rule and value not in rule["enum"]:
        yield f"{at}: {value!r} is none of {rule['enum']}"
    if "pattern" in rule and not re.search(rule["pattern"], value):
        yield f"{at}: {value!r} does not match"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        low, above, high = rule.get("minimum", value), rule.get("exclusiveMinimum"), rule.get("maximum", value)
        if not low <= value <= high or (above is not None and value <= above):
            yield f"{at}: {value} is out of bounds"
    if isinstance(value, dict):
        yield from _object(value, rule, root, at)
    if isinstance(value, list) and "items" in rule:
        for i, item in enumerate(value):
            yield from problems(item, rule["items"], root, f"{at}[{i}]")


def _object(value: dict[str, Any], rule: dict[str, Any], root: dict[str, Any], at: str) -> Iterator[str]:
    yield from (f"{at}: {name} is missing" for name in rule.get("required", []) if name not in value)
    for name, inner in value.items():
        more = rule.get("properties", {}).get(name, rule.get("additionalProperties", {}))
        if more is False:
            yield f"{at}: {name} is unknown"
        else:
            yield from problems(inner, more, root, f"{at}.{name}")


@pytest.mark.parametrize("kind", SINGULAR)
def test_shipped_schemas_are_the_generated_ones(kind: str) -> None:
    file = paths.presets() / "schema" / f"{kind}.schema.json"
    assert json.loads(file.read_text(encoding="utf-8")) == schema(KINDS[SINGULAR[kind]]), "run: chip-explorer presets schema"


@pytest.mark.parametrize(("part", "file"), FILES, ids=lambda x: x if isinstance(x, str) else x.stem)
def test_shipped_presets_keep_to_their_schema(part: str, file: Path) -> None:
    rules = schema(KINDS[part])
    assert list(problems(tomllib.loads(file.read_text(encoding="utf-8")), rules, rules)) == []


@pytest.mark.parametrize(("old", "new"), [
    ("hbm_bytes =", "hbm_byte ="), ('family = "gpu"', 'family = "fpga"'), ('id = "b200"', 'id = "B 200"'), ('kind = "datasheet"', 'kind = "rumour"'),
    ("value = 148", "value = 148, unit = 3"), ("cores = { value = 148", "cores = { valve = 148"), ('ref = "NVIDIA HGX B200 datasheet"', ""),
    ("cores = { value = 148, source", "cores = -3\nx = { source"),
])  # fmt: skip
def test_an_editor_sees_mistakes(old: str, new: str) -> None:
    text = (paths.presets() / "chips" / "b200.toml").read_text(encoding="utf-8")
    assert old in text
    rules = schema(Chip)
    assert list(problems(tomllib.loads(text.replace(old, new, 1)), rules, rules))


def test_every_field_has_help() -> None:
    def fields(kind: type[Spec], prefix: str = "") -> Iterator[str]:
        from explorer.library.schema import spec_inside

        for name, about in kind.model_fields.items():
            if name in ("sources", "alternatives", "source"):
                continue
            yield f"{prefix}{name}"
            inner = spec_inside(about.annotation)
            if inner is not None:
                yield from fields(inner, f"{prefix}{name}.")

    for kind in SINGULAR:
        known = field_help()[kind]
        assert set(known) == set(fields(KINDS[SINGULAR[kind]]))
        assert all(entry["help"].endswith(".") for entry in known.values())


FILLED = {
    "name": '"Mine"', "vendor": '"Me"', "provider": '"Me"', "based_on": '"b200"', "chip": '"b200"', "fabric": '"nvswitch-8-b200"', "ref": '"a page"',
}  # fmt: skip
NUMBERS = {
    "FLOP/s": "1 PFLOP/s", "B/s": "1 TB/s", "B": "64 GiB", "s": "1 us", "W": "500 W", "USD/h": "2 USD/h", "fraction": "5%",
}  # fmt: skip


def filled(kind: str, text: str) -> str:
    """A template, with something plausible in every open field."""
    from explorer.library.sourced import unit_of

    lines = []
    for line in text.split("\n"):
        name = line.partition(" =")[0]
        if name in FILLED:
            line = re.sub(r'= ""', f"= {FILLED[name]}", line)
        elif name == "fabrics":
            line = line.replace('[""]', '["nvswitch-8-b200"]')
        else:
            line = line.replace('value = ""', f'value = "{NUMBERS.get(unit_of(name), "1")}"').replace("value = 0,", "value = 8,").replace("[0, 0]", "[128, 128]")
        lines.append(line)
    return "\n".join(lines)


@pytest.mark.parametrize("kind", SINGULAR)
def test_a_template_passes_once_it_is_filled(kind: str, tmp_path: Path) -> None:
    text = template(KINDS[SINGULAR[kind]], "mine", datetime.date(2026, 11, 28))
    file = tmp_path / "mine.toml"
    file.write_text(filled(kind, text), encoding="utf-8")
    spec = read_preset(file, KINDS[SINGULAR[kind]])
    assert getattr(spec, "id", "") == "mine"
    assert all(len(line) < 400 for line in text.split("\n"))


@pytest.mark.parametrize("kind", [k for k in SINGULAR if k != "run"])  # a run has a default for everything
def test_an_empty_template_says_where_it_is_empty(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(template(KINDS[SINGULAR[kind]], "mine"), encoding="utf-8")
    with pytest.raises(ExplorerError, match=r"mine\.toml:\d+: "):
        read_preset(file, KINDS[SINGULAR[kind]])


@pytest.mark.parametrize("kind", SINGULAR)
def test_what_is_commented_out_is_toml_too(kind: str) -> None:
    text = template(KINDS[SINGULAR[kind]], "mine")
    opened = "\n".join(line.removeprefix("# ") if i > 3 else line for i, line in enumerate(text.split("\n")))
    table = parse_toml(opened, "mine.toml")
    assert set(table) - {"sources"} <= set(KINDS[SINGULAR[kind]].model_fields)


def test_a_copy_keeps_comments_and_says_whose_it_is(tmp_path: Path) -> None:
    text = (paths.presets() / "chips" / "b200.toml").read_text(encoding="utf-8")
    copied = like(text, "b200", "b200-mine", based=True)
    assert copied.splitlines()[0] == text.splitlines()[0]
    (tmp_path / "b200-mine.toml").write_text(copied, encoding="utf-8")
    found = read_preset(tmp_path / "b200-mine.toml", Chip)
    assert (found.id, found.based_on, found.hbm_bytes) == ("b200-mine", "b200", 183359 * 2**20)
