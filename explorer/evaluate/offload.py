"""What lies in the host's memory: bytes that go there and back, and how long nothing hides them."""

from __future__ import annotations

import numpy as np

from explorer.evaluate.columns import Array, Columns
from explorer.evaluate.passes import Passes
from explorer.evaluate.shape import Shape
from explorer.physics import roofline

OPTIMIZER, ACTIVATIONS = 1.0, 2.0


def none() -> Array:
    """No time at all."""
    return np.zeros(1)


def exposed_s(c: Columns, s: Shape, p: Passes, beside: Array) -> Array:
    """Seconds of a step in which a chip waits for its host's memory.

    An optimizer on the host takes the gradients there and the weights back after the last micro-batch, and its processors update
    them in between: nothing hides it.
    Activations go and come back ``beside`` all else that takes place between the first micro-batch and the last, in one direction
    each while the other pass runs.
    """
    window = np.where(c.offload == ACTIVATIONS, beside, 0.0)
    waited = roofline.transfer_exposed_s(moved_bytes=p.offloaded_bytes, bytes_per_s=c.host_bytes_per_s, window_s=window)
    params = p.offloaded_bytes / (c.reduced_bytes_per_param + c.weight_bytes_per_element)
    updated = np.where(c.offload == OPTIMIZER, params / c.host_update_params_per_s, 0.0)
    return np.where(c.offload > 0, waited + updated, 0.0)
