"""Reads the geometry of `wengert draw` back: which box each line leaves and which one its head points at.

    places.py WENGERT [--programs N] [--nets N] [--seed N]

Of random programs, as cards and as a circuit, from left to right and downwards: both ends of each line lie on
the borders of boxes, the tip of its head is its end and lies behind no wing, and the pairs of boxes are the
operands that --format json names; lines of gradients lead from a result to its operand. Values and gradients
in the boxes are those of the JSON, as rounded. TikZ has the same boxes, lines, heads and texts at the same
places. Of random nets in the style neurons: the circles stand for the elements that `wengert eval` gives, and
each line has the sign and the width of its weight. In the style blocks each head touches its box.
"""
import json
import math
import os
import random
import re
import subprocess
import sys
import unicodedata
import xml.etree.ElementTree as ET

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../steps"))
import printed  # noqa: E402
from printed import Unread, far, need, numbers, Wrong, options  # noqa: E402
import read_back as rb  # noqa: E402
import read_edges  # noqa: E402

SVG = "{http://www.w3.org/2000/svg}"
NEAR = 0.3  # coordinates are rounded to eighths


def points(text):
    n = numbers(text)
    return list(zip(n[::2], n[1::2]))


def at(element, *names):
    return [float(element.get(n, 0)) for n in names]


def plain(name):
    """h_1 and h₁ as h1."""
    return unicodedata.normalize("NFKC", name).replace("_", "")


class Box:
    """A box with round corners, or a gate with its wire: lines reach the gate and leave the wire's end."""
    def __init__(self, g):
        title = (g.find(SVG + "title").text or "").split("\n")[0]
        self.name = plain(re.sub(r"^\w+ (?:· \w+ )?|, \S+$", "", title))
        self.index = None  # of its node
        rect, wire = g.find(SVG + "rect"), g.find(SVG + "g/" + SVG + "path")
        self.rect = None if rect is None else at(rect, "x", "y", "width", "height", "rx")
        self.wire = points(wire.get("d")) if wire is not None else None
        need(not (self.rect and self.wire) or self.off(self.wire[0]) < NEAR, "a wire begins beside its gate")
        texts = list(g.iter(SVG + "text"))
        self.texts = [(*at(t, "x", "y"), t.get("text-anchor"), t.get("class"), "".join(t.itertext()))
                      for t in texts if t.get("class") != "ink"]
        self.said = {"value": "", "grad": ""}
        for t in (t for t in texts if t.get("class") in self.said):  # a value with NaN is red, too
            text = "".join(t.itertext())
            first = not self.said["value"] or (t.get("font-weight") and not self.said["grad"])
            kind = "value" if t.get("class") == "value" or (first and " = " not in text) else "grad"
            self.said[kind] += " " + text

    def off(self, p):
        """How far a point is from the border."""
        x, y, w, h, r = self.rect
        dx, dy = abs(p[0] - x - w / 2) - w / 2 + r, abs(p[1] - y - h / 2) - h / 2 + r
        return abs(math.hypot(max(dx, 0), max(dy, 0)) + min(max(dx, dy), 0) - r)

    def gives(self, p):
        return (far(self.wire[-1], p) if self.wire else self.off(p)) < NEAR

    def takes(self, p):
        return self.rect is not None and self.off(p) < NEAR


class Line:
    """The points of a path with those that bend it, and its head: the tip and two wings."""
    def __init__(self, back, path, head):
        self.back, self.path, self.head, self.tip = back, path, head, head[0]

    def check(self):
        (x, y), wings = self.tip, self.head[1:]
        middle = tuple(sum(w[k] for w in wings) / 2 for k in (0, 1))
        way = x - middle[0], y - middle[1]
        length = math.hypot(*way)
        need(length > 3 and abs(far(wings[0], self.tip) - far(wings[1], self.tip)) < 0.05,
             "no head: %s" % self.head)
        path = self.path[::-1] if self.back else self.path
        end = path[-1]
        beside = abs((end[0] - x) * way[1] - (end[1] - y) * way[0]) / length
        need(far(end, self.tip) < length + 0.2 and beside < 0.15,
             "a line ends at %s, its head at %s" % (end, self.tip))
        need(far(end, self.tip) < far(path[0], self.tip), "the head is at the other end of %s" % path)
        before = next(p for p in path[::-1] if far(p, self.tip) > length)
        last = next(p for p in path[::-1] if far(p, end) > 0.2)
        along = [(end[k] - last[k]) for k in (0, 1)]
        need((x - before[0]) * way[0] + (y - before[1]) * way[1] > 0 and
             along[0] * way[0] + along[1] * way[1] > 0.99 * length * math.hypot(*along),
             "a head at %s points at %s, its line comes from %s" % (self.tip, way, last))
        return path[0]


def pictured(text):
    """The boxes and lines of an SVG."""
    top = ET.fromstring(text).find(SVG + "g")
    boxes, lines = [], []
    for g in top.findall(SVG + "g"):
        head = g.find(SVG + "polygon")
        if head is not None:
            lines.append(Line("backward" in g.get("class"), points(g.find(SVG + "path").get("d")),
                              points(head.get("points"))))
        elif re.search(r"-n\d+$", g.get("id", "")):
            boxes.append(Box(g))
    return boxes, lines


def drawn(wengert, text, *flags):
    p = subprocess.run([wengert, "draw", "-q", "-e", text, "-o", "-", *flags],
                       capture_output=True, text=True, timeout=60)
    return p.stdout if p.returncode == 0 else None


def box_at(boxes, p, takes):
    found = [k for k, b in enumerate(boxes) if (b.takes(p) if takes else b.gives(p))]
    need(len(found) == 1, "%d boxes have a %s %s" % (len(found), "head at" if takes else "line from", p))
    return boxes[found[0]].index


class Count:
    def __init__(self):
        self.lines = self.values = self.places = self.units = self.heads = 0


def check_lines(count, boxes, lines, nodes, circuit):
    """The pairs (operand, result) of each direction, against the JSON."""
    pairs = {False: [], True: []}
    for line in lines:
        start, end = line.check(), line.tip
        if line.back:  # a gradient leaves its result's box, and its head stands at the operand's
            result, operand = box_at(boxes, start, True), box_at(boxes, end, True)
        else:
            operand, result = box_at(boxes, start, False), box_at(boxes, end, True)
        need(operand < result, "a line from %s to %s" % (nodes[operand]["name"], nodes[result]["name"]))
        pairs[line.back].append((operand, result))
        count.lines += 1
    place = {n["name"]: k for k, n in enumerate(nodes)}
    want = [(place[o], k) for k, n in enumerate(nodes) for o in n["operands"] if o in place]
    if circuit:  # a gate transposes its operand itself
        turns = {k: o for o, k in want if nodes[k]["op"] == "transpose"}
        want, pairs[False] = ([(turns.get(o, o), k) for o, k in p] for p in (want, pairs[False]))
    need(sorted(pairs[False]) == sorted(want) if circuit else set(pairs[False]) == set(want),
         "lines %s, operands %s" % (sorted(pairs[False]), sorted(want)))
    need(set(pairs[True]) <= set(want), "a line back of no operand")
    has = [k for k, n in enumerate(nodes) if "gradient" in n]
    need({o for o, _ in pairs[True]} == (set(has) - {len(nodes) - 1} if pairs[True] else set()),
         "gradients lead to %s" % pairs[True])


def check_values(count, boxes, nodes):
    for k, node in enumerate(nodes):  # one that is drawn again has its numbers once
        box = max((b for b in boxes if b.index == k), key=lambda b: len("".join(b.said.values())))
        for kind, key in ("value", "value"), ("grad", "gradient"):
            text, value = box.said[kind].rpartition(" = ")[2], node.get(key)
            need(bool(text) == (value is not None), "%s has %s: %s" % (box.name, kind, text))
            summary = re.search(r" (mean|from) (\S+?),? (sd|to) (\S+)$| \d+ NaN, \d+ ∞$", text)
            if text:
                shown = printed.array(text[:summary.start()] if summary else text)
                need(printed.agrees(shown, value), "%s has %s = %s, not %s" % (box.name, kind, text, value))
                count.values += 1
            if summary and summary.group(1):
                check_summary(summary.groups(), [printed.real(v) for v in printed.flat(value)])


def check_summary(words, v):
    mean, words = math.fsum(v) / len(v), dict(zip(words[::2], words[1::2]))
    want = {"mean": mean, "sd": math.sqrt(math.fsum((x - mean) ** 2 for x in v) / len(v)),
            "from": min(v), "to": max(v)}
    for word, text in words.items():
        need(abs(printed.number(text) - want[word]) <= 6e-4 * abs(want[word]) + 1e-14 * max(map(abs, v)),
             "%s %s is %s" % (word, text, want[word]))


def check_tikz(count, boxes, lines, tex):
    """The same boxes, lines and texts, at the same places: 15 px are 10 pt."""
    def pairs(text):
        n = [1.5 * float(v) for v in re.findall(r"[(,](-?\d+\.?\d*)(?=[,)])", text)]
        return list(zip(n[::2], n[1::2]))

    def near(found, want, what):
        need(len(found) == len(want) and all(far(p, q) < 0.1 for p, q in zip(found, want)),
             "TikZ has %s at %s, SVG at %s" % (what, found, want))
        count.places += len(found)
    found = re.findall(r"\\draw\[wg(back|line),[^]]*\] (.*?);\\fill\[wg(back|line)\] (.*?)--cycle;\}%", tex)
    need(len(found) == len(lines), "TikZ has %d lines of %d" % (len(found), len(lines)))
    for (color, path, fill, head), line in zip(found, lines):
        need(color == fill == ("back" if line.back else "line"), "a line is %s, its head %s" % (color, fill))
        path = pairs(path)
        near(pairs(head), line.head, "a head")
        near([path[0] if line.back else path[-1], path[-1] if line.back else path[0]],
             [line.tip, line.path[-1] if line.back else line.path[0]], "the ends of a line")
    rects = re.findall(r"\\draw\[wg(?!line)[^]]*fill=wg[^]]*\] (\(.*?\) rectangle \(.*?\));", tex)
    near([p for r in rects for p in pairs(r)],
         [p for b in boxes for p in [(b.rect[0], b.rect[1]), (b.rect[0] + b.rect[2], b.rect[1] + b.rect[3])]],
         "boxes")
    nodes = re.findall(r"\\node\[wg\d+,text=wg(?!ink)(\w+),anchor=base (west|east)\] at (\(.*?\)) (.*)", tex)
    texts = [t for b in boxes for t in b.texts]
    need([(kind, side == "east", unlatex(body)) for kind, side, _, body in nodes] ==
         [(kind, anchor == "end", after(text)) for _, _, anchor, kind, text in texts],
         "TikZ has %s" % [unlatex(n[3]) for n in nodes])
    for (kind, _, p, body), (x, y, *_) in zip(nodes, texts):
        (left, base), = pairs(p)
        near([(x if "phantom" in body else left, base)], [(x, y)], "a text " + kind)


def after(text):
    return text.rpartition(" = ")[2].strip()


def unlatex(body):
    """The text of a node without what formulas alone have."""
    body = re.fullmatch(r"\{(?:\\wgfit\{[\d.]+\}\{(?:\\phantom\{.*?\[+\})?(.*)\}|(.*))\};\}?%?", body)
    return after(printed.untex(body[1] or body[2] or ""))


def long_arrays(draw):
    """Boxes show their first elements and a summary."""
    n, m = draw.randrange(2, 12), draw.randrange(6, 30)
    text = "x = %s\nv = %s\ny = x*v\nb = y > 0\nL = sum(tanh(y)^2)\n"
    return text % (rb.matrix(draw, n, m), rb.row(draw, m))


def check_graph(count, wengert, text, draw):
    nodes = drawn(wengert, text, "--format", "json", "--values", "--backward")
    nodes = json.loads(nodes)["nodes"] if nodes else []
    names = [plain(n["name"]) for n in nodes]
    if not nodes or len(set(names)) < len(names):
        return  # an error of the program, or two boxes of one name
    style, way = draw.choice([(), ("--style", "circuit")]), draw.choice([(), ("--dir", "TB")])
    size = draw.choice([(), ("--for", "slide", "--no-fold"), ("--no-fold",)]) if not style else ()
    flags = ["--values", "--backward", *(() if style else way), *size]
    boxes, lines = pictured(drawn(wengert, text, *flags, *style, "--format", "svg"))
    if {b.name for b in boxes} != set(names):  # less is shown, or a gate that transposes has another name
        for line in lines:
            line.check()
        return
    for b in boxes:
        b.index = names.index(b.name)
    check_lines(count, boxes, lines, nodes, bool(style))
    check_values(count, boxes, nodes)
    if not style and not size:
        check_tikz(count, boxes, lines, drawn(wengert, text, *flags, "--format", "tex"))


# ---- the styles neurons and blocks ----

def net(draw):
    """A net, the outputs and the weights of its layers, and whether the weights stand first."""
    sizes = [draw.choice([1, 2, 3, 4, 5, 7, 9, 13]) for _ in range(draw.randrange(2, 5))]
    rows, first, h, layers = draw.randrange(1, 4), draw.randrange(2), "x", []
    text = "x = %s\n" % (rb.row(draw, sizes[0]) if first else rb.matrix(draw, rows, sizes[0]))
    for k, (n, m) in enumerate(zip(sizes, sizes[1:])):
        weights = rb.matrix(draw, *((m, n) if first else (n, m)))
        text += "W%d = %s\nb%d = %s\n" % (k, weights, k, rb.row(draw, m))
        product = "W%d @ %s" % (k, h) if first else "%s @ W%d" % (h, k)
        text += "h%d = %s(%s + b%d)\n" % (k, draw.choice(["relu", "tanh", "sigmoid"]), product, k)
        h = "h%d" % k
        layers.append((h, "W%d" % k))
    return text + "L = sum(%s^2)\n" % h, layers, first


def columns_of(svg):
    """By place from left to right: the circles (y, radius, text) of each column."""
    top, columns, r = svg.find(SVG + "g"), {}, 0
    for g in top.findall(SVG + "g"):
        c = g.find(SVG + "circle")
        if c is not None:
            x, y, r = at(c, "cx", "cy", "r")
            columns.setdefault(x, []).append(y)
    texts = [(*at(t, "x", "y"), t.text) for t in top.findall(SVG + "text") if t.get("class") == "value"]
    return [(x, ys, [min(texts, key=lambda t: far(t[:2], (x, y + 5)))[2] for y in ys], r)
            for x, ys in sorted(columns.items())]


def check_units(count, columns, values):
    """The texts of the circles against the first example; which unit stands where."""
    shown = []
    for (x, ys, texts, _), value in zip(columns, values):
        n = len(value)
        units = list(range(n)) if len(ys) == n else [*range(len(ys) - 1), n - 1]
        need(len(ys) == (6 if n > 7 else n) and ys == sorted(ys), "%d circles of %d units" % (len(ys), n))
        for text, unit in zip(texts, units):
            need(printed.same(printed.number(text), value[unit]), "a circle has %s" % text)
            count.units += 1
        shown.append(units)
    return shown


def check_weights(count, svg, columns, shown, weights):
    """Each line between two circles: its ends, its sign, and its width, which grows with the weight."""
    lines = [(at(e, "x1", "y1", "x2", "y2"), float(e.get("stroke-width")), e.get("class"))
             for e in svg.iter(SVG + "line") if e.get("class") in ("up", "down")]
    largest = max(abs(w[j][k]) for w, a, b in zip(weights, shown, shown[1:]) for j in a for k in b)
    for i, w in enumerate(weights):
        (x, ys, _, r), (x2, ys2, _, _) = columns[i:i + 2]
        for y, j in zip(ys, shown[i]):
            for y2, k in zip(ys2, shown[i + 1]):
                way = far((x, y), (x2, y2)) / r
                ends = [x + (x2 - x) / way, y + (y2 - y) / way, x2 - (x2 - x) / way, y2 - (y2 - y) / way]
                found = [e for e in lines if all(abs(p - q) < 0.2 for p, q in zip(e[0], ends))]
                need(len(found) == 1, "%d lines from unit %d to %d" % (len(found), j, k))
                (_, width, sign), = found
                need(sign == ("down" if w[j][k] < 0 else "up") and
                     abs(width - 0.625 - 4.5 * abs(w[j][k]) / largest) < 0.07,
                     "a line %s of width %s for %s of at most %s" % (sign, width, w[j][k], largest))
                count.units += 1
    need(len(lines) == sum(len(a) * len(b) for a, b in zip(shown, shown[1:])), "lines of no weight")


def check_net(count, wengert, made, _):
    text, layers, first = made
    svg = ET.fromstring(drawn(wengert, text, "--style", "neurons", "--values", "--format", "svg"))
    names = ["x"] + [n for n, _ in layers]
    said = subprocess.run([wengert, "eval", "--json", "--full", "-e", text, "--print",
                           ",".join(names + [w for _, w in layers])], capture_output=True, text=True).stdout
    value = {n: v["value"] for n, v in json.loads(said)["values"].items()}
    columns = columns_of(svg)
    need(len(columns) == len(names), "%d columns" % len(columns))
    shown = check_units(count, columns, [value[n] if first else value[n][0] for n in names])
    check_weights(count, svg, columns, shown,
                  [list(zip(*value[w])) if first else value[w] for _, w in layers])
    check_blocks(count, ET.fromstring(drawn(wengert, text, "--style", "blocks", "--format", "svg")))


def check_blocks(count, svg):
    """Each head is the end of a line and stands at a box, or above the names of gradients; forward to the
    right, gradients to the left, and to parameters downwards."""
    lines = [(at(e, "x1", "y1", "x2", "y2"), e.get("class").split()[0]) for e in svg.iter(SVG + "line")]
    boxes = [at(e, "x", "y", "width", "height", "rx") for e in svg.iter(SVG + "rect")]
    names = [at(e, "x", "y") for e in svg.iter(SVG + "text") if e.get("class") == "grad"]
    for e in svg.iter(SVG + "polygon"):
        head, color = points(e.get("points")), e.get("class")
        found = [k for k, of in lines if of == color and far(k[2:], head[0]) < 9.2]
        need(len(found) == 1, "%d lines end at a head" % len(found))
        Line(False, [tuple(found[0][:2]), tuple(found[0][2:])], head).check()
        (x, y), way = head[0], [head[0][k] - found[0][k] for k in (0, 1)]
        down = color == "plain" or abs(way[0]) < 0.2
        need(way[1] > 0 if down else (way[0] > 0) == (color == "arrow"), "a head %s: %s" % (color, way))
        box = [b for b in boxes if abs(x - b[0] - b[2] / 2) < b[2] / 2 + NEAR and
               abs(y - b[1] - b[3] / 2) < b[3] / 2 + NEAR]
        below = [n for n in names if abs(n[0] - x) < 100 and 0 < n[1] - y < 40]
        need(bool(box) or bool(below), "a head %s at %s stands at nothing" % (color, (x, y)))
        count.heads += 1


def main(words):
    (wengert,), many = options(words, programs=0, nets=0, seed=1)
    draw, count, wrong = random.Random(many["seed"]), Count(), 0
    forms = [rb.layers, rb.program, rb.matrices, lambda d: read_edges.program(d)[0], long_arrays]
    for k in range(many["programs"] + many["nets"]):
        text = net(draw) if k < many["nets"] else forms[k % 5](draw)
        try:
            (check_net if k < many["nets"] else check_graph)(count, wengert, text, draw)
        except (Wrong, Unread) as why:
            wrong += 1
            print("picture %d: %s\n%s" % (k, why, text[0] if k < many["nets"] else text))
    print("%(lines)d lines, %(values)d values, %(places)d places in TikZ, %(units)d units and weights, "
          "%(heads)d heads of blocks" % vars(count) + "; %d pictures are wrong" % wrong)
    return wrong > 0 or min(vars(count).values()) == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
