"""Another NumPy: its exp, log, sin, cos and tanh are greater by two units in the last place, so that they
are other than those of a NumPy that is right and of one that is wrong by one unit. Python reads this file
before a program whose PYTHONPATH has its folder."""
import functools

import numpy as np


def other(f):
    @functools.wraps(f)
    def call(*given, **options):
        y = f(*given, **options)
        if not isinstance(y, (np.floating, np.ndarray)) or y.dtype.kind != "f":
            return y
        exact = (y == 0) | (abs(y) == 1) | ~np.isfinite(y)  # as of any library
        up = y.dtype.type(np.inf)
        return np.where(exact, y, np.nextafter(np.nextafter(y, up), up))[()]
    return call


for name in ("exp", "log", "sin", "cos", "tanh"):
    setattr(np, name, other(getattr(np, name)))
