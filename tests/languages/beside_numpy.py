"""beside_numpy.py: the forms of standard input (beside_numpy.txt, words_numpy.txt) in NumPy and in Wengert. A
form of Wengert that gives something else than NumPy's, and does not say so, is a silent difference. Behind ~
Python's whole numbers are floats."""
import sys
import warnings

import numpy as np

import wengert as wg

warnings.simplefilter("ignore")
np.seterr(all="ignore")
arrays = dict(v=np.array([3.0, 1, 2]), A=np.arange(1.0, 7).reshape(2, 3), S=np.array([[1.0, 2], [3, 4]]),
              C=np.arange(24.0).reshape(2, 3, 4), n=np.array([-1.5, 0, 2.5, np.nan]), k=np.array([2, 0, 1]),
              i=np.array([0, 1]), b=np.array([True, False, True]), u=np.array(5.0),
              h=np.array([0.5, -1.25, 3.0], np.float32),
              e=np.zeros((0, 3)), big=np.array([1e200, -3e200, np.inf]),
              odd=np.array([2**53 + 1, -7, 9223372036854775807]))


def plain(y):
    """A result as NumPy has it. A tuple is no array: NumPy would make one of it."""
    if isinstance(y, wg.Value):
        return y.numpy()
    return [plain(e) for e in y] if isinstance(y, (list, tuple, map)) else y


def run(form, module):
    known = dict(m=module, np=np, **{name: a.copy() for name, a in arrays.items()})
    if module is wg:
        wg.Graph()
        known.update((name, wg.array(a)) for name, a in arrays.items())
    try:
        return plain(eval(form, known)), None
    except Exception as e:
        return None, e


def same(x, y, kinds=True):
    if isinstance(x, (list, tuple)) or isinstance(y, (list, tuple)):
        return (type(y) in (list, tuple) and type(x) in (list, tuple) and len(x) == len(y)
                and all(map(same, x, y)))
    if isinstance(x, (str, range)) or isinstance(y, (str, range)):
        return x == y
    x, y = np.asarray(x), np.asarray(y)
    return x.shape == y.shape and (x.dtype == y.dtype or not kinds) and np.allclose(x, y,
        rtol=1e-6 if x.dtype == np.float32 else 1e-12, atol=1e-14, equal_nan=x.dtype.kind == "f")


def says_so(e):
    """Words of Wengert, or of Python about something that Python itself refuses."""
    return isinstance(e, wg.Error) or "wengert" in str(e)


counts = dict(equal=0, refused=0, unlike=0)
for form in map(str.strip, sys.stdin):
    if not form or form[0] == "#":
        continue
    kinds, form = form[0] != "~", form.lstrip("~ ")
    theirs, _, ours = form.partition(" | m.") if form.count(" | m.") else (form, "", "")
    (x, no), (y, refused) = run(theirs, np), run("m." + ours if ours else theirs, wg)
    what = ("refused" if says_so(refused) or no and type(no) is type(refused) else "unlike") if refused else (
        "equal" if not no and same(x, y, kinds) else "unlike")
    counts[what] += 1
    if what == "unlike" or "-v" in sys.argv:
        print("%s: %s\n  numpy    %s\n  wengert  %s" % (what, form, " ".join(repr(no or x).split()),
                                                        " ".join(repr(refused or y).split())))
print("%d forms: %s" % (sum(counts.values()), ", ".join("%d %s" % (n, k) for k, n in counts.items())))
sys.exit(counts["unlike"] > 0)
