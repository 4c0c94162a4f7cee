# SPDX-License-Identifier: MIT
"""mistakes_base.py: what the cases of mistakes.py are made with, and the words by which a report names a
cause.

A case is made anew for each check, as some wrong gradients remember the point that they were asked for
first."""
import collections
import re
import zlib

import numpy as np

Case = collections.namedtuple("Case", "name f grad wrong x cause")
Cause = collections.namedtuple("Cause", "kind words")

BUILDERS = []

# ---- causes, and the words for them: regular expressions, looked for in the whole report ----

TWO = Cause("factor 2", r"factor 2\b|\b2 times|times 2\b|\btwice\b|divided by 2\b|\bhalf\b|\b1/2\b")
HALF = Cause("factor 1/2", TWO.words)
SIGN = Cause("sign", r"\bsign\b|times -1\b|\b-1 times")
LN10 = Cause("ln 10", r"\bln\(?\s?10|\blog\(10\)")
PI = Cause("pi", r"\bpi\b|π")
DEGREES = Cause("180/pi", r"\bdegree|\bradian|180 ?/ ?(pi|π)|(pi|π) ?/ ?180")
UNIT = Cause("unit in degrees", DEGREES.words)
VALUE = Cause("f missing", r"\bf itself|\btimes f\b|\bvalue of f|\bfactor f\b|\bby f\b|\bf times|\* f\b")
INVERSE = Cause("1/f missing", VALUE.words + r"|\b1/f\b|\bdivided by f\b")
LENGTH = Cause("factor x.x", r"\b[a-z]\w*\.[a-z]\w* times|\btimes [a-z]\w*\.[a-z]|\bsum\(\w+ ?\^2\)"
               r"|\bsum\(\w+ ?\* ?\w+\)|\|\w+\||squared length|\bnorm\b|factor [a-z]\w*\.[a-z]"
               r"|sum of (the )?squares|\bdot\b|\b[a-z]\w* ?@ ?[a-z]")
TRANSPOSED = Cause("transposed", r"\btranspos")
SWAPPED = Cause("swapped", r"\bswap|\bexchang|\binterchang|\border of|\bis that of \w+"
                r"|(that|the gradient|the one) of \w+ stands")
STALE = Cause("stale", r"\bstale\b|\bfirst point|\bstays\b|does not (move|change|follow|depend)"
              r"|\bconstant\b|the same (at|everywhere)|of another point|stands still|\bremember|\bstored\b")
PATH = Cause("path left out", r"\bterms?\b|\bpaths?\b")
LAST = Cause("the last one", r"\blast\b")
ROW = Cause("one row", r"\brow \d|\bindex \d+ of axis 0|\w+\[\d+, ?:\]|\brow\b")
SECOND = Cause("every second", r"every (second|other|2nd)|\bodd\b|\beven\b|\bstep 2\b|\balternat"
               r"|\bstride 2\b|::2")
COLUMN = Cause("the last column", r"\bcolumn\b|\bindex \d+ of axis 1|\w+\[:, ?-?\d+\]")
ZERO = Cause("a part is zero", r"\bis zero\b|\bare zero\b|\bzeros\b")
BATCH = Cause("no sum over the batch", r"\bbatch\b|\brows?\b|\bsum over\b|\bsummed\b|\bone example\b")
ROLLED = Cause("rolled", r"\bshift|\broll(ed)?\b|off by one|\bneighbou?r"
               r"|(next|previous) (element|component|index)|one (place|index|element)")


def from_element(n):
    return Cause("from element %d on" % n, r"\bfrom \D{0,25}%d\b|\bfirst %d\b|\bup to \D{0,25}%d\b|\b%d on\b"
                 % (n, n, n - 1, n))


def times(kind, n, words):
    """A factor n or 1/n that has a meaning."""
    return Cause(kind, r"\b%d times|\btimes %d\b|divided by %d\b|\b1/%d\b|%s" % (n, n, n, n, words))


def count(n):
    return times("factor n", n, r"\b(sum|mean) (over|of)\b|\bnumber of")


def mean(n):
    return count(n)._replace(kind="factor 1/n")


def rows(n):
    return times("rows", n, r"\bbatch\b|\brows\b|\bexamples\b|\b(sum|mean) over")


def component(name="x"):
    return Cause("factor x[i]", r"\b{0}\[i\]|\btimes {0}\b|\b{0} times|\bby {0}\b|\bfactor {0}\b"
                 r"|component itself".format(name))


def either(kind, *causes):
    return Cause(kind, "|".join(c.words for c in causes))

# ---- cases ----

def case(cause):
    """Of a function build(r) that returns f, its gradient, the wrong one and the point; r draws numbers."""
    def add(build):
        BUILDERS.append((build, cause))
        return build
    return add


def made(build, cause):
    f, grad, wrong, x = build(np.random.default_rng(zlib.crc32(build.__name__.encode())))
    f.__name__ = build.__name__
    return Case(build.__name__, f, grad, wrong, x if isinstance(x, tuple) else (x,), cause)


def is_named(report, cause):
    """Whether the report has the words; its first line, which has the function's name, does not count."""
    return bool(re.search(cause.words, report.partition("\n")[2]))

# ---- what several cases need ----

def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def softmax(z):
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)
