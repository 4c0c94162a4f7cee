"""formulas.py: reads the language of .formula and .adjoint (include/wengert/formula.h) and evaluates it.

It is written from that header, and shares no code with the library. A tree is a tuple: its kind, then its
parts. Names carry their primes: ("name", "y'")."""
import decimal
import functools
import itertools
import math
import re
from decimal import Decimal

import numbers_50 as nb
from numbers_50 import (AT_LEAST, AT_MOST, Array, BOTH, E, EITHER, EQUAL, INF, LESS, MORE, ONE, OTHER,
                        PI, TWO, Unsaid, ZERO, add, atan2, broadcast, det, diag, diagonal, div, inverse,
                        larger, map2, mod, mul, power, product, reduce, scalar, size, smaller, sub,
                        sum_to, total, transposed, triangle)

TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?(?:e-?\d+)?)|([A-Za-z_]\w*'*)|\"([^\"]*)\"|"
                   r"(\.\.\.|<=|>=|==|!=|·|[()\[\]|,;+\-/^@*=<>]))")
WORDS = {"where", "else", "and", "or", "not", "over", "mod", "along"}
COMPARED = {"<": LESS, ">": MORE, "<=": AT_MOST, ">=": AT_LEAST, "==": EQUAL, "=": EQUAL, "!=": OTHER}
BARE = set("ln sqrt sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh erf exp sign det log1p expm1 "
           "floor ceil round relu sigmoid".split())


class Reader:
    def __init__(self, text):
        self.text, self.tokens, at = text, [], 0
        while at < len(text.rstrip()):
            m = TOKEN.match(text, at)
            if not m:
                raise SyntaxError("%r at %d" % (text, at))
            kind = "number name words sign".split()[m.lastindex - 1]
            self.tokens.append((kind, m.group(m.lastindex), m.start(m.lastindex) > at))
            at = m.end()
        self.tokens.append(("end", "", True))
        self.k, self.bars, self.conditions = 0, False, False

    def kind(self): return self.tokens[self.k][0]
    def word(self): return self.tokens[self.k][1]
    def spaced(self): return self.tokens[self.k][2]

    def take(self, *words):
        kind, word, _ = self.tokens[self.k]
        if kind in ("sign", "name") and word in words:
            self.k += 1
            return word
        return None

    def want(self, word):
        if not self.take(word):
            raise SyntaxError("%r: %r for %r" % (self.text, self.word(), word))

    def inside(self, read, **settings):
        before = self.bars, self.conditions
        self.bars, self.conditions = settings.get("bars", False), settings.get("conditions", False)
        tree = read()
        self.bars, self.conditions = before
        return tree

    def equations(self):
        every = [self.equation()]
        while self.take(",", ";"):
            every.append(self.equation())
        if self.kind() != "end":
            raise SyntaxError("%r goes on with %r" % (self.text, self.word()))
        return every

    def equation(self):
        left = self.sum()
        if left[0] == "words" and self.word() in (",", ";", ""):
            return left, None, None
        self.want("=")
        right = self.expression()
        return left, right, self.along() if self.take("along") else None

    def along(self):
        but = bool(self.take("all"))
        if but:
            self.want("but")
        name, count = self.word(), 1
        self.k += 1
        if name == "last" and self.kind() == "number":
            count = int(self.word())
            self.k += 1
        return name, count, but

    def expression(self):
        value = self.either()
        if self.word() != "where" or self.kind() != "name":
            return value
        cases = []
        while self.take("where"):
            cases.append((self.inside(self.either, bars=self.bars, conditions=True), value))
            self.want(",")
            last = self.take("else")
            value = self.either()
            if last:
                return "cases", cases, value
        raise SyntaxError("%r: no else" % self.text)

    def joined(self, word, read):
        value = read()
        while self.take(word):
            value = word, value, read()
        return value

    def either(self): return self.joined("or", lambda: self.joined("and", self.negation))
    def negation(self): return ("not", self.comparison()) if self.take("not") else self.comparison()

    def compares(self):
        if self.kind() != "sign":
            return None
        return self.take("<", ">", "<=", ">=", "==", "!=") or (self.take("=") if self.conditions else None)

    def comparison(self):
        left = self.sum()
        sign = self.compares()
        if not sign:
            return left
        middle = self.sum()
        value, sign = ("compare", sign, left, middle), self.compares()
        return ("and", value, ("compare", sign, middle, self.sum())) if sign else value

    def sum(self):
        value = ("neg", self.product()) if self.take("-") else self.product()
        while True:
            sign = self.take("+", "-")
            if not sign:
                return value
            value = sign, value, self.product()

    def product(self):
        value = self.power()
        while True:
            sign = self.take("/", "@", "*", "·", "mod")
            kind, word = self.kind(), self.word()
            if sign:
                value = "*" if sign == "·" else sign, value, self.power()
            elif kind in ("number", "words") or kind == "name" and word not in WORDS or \
                    kind == "sign" and (word == "(" or word == "|" and not self.bars):
                value = "*", value, self.power()
            else:
                return value

    def power(self):
        value = ("neg", self.power()) if self.take("-") else self.atom()
        while self.take("^"):
            minus = self.take("-")
            if self.take("T"):
                value = "T", ("inverse", value) if minus else value
            elif minus and self.word() == "1":
                self.k += 1
                value = "inverse", value
            else:
                by = self.power()
                value = "^", value, ("neg", by) if minus else by
        return value

    def atom(self):
        kind, word, _ = self.tokens[self.k]
        self.k += 1
        if kind == "number":
            return "number", Decimal(word)
        if kind == "words":
            return "words", word
        if kind == "name" and word not in WORDS:
            return self.name(word)
        if word == "(":
            value = self.inside(self.expression, conditions=self.conditions)
            self.want(")")
            return value
        if word == "|" and kind == "sign":
            value = self.inside(self.expression, bars=True)
            self.want("|")
            return "abs", value
        raise SyntaxError("%r: %r" % (self.text, word))

    def name(self, word):
        if self.word() == "(" and not self.spaced() and not word.endswith("'"):
            return self.call(word)
        kind, following = self.kind(), self.word()
        if word in BARE and (kind == "number" or kind == "name" and following not in WORDS or
                             following in ("|", "(") and kind == "sign"):
            return "call", word, [self.power()], None, None
        if self.spaced():
            return "name", word
        if self.take("["):
            value = "at", ("name", word), self.list_of(self.subscript)
            self.want("]")
            return value
        return ("several", word) if self.take("...") else ("name", word)

    def list_of(self, read):
        every = [read()]
        while self.take(","):
            every.append(read())
        return every

    def subscript(self): return ("several", "") if self.take("...") else self.sum()

    def call(self, word):
        self.want("(")
        before, self.bars, self.conditions = (self.bars, self.conditions), False, False
        arguments = self.list_of(self.expression)
        along = self.along() if self.take("along") else None
        over = self.over() if self.take("over") else None
        self.bars, self.conditions = before
        self.want(")")
        return "call", word, arguments, along, over

    def over(self):
        def item():
            name = self.word()
            self.k += 1
            several = bool(self.take("..."))
            sign = self.compares()
            return name, several, sign, self.sum() if sign else None
        self.conditions = False
        items = self.list_of(item)
        return items, self.inside(self.either, conditions=True) if self.take("where") else None


@functools.lru_cache(None)
def read(text):
    return Reader(text).equations()


def names_of(tree, found=None):
    """All names in a tree."""
    found = set() if found is None else found
    if isinstance(tree, tuple) and len(tree) > 1 and tree[0] == "name":
        found.add(tree[1])
    elif isinstance(tree, (tuple, list)):
        for part in tree:
            names_of(part, found)
    return found


# ---- evaluation ----

class Index:
    """An index, or several (i...), and the numbers it has now."""

    def __init__(self, at, several=False):
        self.at, self.several = tuple(at), several


class Option:
    """kind: number, axes, shape, dtype, choice, pointer, words. words: of a choice. given: not left out."""

    def __init__(self, kind, value, words=(), given=True):
        self.kind, self.value, self.words, self.given = kind, value, words, given


ELEMENTWISE = {
    "ln": lambda x: x.ln(), "exp": lambda x: x.exp(), "sqrt": lambda x: x.sqrt(), "sin": nb.sin,
    "cos": nb.cos, "tan": nb.tan, "asin": nb.asin, "acos": nb.acos, "atan": nb.atan, "erf": nb.erf,
    "tanh": nb.tanh, "sinh": nb.sinh, "asinh": nb.asinh, "acosh": nb.acosh, "atanh": nb.atanh,
    "cosh": lambda x: (x.exp() + (-x).exp()) / 2,
    "sign": nb.sign, "floor": nb.floor, "ceil": nb.ceil, "round": nb.rounded, "sigmoid": nb.sigmoid,
    "relu": lambda x: x if x > 0 or x.is_nan() else ZERO, "log1p": nb.log1p, "expm1": nb.expm1,
}
REDUCTIONS = {"sum": (add, ZERO), "prod": (mul, ONE), "max": (larger, None), "min": (smaller, None),
              "any": (EITHER, ZERO), "all": (BOTH, ONE)}


class Scope:
    """What names mean while an equation is evaluated."""

    def __init__(self, equations, values, options, missing=()):
        self.values, self.options, self.missing = dict(values), options, set(missing)
        self.definitions = {}
        for left, right, _ in equations:
            if right and left[0] == "name":
                self.definitions.setdefault(left[1], right)
        self.indices, self.rest, self.component = {}, (), None
        self.axis, self.outside, self.depth, self.target = None, False, 0, None
        self.kept = {}

    # -- names --

    def name(self, word):
        if word in self.indices:
            i = self.indices[word]
            if i.several:
                if self.component is None:
                    raise Unsaid("a list of indices")
                return scalar(i.at[self.component])
            return scalar(i.at[0])
        word = self.numbered(word)
        if word in self.values:
            v = self.values[word]
            return scalar(self.beside(v, None)) if self.axis is not None else v
        if word in self.definitions:
            return self.defined(word)
        if word in self.options:
            return self.option(self.options[word])
        for o in self.options.values():
            if word in o.words:
                return scalar(o.words.index(word))
        known = {"e": E, "pi": PI, "inf": INF, "false": ZERO, "true": ONE}
        if word in known:
            return scalar(known[word])
        raise Unsaid("the name %s" % word)

    def numbered(self, word):
        """x_i is operand i where i is an index."""
        head, _, tail = word.rstrip("'").rpartition("_")
        primes = word[len(word.rstrip("'")):]
        if not head or tail not in self.indices:
            return word
        operand = "%s_%d%s" % (head, self.indices[tail].at[0], primes)
        return operand if operand in self.values else word

    def defined(self, word):
        free = not self.indices and self.axis is None
        if free and word in self.kept:
            return self.kept[word]
        if self.depth > 30:
            raise Unsaid("a name that is defined by itself")
        self.depth += 1
        y = self.value(self.definitions[word])
        self.depth -= 1
        if free:
            self.kept[word] = y
        return y

    def option(self, o):
        if o.kind == "shape":
            if self.component is None or self.component >= len(o.value):
                raise Unsaid("an option that is a list")
            return scalar(o.value[self.component])
        if o.kind in ("axes", "words", "pointer") or o.value is None:
            raise Unsaid("an option that is no number")
        return scalar(o.value)

    def beside(self, a, subscript):
        """In an equation along an axis: the element with this subscript; without one, beside the axis."""
        has = subscript is not None
        if len(a.shape) != len(self.rest) + has:
            if not a.shape:
                return a.at[0]
            raise Unsaid("a tensor of another rank along the axis")
        place = list(self.rest)
        if has:
            place.insert(self.axis, subscript)
        if any(not 0 <= i < n for i, n in zip(place, a.shape)):
            self.outside = True
            return ZERO
        return a.get(place)

    def tensor(self, tree):
        word = self.numbered(tree[1]) if tree[0] == "name" else None
        if word not in self.values:
            raise Unsaid("elements of what is no operand")
        return self.values[word]

    def element(self, tree):
        a = self.tensor(tree[1])
        if self.axis is not None:
            at = self.value(tree[2][0]).item()
            return scalar(self.beside(a, int(at)))
        place = []
        for sub in tree[2]:
            if sub == ("several", ""):
                place += self.rest
                continue
            count = self.several_in(sub)
            for k in range(1 if count is None else count):
                before, self.component = self.component, k if count is not None else self.component
                place.append(self.value(sub).item())
                self.component = before
        if len(place) != len(a.shape):
            raise Unsaid("%d subscripts of %d axes" % (len(place), len(a.shape)))
        if any(i != i.to_integral_value() or not 0 <= i < n for i, n in zip(map(Decimal, place), a.shape)):
            self.outside = True
            return scalar(ZERO)
        return scalar(a.get([int(i) for i in place]))

    def several_in(self, tree):
        """How many numbers the lists of indices in a subscript have; None: there is no list."""
        if not isinstance(tree, (tuple, list)):
            return None
        if tree and tree[0] == "several":
            if tree[1] in self.indices:
                return len(self.indices[tree[1]].at)
            if tree[1] in self.options:
                return len(self.options[tree[1]].value)
            raise Unsaid("%s... has no range" % tree[1])
        for part in tree:
            n = self.several_in(part)
            if n is not None:
                return n
        return None

    # -- sums over indices --

    def range_of(self, tree, name, several):
        """The lengths of the axes of the first tensor of which the index alone is a subscript."""
        if not isinstance(tree, (tuple, list)):
            return None
        if tree and tree[0] == "at":
            try:
                shape = self.tensor(tree[1]).shape
            except Unsaid:
                shape = None
            if shape is not None and self.axis is not None:
                if tree[2][0] == ("name", name):
                    return [shape[self.axis]]
            elif shape is not None:
                unknown = len(shape) - sum(self.length_of(s, name) for s in tree[2])
                at = 0
                for s in tree[2]:
                    if s == (("several" if several else "name"), name):
                        return shape[at:at + (unknown if several else 1)]
                    at += self.length_of(s, None)
        for part in tree:
            found = self.range_of(part, name, several)
            if found is not None:
                return found
        return None

    def length_of(self, sub, without):
        """How many axes a subscript is for."""
        if sub == ("several", ""):
            return len(self.rest)
        if sub[0] == "several" and sub[1] == without:
            return 0
        n = self.several_in(sub)
        return 1 if n is None else n

    def walk(self, items, body):
        """Yields once for each set of numbers of the indices."""
        if not items:
            yield
            return
        (name, several, sign, bound), rest = items[0], items[1:]
        if sign == "<" and several:
            limit = self.options.get(bound[1])
            ranges = list(limit.value)
            check = None
        elif sign == "<":
            ranges, check = [max(int(self.value(bound).item()), 0)], None
        else:
            ranges, check = self.range_of(body, name, several), sign
            if ranges is None and self.count_of(name, body) is not None:
                ranges = [self.count_of(name, body)]
            if ranges is None:
                raise Unsaid("%s has no range" % name)
        before = self.indices.get(name)
        for place in itertools.product(*map(range, ranges)):
            self.indices[name] = Index(place, several)
            if check and COMPARED[check](Decimal(place[0]), self.value(bound).item()) == 0:
                continue
            yield from self.walk(rest, body)
        if before is None:
            self.indices.pop(name, None)
        else:
            self.indices[name] = before

    def count_of(self, name, body):
        """i of x_i goes over the operands."""
        words = {w.rstrip("'").rpartition("_") for w in names_of(body)}
        heads = {head for head, _, tail in words if tail == name}
        counts = [sum(v.rpartition("_")[0] == h and v.rpartition("_")[2].isdigit() for v in self.values)
                  for h in heads if h]
        return max(counts) if counts else None

    def over(self, function, body, over):
        if function not in REDUCTIONS:
            raise Unsaid("a call of %s" % function)
        items, condition = over
        f, start = REDUCTIONS[function]
        y = None if start is None else scalar(start)
        for _ in self.walk(items, body):
            if condition and self.value(condition).item() == 0:
                continue
            before, self.outside = self.outside, False
            v = self.value(body)
            outside, self.outside = self.outside, before
            if outside and function in ("max", "min"):
                continue
            y = v if y is None else map2(f, y, v)
        if y is None:
            return scalar(-INF if function == "max" else INF)
        return y

    # -- calls --

    def axes(self, along, rank):
        if not along:
            return set(range(rank))
        name, count, but = along
        if name == "last":
            axes = set(range(max(rank - count, 0), rank))
        elif name in self.options and self.options[name].kind == "axes":
            axes = {k + rank if k < 0 else k for k in self.options[name].value}
            if not self.options[name].value:
                axes = set(range(rank))
        else:
            raise Unsaid("axes %s" % name)
        return set(range(rank)) - axes if but else axes

    def call(self, tree):
        _, word, arguments, along, over = tree
        if word == "given":
            name = arguments[0][1]
            option = self.options.get(name)
            return scalar(int(name not in self.missing and (name in self.values or option and option.given)
                              or False))
        if word == "probabilities":
            return scalar(int(len(self.tensor(arguments[0]).shape) == len(self.first().shape)))
        if word == "adds_to_1":
            a = self.tensor(arguments[0])
            sums = total(a, {len(a.shape) - 1}).at
            return scalar(int(all(abs(x - 1) < Decimal("1e-6") for x in sums)))
        if word == "length" and self.axis is not None:
            return scalar(self.tensor(arguments[0]).shape[self.axis])
        if over:
            return self.over(word, arguments[0], over)
        if word == "prod" and arguments[0][0] == "name" and arguments[0][1] in self.options:
            return scalar(size(self.options[arguments[0][1]].value))
        a = self.value(arguments[0])
        if len(arguments) == 2:
            f = {"max": larger, "min": smaller, "atan2": atan2}.get(word)
            if not f:
                raise Unsaid("a call of %s" % word)
            return map2(f, a, self.value(arguments[1]))
        if word == "keep":
            return self.keep(a, along)
        if word in self.options:
            return self.by_option(self.options[word], a)
        if word in ELEMENTWISE:
            return a.map(ELEMENTWISE[word])
        return self.along_axes(word, a, self.axes(along, len(a.shape)))

    def first(self):
        return next(iter(self.values.values()))

    def keep(self, a, along):
        rank = len(self.first().shape)
        if len(a.shape) == rank:
            return a
        axes, shape = self.axes(along, rank), list(a.shape)
        if len(shape) != rank - len(axes):
            raise Unsaid("a tensor of %d axes where %d are kept" % (len(shape), rank - len(axes)))
        return Array([1 if k in axes else shape.pop(0) for k in range(rank)], a.at)

    def along_axes(self, word, a, axes):
        count = size([a.shape[k] for k in axes])
        if word == "length":
            return scalar(count)
        if word in REDUCTIONS:
            f, start = REDUCTIONS[word]
            return reduce(f, a, axes, start)
        if word == "mean":
            return total(a, axes).map(lambda x: x / Decimal(count))
        if word == "first":
            seen, at = set(), []
            for place, x in zip(a.places(), a.at):
                beside = tuple(0 if k in axes else i for k, i in enumerate(place))
                at.append(ONE if x != 0 and beside not in seen else ZERO)
                seen |= {beside} if x != 0 else set()
            return Array(a.shape, at)
        if word in ("argmax", "argmin"):
            f, (axis,) = REDUCTIONS[word[3:]][0], axes
            best = reduce(f, a, axes, None)
            holds = map2(lambda x, y: ONE if x == y or x.is_nan() and y.is_nan() else ZERO, a, best)
            places = Array(a.shape, [Decimal(p[axis]) for p in a.places()])
            return total(map2(mul, self.along_axes("first", holds, axes), places), axes)
        if word in ("softmax", "log_softmax"):
            z = map2(sub, a, reduce(larger, a, axes, None))
            s = total(z.map(lambda x: x.exp()), axes)
            return map2(div, z.map(lambda x: x.exp()), s) if word == "softmax" else \
                map2(sub, z, s.map(lambda x: x.ln()))
        return self.of_matrices(word, a)

    def of_matrices(self, word, a):
        if word == "diag": return diag(a)
        if word == "tril": return triangle(a, lambda i, j: j <= i)
        if word == "triu": return triangle(a, lambda i, j: j >= i)
        if word == "det": return det(a)
        if word == "diagonal": return diagonal(a)
        if word == "sym": return map2(lambda x, y: (x + y) / 2, a, transposed(a))
        if word == "one_hot":
            n = self.first().shape[-1]
            return Array(a.shape + (n,), [ONE if x == k else ZERO for x in a.at for k in range(n)])
        if word == "reshape": return Array(self.target, a.at)
        if word == "sum_to": return sum_to(a, self.target)
        raise Unsaid("a call of %s" % word)

    def by_option(self, o, a):
        if o.kind == "dtype":
            return a.map(lambda x: cast(x, o.value))
        if not o.words:
            raise Unsaid("a function of the user")
        word = o.words[o.value]
        axes = set(range(len(a.shape)))
        if word == "none":
            return a
        if word not in ("mean", "sum"):
            raise Unsaid("a call of the option %s" % word)
        return self.along_axes(word, a, axes)

    # -- everything else --

    def term(self, tree):
        """A term of a sum: an operand that is left out is 0."""
        if tree[0] == "name" and tree[1] in self.missing:
            return scalar(ZERO)
        return self.value(tree)

    def sum_of(self, f, left, right):
        """I has the size of the matrix beside it."""
        if right == ("name", "I"):
            a = self.term(left)
            one = diag(Array(a.shape[-1:], [ONE] * a.shape[-1]))
            return map2(f, a, one)
        return map2(f, self.term(left), self.term(right))

    def value(self, tree):
        kind = tree[0]
        if kind == "number": return scalar(tree[1])
        if kind == "name":
            if tree[1] in self.missing:
                return scalar(ONE)
            return self.name(tree[1])
        if kind == "several": return self.name(tree[1])
        if kind == "+": return self.sum_of(add, tree[1], tree[2])
        if kind == "-": return self.sum_of(sub, tree[1], tree[2])
        if kind == "neg": return self.value(tree[1]).map(lambda x: x.copy_negate())
        if kind == "*":
            a, b = self.value(tree[1]), self.value(tree[2])
            if tree[2][0] == "call" and tree[2][1] == "ln":
                return map2(lambda x, y: ZERO if x == 0 else x * y, a, b)
            return map2(mul, a, b)
        if kind == "/": return map2(div, self.value(tree[1]), self.value(tree[2]))
        if kind == "mod": return map2(mod, self.value(tree[1]), self.value(tree[2]))
        if kind == "^": return map2(power, self.value(tree[1]), self.value(tree[2]))
        if kind == "@": return product(self.value(tree[1]), self.value(tree[2]))
        if kind == "T": return transposed(self.value(tree[1]))
        if kind == "inverse": return inverse(self.value(tree[1]))
        if kind == "abs": return self.value(tree[1]).map(abs)
        if kind == "and": return map2(BOTH, self.value(tree[1]), self.value(tree[2]))
        if kind == "or": return map2(EITHER, self.value(tree[1]), self.value(tree[2]))
        if kind == "not": return self.value(tree[1]).map(lambda x: ONE if x == 0 else ZERO)
        if kind == "call": return self.call(tree)
        if kind == "at": return self.element(tree)
        if kind == "compare": return self.compare(tree)
        if kind == "cases": return self.cases(tree)
        raise Unsaid("words: %s" % (tree[1],))

    def compare(self, tree):
        _, sign, left, right = tree
        count = self.several_in(left) if self.component is None else None
        if count is None:
            return map2(COMPARED[sign], self.value(left), self.value(right))
        same = ONE
        for self.component in range(count):
            same = BOTH(same, COMPARED[sign](self.value(left).item(), self.value(right).item()))
        self.component = None
        return scalar(same)

    def cases(self, tree):
        every = []
        for condition, value in tree[1]:
            c = self.value(condition)
            if all(x == 0 for x in c.at) and not c.shape:
                continue
            every.append((c, self.value(value)))
            if not c.shape:
                break
        else:
            every.append((scalar(ONE), self.value(tree[2])))
        y = every[-1][1]
        for c, v in reversed(every[:-1]):
            shape = broadcast(c.shape, v.shape, y.shape)
            y = Array(shape, [v.spread(p) if c.spread(p) != 0 else y.spread(p)
                              for p in itertools.product(*map(range, shape))])
        return y

    # -- equations --

    def equation(self, equation, target):
        """The value of the right side, for a left side of the shape `target`."""
        left, right, along = equation
        if right is None:
            raise Unsaid("words: %s" % left[1])
        self.target, self.indices, self.rest, self.axis = tuple(target), {}, (), None
        self.component, self.kept = None, {}
        if along:
            o = self.options.get(along[0])
            if not o or len(o.value) != 1:
                raise Unsaid("along several axes")
            return self.each_along(left, right, o.value[0])
        return self.each(left, right) if left[0] == "at" else self.value(right)

    def each(self, left, right):
        subscripts, at = left[2], []
        fixed = sum(s[0] == "name" for s in subscripts)
        for place in itertools.product(*map(range, self.target)):
            if sum(s[0] == "several" for s in subscripts) > 1:
                raise Unsaid("several lists of indices")
            count = {s[1]: len(place) - fixed for s in subscripts if s[0] == "several"}
            k, self.indices = 0, {}
            for s in subscripts:
                n = count[s[1]] if s[0] == "several" else 1
                if s == ("several", ""):
                    self.rest = place[k:k + n]
                else:
                    self.indices[s[1]] = Index(place[k:k + n], s[0] == "several")
                k += n
            at.append(self.value(right).item())
        return Array(self.target, at)

    def each_along(self, left, right, axis):
        has, at = left[0] == "at", []
        rank = len(self.target) + (not has)
        self.axis = axis + rank if axis < 0 else axis
        for place in itertools.product(*map(range, self.target)):
            self.rest = place[:self.axis] + place[self.axis + 1:] if has else place
            self.indices = {left[2][0][1]: Index([place[self.axis]])} if has else {}
            at.append(self.value(right).item())
        return Array(self.target, at)


def cast(x, dtype):
    """What a number becomes in a dtype; of f16 and bf16 rounded to nearest, of two the even one."""
    whole = {"bool": None, "u8": (0, 255), "i32": (-2**31, 2**31 - 1), "i64": (-2**63, 2**63 - 1)}
    if dtype == "bool":
        return ONE if x != 0 else ZERO
    if dtype in whole:
        low, high = whole[dtype]
        if x.is_nan():
            return ZERO
        return min(max(x if x.is_infinite() else x.to_integral_value(decimal.ROUND_DOWN), Decimal(low)),
                   Decimal(high))
    bits, least = {"f64": (53, -1074), "f32": (24, -149), "f16": (11, -24), "bf16": (8, -133)}[dtype]
    if not x.is_finite() or x == 0:
        return x
    exponent = math.ceil((x.adjusted() + 1) / math.log10(2)) + 1
    while TWO ** exponent > abs(x):
        exponent -= 1
    unit = TWO ** max(exponent - bits + 1, least)
    y = (x / unit).to_integral_value(decimal.ROUND_HALF_EVEN) * unit
    most = {"f64": TWO ** 1024, "f32": TWO ** 128, "f16": TWO ** 16, "bf16": TWO ** 128}[dtype]
    return INF.copy_sign(x) if abs(y) >= most else y
