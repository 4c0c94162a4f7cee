# SPDX-License-Identifier: MIT
"""Reads a line of steps: each of its sides is an interval."""
import math
import re

from intervals import (Array, Arrays, COMPARE, FUNCTIONS, RAISED, REDUCES, SLACK, Unread, added, beside,
                       chosen, compared, first, less, lift, mapped, mean, number, places, power, product,
                       quotient, reduced, scalar, sigmoid, size, softmax, total, transposed)

# ---- the grammar ----

class Reader:
    """tight: what stands side by side is multiplied before anything beside a sign."""
    tight = False

    def __init__(self, text, names, target=None):
        self.text, self.names, self.at, self.target = text, names, 0, target

    def inner(self, text):
        return Reader(text, self.names, self.target).whole()

    def blank(self):
        while self.at < len(self.text) and self.text[self.at] in " \u2009":
            self.at += 1

    def next(self, *signs):
        """Whether one of the signs stands here; then it is read."""
        self.blank()
        for s in signs:
            if self.text.startswith(s, self.at):
                self.at += len(s)
                return s
        return None

    def cases(self):
        """a where b, c where d, else e."""
        value = self.sum()
        if not self.next("where "):
            return value
        when = self.condition()
        if not self.next(", "):
            raise Unread("a case: " + self.text)
        other = self.sum() if self.next("else ") else self.cases()
        return lift(chosen, when, value, other)

    def condition(self):
        value = self.both()
        while self.next("or "):
            value = lift(lambda a, b: (max(a[0], b[0]), max(a[1], b[1])), value, self.both())
        return value

    def both(self):
        value = self.compare()
        while self.next("and "):
            value = lift(lambda a, b: (min(a[0], b[0]), min(a[1], b[1])), value, self.compare())
        return value

    def compare(self):
        """Also a ≤ b < c."""
        if self.next("first("):
            text = self.between(")")
            inner = Reader(text, self.names, self.target)
            value = inner.compare()
            return first(value, inner.axes(value))
        left, all_of = self.sum(), None
        while sign := self.next(*COMPARE):
            right = self.sum()
            here = lift(lambda a, b: compared(sign, a, b), left, right)
            all_of = here if all_of is None else lift(lambda a, b: (min(a[0], b[0]), min(a[1], b[1])), all_of,
                                                      here)
            left = right
        if all_of is None:
            raise Unread("a condition: " + self.text)
        return all_of

    def axes(self, a):
        """What stands behind "along"; all axes without it."""
        if not self.next("along "):
            return set(range(len(a.shape)))
        found = re.compile(r"ax[ie]s (\d(?:, \d)*)").match(self.text, self.at)
        if not found:
            raise Unread("axes: " + self.text)
        self.at = found.end()
        return {int(d) for d in found.group(1).split(", ")}

    def sum(self):
        value = self.product()
        while True:
            sign = self.next("+", "−")
            if not sign:
                return value
            other = self.product()
            value = lift(total, value, other if sign == "+" else lift(less, other))

    def product(self):
        minus = self.next("−")
        if minus and self.next("−"):
            raise Unread("two signs: " + self.text)
        value = self.side_by_side()
        while True:
            self.blank()
            rest = self.text[self.at:]
            if rest[:1] in "·⊙*" and rest:
                self.at += 1
                if self.next("−"):
                    raise Unread("a sign behind a sign: " + self.text)
                other = self.side_by_side()
                value = beside(value, other) if rest[0] == "·" else lift(product, value, other)
            elif rest[:1] == "/":
                self.at += 1
                value = lift(quotient, value, self.side_by_side())
            elif self.goes_on(rest):
                value = self.close_product(value)
            else:
                return lift(less, value) if minus else value

    @staticmethod
    def goes_on(rest):
        return rest and rest[0] not in "+−=,;)]<>≤≥≠·⊙*/" and not re.match(
            r"(if|where|else|and|or|along|for|mod|over) ", rest)

    def close_product(self, value):
        return beside(value, self.power())

    def side_by_side(self):
        value = self.power()
        while self.tight and (self.blank() or self.goes_on(self.text[self.at:])):
            value = self.close_product(value)
        return value

    def power(self):
        value = self.atom()
        while self.at < len(self.text) and self.text[self.at] in "ᵀ[":
            if self.text[self.at] == "[":
                value = self.element(value)
            else:
                value, self.at = transposed(value), self.at + 1
        raised = ""
        while self.at < len(self.text) and self.text[self.at] in RAISED:
            raised += RAISED[self.text[self.at]]
            self.at += 1
        if raised:
            return lift(power, value, self.inner(raised.replace("-", "−")))
        if self.at < len(self.text) and self.text[self.at] == "^":
            self.at += 1
            minus = self.next("−")
            other = self.atom()
            value = lift(power, value, lift(less, other) if minus else other)
        return value

    def element(self, a):
        """z[:, 3:4]; or dy[i − 3], along the axis of the line, 0 outside."""
        self.at += 1
        text = self.between("]")
        if ":" in text or "along" not in self.names:
            return ranges(a, text.split(", "))
        at = self.inner(text)
        axis, place = self.names.get("along"), round(at.at[0][0])
        if axis is None or at.shape or max(abs(e - place) for e in at.at[0]) > SLACK:
            raise Unread("an element: " + self.text)
        return part(a, axis, place)

    def name(self):
        """The longest name that stands here, among those that are known."""
        best = ""
        for n in self.names:
            if not re.match(r"d\(|∂|d\w+$", n) and re.search(r"[ /·+−|([⁰-₉²³¹ᵀ⊙]", n.rstrip("₀₁₂₃₄₅₆₇₈₉")):
                continue  # a name is a word; an expression is computed again
            if len(n) > len(best) and self.text.startswith(n, self.at):
                after = self.text[self.at + len(n):][:1]
                if not (n[-1].isalnum() and (after.isalnum() and after not in RAISED and after != "ᵀ"
                                             and not after.isdigit() or after == "′")):
                    best = n
        return best

    def array(self):
        """[[1, 2], [3, 4]]"""
        self.at += 1
        rows = self.between("]")
        if "…" in rows:
            raise Arrays
        parts, reader = [], Reader(rows, {})
        while True:
            parts.append(reader.array() if reader.text.startswith("[", reader.at) else reader.sum())
            if not reader.next(", "):
                break
        if reader.at < len(rows):
            raise Unread(self.text)
        return Array((len(parts),) + parts[0].shape, [x for p in parts for x in p.at])

    def call(self, name):
        """A function of its arguments, which stand in parentheses here."""
        reader, o = Reader(self.between(")"), self.names, self.target), {}
        a = [reader.cases()]
        while reader.next(", "):
            option = re.compile(r"(\w+) = (−?[\d.]+(?: −?\d+)*|mean|sum|none)").match(reader.text, reader.at)
            if option:
                reader.at, o[option.group(1)] = option.end(), option.group(2).replace("−", "-")
            else:
                a.append(reader.cases())
        if name in ("max", "min") and len(a) == 2:
            at = 1 if name == "max" else 0
            value = lift(lambda x, y: ((max if at else min)(x[0], y[0]), (max if at else min)(x[1], y[1])),
                         *a)
        elif name in REDUCES:
            named = ({int(d) % len(a[0].shape) for d in o["axis"].split()} if "axis" in o
                     else reader.axes(a[0]))
            value = reduced(REDUCES[name], a[0], named)
        elif name in OPS:
            value = OPS[name](*a, **{"from_" if k == "from" else k: v if v.isalpha() else float(v)
                                     for k, v in o.items()})
        elif name in ("softmax", "log_softmax"):
            if reader.next("along "):
                raise Unread("an axis: " + self.text)
            value = softmax(a[0], name == "log_softmax")
        elif name == "one_hot":
            value = one_hot(a[0], int(o["count"]) if "count" in o else self.target.shape[-1])
        elif name in ("mul", "div", "add", "sub"):  # a product by 1, say, by the name of its op
            f = {"mul": product, "div": quotient, "add": total, "sub": lambda a, b: total(a, less(b))}[name]
            value = lift(f, *a)
        else:
            value = lift(lambda x: mapped(FUNCTIONS[name], x), a[0])
        if reader.at < len(reader.text):
            raise Unread("%s in %s" % (reader.text[reader.at:], self.text))
        return value

    def atom(self):
        self.blank()
        if self.at >= len(self.text):
            raise Unread("an end: " + self.text)
        rest = self.text[self.at:]
        if rest[0] == "[":
            return self.array()
        digits = re.match(r"\d+(\.\d+)?", rest)
        if digits:
            self.at += digits.end()
            return scalar(number(digits.group()))
        name = self.name()
        if name:
            self.at += len(name)
            if self.names[name] is None:
                raise Arrays
            return self.names[name]() if callable(self.names[name]) else self.names[name]
        if rest[0] == "|":
            return lift(lambda x: mapped(abs, x), self.bars())
        if rest[0] == "(":
            self.at += 1
            inner = self.between(")")
            known = self.names.get(inner)  # 1 − a with the number of its own line
            return known if isinstance(known, Array) else self.inner(inner)
        called = re.match(r"([^\W\d]\w*|Σ|Π|σ|√)\(", rest)
        if called and (called.group(1) in FUNCTIONS or called.group(1) in REDUCES
                       or called.group(1) in KNOWN):
            self.at += called.end()
            return self.call(called.group(1))
        for f in sorted(FUNCTIONS, key=len, reverse=True):
            if rest.startswith(f) and not rest[len(f):][:1].isalpha():
                self.at += len(f)
                value = self.power()
                return lift(lambda x: mapped(FUNCTIONS[f], x), value)
        if rest[0] in "eπ":
            self.at += 1
            return scalar(((math.e,) if rest[0] == "e" else (math.pi,)) * 2)
        if rest.startswith("∞"):
            self.at += 1
            return scalar((math.inf, math.inf))
        raise Unread("%s in %s" % (rest[:12], self.text))

    def between(self, close):
        """The text up to the sign that closes what is open, which is read, too."""
        depth, begin = 0, self.at
        while self.at < len(self.text):
            if depth == 0 and self.text.startswith(close, self.at):
                self.at += len(close)
                return self.text[begin:self.at - len(close)]
            depth += (self.text[self.at] in "([") - (self.text[self.at] in ")]")
            self.at += 1
        raise Unread("a parenthesis: " + self.text)

    def bars(self):
        """What stands between two bars: the nearest one that leaves something which can be read."""
        end = self.at
        while (end := self.text.find("|", end + 1)) > 0:
            try:
                value = self.inner(self.text[self.at + 1:end])
            except Unread:
                continue
            self.at = end + 1
            return value
        raise Unread("bars: " + self.text)

    def whole(self):
        one = re.fullmatch(r"(.*)\[(\d+)\] along axis (\d)", self.text)
        if one:
            return part(self.inner(one.group(1)), int(one.group(3)), int(one.group(2)))
        each = re.search(r",? for (\w+) along axis (\d)$", self.text)
        if each:
            return self.each(self.text[:each.start()], each.group(1), int(each.group(2)))
        value = self.cases()
        self.blank()
        if self.at < len(self.text):
            raise Unread("%s in %s" % (self.text[self.at:], self.text))
        return value

    def each(self, text, index, axis):
        """An array whose parts along the axis are given for each index."""
        if not self.target or axis >= len(self.target.shape):
            raise Unread("for: " + self.text)
        parts = []
        for i in range(self.target.shape[axis]):
            names = dict(self.names, **{index: scalar((float(i), float(i))), "along": axis})
            value = Reader(text, names, self.target).whole()
            shape = tuple(1 if d == axis else n for d, n in enumerate(self.target.shape))
            parts.append([value.at[p] for p in places(value.shape, shape)])
        shape, out = self.target.shape, []
        before, inner = size(shape[:axis]), size(shape[axis + 1:])
        for b in range(before):
            for p in parts:
                out += p[b * inner:(b + 1) * inner]
        return Array(shape, out)


# ---- ops that a line calls by their names ----

def one_hot(y, classes):
    return Array(y.shape + (classes,), [((1.0, 1.0) if k == x[0] else (0.0, 0.0)) for x in y.at
                                        for k in range(classes)])


def plus(a, b):
    return lift(total, a, b)


def minus(a, b):
    return lift(lambda x, y: total(x, less(y)), a, b)


def times(a, b):
    return lift(product, a, b)


def of_each(f, a):
    return lift(lambda x: mapped(f, x), a)


def exact(x):
    return scalar((float(x), float(x)))


def over_all(f, a):
    return Array((), reduced(f, a, set(range(len(a.shape)))).at)


def normal(x, gamma, beta, axes, eps):
    d = minus(x, reduced(mean, x, axes))
    v = plus(reduced(mean, lift(lambda a: power(a, (2.0, 2.0)), d), axes), exact(eps))
    return plus(times(gamma, lift(quotient, d, of_each(math.sqrt, v))), beta)


def cross_entropy(z, y, smoothing=0.0, reduction="mean"):
    k = z.shape[-1]
    q = plus(times(exact(1 - smoothing), y if len(y.shape) == len(z.shape) else one_hot(y, k)),
             exact(smoothing / k))
    each = lift(less, reduced(added, times(q, softmax(z, True)), {len(z.shape) - 1}))
    return each if reduction == "none" else over_all(BY[reduction], each)


BY = {"mean": mean, "sum": added}


def huber(x, t, delta=1.0, reduction="mean"):
    return over_all(BY[reduction], of_each(lambda e: e * e / 2 if abs(e) <= delta else delta *
                                           (abs(e) - delta / 2), of_each(abs, minus(x, t))))


def logits(z, y, reduction="mean"):
    positive = of_each(lambda x: max(x, 0.0), z)
    return over_all(BY[reduction], plus(minus(positive, times(z, y)),
                                        of_each(lambda x: math.log1p(math.exp(-abs(x))), of_each(abs, z))))


def binary(a, y, reduction="mean"):
    right, wrong = of_each(math.log, a), of_each(math.log, minus(exact(1), a))
    return over_all(BY[reduction], lift(less, plus(times(y, right), times(minus(exact(1), y), wrong))))


def sliced(x, axis=0.0, from_=0.0, to=None, count=None):
    axis, from_ = int(axis), int(from_)
    to = x.shape[axis] if to is None else int(to)
    return joined(*(part(x, axis, i) for i in range(from_, to)), axis=axis)


def ranges(a, places):
    """z[:, 3:4] and z[2], which loses its axis."""
    lost = []
    for axis, place in enumerate(places):
        if place == ":" or not a.shape:
            continue
        if not re.fullmatch(r"\d+(:\d+)?", place):
            raise Unread("a part: %s" % place)
        first, _, end = place.partition(":")
        a = sliced(a, axis, int(first), int(end) if end else int(first) + 1)
        lost += [] if end else [axis]
    return Array([n for d, n in enumerate(a.shape) if d not in lost], a.at)


def flip(x, axis=0.0):
    return joined(*(part(x, int(axis), i) for i in reversed(range(x.shape[int(axis)]))), axis=axis)


def joined(*parts, axis=0.0):
    axis, out = int(axis), []
    for b in range(size(parts[0].shape[:axis])):
        for p in parts:
            n = size(p.shape[axis:])
            out += p.at[b * n:(b + 1) * n]
    shape = list(parts[0].shape)
    shape[axis] = sum(p.shape[axis] for p in parts)
    return Array(shape, out)


OPS = {"layer_norm": lambda x, g, b, eps=1e-5: normal(x, g, b, {len(x.shape) - 1}, eps),
       "batch_norm": lambda x, g, b, eps=1e-5: normal(x, g, b, {0}, eps),
       "softmax_cross_entropy": cross_entropy, "huber": huber, "bce_with_logits": logits,
       "binary_cross_entropy": binary,
       "slice": sliced, "flip": flip, "concat": joined,
       "gelu": lambda x: of_each(lambda t: t * math.erfc(-t / math.sqrt(2)) / 2, x),
       "silu": lambda x: of_each(lambda t: t * sigmoid(t), x),
       "reshape": lambda x, axis=None: x, "f64": lambda x: x, "i64": lambda x: x, "bool": lambda x: x}
KNOWN = ("softmax", "log_softmax", "one_hot", "mul", "div", "add", "sub") + tuple(OPS)


def part(a, axis, i):
    """Element i along the axis, which stays with the size 1; 0 outside."""
    if axis >= len(a.shape):  # one number, of any shape
        return a if i == 0 else scalar((0.0, 0.0))
    n, inner = a.shape[axis], size(a.shape[axis + 1:])
    shape = tuple(1 if d == axis else k for d, k in enumerate(a.shape))
    if not 0 <= i < n:
        return Array(shape, [(0.0, 0.0)] * size(shape))
    return Array(shape, [a.at[(b * n + i) * inner + j] for b in range(size(a.shape[:axis]))
                         for j in range(inner)])


def near(a, b):
    slack = (SLACK * max(1e-300, *(abs(x) for x in a + b if math.isfinite(x)))
             if any(map(math.isfinite, a + b)) else 0)
    return a[0] <= b[1] + slack and b[0] <= a[1] + slack


def meet(a, b):
    """Elements of as many numbers meet in their order: a sum keeps its axes with the size 1."""
    if len(a) == len(b):
        return all(map(near, a.at, b.at))
    return all(x == 1 for x in lift(lambda x, y: near(x, y), a, b).at)


def reads(text, names, target):
    """Whether the text has this value for who multiplies from left to right, and for who first multiplies
    what stands side by side."""
    fine = meet(Reader(text, names, target).whole(), target)
    Reader.tight = True
    try:
        return fine and meet(Reader(text, names, target).whole(), target)
    except Unread:
        return False
    finally:
        Reader.tight = False


# ---- lines ----

def sides(text):
    """Parts between equals signs outside of brackets and conditions."""
    part, depth, when = [""], 0, False
    for i, c in enumerate(text):
        depth += (c in "([") - (c in ")]")
        when = (when or text.startswith(" where ", i)) and not (depth == 0 and c == ",")
        if c == "=" and depth == 0 and not when:
            part.append("")
        else:
            part[-1] += c
    return [p.strip() for p in part]


def definitions(text):
    """{"x̂": "(x − μ)/σ", ...} of "x̂ = (x − μ)/σ, μ = mean(x along axis 0)"."""
    found = {}
    for piece in re.split(r", (?=[^\s,()]+ = )", text):
        name, _, right = piece.partition(" = ")
        found[name.strip()] = right
    return found


def read(line, names, backward):
    """True: all sides agree. Sets the value of the name on the left. What was summed along an axis stands
    beside its operand with that axis, of the size 1, or without it."""
    fine, why, before = False, None, dict(names)
    for kept in False, True:
        names.clear()
        names.update(before)
        try:
            here = {n: Array(v.kept, v.at) if kept and isinstance(v, Array) and v.kept else v
                    for n, v in names.items()}
            fine |= read_once(line, here, names, backward)
        except Unread as e:
            why = why or e
        if fine or not any(isinstance(v, Array) and v.kept for v in names.values()):
            break
    if why and not fine:
        raise why
    return fine


def set_name(names, head, value, shape):
    """With the shape that its axes have if the summed ones stay. A gradient has the shape of its value."""
    value.kept = shape if shape and len(shape) > len(value.shape) and size(shape) == len(value) else None
    for n, v in names.items():
        if head in ("d" + n, "d(%s)" % n) and isinstance(v, Array) and v.kept and size(v.kept) == len(value):
            value.kept = v.kept
    names[head] = value


def read_once(line, names, all_names, backward):
    fine = True
    first_part, *others = re.split(r";\s+", line)
    target = None
    for piece in others:  # what the rule defines
        if not is_sum(piece, re.split(r" \+?= ", first_part)[0]):
            for name, right in definitions(piece).items():
                names[name] = lambda right=right: Reader(right, names, target).whole()
    label, colon, behind = first_part.partition(": ")
    if colon and "=" not in label:
        first_part = behind
    part = sides(first_part)
    if not colon and part[0] in all_names and not backward:
        raise Unread("a second " + part[0])
    if part[-1] == "no elements":
        raise Arrays
    target, shape = Reader(part[-1], {}).whole(), None
    for p in part[0 if colon else 1:-1]:
        rule, _, each = p.partition(" to each of ")
        side = Reader(rule, names, target).whole()
        fine, shape = fine and meets_each(side, target, each) and (len(side) != len(target)
            or reads(rule, names, target)), shape or side.shape
    head = part[0].removesuffix(" +")
    before = names.get(head) if part[0] != head else None
    if not colon and not re.fullmatch(r"[\w.′̂]+", head) and not backward:
        try:
            side = Reader(head, names, target).whole()
            fine, shape = fine and meet(side, target), shape or side.shape
        except Unread:
            pass
    if before is None:
        set_name(all_names, head, target, shape)
    for piece in others:
        if is_sum(piece, head):
            terms, _, last = piece.removeprefix("so far ").removeprefix(head + " = ").rpartition(" = ")
            last = Reader(last, {}).whole()
            if before is None:
                raise Unread('nothing before: ' + line)
            fine &= meet(Reader(terms, {}, last).whole(), last) and meet(lift(total, before, target), last)
            set_name(all_names, head, last, None)
    return fine


def is_sum(piece, head):
    """Of the second term of a gradient on: "so far 6 + 6 = 12"; of the last one "da = 12 + 5 = 17"."""
    return piece.startswith("so far ") or piece.startswith(head + " = ")


def meets_each(side, target, each):
    """One number is several only if the line says to how many it goes."""
    if len(side) == len(target) or not each:
        return len(side) == len(target) and meet(side, target)
    return len(target) == len(side) * int(each) and meet(side, target)


def lines_of(text):
    """The numbered lines, with those that go on joined; and where the gradients begin."""
    found, backward = [], False
    for line in text.splitlines():
        if re.match(r"[a-z]", line):
            backward |= line.startswith("backward")
            found.append((line.strip(), None))
        elif re.match(r"\s+\d+  ", line) or (re.match(r" {6}\S", line) and "=" in line):
            found.append((re.sub(r"^\s+\d+  ", "", line).strip(), backward))
        elif found and line.strip():
            found[-1] = (found[-1][0] + " " + line.strip(), found[-1][1])
    return [f for f in found if f[1] is not None]


WORDS = re.compile(r"the part of|was kept|dropout\(|the product of|as with one head|terms of the next "
                   r"order|with its axes|(conv|max_pool)\w*\(|first place")


class Count:
    def __init__(self, show):
        self.agree = self.arrays = self.words = self.endless = 0
        self.untrue, self.unread, self.show = [], [], show

    def text(self, where, text):
        names = {}
        for line, backward in lines_of(text):
            head = sides(line)[0].removesuffix(" +")
            # a division by zero, or near the ends of f64
            if "NaN" in line or "∞" in line or re.search("10⁻?³[⁰¹²³⁴-⁹]{2}", line):
                self.endless += 1
                names[head] = None
                continue
            try:
                if read(line, names, backward):
                    self.agree += 1
                else:
                    self.untrue.append("%s: %s" % (where, line))
            except Arrays:
                self.arrays += 1
                names[head] = None
            except Unread as why:
                if "…" in line or "no elements" in line or any(v is None for n, v in names.items()
                        if n in line):
                    self.arrays += 1
                elif WORDS.search(line):
                    self.words += 1
                else:
                    self.unread.append("%s: %s (%s)" % (where, line, why))
                names[head] = None

    def listing(self, where, text):
        """Rows of `wengert draw --values`: a formula or a name, the shape, the value."""
        names = {}
        for line in text.splitlines():
            row = re.match(r"(.*?)\s{2,}(?:[a-z]+\s+)?\[[\d,]*\]\s+(\S.*)", line)
            if not row or "NaN" in line or "∞" in line or "…" in row.group(2):
                continue
            part = sides(row.group(1))
            try:
                value = Reader(row.group(2), {}).whole()
                fine = all(reads(p, names, value) for p in part[1 if len(part) > 1 or part[0] not in names
                    else 0:])
                if len(part) == 1 and not re.fullmatch(r"[\w.′]+", part[0]):
                    fine = reads(part[0], names, value)
                names[part[0]] = value
                if fine:
                    self.agree += 1
                else:
                    self.untrue.append("%s, a box: %s" % (where, line))
            except Arrays:
                self.arrays += 1
            except Unread as why:
                if "[" in row.group(2):
                    self.arrays += 1
                else:
                    self.unread.append("%s, a box: %s (%s)" % (where, line, why))

    def end(self):
        for kind in "untrue", "unread":
            for line in getattr(self, kind)[:None if self.show else 10]:
                print("%s: %s" % (kind, line))
        print("%d agree, %d untrue, %d unread, %d with arrays that are cut short, %d in words, %d not finite"
              % (self.agree, len(self.untrue), len(self.unread), self.arrays, self.words, self.endless))
        return bool(self.untrue) or 1000 * len(self.unread) > self.agree
