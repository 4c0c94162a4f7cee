# SPDX-License-Identifier: MIT
"""gates.py: gates by name, as closures.py and stepping.py have them, and how they are run."""
import threading
import traceback

GATES = {}


def gate(name, f, *given):
    assert name not in GATES
    GATES[name] = lambda: f(*given)


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


def run(words):
    """Runs the gates whose name has each of these words, and prints each that fails; with words its error in full. How many there were,
    and how many failed."""
    chosen = [n for n in GATES if all(w in n for w in words)]
    failed = 0
    for name in chosen:
        try:
            GATES[name]()
        except Exception as e:
            failed += 1
            kind = "" if isinstance(e, AssertionError) else type(e).__name__ + ": "
            print("%s: %s%s" % (name, kind, str(e).replace("\n", " ")[:200]), flush=True)
            if words and not isinstance(e, AssertionError):
                traceback.print_exception(e)
    return len(chosen), failed
