"""Reads the lines of `wengert step`, and the boxes of `wengert draw --values` as text, back: each side of an
equation is computed from what is printed, and all sides must agree.

    read_back.py WENGERT [--programs N] [--arrays N] [--dots N] [--seed N] [--show] [FILE.wg ...]

The reader knows what a student knows: powers bind more than products and quotients, those more than sums,
those more than "a where b, else c"; products and quotients go from left to right; a function without
parentheses takes the next factor. Two arrays side by side are a product of matrices, ⊙ is one of elements. A
number is the interval of its last digit, and exact if it has no point. Names have the values of the lines
before, or of the definitions behind the line. It shares no code with the printer. The last line says how many
lines agree, are untrue, were not read, or have arrays that are cut short, and words; the exit status is 1 if
one is untrue, or one of a thousand is not read. N random programs of scalars, with numbers between 10^-12 and
10^18, and N of arrays with layers and losses are read beside the files. Of N sums of products each factor
must stand in its line.
"""
import random
import re
import subprocess
import sys

from reader import Count, Reader, sides

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
    return draw.choice(["tanh(%s)", "sigmoid(%s)", "exp(-abs(%s))", "sin(%s)", "(%s)^2", "(%s)^3", "abs(%s)",
                        "(-%s)", "1/(%s)"]) % a


def program(draw):
    letters = draw.sample(["a", "b", "c", "x", "y", "z", "w", "dx", draw.choice(["y1", "y_1"]), "WK", "t",
                           "u2"], 5)
    text, names = "", []
    for n in letters[:2]:
        text += "%s = %s%s\n" % (n, draw.choice(["", "-"]), literal(draw))
        names.append(n)
    for n in letters[2:]:
        text += "%s = %s\n" % (n, expression(draw, names, draw.randrange(1, 4)))
        names.append(n)
    return text


def matrix(draw, n, m):
    return "[%s]" % ", ".join("[%s]" % ", ".join("%.2g" % draw.uniform(-2, 2) for _ in range(m))
                              for _ in range(n))


def row(draw, m, low=-2):
    return "[%s]" % ", ".join("%.2g" % draw.uniform(low, 2) for _ in range(m))


def layers(draw):
    """A net of small arrays with one of the losses."""
    n, m = draw.choice([(2, 2), (2, 3), (3, 2)])
    text, h = "x = %s\n" % matrix(draw, n, m), "x"
    for k in range(draw.randrange(1, 4)):
        g = "h%d" % k
        kind = draw.randrange(13)
        if kind < 2:
            text += "W%d = %s\nb%d = %s\n" % (k, matrix(draw, m, m), k, row(draw, m))
            text += "%s = %s @ W%d + b%d\n" % (g, h, k, k)
        elif kind < 4:
            text += "g%d = %s\nc%d = %s\n" % (k, row(draw, m, 0.5), k, row(draw, m))
            text += "%s = %s(%s, g%d, c%d)\n" % (g, draw.choice(["layer_norm", "batch_norm"]), h, k, k)
        elif kind == 4:
            text += "q%d = %s\n%s = %s * q%d / (1 + abs(%s))\n" % (k, matrix(draw, n, m), g, h, k, h)
        elif kind == 5:
            text += "%s = %s.T\n" % (g, h)
            n, m = m, n
        elif kind == 6 and m == 2:
            text += "u%d = %s[:, 0:1]\nv%d = %s[:, 1:2]\n%s = concat(v%d * 2, u%d, axis=1)\n" % (k, h, k, h,
                g, k, k)
        else:
            text += "%s = %s\n" % (g, draw.choice(["tanh(%s)", "sigmoid(%s)", "relu(%s)", "softmax(%s)",
                                                   "exp(-abs(%s))", "gelu(%s)", "silu(%s)", "(%s)^2",
                                                   "flip(%s, axis=1)", "(abs(%s) + 0.1)^1.5"]) % h)
        h = g
    labels = "[%s]" % ", ".join(str(draw.randrange(m)) for _ in range(n))
    bits = "[%s]" % ", ".join("[%s]" % ", ".join(str(draw.randrange(2)) for _ in range(m)) for _ in range(n))
    return text + draw.choice([
        "J = softmax_cross_entropy(%s, " + labels + ")", "a = softmax(%s)\nJ = -mean(log(a))", "J = mean(%s)",
        "t = " + bits + "\nJ = mse(%s, t)", "J = sum(mean(%s, axis=0)^2) / 2", "J = sum(max(%s, axis=1))",
        "y = " + bits + "\nJ = bce_with_logits(%s, y)", "y = " + bits + "\na = sigmoid(%s)\nJ = "
        "binary_cross_entropy(a, y)",
        "y = one_hot(" + labels + ", %d)\nJ = softmax_cross_entropy(%%s, y)" % m,
        "t = " + bits + "\nJ = huber(%s, t)",
        "J = softmax_cross_entropy(%s, " + labels + ", smoothing=0.1)", "l = softmax_cross_entropy(%s, " +
        labels + ", reduction=none)\nJ = sum(l^2)",
        "T = 2\np = softmax(%s / T)\nJ = -mean(log(p[:, 0:1]))",
        "a = sigmoid(%s)\nJ = binary_cross_entropy(a, a)", "t = " + bits + "\nJ = mae(%s, t)"]) % h


def products(draw, names, depth):
    """A square matrix: products of matrices, of elements, quotients, sums, transposes, and numbers among
    them."""
    kind, of = draw.randrange(14) if depth else 0, lambda: products(draw, names, depth - 1)
    number = draw.choice(["2", "s", "t", "sum(%s)" % draw.choice(names), "3.5",
                          "sum(%s)^2" % draw.choice(names), "-1"])
    if kind < 2:
        return draw.choice(names)
    if kind < 5:
        return "(%s @ %s)" % (of(), of())
    if kind < 7:
        return "(%s * %s)" % (of(), of())
    return draw.choice(["(%s + " + of() + ")", "(%s - " + of() + ")", "(%s / " + number.replace("-", "") +
                        ")", "(" + number + " * %s)", "(%s * " + number + ")",
                        "%s.T", "(-%s)", "(%s)^2", "tanh(%s)", "(%s / (1 + abs(" + of() + ")))",
                        "(1/%s)" % number + "*%s"]) % of()


def matrices(draw):
    text = "".join("%s = %s\n" % (n, matrix(draw, 2, 2))
                   for n in "ABC") + "s = %.2g\nt = %.2g\n" % (draw.uniform(0.5, 3), draw.uniform(0.5, 3))
    names = ["A", "B", "C"]
    for n in "DEF":
        text += "%s = %s\n" % (n, products(draw, names, draw.randrange(2, 5)))
        names.append(n)
    return text + "L = " + draw.choice(["sum(D @ E * F)", "sum(F)^2/2", "mean(F*(E @ D))",
                                        "sum(F)/s + sum(E)*t"]) + "\n"


def saturated(draw):
    """Where a result is so near to 1 that one minus it has lost digits that are printed. Nearer than 2e-14 it
    is printed as 1."""
    z = draw.uniform(20, 31.5) * draw.choice([1, 1, -1])
    text = "z = %.4g\n" % z + draw.choice(["a = sigmoid(z)", "a = sigmoid(2*(z/2))", "a = (tanh(z/2) + 1)/2",
                                           "a = exp(-abs(z))", "a = 1 - exp(-abs(z))",
                                          "t = tanh(z/2)\na = t^2", "a = 1/(1 + exp(-z))"]) + "\n"
    return text + "L = " + draw.choice(["-log(1 - a)", "-log(a)", "(1 - a)^2", "log(1 - a^2)",
                                        "binary_cross_entropy(a, 1)", "binary_cross_entropy(a, 0)",
                                        "a/(1 - a)", "sqrt(1 - a)", "bce_with_logits(z, 1)*a",
                                        "softplus(z) - a", "1/(1 - a)"])


def dots(draw):
    """A sum of products of numbers, or of the elements of two short vectors; and the factors, in their
    order."""
    n, sign = draw.randrange(2, 5), lambda: draw.choice(["", "", "-"])
    w, x, kind = ([sign() + literal(draw) for _ in range(n)], [sign() + literal(draw) for _ in range(n)],
                  draw.randrange(4))
    if kind:
        text = "w = [%s]\nx = [%s]\n" % (", ".join(w), ", ".join(x))
        total = ["w @ x", "sum(w*x)", "dot(w, x)"][kind - 1]
    else:
        n = min(n, 3)
        text = "".join("w%d = %s\nx%d = %s\n" % (k, w[k], k, x[k]) for k in range(n))
        total = " + ".join("w%d*x%d" % (k, k) for k in range(n))
    return (text + "b = %s\nz = %s + b\n" % (sign() + literal(draw), total),
            [float(v) for k in range(n) for v in (w[k], x[k])])


def factors_of(text):
    """Those of the products in the numbers of z."""
    for line in text.splitlines():
        if re.match(r"\s+\d+  z = ", line):
            numbers = sides(line.split("  ", 2)[-1])[-2]
            return [Reader(f, {}).whole().at[0] for f in re.findall(r"\(?[^\s()]+\)?",
                numbers.rsplit(" + ", 1)[0]) if f not in "+·"]
    return []


def count_expanded(wengert, draw, many):
    """How many programs of `dots` have all factors in the line of z; programs that have not."""
    n, bad = 0, []
    for _ in range(many):
        text, want = dots(draw)
        lines = steps(wengert, "-e", text)
        found = factors_of(lines)
        if len(found) == len(want) and all(a[0] <= v <= a[1] for a, v in zip(found, want)):
            n += 1
        elif lines:
            bad.append(text)
    return n, bad


def said(wengert, *words):
    p = subprocess.run([wengert, *words], capture_output=True, text=True, timeout=60)
    return p.stdout if p.returncode == 0 else ""


def steps(wengert, *words):
    return said(wengert, "step", "--all", "--width", "2000", *words)


# Lines, and how many of them agree, are untrue, and are not read.
KNOWN_LINES = [
    (['y = 1/1.536·10⁻¹² = 6.510·10¹¹'], (0, 1, 0)),
    (['y = 1/(1.536·10⁻¹²) = 6.510·10¹¹'], (1, 0, 0)),
    (['y = 1.67·10⁻⁵² = 2.789·10⁻¹⁰'], (0, 1, 0)),
    (['w = [0.3, 0.8]', 'x = [2, −1]', 'z = w x = 0.3 · 2 + 0.8 · (−1) = −0.2', 'u = w x = 0.3 · 2 + 0.8 · '
      '(−2) = −0.2'], (3, 1, 0)),
    (['y = (1.67·10⁻⁵)² = 2.789·10⁻¹⁰'], (1, 0, 0)),
    (['y = 3 · −2 = −6'], (0, 0, 1)),
    (['y = −−1.839 = 1.839'], (0, 0, 1)),
    (['z = 7', 'y = tanh z = 1'], (1, 1, 0)),
    (['z = 7', 'y = tanh z = 1.000'], (2, 0, 0)),
    (['z = 3', 'y = 2 z² = 18', 'w = −z² = −9'], (3, 0, 0)),
    (['z = 3', 'v = z^(−1) = 0.3333'], (2, 0, 0)),
    (['z = 3', 'y = 2 z² = 36'], (1, 1, 0)),
    (['z = 3', 'z = 4'], (1, 0, 1)),
    (['z = [[1, 2], [3, 4]]', 'w = [[0, 1], [1, 0]]', 'y = z w = [[2, 1], [4, 3]]',
      'u = z ⊙ w = [[0, 2], [3, 0]]'], (4, 0, 0)),
    (['z = [[1, 2], [3, 4]]', 'w = [[0, 1], [1, 0]]', 'y = z w = [[0, 2], [3, 0]]'], (2, 1, 0)),
    (['z = [[1, 2], [3, 4]]', 's = Σ(z along axis 0) = [4, 6]', 't = Σ(z along axis 0) = [3, 7]'], (2, 1, 0)),
    (['z = [[1, 2], [3, 4]]', 'r = z where z > 2, else 0 = [[0, 0], [3, 4]]'], (2, 0, 0)),
    (['z = [[1, 2], [3, 4]]', 'r = (z − m)/2 = [[−0.75, −0.25], [0.25, 0.75]];  m = mean(z)'], (2, 0, 0)),
    (['z = [[1, 2], [3, 4]]', 'r = z[1 − i] for i along axis 1 = [[2, 1], [4, 3]]'], (2, 0, 0)),
    (['z = [[1, 2], [3, 4]]', 'p = softmax(z) = [[0.2689, 0.7311], [0.2689, 0.7311]]',
      'q = softmax(z) = [[0.5, 0.5], [0.3, 0.7]]'], (2, 1, 0)),
]


def check_itself():
    for lines, counts in KNOWN_LINES:
        c = Count(False)
        c.text("", "forward\n" + "".join("   %d  %s\n" % (k, t) for k, t in enumerate(lines, 1)))
        assert (c.agree, len(c.untrue), len(c.unread)) == counts, (lines, c.untrue, c.unread)


def options(words):
    wengert, files, many, show = words[0], [], {"--programs": 0, "--matrices": 0, "--arrays": 0,
                                                "--saturated": 0, "--dots": 0, "--seed": 1}, False
    at = 1
    while at < len(words):
        if words[at] in many:
            many[words[at]] = int(words[at + 1])
            at += 1
        elif words[at] == "--show":
            show = True
        else:
            files.append(words[at])
        at += 1
    return wengert, files, many, show


def main(words):
    if words == ["--itself"]:
        return check_itself()
    wengert, files, many, show = options(words)
    count, draw, shown = Count(show), random.Random(many["--seed"]), 0
    for f in files:
        count.text(f, steps(wengert, f))
    for k in range(many["--programs"] + many["--arrays"]):
        scalars = k < many["--programs"]
        text = program(draw) if scalars else layers(draw)
        lines = steps(wengert, "-e", text)
        shown += bool(lines)
        count.text("program %d" % k, lines)
        if scalars:
            count.listing("program %d" % k, said(wengert, "draw", "--values", "--width", "2000", "-e", text))
    for k in range(many["--matrices"]):
        text = matrices(draw)
        count.text("matrices %d" % k, steps(wengert, "-e", text))
        count.listing("matrices %d" % k, said(wengert, "draw", "--values", "--width", "2000", "-e", text))
    for k in range(many["--saturated"]):
        count.text("saturated %d" % k, steps(wengert, "-e", saturated(draw)))
    for k in range(many["--dots"]):
        count.text("dots %d" % k, steps(wengert, "-e", dots(draw)[0]))
    expanded, bad = count_expanded(wengert, draw, many["--dots"])
    count.untrue.extend("not written as products: " + text for text in bad)
    if many["--dots"]:
        print("%d sums of products are written as such" % expanded)
    if shown:
        print("%d of %d programs have steps" % (shown, many["--programs"] + many["--arrays"]))
    return count.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
