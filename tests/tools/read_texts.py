"""Reads the numbers that the command prints for people, and compares them with its JSON.

    read_texts.py WENGERT [--programs N] [--lessons N] [--seed N] [LESSON.md ...]

N random programs have numbers from 10^-300 to 10^300, negative ones, 0, NaN, ∞, whole numbers, f32 and long
lists: what `eval`, `grad`, `step`, `draw` and `check` print of each name must be its JSON, rounded. A
training is gradient descent on a square, whose steps Python computes. N lessons show the values of such
programs in their text and beside their claims; of the course's own lessons the claims are read.
"""
import json
import math
import os
import random
import re
import struct
import subprocess
import sys
import tempfile
import unicodedata

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../steps"))
import printed  # noqa: E402
from printed import Unread, need, Wrong, options  # noqa: E402
import reader  # noqa: E402


def said(wengert, *words, status=(0, 1, 5)):
    p = subprocess.run([wengert, *words], capture_output=True, text=True, timeout=60)
    need(p.returncode in status, "%s: %s" % (" ".join(words), p.stderr))
    return p.stdout


# ---- random programs ----

def literal(draw):
    kind = draw.randrange(9)
    sign, size = draw.choice(["", "-"]), draw.choice([3, 8, 40, 300])
    power = "e%d" % draw.randint(-size, size)
    return sign + (["0", "0/0", "1/0", str(draw.randrange(1, 2000)), "1" + power][kind] if kind < 5 else
                   "%.*f" % (draw.randrange(1, 16), draw.uniform(1, 9.9)) + power)


def program(draw):
    """Its text, and its names."""
    text, names = "", []
    for name in draw.sample(["a", "b", "v", "W", "x1", "rate", "eps", "long"], draw.randrange(2, 6)):
        n = draw.choice([2, 3, 4, 7, 12, 40])
        text += name + " = " + draw.choice([
            literal(draw), literal(draw), "[%s]" % ", ".join(literal(draw) for _ in range(n)),
            "[%s]" % ", ".join("[%s, %s]" % (literal(draw), literal(draw)) for _ in range(n % 8 + 1)),
            "arange(%d) * %s" % (n, literal(draw)), "argmax([[1, 2], [3, 1]], axis=1)", "arange(%d) > 2" % n,
            "reshape(arange(12), [2, 2, 3]) * %s" % literal(draw),
            "%s/%s" % (draw.randrange(1, 9), draw.choice([3, 7, 9e5, 11]))]) + "\n"
        names.append(name)
    return text, names


# ---- what stands there ----

def values_in(text):
    """The tables of eval and grad: by label the lists of their rows."""
    out, into = {}, None
    for line in text.splitlines():
        first, *rest = line.split()
        if not line.startswith(" "):
            shape = re.fullmatch(r"\[(\d+(?:,\d+)+)\]", rest[0]) if rest else None
            sizes = [int(n) for n in shape[1].split(",")] if shape else [len(rest)] * (len(rest) > 1)
            into = out[first] = (sizes, [] if shape else rest)
        elif not re.match(r"\s+\[[\d,]*:", line):
            into[1].extend([first, *rest])
    return {name: nested([printed.number(w) for w in words], sizes) for name, (sizes, words) in out.items()}


def nested(flat, sizes):
    if len(sizes) < 2:
        return flat if sizes else flat[0]
    step = len(flat) // sizes[0]
    need(step * sizes[0] == len(flat), "%d numbers for %s" % (len(flat), sizes))
    return [nested(flat[i:i + step], sizes[1:]) for i in range(0, len(flat), step)]


def stored(value, dtype):
    """The numbers that f32 has for those of its JSON, which are the shortest ones."""
    if isinstance(value, list):
        return [stored(v, dtype) for v in value]
    is_f32 = dtype == "f32" and isinstance(value, float)
    return struct.unpack("f", struct.pack("f", value))[0] if is_f32 else value


def values_of(wengert, text, names, *flags):
    found = said(wengert, "eval", "--json", "--full", "-e", text, "--print", ",".join(names), *flags)
    return {n: stored(v["value"], v["dtype"]) for n, v in json.loads(found)["values"].items()}


class Count:
    def __init__(self):
        self.values = self.steps = self.trainings = self.lessons = 0

    def same(self, shown, value, what, least=4):
        need(printed.agrees(shown, value, least), "%.500s\nhas %.200s for %.200s" % (what, shown, value))
        self.values += 1


def of_program(count, wengert, draw):
    text, names = program(draw)
    dtype, digits = draw.choice(["f64", "f32"]), draw.choice([0, 0, 1, 3, 9, 17])
    found = values_of(wengert, text, names, "--dtype", dtype)
    shown = values_in(said(wengert, "eval", "-e", text, "--dtype", dtype, "--print", ",".join(names),
                           *(["--digits", str(digits)] if digits else [])))
    for name in names:
        count.same(shown[name], found[name], "eval %s of\n%s" % (name, text),
                   min(digits, 6 if dtype == "f32" else 17) or 4)
    of_lines(count, wengert, ["--dtype", dtype, "-e", text + "r = sum(%s)" % names[-1]], names, found)
    n = draw.choice([2, 5])
    v = ["%.3ge%d" % (draw.uniform(-9, 9), draw.randint(-9, 9)) for _ in range(2 * n)]
    of_gradients(count, wengert, "x = [%s]\ny = [%s]\nL = sum(x^3*y) + sum(x)*sum(y^2)\n" % (
        ", ".join(v[:n]), ", ".join(v[n:])))


def of_lines(count, wengert, words, names, found):
    """The last sides of steps, and the last columns of the listing."""
    words = ["--width", "9000", *words]
    steps = said(wengert, "step", "--all", *words, status=(0, 3))  # 3: there are none
    rows = said(wengert, "draw", "--values", *words)
    for line in steps.splitlines() + rows.splitlines():
        parts = reader.sides(re.sub(r"^\s+(?:\d+  )?", "", line))
        name = parts[0].split("  ")[0].strip()
        one = [n for n in names if unicodedata.normalize("NFKC", name) in (n, n.replace("eps", "ε"))]
        value = re.split(r"\s{2,}", line.strip())[-1].split(" = ")[-1]
        value = re.sub(r"( (mean|from) .*| \d+ NaN, .*);?$", "", value)
        if one and re.match(r"[\[\d−∞N]", value) and not re.search(r"[a-z(]", value.replace("NaN", "")):
            count.same(printed.array(re.sub(r"^\[[\d,]*\] +", "", value)), found[one[0]], line)
            count.steps += 1


def of_gradients(count, wengert, text):
    flags = ["-e", text]
    found = json.loads(said(wengert, "grad", "--json", *flags))["grads"]
    shown = values_in(said(wengert, "grad", *flags))
    steps = said(wengert, "step", "--all", "--width", "9000", *flags)
    for name, value in found.items():
        count.same(shown["dL/d" + name], value, "grad of\n" + text)
        line = re.findall(r"^ +\d+  (d%s \+?= .*)" % name, steps, re.M)[-1]
        count.same(printed.array(line.rpartition(" = ")[2]), value, "step: " + line)
    found = json.loads(said(wengert, "check", "--json", *flags))
    words = said(wengert, "check", *flags)
    for name, at, one, other in re.findall(r"^  (\w+)\[(\d+)\] +autodiff (\S+) +numeric (\S+)", words, re.M):
        part = next(i for i in found["inputs"] if i["name"] == name)
        slope = next(c["slope"] for c in part["components"] if c["index"] == int(at))
        count.same(printed.number(one.lstrip("+")), part["analytic"][int(at)], "check of\n" + text)
        count.same(printed.number(other.lstrip("+")), slope, "check of\n" + text)
    ratio = re.search(r"^ratio at eps (\S+): (\S+)  \w+.*\(floor (\S+)\)", words, re.M)
    for shown, name in zip(ratio.groups() if ratio else (), ("eps", "ratio", "floor")):
        count.same(printed.number(shown), found[name], "check of\n" + text, 1 if name == "floor" else 2)


def of_training(count, wengert, draw):
    """w moves by rate * 2 (w - a) * c: Python computes the same."""
    a, c = [float("%.3ge%d" % (draw.uniform(-9, 9), draw.randint(-6, 6))) for _ in range(2)]
    rate, steps = float("%.3g" % (draw.uniform(0.01, 0.3) / abs(c))), draw.randrange(1, 40)
    flags = ["-e", "w = param(init=%r)\nJ = %r*(w - %r)^2\ntrain(J)" % (1.0, c, a), "--optimizer",
             "sgd(lr=%r)" % rate, "--epochs", str(steps)]
    w, path = 1.0, []
    for _ in range(steps + 1):
        path.append((c * (w - a) ** 2, w))
        w -= rate * 2 * c * (w - a)
    with tempfile.TemporaryDirectory() as folder:
        words = said(wengert, "train", *flags, "--path", "w", "-o", folder)
        rows = [line.split(",") for line in open(folder + "/path.csv").read().split()[1:]]
        log = [json.loads(line)["loss"] for line in open(folder + "/log.jsonl")]
    need(len(rows) == steps + 1 and len(log) == steps, "%d rows of %d steps" % (len(rows), steps))
    for k, row in enumerate(rows):
        near = [math.isclose(float(x), y, rel_tol=1e-9, abs_tol=1e-12 * size)
                for x, y, size in zip(row[1:], path[k], (abs(c) * (1 + a * a), 1 + abs(a)))]
        need(all(near) and (k == steps or float(row[1]) == log[k]), "a step has %s, not %s" % (row, path[k]))
    shown = re.search(r"^%d steps?  J (\S+).*\nw (\S+)" % steps, words, re.M)
    need(shown, "no last line: " + words)
    count.same(printed.number(shown[1]), log[-1], "train")
    count.same(printed.number(shown[2]), float(rows[-1][2]), "train")
    count.trainings += 1


# ---- lessons ----

def of_lesson(count, wengert, draw):
    """A value of a text stands as 1, 2 and 3, of a claim as [1, 2, 3]; of more than five the first three."""
    text, names = program(draw)
    found = values_of(wengert, text, names)
    digits = {n: draw.choice([0, 0, 2, 7, 15]) for n in names}
    lines = ["# T", "", "```wg", text.strip(), "```", ""]
    lines += ["%s is {%s%s}." % (n.upper(), n, ":%d" % digits[n] if digits[n] else "") for n in names]
    lines += ["", "```check"] + ["%s == %s" % (n, n) for n in names] + ["```"]
    with tempfile.TemporaryDirectory() as folder:
        with open(folder + "/a.md", "w") as f:
            f.write("\n".join(lines))
        words = said(wengert, "lesson", folder + "/a.md")
        said(wengert, "lesson", folder + "/a.md", "--page", "-o", folder + "/a.html")
        page = open(folder + "/a.html").read()
    words = re.sub(r"\s+", " ", words)
    for n in names:
        value = printed.flat(found[n])
        for place, text_of in ("text", words), ("page", page):
            shown = re.search(r"\b%s is (.*?)\.(?=[ <]|$)" % n.upper(), text_of)
            need(shown, "no %s in the %s" % (n, place))
            of_list(count, bare(shown[1]), value, "%s of %s" % (place, text), min(digits[n] or 3, 3))
        shown = re.search(r"[✓✗] %s == %s +came out (\[.*?\]|\S+)" % (n, n), words)
        of_list(count, shown[1], value, "a claim of " + text, 3)
    count.lessons += 1


def bare(text):
    """A list of a sentence, 1,234, 5 and 6, as [1234, 5, 6]."""
    if text.startswith("["):
        return text
    words = [re.sub(r",(?=\d)", "", w).replace("NaN", "nan") for w in re.split(r", | and ", text)]
    return words[0] if len(words) == 1 else "[" + ", ".join(words) + "]"


def of_list(count, text, value, what, least):
    shown = printed.array(text)
    if isinstance(value, list) and len(value) == 1 and not isinstance(shown, list):
        value = value[0]
    if isinstance(shown, list) and len(value) > 5:
        need(len(shown) == 4 and isinstance(shown[-1], printed.Cut), "%s: %s is whole" % (what, text))
    count.same(shown, value, what, least)


def of_course(count, wengert, file):
    """The claims of a lesson: what is printed is the left side of the JSON, or of an array begins like it."""
    claims = json.loads(said(wengert, "lesson", file, "--json"))["claims"]
    shown = re.findall(r"^  [✓✗] (.*?) +came out (.*)$", said(wengert, "lesson", file), re.M)
    need(len(shown) == len(claims), "%s: %d claims of %d" % (file, len(shown), len(claims)))
    values = {re.sub(r"\s+", "", c["text"]): c["left"] for c in claims}
    for text, number in shown:
        need(re.sub(r"\s+", "", text) in values, "%s: %s" % (file, text))
        if not number.startswith("["):
            count.same(printed.number(number), values[re.sub(r"\s+", "", text)], "%s: %s" % (file, text), 3)


def main(words):
    (wengert, *files), many = options(words, programs=0, lessons=0, seed=1)
    draw, count, wrong = random.Random(many["seed"]), Count(), 0
    for task in ([of_program] * many["programs"] + [of_training] * (many["programs"] // 4) +
                 [of_lesson] * many["lessons"] + files):
        try:
            task(count, wengert, draw) if callable(task) else of_course(count, wengert, task)
        except (Wrong, Unread) as why:
            wrong += 1
            print(why)
    print("%(values)d values, %(steps)d lines of steps, %(trainings)d trainings, %(lessons)d lessons"
          % vars(count) + "; %d are wrong" % wrong)
    return wrong > 0 or min(vars(count).values()) == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
