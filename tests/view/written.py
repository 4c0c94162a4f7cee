"""Writes pictures back as programs. What a picture says is what its author wrote: each name in it is the
author's, each call is one of the language, and each formula has the value of its node.

    written.py WENGERT [--programs N] [--seed N] [--show] [FILE.wg ...]

The rows of `wengert draw --values` and the formulas of a slide are put into the language: σ(z) is sigmoid(z),
aᵀ is a.T, an index below a name belongs to the name. `wengert eval` computes them. Of slides and circuits
also the texts that a reader sees are read: a name stands for one value in a picture, and a gate names
nothing. In the lines of `wengert step` every name is the author's or the gradient of one, and every call one
of the language. It shares no code with the printer. The last line counts what is right, and what is not, by
kind.
"""
import collections
import html
import json
import os
import random
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "steps"))
import intervals
import read_back as rb
import reader
import read_pictures as rp

RAISED = {c: d for c, d in intervals.RAISED.items() if c not in "⁼"}
BELOW = "₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ"
NAME = re.compile(r"(?![⁰¹²³⁴-⁹₀-₉])[^\W\d_][\w.̂̄̃̇%s]*(?<!\.)" % BELOW)
FUNCTIONS = {"σ": "sigmoid", "Σ": "sum", "Π": "prod", "ReLU": "relu", "ln": "log", "arcsin": "asin",
             "arccos": "acos", "arctan": "atan",
             "arsinh": "asinh", "arcosh": "acosh", "artanh": "atanh", "√": "sqrt"}
BARE = ("ln", "sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "erf", "σ", "√",
        "det") + tuple(k for k in FUNCTIONS if k.startswith("ar"))
WORDS = set("where else and or not along axis axes last all but over mod to each of so far for e π mean max "
            "min sum none true false first".split())
SEPARATE = "[^\\w%s]" % BELOW


SMALL = dict(zip(BELOW, "0123456789aehijklmnoprstuvx"))
GREEK = dict(zip("αβγδεζηθκλμνξπρστφχψω", "alpha beta gamma delta epsilon zeta eta theta kappa lambda mu nu "
                 "xi pi rho sigma tau phi chi psi omega".split()))


class Unread(Exception):
    pass


# ---- a line of a picture as a line of the language ----

class Apart(Exception):
    """Cut short, or with the parameter of a function in it."""


class Line:
    """`shape` says of a text what shape it has, if it is known; `names` are those that stand in the picture,
    with those of the program."""
    own = set()  # the names of the program

    def __init__(self, text, names, shape):
        self.text, self.at, self.names, self.shape = text, 0, names, shape

    def rest(self):
        while self.text[self.at:self.at + 1] in (" ", "\u2009"):
            self.at += 1
        return self.text[self.at:]

    def next(self, *signs):
        rest = self.rest()
        for s in signs:
            if rest.startswith(s):
                self.at += len(s)
                return s
        return None

    def whole(self):
        value = self.cases()
        if self.rest():
            raise Unread("%s in %s" % (self.rest(), self.text))
        return value

    def cases(self):
        value = self.either()
        if not self.next("where "):
            return value
        when = self.either()
        if not self.next(", "):
            raise Unread("cases: " + self.text)
        return "where(%s, %s, %s)" % (when, value, self.either() if self.next("else ") else self.cases())

    def either(self):
        value = self.both()
        while self.next("or "):
            value = "logical_or(%s, %s)" % (value, self.both())
        return value

    def both(self):
        value = self.compare()
        while self.next("and "):
            value = "logical_and(%s, %s)" % (value, self.compare())
        return value

    def compare(self):
        left, out = self.sum(), None
        while sign := self.next("≤", "≥", "≠", "<", ">", "="):
            right = self.sum()
            here = "(%s %s %s)" % (left, {"≤": "<=", "≥": ">=", "≠": "!=", "=": "=="}.get(sign, sign), right)
            out, left = "logical_and(%s, %s)" % (out, here) if out else here, right
        return out or left

    def sum(self):
        value = self.product()
        while sign := self.next("+", "−"):
            value += " %s %s" % ("+" if sign == "+" else "-", self.product())
        return value

    def is_scalar(self, text):
        text = text.strip(" \u2009")
        while text.startswith("(") and text.endswith(")"):
            text = text[1:-1]
        return re.match(r"[\d−]", text) or self.shape(text) == []

    def product(self):
        minus, begin = self.next("−"), self.at
        value = self.power()
        while True:
            rest, behind = self.rest(), self.at
            if rest[:1] in ("·", "⊙", "/"):
                self.at += 1
                value = "%s%s%s" % (value, "/" if rest[0] == "/" else "*", self.power())
            elif rest and rest[0] not in "+−=,;)]<>≤≥≠|" and not re.match(
                    r"(where|else|and|or|along|over|mod) ", rest):
                right = self.power()
                one = self.is_scalar(self.text[begin:behind]) or self.is_scalar(self.text[behind:self.at])
                value = "%s%s%s" % (value, "*" if one else " @ ", right)
            elif self.next("mod "):
                raise Unread("mod")
            else:
                return "(-%s)" % value if minus else value

    def power(self):
        value = self.atom()
        while self.text[self.at:self.at + 1] in ("ᵀ", "["):
            self.at += 1
            value += ".T" if self.text[self.at - 1] == "ᵀ" else "[%s]" % self.subscript(self.between("]"))
        raised = ""
        while self.text[self.at:self.at + 1] in RAISED and self.at < len(self.text):
            raised += RAISED[self.text[self.at]]
            self.at += 1
        if raised:
            power = self.inner(raised.replace("-", "−"))
        elif self.text[self.at:self.at + 1] == "^":
            self.at += 1
            power = ("-" if self.next("−") else "") + self.atom()
        else:
            return value
        return "exp(%s)" % power if value == "e" else "(%s)^(%s)" % (value, power)

    def inner(self, text):
        return Line(text, self.names, self.shape).whole()

    def subscript(self, text):
        return text.replace("−", "-") if ":" in text or re.fullmatch(r"−?\d+", text) else self.inner(text)

    @staticmethod
    def parts(rest):
        """The elements of the list that a text begins with."""
        depth, out = 0, [""]
        for c in rest:
            depth += (c in "([") - (c in ")]")
            if not depth:
                break
            if c == "," and depth == 1:
                out.append("")
            elif not (c == "[" and depth == 1 and out == [""]):
                out[-1] += c
        return [out[0]] + [p[1:] for p in out[1:]]

    def between(self, close):
        depth, begin = 0, self.at
        for self.at in range(begin, len(self.text)):
            c = self.text[self.at]
            if not depth and c == close:
                self.at += 1
                return self.text[begin:self.at - 1]
            depth += (c in "([") - (c in ")]")
        raise Unread("no %s: %s" % (close, self.text))

    def atom(self):
        rest = self.rest()
        number = re.match(r"\d+(\.\d+)?(·10([⁻⁰¹²³⁴-⁹]+))?", rest)
        if number:
            self.at += number.end()
            power = "".join(RAISED[c] for c in number.group(3) or "")
            return number.group().split("·")[0] + ("e" + power if power else "")
        parts = self.parts(rest)
        if rest[:1] == "[" and not any(sign in p for p in parts for sign in "<>=≤≥≠"):
            self.at += len("".join(parts)) + 2 * len(parts)
            return "[%s]" % ", ".join(self.inner(p) for p in parts)
        if rest[:1] in ("(", "["):
            self.at += 1
            return "(%s)" % self.inner(self.between(")" if rest[0] == "(" else "]"))
        if rest[:1] == "|":
            end = self.text.find("|", self.at + 1)
            while end > 0:
                try:
                    value = self.inner(self.text[self.at + 1:end])
                    self.at = end + 1
                    return "abs(%s)" % value
                except Unread:
                    end = self.text.find("|", end + 1)
        if rest[:1] == "∞":
            self.at += 1
            return "inf"
        return self.word(rest)

    def word(self, rest):
        known = [n for n in self.names if rest.startswith(n) and not re.match(r"\w",
            rest[len(n):].translate({ord(c): " " for c in "ᵀ" + "".join(RAISED)}))]
        found = NAME.match(rest) or re.match("√", rest)
        called = found and rest[found.end():found.end() + 1] == "("
        if known and not (called and len(max(known, key=len)) < found.end()):
            name = max(known, key=len)
            self.at += len(name)
            return self.names[name]
        name = found.group() if found else ""
        while name and name[-1] in RAISED:
            name, called = name[:-1], False
        if called:
            self.at += found.end() + 1
            return self.call(name, self.between(")"))
        if name in BARE or name == "√":
            self.at += len(name)
            return "%s(%s)" % (FUNCTIONS.get(name, name), self.power())
        if name in ("e", "π"):
            self.at += 1
            return {"e": "e", "π": "pi"}[name]
        raise (Apart if name in self.own or rest[:1] == "…" else Unread)("no name: %s" % (name or rest[:8]))

    def call(self, name, inside):
        function = FUNCTIONS.get(name, name)
        reader, out = Line(inside, self.names, self.shape), []
        whole = "%s(%s)" % (name, inside)
        while reader.rest():
            option = re.match(r"(\w+) ?= ?(\"[^\"]*\"|\[[^]]*\]|[^,]+)", reader.rest())
            along = re.match(r"along (?:axis|axes) ([\d, ]+)$|along (last)$", reader.rest())
            if option:
                reader.at += option.end()
                out.append("%s=%s" % (option.group(1), option.group(2).replace("−", "-")))
            elif along:
                reader.at = len(inside)
                out.append("axis=%s" % ("-1" if along.group(2) else "[%s]" % along.group(1)
                                        if "," in along.group(1) else along.group(1)))
                continue
            elif reader.rest()[0] == "–":
                raise Unread("an operand that is none: " + whole)
            else:
                out.append(reader.cases())
            if not reader.next(", ") and reader.rest() and not reader.rest().startswith("along"):
                raise Unread("%s in %s" % (reader.rest(), whole))
        if function in ("reshape", "broadcast_to") and len(out) == 1:
            shape = self.shape(whole)
            if shape is None:
                raise Unread("a shape that is not shown: " + whole)
            out.append("[%s]" % ", ".join(map(str, shape)))
        if function in ("max", "min") and len(out) == 2 and "=" not in out[1]:
            function += "imum"
        return "%s(%s)" % (function, ", ".join(out))


# ---- pictures ----

def said(wengert, *words):
    p = subprocess.run([wengert, *words], capture_output=True, text=True, timeout=60)
    return p.stdout


def elements(value):
    if isinstance(value, list):
        return [x for v in value for x in elements(v)]
    return None if value is None or isinstance(value, dict) else [float(value)]


def near(a, b):
    a, b = elements(a), elements(b)
    if a is None or b is None:
        return True
    large = max([1e-300] + [abs(x) for x in a + b if x - x == 0])
    return len(a) == len(b) and all(x == y or (x != x and y != y) or abs(x - y) <= 1e-9 *
                                    max(abs(x), abs(y), 1e-6 * large) for x, y in zip(a, b))


class Program:
    def __init__(self, wengert, where, words):
        self.wengert, self.where, self.words = wengert, where, words
        source = words[1] if words[0] == "-e" else open(words[0]).read()
        source = re.sub(r"#.*", "", source)
        self.own = {w for w in re.findall(r"[A-Za-z_]\w*", source) if not re.search(r"\b%s\(" % w, source)
                    or re.search(r"\b%s *=[^=]" % w, source)}
        self.own |= set(re.findall(r"(?:^|;) *(\w+)\([^()]*\) *=", source, re.M))  # functions
        self.nodes = json.loads(said(wengert, "draw", "--values", "--format", "json", *words) or '{"nodes": '
                                '[]}')["nodes"]
        self.rows = self.listing(said(wengert, "draw", "--values", "--width", "9000", *words))
        self.fine, self.bad = 0, []
        self.names, self.shapes, self.lines, self.value = {}, {}, [], []

    def listing(self, text):
        rows = [re.split(r"\s{2,}", line.strip()) for line in text.splitlines() if line.strip()
                and not line.endswith(":")]
        return rows if len(rows) == len(self.nodes) else []

    def fault(self, kind, text):
        self.bad.append((kind, "%s: %s" % (self.where, text)))

    def judge(self, ok, kind, text):
        self.fine += bool(ok)
        if not ok:
            self.fault(kind, text)

    def is_own(self, name):
        """h, z.W, and h_1, which is the first of several nodes that were called h."""
        if (name[:1] == "d" and name not in self.own
            and name[1:] in {n["name"] for n in self.nodes} | self.own):
            return True  # grad(L, w)
        letters = "".join(SMALL.get(c, c) for c in name)
        face = re.sub("[%s]" % "".join(GREEK), lambda m: GREEK[m.group()], letters)
        if any(form in self.own for form in (face, face.replace("epsilon", "eps"),
                                             re.sub(r"^(\w*?[^\W\d])_?(\w+)$", r"\1_\2", face),
                                             re.sub(r"(?<=.)(?=.)", "_", face, 1))):
            return True
        base = re.sub("[%s]+$" % BELOW, "", name.split(".")[0])
        return base in self.own or re.sub(r"_?\d+$", "", base) in self.own

    def shape(self, text):
        return self.shapes.get(text.strip())

    def add_line(self, text, value, said_by):
        """A line of the language that must have this value."""
        name = "q%d" % len(self.lines)
        self.lines.append((name, text, said_by))
        self.value.append(value)
        return name

    def read(self):
        for row, node in zip(self.rows, self.nodes):
            part = reader.sides(row[0])
            head = part[0].split(", ")[0] if not node["operands"] else part[0]
            is_name = NAME.fullmatch(head) and (len(part) > 1 or not node["operands"])
            self.shapes[head] = self.shapes[node["name"]] = node["shape"]
            if is_name:
                again = (len(part) > 1 and len(row[0]) > 60
                         or any(row[0].partition(" = ")[2] in (r[0], r[0].partition(" = ")[2])
                                for r in self.rows if r is not row))
                # two nodes of one text have numbers
                self.judge(again or self.is_own(node["name"]), "invented name", row[0])
            if is_name and head in self.names:
                self.fault("one name for two", row[0])
            value = node.get("value")
            self.summary(row)
            text = self.leaf(node) if not node["operands"] else self.formula(row[0] if is_name is None
                or len(part) == 1 else row[0].partition(" = ")[2], node)
            name = self.add_line(text, value, row[0])
            if is_name:
                self.names[head] = name

    def summary(self, row):
        """A summary is no equation: σ = 2 beside a node called σ."""
        mean = re.search(r"mean (\S+), sd (\S+)", "  ".join(row[1:]))
        if mean:
            small, large = (reader.Reader(t, {}).whole().at[0][1] for t in mean.groups())
            self.judge(small == 0 or abs(small) > 1e-13 * large, "a mean of rounding", "  ".join(row))
        for name in re.findall(r"(\S+) = ", "  ".join(row[1:])):
            self.fault("a summary names", "%s in %s" % (name, "  ".join(row)))

    def leaf(self, node):
        value = node.get("value")
        if elements(value) is None:
            return "zeros(%s)" % ", ".join(map(str, node["shape"]))
        return json.dumps(value).replace('"', "")

    def formula(self, text, node):
        """None: it is no text of the language."""
        self.shapes[text] = node["shape"]
        call, _, options = text.rpartition("), ")
        if call and call.count("(") == call.count(")") + 1 and re.match(r"\w+ = ", options):
            self.fault("an option outside its call", text)
            text = "%s, %s)" % (call, options)
            self.shapes[text] = node["shape"]
        Line.own = self.own
        try:
            return Line(text, self.names, self.shape).whole()
        except Unread as why:
            self.fault("not of the language", "%s (%s)" % (text, why))
        except Apart:
            pass
        return None

    def zeros(self, k):
        return "zeros(%s)" % ", ".join(map(str, self.nodes[k]["shape"]))

    def compute(self):
        """Evaluates all lines; one that is refused has the value of its node."""
        known, whole = ([elements(v) is not None for v in self.value],
                        all(elements(v) is not None for v in self.value))
        # rounded numbers
        whole = whole and not any(re.search(r"[1-9]\.?\d\.?\d\.?\d|·10|\de", t or "")
                                  for _, t, by in self.lines if by != t)
        text = [json.dumps(v).replace('"', "") if t is None and k else t or "0"
                for i, ((_, t, _), v, k) in enumerate(zip(self.lines, self.value, known))]
        refused = {k for k, (_, t, _) in enumerate(self.lines) if t is None}
        for _ in range(20):
            out = said(self.wengert, "eval", "--json", "--full", "--print",
                       ",".join(n for n, _, _ in self.lines), "-e",
                       "\n".join("%s = %s" % (n, t) for (n, _, _), t in zip(self.lines, text)))
            found = json.loads(out or "{}")
            if "values" in found:
                break
            at = found.get("error", {}).get("line", 0) - 1
            if not 0 <= at < len(text) or at in refused:
                return self.fault("not computed", out[:200])
            self.fault("refused by the language", "%s (%s)" % (self.lines[at][2], found["error"]["message"]))
            refused.add(at)
            text[at] = json.dumps(self.value[at]).replace('"', "") if known[at] else self.zeros(at)
        if "values" not in found:
            return self.fault("not computed", str(found)[:200])
        for k, (name, _, by) in enumerate(self.lines):
            if k not in refused and self.value[k] is not None:
                got = found["values"].get(name, {}).get("value")
                self.judge(not whole or near(got, self.value[k]), "untrue", "%s is %s, not %s" %
                           (by, str(got)[:60], str(self.value[k])[:60]))

    # ---- what is seen in a picture ----

    def is_known(self, word):
        word = word.rstrip("ᵀ")
        return (not word or word in self.names or word in WORDS or word in FUNCTIONS
                or FUNCTIONS.get(word, word) in LANGUAGE or self.is_own(word))

    def slide(self):
        seen, lines = {}, []
        for ink, value, _ in rp.svg_boxes(said(self.wengert, "draw", "--values", "--backward", "--for",
                                               "slide", "--format", "svg", "-o", "-",
                                               *self.words) or "<svg/>"):
            try:
                lines.append((ink(), value))
            except Exception:
                continue
        # relu₁ = ReLU(x z.W)
        defined = {part[0] for part in (reader.sides(line) for line, _ in lines) if len(part) > 1}
        for line, value in lines:
            head = reader.sides(line)[0]
            if value and NAME.fullmatch(head):
                self.judge(seen.setdefault(head, value) == value, "one name, two values", "%s is %s and %s" %
                           (head, seen[head], value))
                node = next((n for n in self.nodes if n["name"] == head), None)
                if node and isinstance(node.get("value"), float):
                    self.judge(value == rounded(node["value"]) or not rounded(node["value"]),
                               "one name, two values", "%s is %s, its box says %s" %
                               (head, node["value"], value))
            for name in NAME.findall(re.sub(r"10\^\(.*?\)|\w+ = (?=[^()]*\))|\"[^\"]*\"", "", line)):
                self.judge(name in defined or self.is_known(name.rstrip("".join(RAISED)))
                           or self.is_known(name), "not the author's", "%s in %s" % (name, line))

    def circuit(self):
        """A gate is a sign or a function of the language: it names no node."""
        text = said(self.wengert, "draw", "--format", "svg", "--style", "circuit", "-o", "-", *self.words)
        for gate in re.findall(r'<g class="(?:op|loss)".*?</g>\s*<rect.*?</g>', text, re.S):
            symbol = "".join(re.findall(r">([^<]*)<",
                                        "".join(re.findall(
                                            r"<text[^>]*bold.*?</text>|<text[^>]*class=\"ink\".*?</text>",
                                            gate))))
            for name in NAME.findall(html.unescape(symbol)):
                self.judge(FUNCTIONS.get(name, name) in LANGUAGE | INTERNAL, "a gate names",
                           "%s in %s" % (name, symbol))

    def steps(self):
        lines = [re.split(r";\s+", line)[0] for line, _ in reader.lines_of(said(self.wengert, "step", "--all",
            "--width", "9000", *self.words))]
        for line in lines:
            head = reader.sides(line)[0]
            for name in NAME.findall(re.sub(r"\w+ = ", "", "" if "…" in head else head)):
                name = name[1:] if name[0] == "d" and not self.is_known(name) else name
                defined = any(reader.sides(other)[0] == name for other in lines)  # add₁ = y + y
                self.judge(not name or defined or self.is_known(name.rstrip("".join(RAISED)))
                           or self.is_known(name), "an invented name in a step", line)
            for name in re.findall(r"([^\W\d]\w*)\(", line):
                self.judge(FUNCTIONS.get(name, name) in LANGUAGE or name in self.names or name in WORDS
                           or name == "d", "no call of the language in a step", "%s in %s" % (name, line))


def rounded(x):
    return "%d" % x if x == int(x) and abs(x) < 1e6 else None


LANGUAGE, INTERNAL = set(), set()


def learn(wengert):
    """The calls of the language."""
    for op in json.loads(said(wengert, "ops", "--json"))["ops"]:
        (INTERNAL if op.get("internal") else LANGUAGE).add(op["name"])
    LANGUAGE.update(re.findall(r"^ {2}(?:\w+ = )?(\w+)\(", said(wengert, "help", "language"), re.M))
    LANGUAGE.update({"sum", "mean", "maximum", "minimum", "abs", "e", "f64", "i64"})
    INTERNAL.add("same")


# ---- random programs ----

def random_program(draw):
    """Calls with options, functions, Greek names, and layers whose parts have no names."""
    n, m = draw.choice([(2, 3), (3, 2), (1, 3), (3, 1)])
    text = "x = %s\n" % rb.matrix(draw, n, m)
    names, own = ["x"], draw.sample(["h", "a", "y_1", "y", "mu", "sigma", "theta_1", "theta", "g", "e", "u2",
                                     "WK", "z", "beta"], 6)
    if draw.randrange(3) == 0:
        text += "f(t) = %s\n" % draw.choice(["-(t^2 + 3)", "2*t + 1", "{ r = tanh(t); r*r }"])
    for name in own[:draw.randrange(2, 6)]:
        a, b = draw.choice(names), draw.choice(names)
        axis = draw.randrange(2)
        text += "%s = %s\n" % (name, draw.choice([
            "sum(%s, axis=%d, keepdims=true)" % (a, axis), "mean(%s, axis=%d, keepdims=true)" % (a, axis),
            "softmax(%s, axis=%d)" % (a, axis),
            "squeeze(expand_dims(%s, axis=%d), axis=%d)" % (a, axis, axis), "cumsum(%s, axis=%d)" % (a, axis),
            "relu(%s) * %s" % (a, b),
            "1 - %s" % a, "1/(2 + abs(%s))" % a, "%s - mean(%s)" % (a, b),
            "-(%s*tanh(%s) + (1 - %s)*exp(-abs(%s)))" % (a, b, a, b),
            "leaky_relu(%s, slope=0.2)" % a, "clip(%s, -1, 1)" % a, "flip(%s, axis=%d)" % (a, axis),
            "roll(%s, 1, axis=%d)" % (a, axis),
            "pad(%s, before=1, axis=%d)[%s]" % (a, axis, "1:" if not axis else ":, 1:"),
            "max(%s, axis=%d, keepdims=true)" % (a, axis),
            "concat(%s, %s, axis=%d)[%s]" % (a, a, axis, "0:%d" % n if not axis else ":, 0:%d" % m),
            "sigmoid(%s)*(1 - sigmoid(%s))" % (a, b),
            "%s + f(%s)" % (a, b) if "f(t)" in text else "elu(%s)" % a, "sqrt(%s^2 + 1)" % a,
            "norm(%s, axis=%d, keepdims=true)" % (a, axis),
            "where(%s > 0, %s, -%s)" % (a, a, b), "log_softmax(%s)" % a, "variance(%s, axis=%d)" % (a, axis)
            if 0 else "std(%s, axis=%d, keepdims=true)" % (a, axis)]))
        names.append(name)
    return text + "L = %s" % draw.choice(["sum(%s^2)", "mean(%s)", "sum(%s)/2", "f(mean(%s))"
                                          if "f(t)" in text else "norm(%s)",
                                          "-mean(log(abs(%s) + 1))"]) % names[-1]


def main(words):
    wengert, files, many, show = rb.options(words)
    learn(wengert)
    draw, fine, bad, count = random.Random(many["--seed"]), 0, [], 0
    programs = [(f, [f]) for f in files if not f.endswith(".md")]
    for f in files:  # the programs of a page, each with those before it
        text = open(f).read() if f.endswith(".md") else ""
        blocks = re.findall(r"^```wg\n(.*?)^```", text, re.S | re.M)
        programs += [("%s, block %d" % (f, k + 1), ["-e", "".join(blocks[:k + 1])])
                     for k in range(len(blocks))]
        programs += [("%s, -e" % f, ["-e", p]) for p in re.findall(r"wengert (?:draw|step|eval|grad) "
            r"(?:-[-\w]+ )*-e '([^']*)'", text)]
    for k in range(many["--programs"]):
        programs.append(("program %d" % k, ["-e", random_program(draw) if k % 2 else rb.program(draw) if k %
                                            4 else rb.layers(draw)]))
    for where, words in programs:
        p = Program(wengert, where, words)
        count += bool(p.rows)
        if where in files and not p.rows:
            p.fault("no rows", where)
        if not p.rows:  # a program with an error
            continue
        p.read()
        if p.lines:
            p.compute()
        p.slide(), p.circuit(), p.steps()
        fine, bad = fine + p.fine, bad + p.bad
    kinds = collections.Counter(k for k, _ in bad)
    shown = collections.Counter()
    for kind, text in bad:
        shown[kind] += 1
        if show or shown[kind] <= 3:
            print("%s: %s" % (kind, text))
    print("%d programs, %d right, %d not: %s" % (count, fine, len(bad),
                                                 ", ".join("%d %s" % (n, k) for k, n in kinds.most_common())))
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
