"""``python tests/render/contact_sheet.py FOLDER``: every chart of every study in every format on sheets to be looked at.

SVG and PDF are drawn by other programs (rsvg-convert, pdftoppm), so that the sheets show what readers see.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from PIL import Image
from real_studies import scene_of, studies

from explorer.charts import CHARTS, chart, comparison
from explorer.render.files import chart_bytes, table_bytes
from explorer.render.options import Options

WIDE = 480


def picture(content: bytes, kind: str) -> Image.Image:
    """A file as a picture, SVG and PDF by somebody else's hand."""
    if kind == "png":
        return Image.open(BytesIO(content)).convert("RGBA")
    command = ["rsvg-convert", "-w", str(WIDE)] if kind == "svg" else ["pdftoppm", "-png", "-r", "60", "-"]
    return Image.open(BytesIO(subprocess.run(command, input=content, capture_output=True, check=True).stdout)).convert("RGBA")


def sheet(pictures: list[Image.Image], columns: int) -> Image.Image:
    """Pictures side by side on grey."""
    small = [p.resize((WIDE, round(p.height * WIDE / p.width))) for p in pictures]
    high = max(p.height for p in small)
    made = Image.new("RGB", (columns * (WIDE + 8), -(-len(small) // columns) * (high + 8)), "#888888")
    for i, p in enumerate(small):
        made.paste(p, (i % columns * (WIDE + 8), i // columns * (high + 8)), p)
    return made


def drawn(study: str, options: Options, kind: str) -> list[Image.Image]:
    """Every chart and the comparison of a study."""
    scene = scene_of(study)
    makers: list[Callable[[], bytes]] = [lambda n=n: chart_bytes(chart(n, scene), f".{kind}", options) for n in CHARTS]
    makers.append(lambda: table_bytes(comparison(scene), f".{kind}", options))
    return [picture(make(), kind) for make in makers]


def main(folder: Path) -> None:
    """Write the sheets."""
    folder.mkdir(exist_ok=True)
    for study in studies():
        for kind in ("png", "svg", "pdf"):
            sheet(drawn(study, Options(), kind), 5).save(folder / f"{study}-{kind}.png")
    for theme, size in (("dark", "single"), ("grey", "double"), ("projector", "slide"), ("light", "single"), ("grey", "poster")):
        options = Options(theme, size, dpi=72 if size == "poster" else 200)
        sheet(drawn("training", options, "png"), 5).save(folder / f"{theme}-{size}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
