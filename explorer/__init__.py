"""Chip Architecture Explorer: roofline, memory fit and interconnect of AI chips, live while you drag."""

__version__ = "0.1.0"
