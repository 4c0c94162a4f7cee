"""Reads the lines of `wengert step`, and the boxes of `wengert draw --values` as text, back: each side of an equation is computed from what is printed, and all sides must agree.

    read_back.py WENGERT [--programs N] [--seed N] [--show] [FILE.wg ...]

The reader knows what a student knows: powers bind more than products and quotients, those more than sums; products and quotients
go from left to right; a function without parentheses takes the next factor. A number is the interval of its last digit, and exact if
it has no point. Names have the values of the lines before. It shares no code with the printer. The last line says how many lines
agree, are untrue, were not read, or have arrays; the exit status is 1 if one is untrue, or one of a thousand is not read. N random programs of scalars, with
numbers between 10^-12 and 10^18, are read beside the files.
"""
import math
import random
import re
import subprocess
import sys
import tempfile

RAISED = {c: d for c, d in zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")}
RAISED.update({c: d for c, d in zip("ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ", "abcdefghijklmnoprstuvwxyz")})
RAISED.update({c: d for c, d in zip("⁺⁼⁽⁾", "+=()")})


def sigmoid(x):
    return 1 / (1 + math.exp(-x)) if x > 0 else math.exp(x) / (1 + math.exp(x))


FUNCTIONS = {"exp": math.exp, "ln": math.log, "log": math.log, "sin": math.sin, "cos": math.cos, "tan": math.tan, "tanh": math.tanh,
             "sinh": math.sinh, "cosh": math.cosh, "√": math.sqrt, "sqrt": math.sqrt,
             "σ": sigmoid, "sigmoid": sigmoid,
             "sign": lambda x: (x > 0) - (x < 0), "arctan": math.atan, "atan": math.atan}
SLACK = 1e-9


class Unread(Exception):
    pass


class Arrays(Exception):
    pass


# ---- intervals ----

def of(*ends):
    if any(math.isnan(e) for e in ends):
        raise Unread("NaN")
    return min(ends), max(ends)


def product(a, b):
    return of(*(0.0 if x == 0 or y == 0 else x * y for x in a for y in b))


def total(a, b):
    rounding = 4.5e-16 * max([abs(x) for x in a + b if math.isfinite(x)], default=0)  # the program computes in f64
    return a[0] + b[0] - rounding, a[1] + b[1] + rounding


def quotient(a, b):
    if b[0] <= 0 <= b[1]:
        return -math.inf, math.inf
    return product(a, (1 / b[1], 1 / b[0]))


def safe(f, x):
    try:
        return f(x)
    except OverflowError:
        return math.inf
    except (ValueError, ZeroDivisionError):
        return None


def mapped(f, a):
    """The values of f at both ends and between. Sines turn in wide intervals."""
    if f in (math.sin, math.cos, math.tan) and not (a[1] - a[0] < 0.1 and abs(a[0]) < 1e9):
        return (-math.inf, math.inf) if f is math.tan else (-1.0, 1.0)
    values = [safe(f, a[0] + (a[1] - a[0]) * k / 16) for k in range(17)]
    known = [v for v in values if v is not None]
    if len(known) < 17:
        return -math.inf, math.inf
    return of(*known)


def power(a, b):
    if b[0] == b[1] and b[0] == int(b[0]):
        n = int(b[0])
        if n < 0:
            return quotient((1.0, 1.0), power(a, (float(-n), float(-n))))
        values = [safe(lambda x: x ** n, x) for x in a] + ([0.0] if a[0] < 0 < a[1] and n % 2 == 0 else [])
        return of(*values)
    if a[0] < 0:
        raise Unread("a power of a negative number")
    return of(*((math.inf if v is None else v) for v in (safe(lambda z: x ** z, y) for x in a for y in b)))


def number(text):
    value = float(text)
    if "." not in text:
        return value, value
    half = 0.5 * 10.0 ** -len(text.split(".")[1]) * (1 + 1e-9)
    return value - half, value + half


# ---- the grammar ----

class Reader:
    def __init__(self, text, names):
        self.text, self.names, self.at = text, names, 0

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

    def sum(self):
        value = self.product()
        while True:
            sign = self.next("+", "−")
            if not sign:
                return value
            other = self.product()
            value = total(value, other if sign == "+" else (-other[1], -other[0]))

    def product(self):
        minus = self.next("−")
        if minus and self.next("−"):
            raise Unread("two signs: " + self.text)
        value = self.power()
        while True:
            self.blank()
            rest = self.text[self.at:]
            if rest[:1] in "·⊙*" and rest:
                self.at += 1
                if self.next("−"):
                    raise Unread("a sign behind a sign: " + self.text)
                value = product(value, self.power())
            elif rest[:1] == "/":
                self.at += 1
                value = quotient(value, self.power())
            elif rest and rest[0] not in "+−=,;)]|" and not rest.startswith("if "):
                value = product(value, self.power())
            else:
                return (-value[1], -value[0]) if minus else value

    def power(self):
        value = self.atom()
        raised = ""
        while self.at < len(self.text) and self.text[self.at] in RAISED:
            raised += RAISED[self.text[self.at]]
            self.at += 1
        if raised:
            inner = Reader(raised.replace("-", "−"), self.names)
            value = power(value, inner.whole())
        elif self.at < len(self.text) and self.text[self.at] == "^":
            self.at += 1
            minus = self.next("−")
            other = self.atom()
            value = power(value, (-other[1], -other[0]) if minus else other)
        return value

    def name(self):
        """The longest name that stands here, among those that are known."""
        best = ""
        for n in self.names:
            if not re.match(r"d\(|∂|d\w+$", n) and re.search(r"[ /·+−|(⁰-₉²³¹]", n.rstrip("₀₁₂₃₄₅₆₇₈₉")):
                continue  # a name is a word; an expression is computed again
            if len(n) > len(best) and self.text.startswith(n, self.at):
                after = self.text[self.at + len(n):][:1]
                if not (n[-1].isalnum() and (after.isalnum() and after not in RAISED and not after.isdigit() or after == "′")):
                    best = n
        return best

    def atom(self):
        self.blank()
        if self.at >= len(self.text):
            raise Unread("an end: " + self.text)
        rest = self.text[self.at:]
        if rest[0] == "[":
            raise Arrays
        digits = re.match(r"\d+(\.\d+)?", rest)
        if digits:
            self.at += digits.end()
            return number(digits.group())
        name = self.name()
        if name:
            self.at += len(name)
            if self.names[name] is None:
                raise Arrays
            return self.names[name]
        op = re.match(r"(mul|div|add|sub)\(", rest)
        if op:  # a product by 1, say, by the name of its op
            self.at += 4
            a, b = (Reader(t, self.names).whole() for t in self.between(")").split(", "))
            of_op = {"mul": product, "div": quotient, "add": total, "sub": lambda a, b: total(a, (-b[1], -b[0]))}
            return of_op[op.group(1)](a, b)
        if rest[0] == "|":
            return mapped(abs, self.bars())
        if rest[0] == "(":
            self.at += 1
            return Reader(self.between(")"), self.names).whole()
        for f in sorted(FUNCTIONS, key=len, reverse=True):
            if rest.startswith(f) and not rest[len(f):][:1].isalpha():
                self.at += len(f)
                if not self.text.startswith("(", self.at):
                    return mapped(FUNCTIONS[f], self.power())
                self.at += 1
                return mapped(FUNCTIONS[f], Reader(self.between(")"), self.names).whole())
        if rest[0] == "e":
            self.at += 1
            return math.e, math.e
        if rest.startswith("∞"):
            self.at += 1
            return math.inf, math.inf
        raise Unread("%s in %s" % (rest[:12], self.text))

    def between(self, close):
        """The text up to the sign that closes what is open, which is read, too."""
        depth, begin = 0, self.at
        while self.at < len(self.text):
            if depth == 0 and self.text.startswith(close, self.at):
                self.at += len(close)
                return self.text[begin:self.at - len(close)]
            depth += (self.text[self.at] == "(") - (self.text[self.at] == ")")
            self.at += 1
        raise Unread("a parenthesis: " + self.text)

    def bars(self):
        """What stands between two bars: the nearest one that leaves something which can be read."""
        end = self.at
        while (end := self.text.find("|", end + 1)) > 0:
            try:
                value = Reader(self.text[self.at + 1:end], self.names).whole()
            except Unread:
                continue
            self.at = end + 1
            return value
        raise Unread("bars: " + self.text)

    def whole(self):
        value = self.sum()
        self.blank()
        if self.at < len(self.text):
            raise Unread("%s in %s" % (self.text[self.at:], self.text))
        return value


def meet(a, b):
    slack = SLACK * max(1e-300, *(abs(x) for x in a + b if math.isfinite(x))) if any(map(math.isfinite, a + b)) else 0
    return a[0] <= b[1] + slack and b[0] <= a[1] + slack


# ---- lines ----

def sides(text):
    """Parts between equals signs outside of brackets."""
    part, depth = [""], 0
    for c in text:
        depth += (c in "([") - (c in ")]")
        if c == "=" and depth == 0:
            part.append("")
        else:
            part[-1] += c
    return [p.strip() for p in part]


def read(line, names, backward):
    """True: all sides agree. Sets the value of the name on the left."""
    fine = True
    for k, piece in enumerate(re.split(r";\s+", line)):
        label, colon, behind = piece.partition(": ")
        piece = behind if colon and "=" not in label else piece
        part = sides(piece)
        last = Reader(part[-1], {}).whole()
        first = 1 if k == 0 and not colon else 0
        if k == 0 and not colon and part[0] in names and not backward:
            raise Unread("a second " + part[0])
        for p in part[first:-1]:
            fine &= meet(Reader(p, names).whole(), last)
        if k == 0:
            head = part[0]
            if not colon and not re.fullmatch(r"[\w.′]+", head) and not backward:
                try:
                    fine &= meet(Reader(head, names).whole(), last)
                except Unread:
                    pass
            names[head] = last
        elif colon:
            names[label.strip()] = last
    return fine


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


class Count:
    def __init__(self, show):
        self.agree = self.arrays = self.endless = 0
        self.untrue, self.unread, self.show = [], [], show

    def text(self, where, text):
        names = {}
        for line, backward in lines_of(text):
            head = sides(line)[0]
            if "NaN" in line or "∞" in line: # a division by zero: nothing is to be compared
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
                if "[" in line or any(v is None for n, v in names.items() if n in line):
                    self.arrays += 1
                else:
                    self.unread.append("%s: %s (%s)" % (where, line, why))
                names[head] = None

    def listing(self, where, text):
        """Rows of `wengert draw --values`: a formula or a name, the shape, the value."""
        names = {}
        for line in text.splitlines():
            row = re.match(r"(.*?)\s{2,}(?:[a-z]+\s+)?\[\]\s+(\S+)", line)
            if not row or "NaN" in line or "∞" in line:
                continue
            part = sides(row.group(1))
            try:
                value = Reader(row.group(2), {}).whole()
                fine = all(meet(Reader(p, names).whole(), value) for p in part[1 if len(part) > 1 or part[0] not in names else 0:])
                if len(part) == 1 and not re.fullmatch(r"[\w.′]+", part[0]):
                    fine = meet(Reader(part[0], names).whole(), value)
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
        print("%d agree, %d untrue, %d unread, %d with arrays, %d not finite"
              % (self.agree, len(self.untrue), len(self.unread), self.arrays, self.endless))
        return bool(self.untrue) or 1000 * len(self.unread) > self.agree


# ---- random programs ----

def literal(draw):
    kind = draw.randrange(4)
    if kind == 0:
        return str(draw.randrange(1, 12))
    if kind == 1:
        return "%.4g" % draw.uniform(0.01, 5)
    if kind == 2:
        return "%.3ge%d" % (draw.uniform(1, 10), draw.randrange(-12, 18))
    return "1e%d" % draw.randrange(-12, 18)


def expression(draw, names, depth):
    kind = draw.randrange(10) if depth else draw.randrange(3)
    if kind < 2 and names:
        return draw.choice(names)
    if kind < 3:
        return literal(draw) if draw.randrange(3) else "(-%s)" % literal(draw)
    a, b = expression(draw, names, depth - 1), expression(draw, names, depth - 1)
    if kind < 8:
        return "(%s %s %s)" % (a, draw.choice("+-**/"), b)
    return draw.choice(["tanh(%s)", "sigmoid(%s)", "exp(-abs(%s))", "sin(%s)", "(%s)^2", "(%s)^3", "abs(%s)", "(-%s)", "1/(%s)"]) % a


def program(draw):
    letters = draw.sample(["a", "b", "c", "x", "y", "z", "w", "dx", draw.choice(["y1", "y_1"]), "WK", "t", "u2"], 5)
    text, names = "", []
    for n in letters[:2]:
        text += "%s = %s%s\n" % (n, draw.choice(["", "-"]), literal(draw))
        names.append(n)
    for n in letters[2:]:
        text += "%s = %s\n" % (n, expression(draw, names, draw.randrange(1, 4)))
        names.append(n)
    return text


def said(wengert, *words):
    p = subprocess.run([wengert, *words, "--width", "2000"], capture_output=True, text=True, timeout=60)
    return p.stdout if p.returncode == 0 else ""


def steps(wengert, *words):
    return said(wengert, "step", "--all", *words)


def main(words):
    wengert, files, programs, seed, show = words[0], [], 0, 1, False
    at = 1
    while at < len(words):
        if words[at] in ("--programs", "--seed"):
            programs, seed = (int(words[at + 1]), seed) if words[at] == "--programs" else (programs, int(words[at + 1]))
            at += 1
        elif words[at] == "--show":
            show = True
        else:
            files.append(words[at])
        at += 1
    count, draw, shown = Count(show), random.Random(seed), 0
    for f in files:
        count.text(f, steps(wengert, f))
    for k in range(programs):
        text = program(draw)
        lines = steps(wengert, "-e", text)
        shown += bool(lines)
        count.text("program %d" % k, lines)
        count.listing("program %d" % k, said(wengert, "draw", "--values", "-e", text))
    if programs:
        print("%d of %d programs have steps" % (shown, programs))
    return count.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
