"""One face for one symbol: in the pages of lessons each name of a vector or a matrix is bold, each name of a number italic.

    faces.py WENGERT LESSON.md ...

Shapes are those of `wengert eval`; a program of a lesson is its blocks wg. Prints what differs, and how many names agree."""
import json
import os
import re
import subprocess
import sys
import tempfile

GREEK = dict(zip("α β γ δ ε η θ λ μ σ ω".split(), "alpha beta gamma delta epsilon eta theta lambda mu sigma omega".split()))


def said(*words):
    return subprocess.run(words, capture_output=True, text=True, timeout=100).stdout


def shapes(wengert, program):
    """The ranks of the names that statements bind."""
    with tempfile.NamedTemporaryFile("w", suffix=".wg") as f:
        f.write(program)
        f.flush()
        names = sorted(set(re.findall(r"(?:^|; *)([A-Za-z_]\w*) *=(?!=)", program, re.M)))
        while names:
            text = json.loads(said(wengert, "eval", "--json", "--mode", "train", "--print", ",".join(names), f.name))
            if "values" in text:
                return {n: len(v["shape"]) for n, v in text["values"].items()}
            lacks = re.search(r"'(\w+)'", text["error"]["message"])
            names.remove(lacks.group(1) if lacks else names[-1])
    return {}


def faces(page):
    """Names with their faces, of formulas and pictures, but for definitions of functions, whose parameters are others."""
    for label, body in re.findall(r'<svg class="formula"[^>]*aria-label="([^"]*)">(.*?)</svg>', page, re.S):
        if not re.match(r"\w+\(.*\) =", label):
            yield from re.findall(r'<tspan[^>]*font-(style="italic|weight="bold)"[^>]*>([^<]+)</tspan>', body)


def main(wengert, *lessons):
    agree = wrong = 0
    for path in lessons:
        text = open(path).read()
        if re.search(r"^```wg \w", text, re.M):
            continue  # several programs
        ranks = shapes(wengert, "\n".join(re.findall(r"^```wg\n(.*?)^```", text, re.M | re.S)))
        with tempfile.TemporaryDirectory() as folder:
            page = os.path.join(folder, "page.html")
            said(wengert, "lesson", os.path.join(".", path), "--page", "-o", page)
            for face, name in faces(open(page).read()):
                rank = ranks.get(GREEK.get(name, name))
                if rank is None:
                    continue
                agree += ("bold" in face) == (rank > 0)
                if ("bold" in face) != (rank > 0):
                    wrong += 1
                    print("%s: %s has %d axes, and is %s" % (path, name, rank, face))
    print("%d agree, %d wrong" % (agree, wrong))


main(*sys.argv[1:])
