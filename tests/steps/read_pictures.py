"""Reads the boxes of `wengert draw --values` back, as SVG and as TikZ: each formula, as it is set there, must
have the value that stands in its box.

    read_pictures.py WENGERT [--programs N] [--arrays N] [--dots N] [--seed N] [--show] [FILE.wg ...]

In a page the script must fill the templates of steps as C does. In SVG the letters, their places and sizes,
the bars of fractions and the signs of roots are put together to a line, from the geometry alone; in TikZ the
LaTeX of the box is. The line is read by read_back.py, with the values of the boxes before. A name that stands
in no box, and two boxes of one name, are failures. Boxes with options of their own (axis = 0), cases and sums
with indices are counted apart.
"""
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

import intervals
import read_back as rb
import reader

SVG = "{http://www.w3.org/2000/svg}"
BELOW = {c: d for c, d in zip("0123456789aehijklmnoprstuvx+-−=()", "₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ₊₋₋₌₍₎")}


class Apart(Exception):
    """Nothing that this reader reads."""


def below(text):
    return "".join(BELOW.get(c, c) for c in text)


# ---- SVG ----

class Piece:
    def __init__(self, text, x, y, size, gap=True, made=False):
        self.text, self.x, self.y, self.size, self.gap, self.made = text, x, y, size, gap, made


def width(text, size):
    return size * sum(0.28 if c in " ·.,|()[]" else 0.56 if c in "0123456789=+−" else 0.48 for c in text)


def pieces_of(e):
    """A text element as pieces, each with its place and size."""
    size, x, y = float(e.get("font-size")), float(e.get("x")), float(e.get("y"))
    runs = [(e.text, 0.0, size, False)]
    for t in e:
        runs.append((t.text, float(t.get("dy", 0)), float(t.get("font-size", size)), t.get("dx")))
        runs.append((t.tail, 0.0, size, False))
    x -= sum(width(r[0] or "", r[2]) for r in runs) * {"middle": 0.5, "end": 1}.get(e.get("text-anchor"), 0)
    out = []
    for text, step, own, gap in runs:
        y += step
        w = width(text or "", own)
        if text:
            out.append(Piece(text, x + w / 2, y, own, bool(gap)))
        x += w
    return out


def numbers_of(path):
    return [float(v) for v in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", path)]


class Shape:
    """The bar of a fraction or of a root, or a pair of parentheses or bars: what is written with it, and
    where."""
    def __init__(self, kind, x1, x2, y1, y2):
        self.kind, self.x1, self.x2, self.y1, self.y2 = kind, x1, x2, y1, y2

    def holds(self, x, y):
        return self.x1 <= x <= self.x2 and (self.kind == "/" or self.y1 <= y <= self.y2)


def shapes_of(box):
    found, root, open_ones = [], None, []
    for e in box.iter(SVG + "path"):
        if e.get("class") != "rule":
            raise Apart
        n = numbers_of(e.get("d"))
        if "Q" in e.get("d") and len(n) == 6:
            kind = "(" if n[2] < n[0] else ")"
            partner = next((o for o in reversed(open_ones) if o[1] == n[1] and o[0] == "("), None)
        elif len(n) == 4 and n[0] == n[2]:
            partner = next((o for o in reversed(open_ones) if o[1] == n[1] and o[0] == "|"), None)
            kind = ")" if partner else "|"
        elif len(n) == 8:
            root = n
            continue
        elif len(n) == 4 and n[1] == n[3]:
            is_root = root and abs(root[6] - n[0]) < 1
            found.append(Shape("√" if is_root else "/", n[0] - 1, n[2] + 1, n[1], max(root[1::2]) + 1
                               if is_root else n[1]))
            root = None
            continue
        else:
            raise Apart
        if kind == ")":
            open_ones.remove(partner)
            found.append(Shape(partner[0], partner[2], n[0], n[1], n[-1]))
        else:
            open_ones.append((kind, n[1], n[0]))
    if open_ones:
        raise Apart
    return found


def is_function(text):
    word = re.search(r"[A-Za-zσΣΠ_]+$", text)
    known = intervals.FUNCTIONS, intervals.REDUCES, reader.KNOWN
    return word and any(word.group() in words for words in known)


def join(pieces):
    """From left to right. What is higher is a power, what is lower belongs to the name before it."""
    size = max((p.size for p in pieces), default=0)
    pieces = sorted(pieces, key=lambda p: p.x)
    line = [p for p in pieces if p.size == size]
    baseline, out, power = next((p.y for p in line if not p.made), line[0].y if line else 0), "", []
    for p in pieces + [None]:
        if p and p.y < baseline - 2 and not (p.made and p.size == size):
            power.append(p)
            continue
        if power:
            inner = join(power)
            out, power = out.rstrip() + ("ᵀ" if inner == "T" else "^(%s)" % inner), []
        if p and p.y > baseline + 1.5 and not p.made:
            out = out.rstrip() + below(p.text)
        elif p:
            out += (" " if p.gap and not (p.text[0] in "(|" and is_function(out)) else "") + p.text
    return out.strip()


def put_together(pieces, shapes):
    """The widest shape first: what stands in it, or above and below it, is one piece."""
    if not shapes:
        return join(pieces)
    s = max(shapes, key=lambda b: b.x2 - b.x1)
    inside = [p for p in pieces if s.holds(p.x, p.y - p.size / 3)]
    inner = [b for b in shapes if b is not s and s.holds((b.x1 + b.x2) / 2, (b.y1 + b.y2) / 2)]
    if s.kind == "/":
        over, under = ([p for p in inside if (p.y - p.size / 3 < s.y1) == k] for k in (True, False))
        above, below_it = ([b for b in inner if ((b.y1 + b.y2) / 2 < s.y1) == k] for k in (True, False))
        text = "((%s)/(%s))" % (put_together(over, above), put_together(under, below_it))
    else:
        text = {"√": "√(%s)", "(": "(%s)", "|": "|%s|"}[s.kind] % put_together(inside, inner)
    size = max((p.size for p in inside), default=10)
    whole = Piece(text, (s.x1 + s.x2) / 2, (s.y1 + s.y2) / 2 + size / 3, size, made=True)
    return put_together([p for p in pieces if p not in inside] + [whole],
                        [b for b in shapes if b is not s and b not in inner])


def svg_boxes(text):
    for g in ET.fromstring(text).iter(SVG + "g"):
        if g.find(SVG + "rect") is None or g.find(SVG + "desc") is None:
            continue
        texts = list(g.iter(SVG + "text"))
        value = "".join(t.text or "" for t in texts if t.get("class") == "value")
        ink = [t for t in texts if t.get("class") == "ink"]
        faint = " ".join("".join(t.itertext()) for t in texts if t.get("class") == "faint")
        yield lambda ink=ink, g=g: put_together([p for t in ink for p in pieces_of(t)],
                                                shapes_of(g)), value, faint


# ---- TikZ ----

SIGNS = {"cdot": "·", "odot": "⊙", "sigma": "σ", "top": "ᵀ", "infty": "∞", "times": "×", "le": "≤", "ge": "≥",
         "ne": "≠", "sum": "Σ", "prod": "Π",
         "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε",
         "dots": "…", "ldots": "…", "theta": "θ", "lambda": "λ", "mu": "μ", "pi": "π"}


ACCENTS = {"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303", "dot": "\u0307"}


def group(s, at):
    """The text between the braces that open at `at`, and where it ends."""
    depth = 0
    for i in range(at, len(s)):
        depth += (s[i] == "{") - (s[i] == "}")
        if not depth:
            return s[at + 1:i], i + 1
    raise Apart


def latex(s):
    """LaTeX for math mode as a line."""
    out, at = "", 0
    while at < len(s):
        word = re.compile(r"\\([a-zA-Z]+) ?|\\(.)").match(s, at)
        if s[at] in "^_":
            inner, end = group(s, at + 1) if s[at + 1] == "{" else (s[at + 1], at + 2)
            inner = latex(inner)
            out = out.rstrip() + ("ᵀ" if inner == "ᵀ" else "^(%s)" % inner if s[at] == "^" else below(inner))
            at = end
        elif not word:
            out, at = out + {"-": "−", "{": "(", "}": ")"}.get(s[at], s[at]), at + 1
        elif word.group(1) in ("mathbf", "boldsymbol", "mathit", "mathrm", "operatorname", "text"):
            inner, at = group(s, word.end())
            out += latex(inner)
        elif word.group(1) == "frac":
            over, at = group(s, word.end())
            under, at = group(s, at)
            out += "((%s)/(%s))" % (latex(over), latex(under))
        elif word.group(1) == "sqrt":
            inner, at = group(s, word.end())
            out += "√(%s)" % latex(inner)
        elif word.group(1) in ("displaystyle", "left", "right"):
            at = word.end()
        elif word.group(1) in ACCENTS:
            inner, at = group(s, word.end())
            out += latex(inner) + ACCENTS[word.group(1)]
        elif word.group(1) == "begin":
            raise Apart
        elif word.group(1):
            out, at = (out + SIGNS.get(word.group(1), word.group(1)) + word.group(0)[1 + len(word.group(1)):],
                       word.end())
        else:
            out, at = (out + {",": " ", ";": " ", "!": "", "_": "_"}.get(word.group(2), word.group(2)),
                       word.end())
    return out.strip()


def tikz_boxes(text):
    box = None
    for line in text.splitlines():
        if line.startswith(r"\draw[wg") and "rectangle" in line:
            if box:
                yield box[0], box[1], box[2]
            box = ["", "", ""]
        found = re.search(r"text=wg(ink|value|faint),[^{]*\{(?:\\wgfit\{[\d.]+\}\{(.*)\}|(.*))\};(?:%|$)",
                          line)
        if box and found:
            kind, body = found.group(1), found.group(2) or found.group(3) or ""
            if kind == "ink":
                math = re.fullmatch(r"\$(.*)\$", body)
                box[0] = (lambda m=math: latex(m.group(1))) if math and "$" not in math.group(1) else box[0]
            elif kind == "value":
                powers = re.sub(r"(?:\$\{\}\^\{[^}]*\}\$)+", lambda m: "^{%s}" %
                                "".join(re.findall(r"\^\{([^}]*)\}", m.group())), body)
                box[1] += latex(re.sub(r"\\phantom\{.*?\}", "", powers).replace("$", ""))
            else:
                box[2] += " " + body
    if box:
        yield box[0], box[1], box[2]


# ---- boxes ----

class Count(reader.Count):
    def __init__(self, show):
        super().__init__(show)
        self.apart = 0

    def boxes(self, where, boxes):
        names, seen = {}, set()
        for formula, value, about in boxes:
            if not formula or not value:
                continue
            try:
                line = re.sub(r"(?<=\d),(?=[\d−])", ", ", formula())
                part = reader.sides(line)
                if "=" in about.replace("==", "") or "…" in value:
                    raise Apart
                target = reader.Reader(value.replace("],[", "], ["), {}).whole()
                name = part[0] if len(part) > 1 or re.fullmatch(r"[\w.′]+", line) else None
                if name and name in seen:
                    self.unread.append("%s: two boxes are called %s" % (where, name))
                seen.add(name)
                side = part[-1] if len(part) > 1 or not name else None
                fine = side is None or reader.reads(side, names, target)
                if name:
                    names[name] = target
                self.agree += fine
                if not fine:
                    self.untrue.append("%s: %s, but its box says %s" % (where, line, value))
            except (Apart, intervals.Arrays):
                self.apart += 1
                names[name_of(formula)] = None
            except intervals.Unread as why:
                if any(v is None for n, v in names.items() if n and n in line):
                    self.apart += 1
                elif "∞" in value or "NaN" in value:
                    self.endless += 1
                else:
                    self.unread.append("%s: %s (%s)" % (where, line, why))


# ---- the graph, from the formulas alone ----

def names_in(formula, names):
    """The names that the formula uses, of those that there are, with their shapes."""
    used = set()

    def use(n):
        used.add(n)
        return intervals.Array(names[n], [(0.7, 0.7)] * intervals.size(names[n]))
    reader.Reader(formula, {n: lambda n=n: use(n) for n in names}, intervals.scalar((1.0, 1.0))).whole()
    return used


def find_graph(count, where, nodes):
    """Each formula must use the named operands of its node, and those of its operands without a name; no
    other names. Derivatives by a result, y (1 − y), have the operand x of the op for its ends alone. Of
    two nodes without a name that are one formula, the second is sum_1 in JSON."""
    printed, made_of = {}, {}
    for n in nodes:
        part = reader.sides(n["text"])
        operands = set().union(*(made_of.get(o, set()) for o in n["operands"]))
        named = re.fullmatch(r"(?!\d)[A-Za-z0-9_.]+", n["name"]) and not (
            n["operands"] and len(part) == 1 and re.fullmatch(n["op"] + r"_\d+", n["name"]))
        try:
            used = names_in(part[-1], printed) if n["operands"] and (len(part) > 1 or not named) else operands
        except (intervals.Unread, intervals.Arrays, IndexError, ZeroDivisionError):
            used = None
        if used is None:
            count.apart += 1
        elif ((used == operands or (n["op"].endswith("_backward") and used < operands))
              and not (named and part[0] in printed)):  # −(−A) is A again
            count.agree += 1
        else:
            count.untrue.append("%s: %s uses %s, its node %s" % (where, n["text"], sorted(used),
                sorted(operands)))
        made_of[n["name"]] = {part[0]} if named else operands
        if named:
            printed[part[0]] = n["shape"]


# ---- templates of pages ----

def without_noise(line):
    """The script adds in another order: what rounding leaves of nothing is 0, and 0.5300 may be 0.53."""
    line = re.sub(r"\(?−?\d[\d.]*·10⁻(?:¹[²³⁴-⁹]|[²³⁴-⁹][⁰¹²³⁴-⁹]+)\)?", "0", line)
    return re.sub(r"(\d\.\d*?)0+(?!\d)", r"\1", line.replace("(0)", "0"))


def run_pages(pages, what):
    """What page_run.js says of the pages."""
    with tempfile.NamedTemporaryFile("w", suffix=".html") as f:
        f.write("\n".join(pages))
        f.flush()
        run = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "page_run.js")
        p = subprocess.run(["env", "-u", "LD_PRELOAD", "node", run, f.name, what], capture_output=True,
                           text=True, timeout=500)
    if p.returncode:
        raise SystemExit("node is not here (make deps), or a script failed: " + p.stderr[-500:])
    return p.stdout


def fill_in(count, pages):
    """The numbers of each step as C wrote them, and as the page's script writes them."""
    for line in run_pages(pages, "lines").splitlines():
        numbers, filled, sum_of, own_sum = line.split("\t")
        if (without_noise(numbers), without_noise(sum_of)) == (without_noise(filled), without_noise(own_sum)):
            count.agree += 1
        else:
            count.untrue.append("a page writes %s %s, C %s %s" % (filled, own_sum, numbers, sum_of))


def move(count, pages):
    """All steps of each page, with other leaves."""
    for k, text in enumerate(run_pages(pages, "moved").split("forward\n")):
        count.text("page %d" % k, "forward\n" + text)


def name_of(formula):
    try:
        return reader.sides(formula())[0]
    except Exception:
        return ""


def main(words):
    wengert, files, many, show = rb.options(words)
    counts, draw = {"svg": Count(show), "tex": Count(show), "graph": Count(show), "page": Count(show),
                    "moved": Count(show)}, random.Random(many["--seed"])
    pages = []
    programs = [("program %d" % k, ["-e", rb.program(draw) if k < many["--programs"] else rb.layers(draw)])
                for k in range(many["--programs"] + many["--arrays"])]
    programs += [("matrices %d" % k, ["-e", rb.matrices(draw)]) for k in range(many["--matrices"])]
    programs += [("dots %d" % k, ["-e", rb.dots(draw)[0]]) for k in range(many["--dots"])]
    for where, words in [(f, [f]) for f in files] + programs:
        for form, boxes in ("svg", svg_boxes), ("tex", tikz_boxes):
            text = rb.said(wengert, "draw", "--values", "--backward", "--format", form, "-o", "-", *words)
            if text:
                counts[form].boxes("%s, %s" % (where, form), boxes(text))
        text = rb.said(wengert, "draw", "--format", "json", *words)
        if text:
            find_graph(counts["graph"], where, json.loads(text)["nodes"])
        pages.append(rb.said(wengert, "draw", "--values", "--backward", "--format", "html", "-o", "-",
                             *words))
    fill_in(counts["page"], pages)
    move(counts["moved"], pages)
    bad = False
    for form, c in counts.items():
        print("%s: %d boxes apart" % (form, c.apart))
        bad |= c.end()
    return bad


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
