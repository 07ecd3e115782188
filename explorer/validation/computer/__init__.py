"""This computer measured: matmul rates, bandwidths and cache sizes, and a chip preset made of them."""

from explorer.validation.computer.chip import chip_of, report_lines
from explorer.validation.computer.devices import Device, devices
from explorer.validation.computer.keep import keep, named
from explorer.validation.computer.timing import Band, CancelledError, Measured, Progress, Rate, measure

__all__ = ["Band", "CancelledError", "Device", "Measured", "Progress", "Rate", "chip_of", "devices", "keep", "measure", "named", "report_lines"]
