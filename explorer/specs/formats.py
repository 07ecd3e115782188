"""Number formats: bytes an element takes in memory, block scales included, and which format a matmul runs in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FormatName = Literal["fp32", "bf16", "fp8", "mxfp8", "fp4"]


@dataclass(frozen=True)
class Format:
    """A number format. ``bytes_per_element`` counts the shared scale of a block: (element + scale/block) bits / 8."""

    name: FormatName
    label: str
    element_bits: int
    block: int
    scale_bits: int
    width: int  # rank: a matmul of two formats runs in the wider one
    help: str

    @property
    def bytes_per_element(self) -> float:
        """Bytes an element takes [B]."""
        return (self.element_bits + self.scale_bits / self.block) / 8


FORMATS: dict[str, Format] = {
    f.name: f
    for f in (
        Format("fp32", "FP32", 32, 1, 0, 4, "32-bit floating point"),
        Format("bf16", "BF16", 16, 1, 0, 3, "16-bit, 8-bit exponent; FP16 runs at the same rate"),
        Format("fp8", "FP8", 8, 1, 0, 2, "8-bit with one scale a tensor"),
        Format("mxfp8", "MXFP8", 8, 32, 8, 2, "OCP MX: 8-bit elements, one 8-bit scale for 32 of them (8.25 bits)"),
        Format("fp4", "FP4", 4, 32, 8, 1, "OCP MXFP4: 4-bit elements, one 8-bit scale for 32 of them (4.25 bits)"),
    )
}


def matmul_format(weights: str, activations: str) -> FormatName:
    """The format in which a matmul of these two runs: the wider one; equally wide, that of the activations."""
    w, a = FORMATS[weights], FORMATS[activations]
    return w.name if w.width > a.width else a.name
