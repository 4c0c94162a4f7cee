"""One face for one symbol: in the pages of lessons each name of a vector or a matrix is bold, each name of a
number italic, and the d of a derivative, too.

    faces.py WENGERT LESSON.md ...

Shapes are those of `wengert eval`; a program of a lesson is its blocks wg. Prints what differs, and how many
names agree."""
import json
import os
import re
import subprocess
import sys
import tempfile

GREEK = dict(zip("α β γ δ ε η θ λ μ σ ω".split(), "alpha beta gamma delta epsilon eta theta lambda mu sigma "
                 "omega".split()))


def said(*words):
    return subprocess.run(words, capture_output=True, text=True, timeout=100).stdout


def shapes(wengert, program):
    """The ranks of the names that statements bind."""
    with tempfile.NamedTemporaryFile("w", suffix=".wg") as f:
        f.write(program)
        f.flush()
        names = sorted(set(re.findall(r"(?:^|; *)([A-Za-z_]\w*) *=(?!=)", program, re.M)))
        while names:
            text = json.loads(said(wengert, "eval", "--json", "--mode", "train", "--print", ",".join(names),
                                   f.name))
            if "values" in text:
                return {n: len(v["shape"]) for n, v in text["values"].items()}
            lacks = re.search(r"'(\w+)'", text["error"]["message"])
            names.remove(lacks.group(1) if lacks and lacks.group(1) in names else names[-1])
    return {}


def pieces(text):
    """The runs of an element <text>, (face, letters), each name with what stands below it; a plain run has no
    face."""
    found = []
    for attributes, inside, plain in re.findall(r"<tspan([^>]*)>([^<]*)</tspan>|([^<>]+)", text):
        face = re.search(r'font-(?:style|weight)="(\w+)"', attributes)
        below = re.search(r' dy="\d', attributes) and "font-size" in attributes
        if below and found and found[-1][0]:
            found[-1] = found[-1][0], found[-1][1] + inside
        else:
            found.append((face and face.group(1), inside or plain))
    return found


def faces(page):
    """Names with their faces, of formulas and pictures, but for definitions of functions, whose parameters
    are others. In dw the d is a name of its own if it has a face of its own."""
    page = re.sub(r'<svg class="formula"[^>]*aria-label="\w+\([^"]*\) =.*?</svg>', "", page, flags=re.S)
    for text in re.findall(r"<text[^>]*>(.*?)</text>", page, re.S):
        yield from ((face or "upright", name) for face, name in pieces(text) if face or name == "d")


def mistake(face, name, ranks):
    """What is wrong with the face, "" if nothing is, None for what is no name of the program. A derivative
    has the face of what it is taken by, behind an italic d."""
    if face != "italic" and re.match(r"d([A-Za-z]\d*)?$", name):
        return "the d of %s is %s" % (name, face)
    rank = ranks.get(name, ranks.get(name[1:]) if name[0] == "d" else None)
    if rank is None:
        return None
    return "" if (face == "bold") == (rank > 0) else "%s has %d axes, and is %s" % (name, rank, face)


def layers(page, program, ranks):
    """Names of the program in the text around it that are not written as in its pictures: W1 or W³ for W₁ and
    W₃."""
    text = re.sub(r"<(svg|code|pre|script|style)\b.*?</\1>|<[^>]+>", " ", page, flags=re.S)
    yield from (n for n in re.findall(r"(?<![\w.])[A-Za-z]\w*\d\b", text) if n in ranks)
    for name, small in re.findall(r"(d?[A-Za-z])([¹²³⁴-⁹])", text):
        digit = str("⁰¹²³⁴⁵⁶⁷⁸⁹".index(small))
        if name + digit in ranks and name + "^" + digit not in program:
            yield name + small


def main(wengert, *lessons):
    agree = wrong = 0
    for path in lessons:
        text = open(path).read()
        program = said(wengert, "lesson", os.path.join(".", path), "--program")
        ranks = shapes(wengert, program)
        # a name that two programs bind has two shapes
        for other in re.findall(r"^```wg \w.*\n(.*?)^```", text, re.M | re.S):
            for name in re.findall(r"\b([A-Za-z_]\w*) *=(?!=)", other):
                ranks.pop(name, None)
        with tempfile.TemporaryDirectory() as folder:
            page = os.path.join(folder, "page.html")
            said(wengert, "lesson", os.path.join(".", path), "--page", "-o", page)
            page = open(page).read()
            said_of = [mistake(face, GREEK.get(name, name), ranks) for face, name in faces(page)]
            said_of += ["%s in the text" % name for name in layers(page, program, ranks)]
            agree, wrong = agree + said_of.count(""), wrong + sum(map(bool, said_of))
            print("".join("%s: %s\n" % (path, text) for text in said_of if text), end="")
    print("%d agree, %d wrong" % (agree, wrong))


main(*sys.argv[1:])
