"""What stands for several things in a picture stands for equal ones, and one name for one thing.

    alike.py WENGERT [--chains N] [--names N] [--seed N]

Chains of parts, h_k = part(h_(k - 1)), are drawn as slides. The parts that a frame ×5: h₂ … h₆ stands for
must be the same text but for names. Programs of names that could look alike, x1 beside x_1, are drawn as
text, SVG and TikZ: each name has one face there, each face one name. Two calls that are printed alike have
the same op, operands and options. Prints what is not so; the last line counts.
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
import read_back as rb
import reader
import read_pictures as rp

BELOW = {c: d for c, d in zip("₀₁₂₃₄₅₆₇₈₉", "0123456789")}
NAMES = ["x1", "x_1", "eps", "epsilon", "dx", "dx1", "dx_1", "x", "a_hat", "ahat", "alpha", "a1", "a_1", "a",
         "da", "d_a", "a11", "a_11", "da1", "W12", "W1_2", "y_max", "ymax", "phi",
         "h_1_2", "h1_2", "lambda", "e1", "e_1", "mu", "mu1", "mu_1", "theta", "theta_0", "theta0", "sigma",
         "sigma_1", "sigma1"]
# A part of a chain, with a place for its operand and one for what may differ, and the values of that.
PARTS = [("tanh({h} + {v})", "1 2 3 0.5 1.5"), ("leaky_relu(sin({h}), slope={v})", "0.1 0.2 0.3"),
         ("relu(dropout({h}, keep_prob={v}))", "0.9 0.8 0.5"),
         ("relu(dense({h}, 4, bias={v}))", "true false"), ("sin({h})^{v}", "2 3"),
         ("{v}({h}) + 1", "tanh sin relu"), ("softmax({h} * 2, axis={v})", "0 1"),
         ("clip(tanh({h}), -{v}, {v})", "1 2 3"), ("elu(dense({h}, 4), alpha={v})", "1.5 2 0.5"),
         ("sin({h}) + {h}/{v}", "1 2 3 4"), ("tanh({h} @ [[1,0,0,0],[0,{v},0,0],[0,0,1,0],[0,0,0,1]])",
                                             "1 2 3"),
         ("roll(tanh({h}), {v}, axis=1)", "1 2"), ("pad(tanh({h}), before={v}, axis=0)[{v}:]", "1 2"),
         ("relu(dense({h}, {v}))", "4 5 6"), ("tanh({h}[:, {v}:{v}+1]) + {h}", "0 1 2"),
         ("layer_norm({h} * 2, eps={v})", "1e-3 1e-5"), ("cumsum(tanh({h}), axis={v})", "0 1")]


def said(wengert, *words):
    return subprocess.run([wengert, *words], capture_output=True, text=True, timeout=60).stdout


def chain(draw):
    """The program, and the texts of its parts."""
    part, values = draw.choice(PARTS)
    values, n, text, texts = values.split(), draw.randrange(3, 30), "x = %s\n" % rb.matrix(draw, 3, 4), []
    usual, odd = draw.sample(values, 2)
    kind, at = draw.randrange(4), draw.randrange(n)
    for k in range(n):
        v = (usual if kind == 0 or (kind == 1 and k != at) else odd if kind == 1 else values[k % len(values)]
             if kind == 2 else draw.choice(values))
        text += "h%d = %s\n" % (k + 1, part.format(h="h%d" % k if k else "x", v=v))
        texts.append(part.format(h="h", v=v))
    return text + "L = sum(h%d^2)\n" % n, texts


def frames(svg):
    """×5: h₂ … h₆ as (5, 2, 6)."""
    for line in re.findall(r"<text[^>]*>(.*?)</text>", svg, re.S):
        found = re.match(r"×(\d+): h([₀-₉]+) … h([₀-₉]+)", html.unescape(re.sub("<[^>]*>", "", line)))
        if found:
            yield tuple(int("".join(BELOW.get(c, c) for c in g)) for g in found.groups())


class Count:
    def __init__(self):
        self.fine, self.folded, self.bad = 0, 0, []

    def judge(self, ok, text):
        self.fine += bool(ok)
        if not ok:
            self.bad.append(text)

    def chain(self, wengert, text, parts):
        found = list(frames(said(wengert, "draw", "--for", "slide", "--format", "svg", "-o", "-", "-e",
                                 text)))
        self.folded += bool(found)
        for times, first, last in found:
            period = (last - first) // (times - 1)
            alike = all(len(set(parts[k - 1:last:period])) == 1 for k in range(first - period + 1, first + 1))
            self.judge(alike, "one part stands for h%d … h%d of\n%s" % (first, last, text))

    def names(self, wengert, text, own):
        nodes = json.loads(said(wengert, "draw", "--values", "--format", "json", "-e", text))["nodes"]
        value = {n["name"]: n.get("value") for n in nodes if n["name"] in own}
        self.judge(sorted(value) == sorted(own), "names are missing: %s\n%s" %
                   (sorted(set(own) - set(value)), text))
        calls = collections.defaultdict(set)
        for n in nodes:
            if n["operands"]:
                calls[reader.sides(n["text"])[-1]].add(json.dumps([n["op"], n["operands"], n.get("value")]))
        for printed, made in calls.items():
            self.judge(len(made) == 1, "%s is printed of %s\n%s" % (printed, sorted(made), text))
        listing = said(wengert, "draw", "--values", "--width", "9000", "-e", text)
        self.faces("text", [(re.split(r" = |\s{2,}", line)[0], re.split(r"\s{2,}", line)[-1])
                            for line in listing.splitlines()], value, text)
        for form, boxes in ("svg", rp.svg_boxes), ("tex", rp.tikz_boxes):
            found = []
            for formula, shown, _ in boxes(said(wengert, "draw", "--values", "--backward", "--format", form,
                                                "-o", "-", "-e", text)):
                found.append((reader.sides(formula())[0], shown))
            self.faces(form, found, value, text)

    def faces(self, form, found, value, text):
        """All values are different numbers: each of them must stand beside one face."""
        face, of = {}, {}
        for head, shown in found:
            near = [n for n, v in value.items() if isinstance(v, (int, float)) and shown == "%g" % v]
            for n in near:
                face[n] = head
                self.judge(of.setdefault(head, n) == n, "%s: %s is the face of %s and of %s\n%s" %
                           (form, head, of[head], n, text))
        self.judge(len(face) == len(value), "%s: no face of %s\n%s" %
                   (form, sorted(set(value) - set(face)), text))


def names(draw):
    """Names whose values are whole numbers, which all differ."""
    own, text = draw.sample(NAMES, draw.randrange(4, 9)), ""
    for k, n in enumerate(own):
        text += "%s = %s\n" % (n, k + 2 if k < 2 or draw.randrange(2) else "%s + %d" %
                               (own[draw.randrange(k)], 100 * 3 ** k))
    return text + "T = %s" % " + ".join("%d*%s" % (k + 2, n) for k, n in enumerate(own)), own


def main(words):
    wengert, many = words[0], {"--chains": 60, "--names": 40, "--seed": 1}
    many.update(zip(words[1::2], map(int, words[2::2])))
    draw, count = random.Random(many["--seed"]), Count()
    for _ in range(many["--chains"]):
        count.chain(wengert, *chain(draw))
    for _ in range(many["--names"]):
        count.names(wengert, *names(draw))
    for text in count.bad[:12]:
        print(text)
    print("%d of %d chains are folded; %d right, %d not" % (count.folded, many["--chains"], count.fine,
                                                            len(count.bad)))
    return bool(count.bad) or count.folded < many["--chains"] // 20


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
