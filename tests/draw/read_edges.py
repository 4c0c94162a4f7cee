"""Reads the labels of `wengert draw --edges local` back, from DOT, SVG and TikZ.

    read_edges.py WENGERT [--programs N] [--nested N] [--seed N]

In N programs of scalars each statement is one op. The local derivative at an edge must be the central
difference of that op alone, and the rule in its label must have this value. There, and in N programs of
nested formulas, as the whole picture and reduced for a slide, the sum over all paths to the root of the
products of the labels must be the gradient. The exit status is 1 if one is not.
"""
import html
import math
import os
import random
import re
import subprocess
import sys
import unicodedata

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../steps"))
import intervals  # noqa: E402
import read_back as rb  # noqa: E402
import reader  # noqa: E402

# Ops of one operand and of two: as the language writes them, and what they are.
ONE = [("sin(%s)", math.sin), ("tanh(%s)", math.tanh), ("sigmoid(%s)", intervals.sigmoid),
       ("(%s)^2", lambda x: x * x),
       ("exp(%s)", math.exp), ("cos(%s)", math.cos), ("atan(%s)", math.atan), ("abs(%s)", abs),
       ("(%s)^3", lambda x: x ** 3),
       ("-(%s)", lambda x: -x), ("relu(%s)", lambda x: max(x, 0.0))]
KINKED = [ONE[7][1], ONE[10][1]]
TWO = [("%s + %s", lambda x, y: x + y), ("%s - %s", lambda x, y: x - y), ("%s * %s", lambda x, y: x * y),
       ("%s * %s", lambda x, y: x * y),
       ("%s / %s", lambda x, y: x / y)]


class Wrong(Exception):
    pass


def program(draw):
    """Its text, and by name the operands and the function of each statement."""
    names, how, text = [], {}, ""
    for name in "abcpqruvwxyz"[:draw.randrange(5, 13)]:
        if len(names) < 2:
            text += "%s = %s%.3f\n" % (name, draw.choice(["", "-"]), draw.uniform(0.3, 2))
        else:
            form, f = draw.choice(ONE if draw.randrange(3) == 0 else TWO)
            on = [draw.choice(names[-4:]) for _ in range(form.count("%s"))]
            text += "%s = %s\n" % (name, form % tuple(on))
            how[name] = (on, f)
        names.append(name)
    return text + "L = %s + %s*%s\n" % (names[-1], names[-2], names[-3]), how


class Picture:
    """The nodes of a DOT file, by id their value and gradient, and the labels of its edges: (from, to, text,
    derivative)."""
    def __init__(self, dot):
        self.value, self.gradient, self.edges, first, same = {}, {}, [], {}, {}
        for head, rest in re.findall(r'^\t("[^"]*"|[^\s"]+(?: -> \S+)?)\t?\s*\[(.*?)\];$', dot, re.S | re.M):
            fields = dict(re.findall(r'\b(wg_\w+|class)="?([^",\]]*)"?', rest))
            edge = re.match(r"([^:\s]+)\S* -> ([^:\s]+)", head)
            label = re.search(r'label=("?)(.*?)\1,\n', rest)
            if edge and label:
                self.edges.append((edge[1], edge[2], label[2], float(fields["wg_local"])))
            elif not edge:
                self.value[head] = float(fields["wg_value"]) if "wg_value" in fields else None
                self.gradient[head] = float(fields["wg_grad"]) if "wg_grad" in fields else None
                name = (re.findall(r"<b>(.*?)</b>", rest) or [""])[-1].split(" = ")[0]
                first[name] = first.get(name, head) if "wg_shape" not in fields else head
                same[head] = name
        # A box that is drawn again is the first one.
        self.edges = [(first[same[start]], end, *more) for start, end, *more in self.edges]


def drawn(wengert, text, *flags):
    p = subprocess.run([wengert, "draw", "-e", text, "--edges", "local", "-o", "-", *flags],
                       capture_output=True, text=True, timeout=60)
    return p.stdout if p.returncode == 0 else None


def central(f, x, k):
    """By Richardson, from two steps."""
    def slope(h):
        low, high = list(x), list(x)
        low[k], high[k] = x[k] - h, x[k] + h
        return (f(*high) - f(*low)) / (2 * h)
    h = 1e-3 * max(abs(x[k]), 0.1)
    return (4 * slope(h / 2) - slope(h)) / 3


def check_ops(picture, how):
    """How many edges agree with the central difference of their op."""
    n = 0
    for start, end, text, d in picture.edges:
        if end not in how:
            continue
        on, f = how[end]
        x = [picture.value[name] for name in on]
        slope = sum(central(f, x, k) for k, name in enumerate(on) if name == start)
        if f in KINKED and abs(x[0]) < 0.01:
            continue
        if abs(d - slope) > 1e-6 * abs(d) + 1e-9 * (1 + max(abs(v) for v in x)) + 1e-7 * (
                len(set(on)) < len(on)):
            raise Wrong("%s -> %s: %s, but the central difference is %.9g" % (start, end, text, slope))
        n += 1
    return n


def check_texts(picture):
    """How many rules of labels have the value of their edge. Names are those of boxes."""
    names = {name: intervals.scalar((v, v)) for name, v in picture.value.items() if v is not None}
    rules = 0
    for _, _, text, d in picture.edges:
        parts = text.split(" = ")
        number = reader.Reader(parts[-1], {}).whole().at[0]
        if not number[0] - 1e-12 * abs(d) <= d <= number[1] + 1e-12 * abs(d):
            raise Wrong("%s: the number is %.17g" % (text, d))
        for rule in [p for p in parts[:-1] if "∂" not in p]:
            try:
                value = reader.Reader(rule, names).whole().at[0]
            except intervals.Unread:
                continue
            if not value[0] - 1e-6 * abs(d) <= d <= value[1] + 1e-6 * abs(d):
                raise Wrong("%s: the rule is %s" % (text, value))
            rules += 1
    return rules


def check_paths(picture):
    """How many gradients are the sums over the paths."""
    ends = {e[1] for e in picture.edges} - {e[0] for e in picture.edges}
    known, n = {}, 0

    def size(node):  # the sum, and what of it rounding may take away
        if node in ends:
            return 1.0, 1.0
        if node not in known:
            steps = [(d, size(to)) for start, to, _, d in picture.edges if start == node]
            known[node] = sum(d * s[0] for d, s in steps), sum(abs(d) * s[1] for d, s in steps)
        return known[node]

    for node in {e[0] for e in picture.edges}:
        total, large = size(node)
        g = picture.gradient[node]
        if g is None or not math.isfinite(total):
            continue
        if abs(total - g) > 1e-9 * large + 1e-300:
            raise Wrong("the paths from %s give %.12g, its gradient is %.12g" % (node, total, g))
        n += 1
    return n


def plain(text):
    """Without spaces and parentheses, and without the places of letters above and below the line."""
    return re.sub(r"[\s^()]", "", unicodedata.normalize("NFKC", text))


def check_others(wengert, text, picture):
    """SVG has the same texts at its edges; LaTeX has the same numbers."""
    svg = drawn(wengert, text, "--backward", "--values", "--format", "svg")
    tags = [html.unescape(re.sub(r"<[^>]*>", "", g))
            for g in re.findall(r'<g class="tag">(.*?)</g>', svg, re.S)]
    if sorted(map(plain, tags)) != sorted(plain(e[2]) for e in picture.edges):
        raise Wrong("SVG has %s" % tags)
    tex = drawn(wengert, text, "--backward", "--values", "--format", "tex")
    found = [re.split(r" = (?!.* = )", t)[-1] for t in re.findall(r"fill=wgplate.*?\) \{(.*)\};\}%", tex)]
    if len(found) != len(picture.edges):
        raise Wrong("LaTeX has %s" % found)
    said = sorted(re.sub(r"\D", "", t) for t in found)
    if said != sorted(re.sub(r"\D", "", unicodedata.normalize("NFKC", e[2].split(" = ")[-1]))
                      for e in picture.edges):
        raise Wrong("LaTeX has %s" % said)
    return len(tags)


def main(words):
    many = {"--programs": 0, "--nested": 0, "--seed": 1}
    many.update((words[i], int(words[i + 1])) for i in range(1, len(words), 2))
    wengert, draw, wrong, counts = words[0], random.Random(many["--seed"]), 0, [0, 0, 0, 0, 0]
    for k in range(many["--programs"] + many["--nested"]):
        text, how = program(draw) if k < many["--programs"] else (rb.program(draw), {})
        dot = drawn(wengert, text, "--backward", "--values", "--format", "dot")
        if dot is None or re.search(r'wg_(value|grad|local)=(null|"\\)', dot):
            continue  # not finite, or the program has no float at its end
        try:
            picture = Picture(dot)
            counts[0] += 1
            counts[1] += check_ops(picture, how)
            counts[2] += check_texts(picture)
            counts[3] += check_paths(picture)
            counts[3] += check_paths(Picture(drawn(wengert, text, "--backward", "--values", "--format", "dot",
                                                   "--for", "slide")))
            counts[4] += check_others(wengert, text, picture) if k % 5 == 0 else 0
        except Wrong as e:
            wrong += 1
            print("program %d: %s\n%s" % (k, e, text))
    print("%d programs: %d edges are differences, %d rules, %d gradients are sums over paths, %d labels of "
          "SVG and LaTeX; %d are wrong"
          % (*counts, wrong))
    return wrong > 0 or min(counts) == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
