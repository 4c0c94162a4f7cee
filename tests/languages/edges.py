"""edges.py: operators, functions and options at their edges, in C, C++, Python and the language: one table,
one answer. Prints what is wrong, and last how many rows there are.

Each operator and function of one operand or two takes NUMBERS, in all pairs: as two values, with a number on
the left, with a number on the right, of numbers alone. What is due is said by NumPy, or by a rule of plain
Python. edges.txt has the options. DIFFERENT has what differs by contract, and that is checked to differ.

$build is the folder of the library."""
import ast
import math
import os
import re
import sys

import numpy as np

import axes

INF, NAN = math.inf, math.nan
NUMBERS = [-INF, -2.5, -1.0, -5e-324, -0.0, 0.0, 0.5, 1 - 2.0**-53, 1.0, 1 + 2.0**-52, 3.0, INF, NAN]
MORE = NUMBERS + [-745.0, -710.0, -36.5, -3.0, -0.5, 1.5, 2.0, 2.5, 6.0, 36.5, 700.0, 710.0, 2.0**52 + 1,
                  1e300]
WHOLE = [-3, -2, -1, 0, 1, 2, 3, 2**53, 2**53 + 1]
pairs = lambda of: (np.repeat(of, len(of)), np.tile(of, len(of)))
OPERANDS = dict(zip("XYIJPQ", pairs(NUMBERS) + pairs(WHOLE) + pairs([False, True])),
                S=np.array(NUMBERS), T=np.array(MORE), K=np.array(WHOLE), B=np.array([False, True]))
erf = np.vectorize(math.erf)
sigmoid = lambda x: np.where(x < 0, np.exp(x) / (1 + np.exp(x)), 1 / (1 + np.exp(-x)))
hard_sigmoid = lambda x: np.clip(x / 6 + 0.5, 0, 1)
softplus = lambda x: np.logaddexp(0, x)


def power(a, b):
    return np.power(a.astype(float), b.astype(float))


# name, sign in C++, Python and the language (- none), rule. These are exact: the last bit, the sign of a 0.
TWO = """
add + + + np.add
sub - - - np.subtract
mul * * * np.multiply
div / / / np.true_divide
pow . ** ^ power
maximum . . . np.maximum
minimum . . . np.minimum
atan2 . . . np.arctan2
floor_divide . // . np.floor_divide
remainder . % . np.remainder
fmod . . . np.fmod
equal == == == np.equal
not_equal != != != np.not_equal
less < < < np.less
less_equal <= <= <= np.less_equal
greater > > > np.greater
greater_equal >= >= >= np.greater_equal
logical_and . & . np.logical_and
logical_or . | . np.logical_or
logical_xor . ^ . np.logical_xor
"""
ONE = """
neg - - - np.negative
abs . abs . np.abs
square . . . np.square
sqrt . . . np.sqrt
sign . . . np.sign
floor . . . np.floor
ceil . . . np.ceil
round . . . np.round
relu . . . lambda x: np.where(np.isnan(x), x, np.maximum(x, 0))
reciprocal . . . lambda x: 1 / x
logical_not . ~ . np.logical_not
stop_gradient . . . np.positive
exp . . . np.exp
log . . . np.log
log1p . . . np.log1p
expm1 . . . np.expm1
sin . . . np.sin
cos . . . np.cos
tan . . . np.tan
asin . . . np.arcsin
acos . . . np.arccos
atan . . . np.arctan
sinh . . . np.sinh
cosh . . . np.cosh
tanh . . . np.tanh
asinh . . . np.arcsinh
acosh . . . np.arccosh
atanh . . . np.arctanh
erf . . . erf
rsqrt . . . lambda x: 1 / np.sqrt(x)
sigmoid . . . sigmoid
softplus . . . softplus
softsign . . . lambda x: np.where(np.isinf(x), np.sign(x), x / (1 + np.abs(x)))
silu . . . lambda x: x * sigmoid(x)
mish . . . lambda x: x * np.tanh(softplus(x))
selu . . . lambda x: 1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * np.expm1(x))
hard_sigmoid . . . hard_sigmoid
hard_swish . . . lambda x: x * hard_sigmoid(x)
"""
OF_TRUTHS = [line.split()[0] for line in TWO.strip().split("\n")[11:]] + ["logical_not"]
rows = lambda table: [line.split(None, 4) for line in table.strip().split("\n")]
NOT_EXACT = {"any zero", "pow", "atan2"} | {name for name, *_ in rows(ONE)[12:]}


# ---- the forms of a row ----

def in_c(of, word="wg_node"):
    """The statements of C or C++ of a form: of(a, b) is its expression."""
    node = "%s" if word == "wg_node" else word + "(%s)"
    pair = lambda a, b: of(node % a, node % b)
    yield "pairs", "seen(%s);" % pair("X", "Y")
    yield "left", "each(%s);" % of("n", node % "S")
    yield "right", "each(%s);" % of(node % "S", "n")
    yield "whole", "seen(%s);" % pair("I", "J")
    yield "truths", "seen(%s);" % pair("P", "Q")


def in_python(of):
    yield "pairs", of("X", "Y")
    yield "left", "[%s for n in NUMBERS]" % of("n", "S")
    yield "right", "[%s for n in NUMBERS]" % of("S", "n")
    yield "whole", of("I", "J")
    yield "truths", of("P", "Q")


def in_language(of):
    number = lambda n: "(%r)" % n
    yield "pairs", of("X", "Y")
    yield "left", "concat(%s)" % ", ".join(of(number(n), "S") for n in NUMBERS)
    yield "right", "concat(%s)" % ", ".join(of("S", number(n)) for n in NUMBERS)
    yield "alone", "[%s]" % ", ".join(of(number(n), number(m)) for n in NUMBERS for m in NUMBERS)


def of_two(name, cpp, python, language):
    """(face, form, kind of operands, text) of an operator or function of two operands."""
    call = lambda before: lambda a, b: "%s%s(%s, %s)" % (before, name, a, b)
    signed = lambda sign: lambda a, b: "%s %s %s" % (a, sign, b)
    alone = "each_pair(%s);"
    for kind, text in [*in_c(call("wg_")), ("alone", alone % call("wg_")("n", "m"))]:
        yield "C", "call", kind, text
    for kind, text in [*in_c(call("wg::"), "V"), ("alone", alone % call("wg::")("n", "m"))]:
        yield "C++", "call", kind, text
    for kind, text in in_c(signed(cpp), "V") if cpp != "." else ():
        yield "C++", cpp, kind, text
    for kind, text in in_c(lambda a, b: "changed(%s, [&](wg::value &v) { v %s= %s; })" % (a, cpp, b), "V") \
            if cpp in list("+-*/") else ():
        if kind != "left":
            yield "C++", cpp + "=", kind, text
    for kind, text in [*in_python(call("wg.")), ("alone", "[wg.%s(n, m) for n in NUMBERS for m in NUMBERS]"
                                                 % name)]:
        yield "Python", "call", kind, text
    for kind, text in in_python(lambda a, b: "%s.%s(%s)" % (a, name, b)):
        if kind != "left":
            yield "Python", "method", kind, text
    for kind, text in in_python(signed(python)) if python != "." else ():
        yield "Python", python, kind, text
    for kind, text in in_language(call("")):
        yield "language", "call", kind, text
    for sign in {".": (), "^": ("^", "**")}.get(language, (language,)):
        for kind, text in in_language(signed(sign)):
            yield "language", sign, kind, text
    if language == "." and python not in (".", "^"):
        yield "language", python, "pairs", signed(python)("X", "Y")


def of_one(name, cpp, python, language):
    operands = dict(many="T", whole="K", truths="B")
    for kind, x in operands.items():
        yield "C", "call", kind, "seen(wg_%s(%s));" % (name, x)
        yield "C++", "call", kind, "seen(wg::%s(V(%s)));" % (name, x)
        yield "Python", "call", kind, "wg.%s(%s)" % (name, x)
        yield "Python", "method", kind, "%s.%s()" % (x, name)
        if cpp != ".":
            yield "C++", cpp, kind, "seen(%sV(%s));" % (cpp, x)
        if python != ".":
            yield "Python", python, kind, "%s(%s)" % (python, x)
        if kind == "many":
            yield "language", "call", kind, "%s(%s)" % (name, x)
            if language != "." or python == "~":
                yield "language", python, kind, python + x
    yield "language", "call", "alone", "[%s]" % ", ".join("%s(%r)" % (name, n) for n in MORE)


def due(rule, kind, of):
    """What a row has to give, as a list of numbers."""
    given = dict(pairs=("X", "Y"), alone=("X", "Y"), left=("X", "Y"), whole=("I", "J"), truths=("P", "Q"),
                 right=("Y", "X")) if of == 2 else dict(many="T", alone="T", whole="K", truths="B")
    return np.asarray(rule(*(OPERANDS[n] for n in given[kind]))) * 1


def same(got, wanted, name):
    """Whether two lists have the same numbers: NaN is NaN, and 0 is not -0 where the sign is due."""
    wanted = wanted.astype(float)
    near = np.abs(got - wanted) <= (4e-15 if name in NOT_EXACT else 0) * np.abs(wanted)
    signs = (np.signbit(got) == np.signbit(wanted)) | (name in ANY_ZERO)
    return np.isnan(got) & np.isnan(wanted) | (near | (got == wanted)) & (signs | (got != 0))


ANY_ZERO = {"any zero", "sign", "maximum", "minimum"}
# (a pattern of keys, words of the refusal, the reason). NAME: of the function.
DIFFERENT = [
    (r"equal \w+ \| Python call", "write a == b", "NumPy's is of elements, PyTorch's is one truth"),
    ("|".join(OF_TRUTHS).join("()") + r" alone \| (C|C\+\+|Python) call", "must be a node",
     "these languages have it: a < b"),
    (r"reciprocal whole \| Python \w+", "write 1 / x", "NumPy's is whole, PyTorch's a float"),
    (r"pow whole \| Python \*\*", "write wg.cast(x, np.float64) ** y", "NumPy's is whole"),
    (r"\w+ pairs \| language (//|%|&|\|)", "NAME(a, b)", "a sign of Python: the function is told"),
    (r"diagonal\(p\) \| Python", "write wg.einsum('bii->bi', x)", "NumPy's is of the first two axes"),
    (r"softmax_cross_entropy.*(mask|weights)=.* \| language", "has no option", "none there is a value"),
    (r"logical_not many \| language ~", "logical_not(x)", "the same"),
]


def all_rows():
    """(key, face, text, what is wrong with a result) of the operators and functions."""
    for of, table, forms in ((2, TWO, of_two), (1, ONE, of_one)):
        for name, cpp, python, language, rule in rows(table):
            for face, form, kind, text in forms(name, cpp, python, language):
                bits = face == "Python" and form in list("&|^~") and name.startswith("logical")
                if kind == "truths" and name not in OF_TRUTHS or kind != "truths" and bits:
                    continue
                wanted = due(eval(rule), kind, of)
                yield ("%s %s | %s %s" % (name, kind, face, form), face, text,
                       lambda result, wanted=wanted, name=name: unlike(result, wanted, name))


def unlike(result, wanted, name):
    """Which element is not the one that is due, or the refusal."""
    if not result.startswith("[") or "refused" in result:
        return result[:200]
    numbers = np.concatenate([a.ravel() for a in axes.arrays(result)])
    if numbers.size != wanted.size:
        return "%d elements, not %d" % (numbers.size, wanted.size)
    bad = np.flatnonzero(~same(numbers, wanted, name))
    return "element %d is %r, not %r" % (bad[0], numbers[bad[0]], wanted[bad[0]]) if bad.size else ""


# ---- options: edges.txt ----

SMALL = dict(
    v=[3.0, 1, 2], o=[7.0], e=[], t=[2.0, 2, 2], r=[0.0, 0, 0], w=[NAN, -INF, 1], h=[INF, 1, -INF],
    z=[0.0, -0.0], g=[1, 0.5, -1], u=[1.0, 3, 2], k=[2, 0, -1], f=[1, 0, 2], i=[-1, -3, -4], j=[2, 1, 3],
    l=[True, False, True], a=[[2.0, 1, -1], [0.5, 4, 1], [-1.0, 3, 2]],
    n=[[1.0] * 3, [2.0] * 3, [5.0] * 3], m=[[1.0, -2, 0.5, 3], [0, 2, -1, 1.5], [-3.0, 1, 2, 0]],
    p=np.round(4 * np.sin(np.arange(1, 25) * 1.7)).reshape(2, 3, 4) / 4)
OPERANDS.update((n, np.array(x)) for n, x in SMALL.items())
norm = lambda x, eps, axis=-1: (x - x.mean(axis, keepdims=True)) / np.sqrt(x.var(axis, keepdims=True) + eps)
loss = lambda x, p: -np.sum(p * (x - np.log(np.sum(np.exp(x), -1, keepdims=True))), -1)


C_WORDS = dict(inf="INFINITY", nan="NAN")
OF_CPP = set(re.findall(r"^inline value (\w+)\(", open("include/wengert/calls.hpp").read(), re.M))


class Row:
    """A call of edges.txt, as a tree of Python, and the types of its options."""

    def __init__(self, line, types):
        self.left, _, self.right = line.partition(" => ")
        tree = ast.parse(self.left, mode="eval").body
        self.name, self.types = tree.func.id, types.get(tree.func.id, {})
        self.given, self.options = tree.args, {x.arg: x.value for x in tree.keywords}
        self.several = self.given[0].elts if isinstance(self.given[0], ast.List) else []
        self.said = ""  # the words of the first refusal

    def in_c(self, x, kind=""):
        """An operand, or an option of this kind."""
        if isinstance(x, ast.Tuple):
            word = "WG_AXES" if kind == "wg_axes" else "WG_SHAPE"
            inside = "(%s)" % ", ".join(map(self.in_c, x.elts))
            return word + inside if x.elts or kind == "wg_axes" else "WG_SCALAR"
        if isinstance(x, ast.Constant) and isinstance(x.value, str):
            return "(%s)%d" % (kind, self.types[kind].index(x.value))
        return self.worded(x, C_WORDS)

    def worded(self, x, words):
        return re.sub(r"\b(inf|nan|True|False)\b", lambda m: words.get(m[0], m[0].lower()),
                      ast.unparse(x))

    def in_cpp(self):
        """The arguments of a function of C++."""
        a_node = lambda x: isinstance(x, ast.Name) and x.id not in C_WORDS
        node = lambda x: ("V(%s)" if a_node(x) else "%s") % self.in_c(x)
        if self.several:
            yield "std::vector<wg::value>{ %s }" % ", ".join(map(node, self.several))
        else:
            yield from map(node, self.given)
        options = [".%s = %s" % (n.rstrip("_"), self.in_c(x, self.types[n.rstrip("_")]))
                   for n, x in self.options.items()]
        if options:
            yield "WG_WITH(%s)" % ", ".join(options)

    def in_language(self, x):
        if isinstance(x, (ast.Tuple, ast.List)):
            return "[%s]" % ", ".join(map(self.in_language, x.elts))
        return self.worded(x, {})

    def forms(self):
        """(face, statement of C or C++, or expression) of the call."""
        operands = ["several, %d" % len(self.several)] if self.several else list(map(self.in_c, self.given))
        before = "const wg_node several[] = { %s }; " % ", ".join(
            map(self.in_c, self.several)) if self.several else ""
        c = operands + ["y"] * (self.name == "split") + [
            ".%s = %s" % (n.rstrip("_"), self.in_c(x, self.types[n.rstrip("_")]))
            for n, x in self.options.items()]
        call = before + "%s(wg_%s(%s));" % ("parts" if self.name == "split" else "seen", self.name,
                                            ", ".join(c))
        yield "C", call
        if self.name in OF_CPP:
            yield "C++", "seen(wg::%s(%s));" % (self.name, ", ".join(self.in_cpp()))
        yield "Python", "wg." + self.left
        if self.name not in axes.NOT_IN_LANGUAGE:
            operands = list(map(self.in_language, self.given))
            if self.name == "group_norm":
                operands[3] = "groups=" + operands[3]
            yield "language", "%s(%s)" % (self.name, ", ".join(operands + [
                "%s=%s" % (n.rstrip("_"), self.in_language(x)) for n, x in self.options.items()]))

    def wrong(self, result):
        """What is wrong with a result."""
        if self.right.startswith("?"):
            said = plain(result, self.name)
            self.said = self.said or said
            ok = result.startswith("refused") and self.right[2:] in result and said == self.said
            return "" if ok else "not refused with %r: %s; %s" % (self.right[2:], result[:200], self.said)
        wanted = np.asarray(eval(self.right, dict(OPERANDS, np=np, inf=INF, nan=NAN, norm=norm, loss=loss)))
        shape = result[:result.find("]") + 1].replace(",", ", ")
        if self.name != "split" and shape != str(list(wanted.shape)):
            return "%s, not of shape %s" % (result[:200], wanted.shape)
        return unlike(result if self.name == "split" else result.partition(" [")[0], wanted.ravel(),
                      "pow" if "-0.0" in self.right else "any zero")


def types_of_options():
    """By builder: by the name of an option its type; by a type that is a list of words, the words."""
    found = {}
    for name, of, _ in axes.all_builders():
        options, _ = axes.options_of(of)
        found[name] = {o.name.decode(): o.type.decode() for o in options}
        found[name].update((o.type.decode(), o.range.decode().split(", ")) for o in options)
    return found


def plain(said, name):
    """A refusal without what each language writes in its own way: the place, operands, signs at names."""
    said = re.sub(r"\bwg[_.](?=\w)|\.(?=[a-z])", "", said.rpartition(name + ": ")[2])
    return re.sub(r"\b\w+(?= \[)", "OPERAND", said)


def option_rows():
    with open(os.path.join(axes.HERE, "edges.txt"), encoding="utf-8") as f:
        lines = [line.strip() for line in f if line.strip() and line[0] != "#"]
    types = types_of_options()
    for row in (Row(line, types) for line in lines):
        for face, text in row.forms():
            yield "%s | %s" % (row.left, face), face, text, row.wrong


# ---- all ----

def results(all_of):
    """What the rows give, by key."""
    of = lambda face: [(row[0], row[2]) for row in all_of if row[1] == face]
    got = axes.run(axes.CC[0], OPERANDS, of("C"), "edges.c", "-w -std=c17", of("language"))
    got.update(axes.run(axes.CXX[0], OPERANDS, of("C++"), "edges.cpp",
                        "-w -std=c++17 -include wengert/wengert.hpp"))
    for key, text in of("Python"):
        got[key] = axes.in_python(text, OPERANDS, NUMBERS=NUMBERS, inf=INF, nan=NAN)
    return got


def compare(all_of):
    got, differ = results(all_of), set()
    for key, face, text, wrong in all_of:
        result = got.get(key, "nothing")
        why = [x for x in DIFFERENT if re.fullmatch(x[0], key)][:1]
        differ.update(why)
        words = [x[1].replace("NAME", key.split()[0]) for x in why]
        if why and not ("refused" in result and words[0] in result):
            axes.fail("%s: is not refused with the words %r: %s" % (key, words[0], result[:200]))
        elif not why and wrong(result):
            axes.fail("%s: %s: %s" % (key, text[:100], wrong(result)))
    for pattern, *_ in set(DIFFERENT) - differ:
        axes.fail("no row is %s: DIFFERENT must not have it" % pattern)


if __name__ == "__main__":
    np.seterr(all="ignore")
    every = [*all_rows(), *option_rows()]
    compare(every)
    print("%d rows, %d wrong" % (len(every), len(axes.wrong)))
    sys.exit(bool(axes.wrong))
