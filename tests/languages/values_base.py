"""What the parts of values.py share: what is wrong, and where."""
import inspect
import os

import numpy as np

wrong = []


def place(frame):
    return "%s:%d" % (os.path.basename(frame.f_code.co_filename), frame.f_lineno)


def expect(ok):
    if not ok:
        wrong.append(place(inspect.currentframe().f_back))


def same(value, array):
    a = np.asarray(value)
    if a.shape != np.shape(array) or not np.allclose(a, array, rtol=1e-12, atol=1e-12):
        wrong.append(place(inspect.currentframe().f_back))


def raised(kind, part, f, *arguments):
    try:
        f(*arguments)
    except kind as e:
        if part in str(e):
            return
        print("not in the message:", part, "\n", e)
    wrong.append(place(inspect.currentframe().f_back))


A = np.arange(1.0, 7).reshape(2, 3)
B = np.array([[0.5, -1, 2], [3, 0.25, -2]])
