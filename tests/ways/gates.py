# SPDX-License-Identifier: MIT
"""gates.py: what the programs of this folder share: gates, functions that raise an error where something is
wrong; and three numbers for an array."""
import threading
import traceback

import numpy as np

GATES = {}


def gate(name, f, *given):
    assert name not in GATES, name
    GATES[name] = lambda: f(*given)


def expect(truth, text):
    if not truth:
        raise AssertionError(text)


def three(x):
    """The largest magnitude, the sum, and the sum of number k times sin k."""
    return [np.abs(x).max(), x.sum(), (x * np.sin(np.arange(1, x.size + 1))).sum()]


def apart(f, *given):
    """f in a thread of its own, where no graph is begun: its result, or its error."""
    got = []

    def body():
        try:
            got.append((f(*given), None))
        except BaseException as e:
            got.append((None, e))
    t = threading.Thread(target=body)
    t.start()
    t.join()
    if got[0][1]:
        raise got[0][1]
    return got[0][0]


def run_gates(title, words, gates=GATES, by=lambda f: f()):
    """Runs the gates whose name has each of these words, prints each that fails, and how many do. The status
    is 1 if any does."""
    chosen = [n for n in gates if all(w in n for w in words)]
    failed = 0
    for name in chosen:
        try:
            by(gates[name])
        except Exception as e:
            failed += 1
            kind = "" if isinstance(e, AssertionError) else type(e).__name__ + ": "
            print("%s: %s%s" % (name, kind, str(e).replace("\n", " ")[:300]), flush=True)
            if words and not isinstance(e, AssertionError):
                traceback.print_exception(e)
    print("%s: %d gates, %d fail" % (title, len(chosen), failed))
    return int(failed > 0)
