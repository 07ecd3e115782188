"""Equations: numpy only, keyword arguments, base units, broadcasting. One equation a function, with its source and its units."""
