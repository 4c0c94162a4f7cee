"""Measures pictures of `wengert draw` (SVG, cards) by their geometry, one line a picture.

    measure_pictures.py [MEASURE=MOST ...] FILE.svg[:PROGRAM.wg] ...

With MEASURE=MOST, as parallel=2, a picture that has more is a failure; with text=24 and boxes=9 one that
has less.

boxes      how many there are, copies included
unboxed    names that the program gives and no box shows; without a program 0
rows       lines that go back to the left and on in another row, each shared piece once
parallel   the most lines that run beside each other, at most 20 px apart, for more than half of the sheet
crossings  points where lines of different boxes cross
text       the size of the text of boxes in pixels, on a sheet of 1920 x 1080
"""
import re
import sys
import xml.etree.ElementTree as ET

SVG = "{http://www.w3.org/2000/svg}"
BESIDE, STEPS = 20, 8
GREEK = dict(zip("alpha beta gamma delta epsilon theta lambda mu rho sigma tau phi".split(), "αβγδεθλμρστφ"))


def spread(path):
    """The path as points; a curve as STEPS lines."""
    out = []
    for kind, body in re.findall(r"([MLC])([^MLC]*)", path):
        n = [float(v) for v in body.split()]
        points = list(zip(n[::2], n[1::2]))
        if kind != "C":
            out += points
            continue
        for i in range(0, len(points), 3):
            a, (b, c, d) = out[-1], points[i:i + 3]
            for t in (k / STEPS for k in range(1, STEPS + 1)):
                w = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t ** 3)
                out.append(tuple(sum(f * p[k] for f, p in zip(w, (a, b, c, d))) for k in (0, 1)))
    return out


def most_beside(lines, length, gap):
    """Lines (place, low, high): the most in a chain of neighbours that overlap for more than the length."""
    best = 0
    for at, low, high in lines:
        n, last = 1, at
        for other, a, b in sorted(lines):
            if other > last and other - last <= gap and min(high, b) - max(low, a) > length:
                n, last = n + 1, other
        best = max(best, n if high - low > length else 0)
    return best


def cross(a, b, c, d):
    def side(p, q, r):
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])
    return side(a, b, c) * side(a, b, d) < -1e-6 and side(c, d, a) * side(c, d, b) < -1e-6


def count_crossings(paths):
    found = set()
    for i, p in enumerate(paths):
        for q in paths[:i]:
            if p[0] == q[0] or p[-1] == q[-1]:
                continue
            for a, b in zip(p, p[1:]):
                for c, d in zip(q, q[1:]):
                    if cross(a, b, c, d):
                        found.add((round(a[0] / 4), round(a[1] / 4), round(c[1] / 4)))
    return len(found)


def straight(paths, k):
    """Lines along axis k, each piece once: its place, where it begins and ends, and whether it goes back."""
    found = {}
    for p in paths:
        for a, b in zip(p, p[1:]):
            if abs(a[1 - k] - b[1 - k]) < 0.3 and abs(a[k] - b[k]) > 1:
                low, high, back = found.get(round(a[1 - k]), (a[k], a[k], False))
                found[round(a[1 - k])] = min(low, a[k], b[k]), max(high, a[k], b[k]), back or b[k] < a[k] - 30
    return [(at,) + found[at] for at in found]


def names_of(program):
    names = set()
    for line in open(program, encoding="utf-8"):
        names |= {m for m in re.findall(r"(?:^|;)\s*(\w+)\s*=(?!=)", line)}
    return names


def printed(name):
    stem, digits = re.fullmatch(r"(.*?)(?:_?(\d+))?", name).groups()
    return (GREEK.get(stem, stem) + (digits or "")).replace("_", "")


def boxes_of(svg):
    for g in svg.iter(SVG + "g"):
        if g.find(SVG + "rect") is not None and re.search(r"-n\d+$", g.get("id", "")):
            yield "".join("".join(t.itertext()) for t in g.iter(SVG + "text")
                          if t.get("class") in ("ink", "outside"))


def measure(path, program):
    svg = ET.parse(path).getroot()
    view = [float(v) for v in svg.get("viewBox").split()]
    scale = min(1920 / view[2], 1080 / view[3])
    texts = [t.replace(" ", "") for t in boxes_of(svg)]
    paths = [spread(g.find(SVG + "path").get("d")) for g in svg.iter(SVG + "g")
             if g.get("class") == "forward" and g.find(SVG + "path") is not None]
    body = [float(t.get("font-size")) for t in svg.iter(SVG + "text") if t.get("class") == "ink"]
    shown = {t.split("=")[0].replace("[", "").strip() for t in texts}
    across, down = straight(paths, 0), straight(paths, 1)
    gap = BESIDE / scale
    row = {round(a[0] / 2): a for a in across if a[3]}
    beside = max(most_beside([a[:3] for a in across], view[2] / 2, gap),
                 most_beside([a[:3] for a in down], view[3] / 2, gap))
    missing = [n for n in (names_of(program) if program else ())
               if not any(re.match(re.escape(printed(n)) + r"(?![\w.])", t) for t in texts)]
    return {"boxes": len(texts), "unboxed": sorted(missing), "rows": len(row), "parallel": beside
            if beside > 1 else 0,
            "crossings": count_crossings(paths), "text": max(set(body), key=body.count) * scale if body
            else 0}


def main(words):
    limits, bad = dict(w.split("=") for w in words if "=" in w), 0
    for word in (w for w in words if "=" not in w):
        path, _, program = word.partition(":")
        m = measure(path, program)
        print("%s: boxes %d, unboxed %d%s, rows %d, parallel %d, crossings %d, text %.1f" % (
            path, m["boxes"], len(m["unboxed"]), " (%s)" % " ".join(m["unboxed"]) if m["unboxed"] else "",
            m["rows"], m["parallel"],
            m["crossings"], m["text"]))
        for name, most in limits.items():
            found = len(m[name]) if name == "unboxed" else m[name]
            if found < float(most) if name in ("text", "boxes") else found > float(most):
                bad += 1
                print("%s: %s %g, not %s" % (path, name, found, most))
    return bad > 0


sys.exit(main(sys.argv[1:]))
