"""Pictures as files: kinds, equal bytes, embedded fonts, the study inside, and what is not loaded to make them."""

from __future__ import annotations

import hashlib
import random
import re
import struct
import subprocess
import sys
import xml.etree.ElementTree as ET
import zlib
from pathlib import Path

import matplotlib
import pytest
import render_samples as samples

from explorer.errors import ExplorerError
from explorer.render.figure import render_chart
from explorer.render.metadata import KEY, MOST_BYTES, embed_study, read_study_from

KINDS = ("png", "svg", "pdf")
HERE = Path(__file__).parent


def test_a_png_has_the_pixels_of_its_inches():
    content = render_chart(samples.memory(), "png", width_in=4, height_in=3, dpi=100)
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", content[16:24]) == (400, 300)


def test_an_svg_is_well_formed_and_as_large_as_asked():
    root = ET.fromstring(render_chart(samples.roofline(), "svg", width_in=4, height_in=3))
    assert root.attrib["viewBox"] == "0 0 288 216"
    assert not list(root.iter("{http://www.w3.org/2000/svg}image"))


def test_a_pdf_is_one_page_with_its_fonts_inside():
    content = render_chart(samples.roofline(), "pdf", width_in=4, height_in=3)
    assert content.startswith(b"%PDF-")
    assert content.rstrip().endswith(b"%%EOF")
    assert len(re.findall(rb"/Type /Page\b", content)) == 1
    assert re.search(rb"/MediaBox \[ ?0 0 288 216 ?\]", content)
    assert b"/FontFile2" in content
    assert b"/Type3" not in content
    assert b"CreationDate" not in content


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_chart_gives_the_same_bytes(kind):
    code = (
        f"import sys, hashlib; sys.path.insert(0, {str(HERE)!r})\n"
        "import render_samples as s; from explorer.render.figure import render_chart\n"
        f"print(hashlib.sha256(render_chart(s.memory(), {kind!r}) + render_chart(s.roofline(), {kind!r})).hexdigest())"
    )
    here = render_chart(samples.memory(), kind) + render_chart(samples.roofline(), kind)
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=HERE.parents[1])
    assert there.stdout.strip() == hashlib.sha256(here).hexdigest()


def test_settings_of_others_are_left_alone():
    before = dict(matplotlib.rcParams)
    with matplotlib.rc_context({"lines.linewidth": 9.0, "font.size": 40.0}):
        odd = render_chart(samples.memory(), "svg")
    assert dict(matplotlib.rcParams) == before
    assert odd == render_chart(samples.memory(), "svg")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"kind": "gif"}, "gif"), ({"theme": "drak"}, "dark"), ({"width_in": 0.1}, "inches"), ({"height_in": 1e9}, "inches"),
        ({"width_in": float("nan")}, "inches"), ({"dpi": 5}, "dots"), ({"dpi": 1200, "width_in": 50, "height_in": 50}, "dots"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_told(more, said):
    with pytest.raises(ExplorerError, match=said):
        render_chart(samples.memory(), **({"kind": "png"} | more))


@pytest.mark.parametrize("kind", KINDS)
def test_dollars_and_tags_are_no_formulas_and_no_markup(kind):
    awkward = r"$\frac{$ <b> & -- \$ %s {0}"
    chart = samples.roofline(title=awkward, subtitle=awkward, note=awkward, summary=awkward, empty=awkward, series=())
    assert len(render_chart(chart, kind)) > 1000


@pytest.mark.parametrize("kind", KINDS)
def test_the_study_comes_back_letter_by_letter(kind):
    assert read_study_from(render_chart(samples.roofline(), kind)) == samples.STUDY


@pytest.mark.parametrize("kind", KINDS)
def test_long_plain_and_awkward_studies_come_back(kind):
    for study in ('{"a": "' + "x\\n(" * 9000 + '"}', "{}", '{"k": "/Keywords (x) endobj >> ]]> --> &lt; \\u0041 \\)"}'):
        chart = samples.roofline(metadata={"study": study}, series=())
        assert read_study_from(render_chart(chart, kind)) == study


@pytest.mark.parametrize("kind", KINDS)
def test_letters_that_no_file_holds_become_json_escapes(kind):
    chart = samples.roofline(metadata={"study": '{"a": "\ud800 \ufffe"}'}, series=())
    assert read_study_from(render_chart(chart, kind)) == '{"a": "\\ud800 \\ufffe"}'


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_without_a_study_has_none(kind):
    assert read_study_from(render_chart(samples.memory(), kind)) is None


def test_the_svg_with_its_study_is_still_xml():
    root = ET.fromstring(render_chart(samples.roofline(), "svg"))
    found = root.find(f".//{{urn:chip-explorer:study}}{KEY}")
    assert found is not None
    assert found.text == samples.STUDY


def test_every_chunk_of_the_png_is_sound():
    content = render_chart(samples.roofline(), "png", width_in=4, height_in=3, dpi=72)
    at, kinds = 8, []
    while at < len(content):
        size = int.from_bytes(content[at : at + 4], "big")
        assert zlib.crc32(content[at + 4 : at + 8 + size]) == int.from_bytes(content[at + 8 + size : at + 12 + size], "big")
        kinds.append(content[at + 4 : at + 8])
        at += size + 12
    assert (kinds[0], kinds[1], kinds[-1]) == (b"IHDR", b"iTXt", b"IEND")


def test_other_ways_of_writing_the_same_are_read():
    packed = b"%PDF-1.7\n1 0 obj << /Keywords <FEFF007B007D> >> endobj"
    assert read_study_from(packed) == "{}"
    assert read_study_from(b"%PDF-1.7\n<< /Keywords (\\173\\\n\\(a\\)(b)\\175) >>") == "{(a)(b)}"
    assert read_study_from(b"%PDF-1.7\n<< /Keywords (chips, roofline) >>") is None
    prefixed = b'<svg><metadata><c:chip-explorer-study xmlns:c="urn:chip-explorer:study">{&quot;a&quot;}</c:'
    assert read_study_from(prefixed) == '{"a"}'


def test_broken_pictures_carry_nothing_and_raise_nothing():
    chance = random.Random(7)
    for kind in KINDS:
        whole = render_chart(samples.roofline(series=()), kind, width_in=3, height_in=2, dpi=40)
        for _ in range(150):
            hurt = bytearray(whole[: chance.randrange(len(whole))])
            for _ in range(chance.randrange(4)):
                if hurt:
                    hurt[chance.randrange(len(hurt))] = chance.randrange(256)
            found = read_study_from(bytes(hurt))
            assert found is None or isinstance(found, str)
    assert read_study_from(b"") is None
    assert read_study_from(b"\x89PNG\r\n\x1a\n" + b"\xff" * 40) is None


def test_a_study_that_unpacks_to_gigabytes_is_refused():
    bomb = embed_study(render_chart(samples.memory(), "png", width_in=2, height_in=2, dpi=36), " " * 2**23)
    with pytest.raises(ExplorerError, match="too large"):
        read_study_from(bomb)
    with pytest.raises(ExplorerError, match="too large"):
        read_study_from(bytes(MOST_BYTES + 1))


def test_importing_loads_no_drawing_and_drawing_loads_no_pyplot():
    code = (
        f"import sys; sys.path.insert(0, {str(HERE)!r})\n"
        "import explorer.render, explorer.render.files, explorer.render.metadata, explorer.render.tables\n"
        "early = [m for m in ('matplotlib', 'xlsxwriter', 'PIL') if m in sys.modules]\n"
        "import render_samples as s; from explorer.render.figure import render_chart; from explorer.render.tables import *\n"
        "[render_chart(s.roofline(), k, width_in=4, height_in=3, dpi=50) for k in ('png', 'svg', 'pdf')]; table_xlsx(s.table())\n"
        "late = [m for m in sys.modules if m.split('.')[0] in ('PySide6', 'shiboken6', 'pyqtgraph', 'tkinter')]\n"
        "print(early, late, 'matplotlib.pyplot' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=HERE.parents[1])
    assert told.stdout.strip() == "[] [] False"
    assert told.stderr == ""
