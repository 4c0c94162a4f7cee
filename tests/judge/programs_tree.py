# SPDX-License-Identifier: MIT
"""programs_tree.py: random programs of the language. Each is a list of nodes; the last one is a number.

A kind of program says what its constants are like and which ops it likes: smooth, kinks (equal numbers and
zeros before relu, abs, max), saturation (sigmoid(40) and what is computed from it), extremes (1e160,
1e-160)."""
import numpy as np

from programs_exact import Evaluation, Refused

UNARY = {
    "smooth": ("exp sin cos tanh sigmoid softplus erf square expm1 log_of sqrt_of reciprocal_of log1p_of "
               "pow_of").split(),
    "kinks": "relu abs relu abs relu square tanh softplus sin neg half".split(),
    "saturation": "sigmoid tanh log_sigmoid log_rest softplus erf rest exp_less expm1 relu tanh_rest".split(),
    "extremes": "log_abs sqrt_abs square reciprocal abs neg half log_of pow_half rsqrt_of".split(),
}
BINARY = {
    "smooth": "+ - * over_of * + pow_by".split(),
    "kinks": "+ - * maximum minimum where".split(),
    "saturation": "+ - * over_of maximum".split(),
    "extremes": "+ - * / / maximum hypot where".split(),
}
REDUCE = {
    "smooth": "sum mean norm logsumexp var std max sum".split(),
    "kinks": "sum mean norm max min max norm std".split(),
    "saturation": "sum mean logsumexp norm max var".split(),
    "extremes": "sum mean norm max min norm var std".split(),
}
WHOLE = {"smooth": ["softmax", "log_softmax"], "kinks": ["softmax"], "saturation": ["softmax", "log_softmax"],
         "extremes": []}
KINDS = "smooth kinks saturation extremes".split()
# How an op whose operand must be in a domain is written, of operands a and b.
WRITTEN = {
    "log_of": "log(a*a + 0.1)", "sqrt_of": "sqrt(a*a + 0.1)", "reciprocal_of": "1/(a*a + 0.5)",
    "log1p_of": "log1p(a*a)", "pow_of": "(a*a + 0.1)^1.3", "pow_by": "(a*a + 0.1)^b",
    "over_of": "a/(b*b + 0.5)",
    "log_sigmoid": "log(sigmoid(a))", "log_rest": "log(1 - sigmoid(a))", "rest": "1 - sigmoid(a)",
    "tanh_rest": "1 - tanh(a)^2", "exp_less": "exp(-abs(a))", "hypot": "sqrt(a*a + b*b)", "half": "0.5*a",
    "pow_half": "abs(a)^0.5", "log_abs": "log(abs(a))", "sqrt_abs": "sqrt(abs(a))",
    "rsqrt_of": "1/sqrt(abs(a))",
}


class Node:
    """op: that of the library; operands: nodes; value: of a leaf. is_input: of a leaf."""

    def __init__(self, op, operands=(), shape=(), value=None, is_input=False, axis=None):
        self.op, self.operands, self.shape, self.value = op, list(operands), tuple(shape), value
        self.is_input, self.axis = is_input, axis
        self.depends = is_input or any(x.depends for x in self.operands)


class Program:
    def __init__(self, kind, nodes):
        self.kind, self.nodes = kind, nodes
        self.inputs = [n for n in nodes if n.is_input]

    def up_to(self, last, closed=True):
        """The program whose result is the node, or the sum of its elements."""
        kept, todo = [], [last]
        while todo:
            n = todo.pop()
            if n not in kept:
                kept.append(n)
                todo += n.operands
        nodes = [n for n in self.nodes if n in kept]
        return Program(self.kind, nodes + [Node("sum", [last])] * bool(closed and last.shape))

    def evaluate(self):
        """The value of the last node, whose operands are constants."""
        return Evaluation(self).all_at([])[self.nodes[-1]]

    def text(self):
        """Lines of the language. What is used once, and is short, stands where it is used."""
        uses = [x for n in self.nodes for x in n.operands]
        written, lines, inputs, steps = {}, [], iter("xyzuv"), 0  # written: by itself, and as an operand
        for n in self.nodes:
            if n.is_input:
                name = next(inputs)
                lines.append("%s = %s" % (name, literal(n.value)))
                written[n] = name, name
                continue
            said = literal(n.value) if n.value is not None else form(n, [written[x] for x in n.operands])
            if n is self.nodes[-1]:
                lines.append("f = " + said)
            elif uses.count(n) == 1 and len(said) < 50:
                closed = n.op.isalnum() and n.op not in ("neg", "T") and (n.value is None or said[0] != "-")
                written[n] = said, said if closed else "(%s)" % said
            else:
                steps += 1
                written[n] = ("t%d" % steps,) * 2
                lines.append("t%d = %s" % (steps, said))
        return "\n".join(lines)


def literal(v):
    if np.ndim(v):
        return "[%s]" % ", ".join(literal(e) for e in v)
    return repr(float(v)) if v != int(v) or abs(v) > 1e6 else str(int(v))


def form(n, a):
    bare, a = [e[0] for e in a], [e[1] for e in a]
    if n.op in "+-*/@^":
        return "%s %s %s" % (a[0], n.op, a[1])
    if n.op == "neg":
        return "-" + a[0]
    if n.op == "where":
        return "where(%s > %s, %s, %s)" % (a[0], a[1], bare[2], bare[3])
    if n.op == "T":
        return a[0] + ".T"
    return "%s(%s%s)" % (n.op, ", ".join(bare), "" if n.axis is None else ", axis=%d" % n.axis)

# ---- drawing ----

class Drawing:
    def __init__(self, seed):
        self.r = np.random.default_rng(seed)
        self.kind = KINDS[seed % 4]
        self.nodes = []
        self.exponent = self.pick([-160, -80, -12, 12, 80, 150])

    def pick(self, table):
        return table[self.r.integers(len(table))]

    def put(self, op, operands=(), shape=None, **rest):
        if shape is None:
            shape = np.broadcast_shapes(*(x.shape for x in operands))
        n = Node(op, operands, shape, **rest)
        if operands and not n.depends:  # a number: no node of its own
            value = Program(self.kind, [*operands, n]).evaluate()
            if np.any(np.abs(value) > 1e300):
                raise Refused
            n = Node("leaf", shape=shape, value=np.array(value, dtype=float).reshape(shape))
        self.nodes.append(n)
        return n

    def numbers(self, shape):
        r, n = self.r, int(np.prod(shape))
        if self.kind == "kinks":
            v = r.choice([-1.5, -1, 0, 0, 0, 1, 1, 2, 0.5], n)
        elif self.kind == "saturation":
            v = r.choice([-1, 1], n) * np.where(r.random(n) < 0.6, r.uniform(15, 45, n), r.uniform(0, 2, n))
        elif self.kind == "extremes":
            e = self.exponent if r.random() < 0.7 else int(self.pick([-160, -80, 0, 0, 80, 150]))
            v = r.choice([-1, 1], n) * r.uniform(1, 9, n) * 10.0 ** e
        else:
            v = r.normal(size=n)
        return np.array([float("%.3g" % e) for e in v]).reshape(shape)

    def constant(self, shape):
        return self.put("leaf", shape=shape, value=self.numbers(shape))

    def number(self, v):
        return self.put("leaf", shape=(), value=np.array(float(v)))

    def written(self, op, a, b=None):
        """The nodes of WRITTEN, or of one op."""
        if op not in WRITTEN:
            return self.put(op, [a] if b is None else [a, b])
        return Reader(self, WRITTEN[op], {"a": a, "b": b}).expression()

    def one(self, depth, shape):
        """A node of this shape."""
        had = [n for n in self.nodes if n.shape == shape and n.depends]
        if depth <= 0 or had and self.r.random() < 0.1:
            return self.pick(had) if had and self.r.random() < 0.85 else self.constant(shape)
        p = self.r.random()
        if p < 0.4:
            return self.written(self.pick(UNARY[self.kind]), self.one(depth - 1, shape))
        if p < 0.72:
            return self.two(depth, shape)
        if p < 0.8 and shape and WHOLE[self.kind]:
            return self.put(self.pick(WHOLE[self.kind]), [self.one(depth - 1, shape)], axis=-1)
        if p < 0.9 and shape:
            inner = int(self.r.integers(2, 4))
            return self.put("@", [self.one(depth - 1, shape[:-1] + (inner,)), self.one(depth - 2,
                            (inner, shape[-1]))], shape)
        if len(shape) < 2 and p < 0.96:
            more = shape + (int(self.r.integers(2, 5 if shape else 9)),)
            return self.put(self.pick(REDUCE[self.kind]), [self.one(depth - 1, more)], shape, axis=-1)
        if len(shape) == 2:
            return self.put("T", [self.one(depth - 1, shape[::-1])], shape)
        return self.one(depth - 1, shape)

    def two(self, depth, shape):
        op = self.pick(BINARY[self.kind])
        shapes = [shape, self.pick([shape, shape, ()])]
        if self.r.random() < 0.5:
            shapes.reverse()
        a, b = (self.one(depth - 1 - k, s) for k, s in enumerate(shapes))
        if op == "where":
            return self.put("where", [a, self.pick([self.number(0), b]), a, b], shape)
        return self.written(op, a, b)

    def program(self):
        shapes = [self.pick([(3,), (5,), (8,), (2, 3), (3, 4), (2, 2), (12,), ()]) for _ in
                  range(self.r.integers(1, 3))]
        for s in shapes:
            self.put("leaf", shape=s, value=self.numbers(s), is_input=True)
        inside = self.pick([s for s in shapes if s] or [(3,)])
        last = self.one(int(self.r.integers(2, 8)), inside)
        if self.r.random() < 0.3:
            last = self.written(self.pick(UNARY[self.kind]), last)
        self.put(self.pick(REDUCE[self.kind]), [last], ())
        return Program(self.kind, self.nodes).up_to(self.nodes[-1])


class Reader:
    """Makes nodes of a text of WRITTEN."""

    def __init__(self, drawing, text, names):
        self.d, self.names = drawing, names
        for sign in "+-*/^(),":
            text = text.replace(sign, " %s " % sign)
        self.words = text.split()

    def next_is(self, *signs):
        return self.words and self.words[0] in signs and self.words.pop(0)

    def expression(self, level=0):
        levels = ("+", "-"), ("*", "/"), ("^",)
        if level == 3:
            return self.operand()
        y = self.expression(level + 1)
        while op := self.next_is(*levels[level]):
            y = self.d.put(op, [y, self.expression(level + 1)])
        return y

    def operand(self):
        word = self.words.pop(0)
        if word == "-":
            return self.d.put("neg", [self.expression(1)])
        if word in self.names:
            return self.names[word]
        if word[0].isdigit():
            return self.d.number(float(word))
        if word != "(":
            self.words.pop(0)
        y = self.expression()
        self.words.pop(0)
        return y if word == "(" else self.d.put(word, [y])
