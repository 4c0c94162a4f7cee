"""Reads figures of `wengert plot` back: what is drawn, converted by the ticks of the axes, must be the data.

    read_figures.py WENGERT [--figures N] [--seed N]

N random programs have several plots each: lines through values and of expressions, points of classes, paths,
bars, histograms, images, contours and regions, with linear and logarithmic axes, gaps and sizes. Each is
written as SVG, whose places are converted by the texts of the ticks, and as LaTeX, which has numbers. They
are compared with what Python computes of the same data.
"""
import math
import os
import random
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../steps"))
import printed  # noqa: E402
from printed import Unread, far, need, numbers, Wrong, options  # noqa: E402

SVG = "{http://www.w3.org/2000/svg}"
NEAR = 0.25  # of a pixel


def beside(p, a, b):
    """How far p is from the line from a to b."""
    x, y = b[0] - a[0], b[1] - a[1]
    t = ((p[0] - a[0]) * x + (p[1] - a[1]) * y) / ((x * x + y * y) or 1)
    t = min(max(t, 0), 1)
    return far(p, (a[0] + t * x, a[1] + t * y))


class Axis:
    """Places of values, from those of the ticks: [(place, text)]."""
    def __init__(self, ticks, log, names):
        of = [names.index(text) if names else printed.number(text) for _, text in ticks]
        need(len(ticks) > 1 and all(not names or text == names[k] for k, (_, text) in enumerate(ticks)),
             "ticks %s" % ticks)
        self.log, (self.p, self.v), (p, v) = log, *((t[0], math.log(k) if log else k) for t, k in
                                                    ((ticks[0], of[0]), (ticks[-1], of[-1])))
        self.step = (p - self.p) / (v - self.v)
        for (place, text), value in zip(ticks, of):
            need(abs(self.at(value) - place) < 0.15, "a tick %s at %s" % (text, place))

    def at(self, value):
        return self.p + ((math.log(value) if self.log else value) - self.v) * self.step

    def value(self, place):
        v = self.v + (place - self.p) / self.step
        return math.exp(v) if self.log else v


class Panel:
    """Axes x and y; shapes (kind, colour, parts): of a line its pieces, of marks their places, of rectangles
    two corners each, of classes the outlines in cells; labels: what is written at contours."""
    def at(self, x, y):
        return self.x.at(x), self.y.at(y)

    def of(self, kind, color=None):
        return [parts for k, c, parts in self.shapes if k == kind and (color is None or c == color)]


def pieces(path):
    """A path as lists of points, all of whose commands are read."""
    out, x, y = [], 0, 0
    for command, text in re.findall(r"([A-Za-z])([^A-Za-z]*)", path):
        n = numbers(text)
        if command == "a":
            n = n[5:]
        if command in "Mm":
            out.append([])
        if command not in "zZ":
            n = [n[0], 0] if command in "Hh" else [0, n[0]] if command in "Vv" else n
            x = n[0] if command in "MLH" else x + n[0]
            y = n[1] if command in "MLV" else y + n[1]
            out[-1].append((x, y))
    return out


def middle(marks, e):
    """The places of markers. A triangle has 1.2 of its radius above its place, and 0.7 below."""
    out = []
    for m in marks[::2] if "m" in e.get("d") else marks:  # a cross has two strokes
        low, high = [[f(p[k] for p in m) for k in (0, 1)] for f in (min, max)]
        share = 1.2 / 1.9 if re.search(r"l[^l]*l[^l]*z", e.get("d")) and len(m) == 3 else 0.5
        out.append(((low[0] + high[0]) / 2, low[1] + share * (high[1] - low[1])))
    return out


def shape_of(e, out):
    stroke, fill, d = e.get("stroke"), e.get("fill", "none"), e.get("d", "")
    color = re.search(r"\b[sf](\d)", e.get("class", "")) or [0, stroke if fill == "none" else fill]
    title = e.find(SVG + "title")
    if e.get("transform"):
        out.append(("class", color[1], (numbers(e.get("transform")), pieces(d))))
    elif e.get("stroke-linejoin") and fill == "none":
        out.append(("line", color[1], pieces(d)))
        if title is not None:
            out.append(("level", title.text, pieces(d)))
    elif e.get("shape-rendering") or "H" in d:
        out.append(("rects", color[1], [(p[0], p[2]) for p in pieces(d)]))
    elif re.fullmatch(r"M[^Ml]*L[^l]*L[^l]*z", d):
        out.append(("head", color[1], pieces(d)[0]))
    elif e.tag == SVG + "path":
        out.append(("marks", color[1], middle(pieces(d), e)))


def read_svg(text, log, names):
    p, svg = Panel(), ET.fromstring(text)
    p.shapes, p.bar = [], None
    for e in svg.find(SVG + "g").iter():
        shape_of(e, p.shapes)
    marks = next(e.get("d") for e in svg.findall(SVG + "path") if e.get("stroke-width") == "1.2")
    texts = [(float(t.get("x", "nan")), float(t.get("y", "nan")), t.get("text-anchor"), t.text,
              t.get("class")) for t in svg.iter(SVG + "text")]
    font = float(svg.get("font-size"))
    foot = numbers(re.search(r"M(?:\S+ \S+)L\S+ (\S+?)M", marks)[1])[0]
    x, y = ([t[k] for t in found if abs(t[2]) > 0.25 * font] for k, found in enumerate(
        [numbers(m) for m in re.findall(r"M([\d.-]+ [\d.-]+%s[\d.-]+)" % way, marks)] for way in "vh"))
    p.x = Axis([(at, t[3]) for at in x for t in texts
                if t[2] == "middle" and abs(t[0] - at) < 0.06 and 1 < (t[1] - foot) / font < 2], log[0],
               names)
    p.y = Axis([(at, t[3]) for at in y for t in texts
                if t[2] == "end" and abs(t[1] - 0.35 * font - at) < 0.3], log[1], None)
    p.labels = [t for t in texts if t[4] and "sp" in t[4]]
    bar = next((e for e in svg.findall(SVG + "path") if "url" in e.get("fill", "")), None)
    if bar is not None:
        n = numbers(bar.get("d"))
        stops = [e.get("stop-color") for e in svg.iter(SVG + "stop")]
        scale = Axis([(t[1] - 0.35 * font, t[3]) for t in texts
                      if t[2] is None and abs(t[0] - n[2] - 0.4 * font) < 1], False, None)
        p.bar = scale.value(n[1]), scale.value(n[3]), stops
    return p


def read_tex(text, log, names):
    p = Panel()
    p.shapes, p.bar, p.labels = [], None, []
    place = {}
    for name, size in ("x", "width"), ("y", "height"):
        low, high, length = (float(re.search(r"\b%s=([-\d.e+]+)" % k, text)[1])
                             for k in (name + "min", name + "max", size))
        turn = math.log if name + "mode=log" in text else float
        back = name == "x" or "y dir=reverse" in text

        def of(v, turn=turn, low=low, high=high, length=length, back=back):
            share = (turn(v) - turn(low)) / (turn(high) - turn(low))
            return length * (share if back else 1 - share)
        place[name] = of
        ticks = numbers(re.search(r"^\s*%stick=\{(.*?)\}, " % name, text, re.M)[1])
        said = re.findall(r"\{([^{}]*)\}", printed.untex(re.search(r"%sticklabels=\{(.*)\}" % name, text)[1]))
        need(len(ticks) == len(said), "LaTeX has %s at %s" % (said, ticks))
        p.__dict__[name] = Axis([(of(v), word) for v, word in zip(ticks, said)], log[name == "y"],
                                names if name == "x" else None)
    body = text[text.index(r"\begin{axis}"):text.index(r"\end{axis}")]
    found = re.findall(r"\\(addplot|path)\[(.*?)\] ((?:coordinates|\(axis).*?);", body, re.S)
    for kind, style, rest in found:
        color = re.search(r"(?:color|fill)=(?:wgc(\d)|\{rgb,255:red,(\d+);green,(\d+);blue,(\d+)\})", style)
        color = color[1] or "#%02x%02x%02x" % tuple(int(v) for v in color.groups()[1:])
        at = [tuple(numbers(v)) for v in re.findall(r"\((?:axis cs:)?([^()]*)\)", rest)]
        places = [None if v[0] != v[0] else (place["x"](v[0]), place["y"](v[1])) for v in at]
        parts = [[]]
        for q in places:
            parts.append([]) if q is None else parts[-1].append(q)
        if kind == "path":
            p.shapes.append(("rects", color, list(zip(places[::2], places[1::2]))))
        elif "only marks" in style:
            p.shapes.append(("marks", color, places))
        else:
            p.shapes.append(("line", color, [q for q in parts if q]))
    return p


# ---- plots: what is written, and what must be seen ----

def literal(values):
    def one(v):
        return "0/0" if v != v else "%d/0" % math.copysign(1, v) if math.isinf(v) else "%.6g" % v
    return "[%s]" % ", ".join(one(v) for v in values)


def data(draw, n, log=False, gaps=False):
    size = 10 ** draw.uniform(-6, 6)
    v = [10 ** draw.uniform(-3, 4) if log else size * draw.uniform(-1, 1) for _ in range(n)]
    for k in range(n if gaps else 0):
        v[k] = draw.choice([v[k]] * 7 + [math.nan, math.inf])
    return [float("%.6g" % x) for x in v]


def follows(parts, want, what):
    """Whether a line goes through these points, in their order, and nowhere else."""
    need(len(parts) == len(want), "%s has %d pieces, not %d" % (what, len(parts), len(want)))
    for drawn, points in zip(parts, want):
        edges, other = (list(zip(q, q[1:] or q)) for q in (drawn, points))
        for q in points:
            need(min(beside(q, *e) for e in edges) < NEAR, "%s leaves out %s" % (what, q))
        for q in drawn:
            need(min(beside(q, *e) for e in other) < NEAR, "%s goes to %s" % (what, q))
        need(far(drawn[0], points[0]) < NEAR and far(drawn[-1], points[-1]) < NEAR, "%s turns back" % what)


def line(draw):
    log, n, m = (draw.randrange(2), draw.randrange(2)), draw.randrange(3, 12), draw.randrange(1, 4)
    x = sorted(set(data(draw, n, log[0])))
    ys = [data(draw, len(x), log[1], True) for _ in range(m)]
    if not any(math.isfinite(v) for y in ys for v in y):
        return line(draw)
    text = "line [%s] over %s" % (", ".join(map(literal, zip(*ys))), literal(x))

    def check(p):
        for k, y in enumerate(ys):
            want = [[]]
            for u, v in zip(x, y):
                want[-1].append(p.at(u, v)) if math.isfinite(v) else want.append([])
            follows(sum(p.of("line", str(k + 1)), []), [w for w in want if w], "line %d" % (k + 1))
    return text, log, check


EXPRESSIONS = [("z^2 - z", lambda z: z * z - z), ("tanh(2*z)", lambda z: math.tanh(2 * z)),
               ("-exp(z)", lambda z: -math.exp(z)), ("sin(3*z) + 1e3*z", lambda z: math.sin(3 * z) + 1e3 * z),
               ("1e-7*(z - 0.3)^3", lambda z: 1e-7 * (z - 0.3) ** 3), ("abs(z)/4", lambda z: abs(z) / 4)]


def curve(draw):
    """Of 201 places; on a logarithmic axis they stand at equal factors."""
    (text, f), low, log = draw.choice(EXPRESSIONS), draw.randrange(-4, 2), draw.randrange(4) == 0
    high = low + draw.choice([1, 2, 5])
    ends = "%d:%d" % (low, high)
    if log:
        text, f, ends = "sqrt(z)", math.sqrt, "%g:%g" % (10 ** low, 10 ** high)

    def check(p):
        at = [low + (high - low) * k / 200 for k in range(201)]
        follows(p.of("line", "1")[0], [[p.at(z, f(z)) for z in ([10 ** v for v in at] if log else at)]], text)
    return "line %s over z in %s" % (text, ends), (log, False), check


def points(draw):
    log, n, classes = (draw.randrange(2), draw.randrange(2)), draw.randrange(2, 30), draw.randrange(1, 7)
    x, y = data(draw, n, log[0]), data(draw, n, log[1])
    of = [draw.randrange(classes) for _ in range(n)]

    def check(p):
        for k, c in enumerate(sorted(set(of))):
            found = [q for marks in p.of("marks", str(c + 1)) for q in marks]
            want = [p.at(*q) for q, own in zip(zip(x, y), of) if own == c]
            need(len(found) == len(want) and all(min(far(q, w) for w in want) < NEAR for q in found) and
                 all(min(far(q, w) for q in found) < NEAR for w in want),
                 "class %d has %s, not %s" % (c, found, want))
    return "points %s, %s, %s" % (literal(x), literal(y), of), log, check


def path(draw):
    n = draw.randrange(2, 9)
    x, y = data(draw, n), data(draw, n)

    def check(p):
        want = [p.at(*q) for q in zip(x, y)]
        follows(p.of("line", "1")[0], [want], "a path")
        dots, ring = p.of("marks", "1")
        need(len(dots) == n and all(far(q, w) < NEAR for q, w in zip(dots, want)), "dots at %s" % dots)
        need(len(ring) == 1 and far(ring[0], want[0]) < NEAR, "the ring is at %s" % ring)
        for tip, *wings in p.of("head"):
            back = [sum(w[k] for w in wings) / 2 - tip[k] for k in (0, 1)]
            last = next((w for w in want[-2::-1] if far(w, want[-1]) > 3), None)
            need(far(tip, want[-1]) < 5 and last and abs(
                math.atan2(back[1], back[0]) - math.atan2(last[1] - tip[1], last[0] - tip[0])) % 6.28 < 0.2,
                "the head at %s points away from %s" % (tip, back))
    return "path [%s]" % ", ".join(map(literal, zip(x, y))), (False, False), check


def bars(draw):
    n, m = draw.randrange(2, 6), draw.randrange(1, 4)
    columns = [data(draw, n) for _ in range(m)]
    names = ["n%d" % k for k in range(n)]

    def check(p):
        for k, v in enumerate(columns):
            rects = p.of("rects", str(k + 1))[0]
            for place, (value, (a, b)) in enumerate(zip(v, rects)):
                left = place - 0.4 + 0.8 * (k + 0.05) / m
                need(len(rects) == n and far(a, p.at(left, 0)) < NEAR and
                     far(b, p.at(left + 0.72 / m, value)) < NEAR, "a bar %s, not %s" % ((a, b), value))
    return ("bars [%s] over %s" % (", ".join(map(literal, zip(*columns))),
                                   " ".join('"%s"' % n for n in names)), (False, False, names), check)


def histogram(draw):
    v = data(draw, draw.randrange(4, 60))

    def check(p):
        rects, total = p.of("rects", "1")[0], 0
        for k, (a, b) in enumerate(sorted(rects)):
            low, high = p.x.value(a[0]), p.x.value(b[0])
            slack = NEAR * abs(p.x.value(1) - p.x.value(0))
            count = p.y.value(b[1])
            need(abs(count - round(count)) < 0.05 and abs(a[1] - p.y.at(0)) < NEAR, "a bin of %s" % count)
            inner, outer = (sum(low + s < x < high - s for x in v) for s in (slack, -slack))
            need(inner <= round(count) <= outer, "a bin from %s to %s has %s" % (low, high, count))
            total += round(count)
        need(total == len(v), "%d values in all, not %d" % (total, len(v)))
    return "histogram " + literal(v), (False, False), check


def mixed(stops, t):
    """The colour at the share t of a scale."""
    k = min(int(t * (len(stops) - 1)), len(stops) - 2)
    t, ends = t * (len(stops) - 1) - k, [[int(c[i:i + 2], 16) for i in (1, 3, 5)] for c in stops[k:k + 2]]
    return [a + t * (b - a) for a, b in zip(*ends)]


def image(draw):
    n, m = draw.randrange(2, 7), draw.randrange(2, 7)
    rows = [data(draw, m) for _ in range(n)]
    rows = [[v / max(map(abs, sum(rows, []))) for v in row] for row in rows]
    rows = [[float("%.6g" % v) for v in row] for row in rows]
    bar = []

    def check(p):
        cells = [(color, rect) for kind, color, rects in p.shapes if kind == "rects" for rect in rects]
        if p.bar:
            bar[:] = p.bar
        low, high, stops = bar
        for i in range(n):
            for j in range(m):
                x, y = p.at(j, i)
                color = [c for c, (a, b) in cells if min(a[0], b[0]) < x < max(a[0], b[0]) and
                         min(a[1], b[1]) < y < max(a[1], b[1])]
                want = mixed(stops, (rows[i][j] - low) / (high - low))
                found = [int(color[0][k:k + 2], 16) for k in (1, 3, 5)] if len(color) == 1 else [-9] * 3
                need(all(abs(a - b) < 8 for a, b in zip(found, want)),
                     "the cell %d, %d has the colours %s, not %s" % (i, j, color, want))
    return "image [%s]" % ", ".join(map(literal, rows)), (False, False), check


# A function of two names, its values, the most of its slope and of its second derivatives over [-2, 3]^2.
FIELDS = [("a^2 + 3*b", lambda a, b: a * a + 3 * b, 6.8, 2), ("a*b - b", lambda a, b: a * b - b, 5, 2),
          ("sin(a) - 2*b", lambda a, b: math.sin(a) - 2 * b, 2.3, 1),
          ("1e-6*(a^2 + 4*b^2)", lambda a, b: 1e-6 * (a * a + 4 * b * b), 2.6e-5, 8e-6)]


def window(draw):
    return [(low, low + draw.choice([2, 3])) for low in (draw.randrange(-2, 1), draw.randrange(-2, 1))]


def contour(draw):
    (text, f, slope, bend), ends = draw.choice(FIELDS), window(draw)
    levels = []

    def check(p):
        near = NEAR * slope * max(abs(a.value(1) - a.value(0)) for a in (p.x, p.y)) + bend * 0.03 ** 2
        lines = [(float(level) if not levels or p.labels else 0, parts) for level, parts in
                 [(printed.number(k), parts) for kind, k, parts in p.shapes if kind == "level"]]
        levels[:] = [level for level, _ in lines] or levels
        lines = lines or list(zip(levels, p.of("line")))
        need(len(lines) > 2 and len({level for level, _ in lines}) == len(lines), "levels %s" % levels)
        for level, parts in lines:
            for x, y in (q for part in parts for q in part):
                value = f(p.x.value(x), p.y.value(y))
                need(abs(value - level) < near, "%s is %s on the line %s" % (text, value, level))
        for x, y, _, word, _ in p.labels:  # within the letters' height
            level = printed.number(word)
            close = [e for k, parts in lines if abs(k - level) <= 1e-3 * abs(k)
                     for part in parts for e in zip(part, part[1:])]
            need(close and min(beside((x, y - 5), *e) for e in close) < 12, "%s has no line there" % word)
    return "contour %s over a in %d:%d, b in %d:%d" % (text, *ends[0], *ends[1]), (False, False), check


def cells_of(outlines):
    """The cells inside of outlines: between every two upright edges of a row."""
    inside = {}
    for outline in outlines:
        for (x, y), (x2, y2) in zip(outline, outline[1:] + outline[:1]):
            for row in range(round(min(y, y2)), round(max(y, y2))):
                inside.setdefault(row, []).append(round(x))
    return {(i, row) for row, edges in inside.items() for a, b in zip(sorted(edges)[::2], sorted(edges)[1::2])
            for i in range(a, b)}


def regions(draw):
    w = [[draw.uniform(-1, 1) for _ in range(3)] for _ in range(draw.randrange(2, 5))]
    w = [[float("%.3g" % v) for v in row] for row in w]
    ends = window(draw)

    def scores(a, b):
        return [u * a + v * b + s for u, v, s in w]

    def check(p):
        area = 0
        for kind, color, what in p.shapes:
            if kind == "class":
                (sx, _, _, sy, x0, y0), outlines = what
                middles = [(x0 + sx * (i + 0.5), y0 + sy * (k + 0.5)) for i, k in cells_of(outlines)]
                area += abs(sx * sy) * len(middles)
            else:
                middles = [((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in what]
                area += sum(abs((a[0] - b[0]) * (a[1] - b[1])) for a, b in what)
            for x, y in middles:
                s = scores(p.x.value(x), p.y.value(y))
                need(max(s) - s[int(color) - 1] < 0.01, "class %s at %s, which has %s" % (color, (x, y), s))
        whole = math.prod(axis.at(end[1]) - axis.at(end[0]) for axis, end in zip((p.x, p.y), ends))
        need(abs(area / abs(whole) - 1) < 0.003, "classes on %s of %s" % (area, whole))
    text = ", ".join("%g*a + %g*b + %g" % tuple(row) for row in w).replace("+ -", "- ")
    return "regions [%s] over a in %d:%d, b in %d:%d" % (text, *ends[0], *ends[1]), (False, False), check


# The forms of the language: a program, the number of a series, how many points it has, and y of x.
FORMS = [
    ("J(w) = w^2 - 10*w + 25; plot line grad(J(v), v) over v in -4:14", 1, 201, lambda x: 2 * x - 10),
    ("plot line [sigmoid(z), z^2] over z in -2:2", 1, 201, lambda x: 1 / (1 + math.exp(-x))),
    ("plot line [sigmoid(z), z^2] over z in -2:2", 2, 201, lambda x: x * x),
    ("plot line 3 over z in -2:2", 1, 201, lambda x: 3),
    ("w = 0.3; L = (w - 5)^2; plot line L over w in 0:10", 1, 201, lambda x: (x - 5) ** 2),
    ("w = param(init=1); L = w^3; d = grad(L, w); plot line d over w in -1:1", 1, 201, lambda x: 3 * x * x),
    ("L = b^2; plot line L over b in 0:1", 1, 201, lambda x: x * x),
    ("w = [3]; plot line sum(2 * w) over w in 0:1", 1, 201, lambda x: 2 * x),
    # the name has its own value again
    ("w = 2; plot { line w^2 over w in 0:1; line w * [1, 2, 3] over [1, 2, 3] }", 2, 3, lambda x: 2 * x),
    ("t = [1, 2, 4]; plot line t^2 over t", 1, 3, lambda x: x * x),
    ("plot line [5, 6, 7]", 1, 3, lambda x: 5 + x), ("plot line [[5, 6, 7]]", 1, 3, lambda x: 5 + x),
    ("plot line [[0, 1], [2, 4], [4, 7]] over [[0, 1, 2]]", 1, 3, lambda x: 2 * x),
    ("plot line [[0, 1], [2, 4], [4, 7]] over [0, 1, 2]", 2, 3, lambda x: 3 * x + 1),
    ("plot line 7 over [0, 1, 2]", 1, 3, lambda x: 7),
    ("plot points [[1, 1], [2, 4], [3, 9]]", 1, 3, lambda x: x * x),
    ("plot at 3, 9", 1, 1, lambda x: x * x)]


def check_form(wengert, form):
    """In LaTeX, which leaves out no point."""
    text, series, n, f = form
    with tempfile.TemporaryDirectory() as folder:
        p = read_tex(figures(wengert, text, "tex", (), folder)[0], (False, False), None)
    shapes = [parts for kind, color, parts in p.shapes if color == str(series)]
    at = [q for part in shapes for q in (part[0] if isinstance(part[0], list) else part)]
    need(len(at) == n and all(abs(p.y.at(f(p.x.value(x))) - y) < 0.01 for x, y in at), "%s: %s" % (text, at))


KINDS = [line, curve, points, path, bars, histogram, image, contour, regions]


def figures(wengert, text, kind, size, folder):
    """The text of each plot of the program."""
    p = subprocess.run([wengert, "plot", "-q", "-e", text, "--format", kind, "-o", folder, *size],
                       capture_output=True, text=True, timeout=60)
    need(p.returncode == 0, p.stderr)
    return [open(name, encoding="utf-8").read() for name in p.stdout.split()]


def check_program(wengert, draw, first):
    kinds = [KINDS[first % len(KINDS)]] + draw.choices(KINDS, k=draw.randrange(1, 3))
    plots = [kind(draw) for kind in kinds]
    text = "\n".join("plot { %s%s }" % (what, "".join("; %s \"\" log" % n for n, on in zip("xy", log) if on))
                     for what, log, _ in plots)
    size = draw.choice([(), (), ("--for", "1200x400"), ("--for", "500x900")])
    with tempfile.TemporaryDirectory() as folder:
        for kind, read in ("svg", read_svg), ("tex", read_tex):
            found = figures(wengert, text, kind, size if kind == "svg" else (), folder)
            need(len(found) == len(plots), "%d files" % len(found))
            for picture, (what, log, check) in zip(found, plots):
                try:
                    check(read(picture, log[:2], log[2] if len(log) > 2 else None))
                except (Wrong, Unread) as why:
                    raise Wrong("%s: %s\n%s" % (kind, why, text))
    return len(plots)


def main(words):
    (wengert,), many = options(words, figures=0, seed=1)
    draw, plots, wrong = random.Random(many["seed"]), 0, 0
    for k in list(range(many["figures"])) + FORMS:
        try:
            plots += check_form(wengert, k) or 1 if k in FORMS else check_program(wengert, draw, k)
        except (Wrong, Unread) as why:
            wrong += 1
            print("program %s: %s" % (k, why))
    print("%d plots are their data; %d programs are wrong" % (plots, wrong))
    return wrong > 0 or not plots


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
