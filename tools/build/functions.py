#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes docs/functions.md and docs/functions/*.md from the public headers of C: a row for each function,
with its call and a sentence: the first one of the comment behind it, or of the comment above it. `make docs`
calls it. --check: changes nothing, and prints what would change and what the headers leave out. --names: the
functions that have a row.

The call is the example of the comment, if there is one. Else it is the macro with its operands and options,
or the function with its arguments. Functions under a heading `for bindings` or `what NAME expands to` have
no row."""
import difflib
import glob
import os
import re
import sys

import table

DOCS = os.path.join(table.TOP, "docs")
PAGES = {  # of each page the title and its headers
    "contexts": ("Contexts, shapes, tensors, errors", "base"),
    "graphs": ("Graphs, nodes, inputs, plans", "graph plan"),
    "elements": ("Functions of elements", "functions"),
    "arithmetic": ("Arithmetic, comparisons, reductions", "ops"),
    "places": ("Elements in other places", "arrange pick makers"),
    "products": ("Products and linear algebra", "contract linear"),
    "nets": ("What nets are made of", "conv attention norms losses"),
    "layers": ("Layers", "nn recurrent transformer sequential"),
    "derivatives": ("Derivatives", "grad implicit"),
    "parameters": ("Parameters, and what is saved", "params state average"),
    "training": ("Training", "optim schedule fit group"),
    "data": ("Data sets and tables", "data table"),
    "check": ("The check of gradients", "check"),
    "pictures": ("Pictures and figures", "draw figure formula export"),
    "language": ("The language", "lang onnx"),
    "ops": ("Ops of your own", "op kernel"),
}
NO_FUNCTIONS = "cplusplus named wengert".split()
LONGEST = 88  # a call that is longer has the names of its options below the table
LONGEST_EXAMPLE = 150

INDEX = """# The functions of C

Each function of the public headers has a row on one of these pages: how its call looks, what it does, and a
program that calls it. `make docs` makes the pages from the headers in [include/wengert](../include/wengert),
which say more. `man wg_roll` shows the header of a function after `make install`. All operations and their
derivatives are in [ops.md](ops.md), their names in NumPy and PyTorch in [op-names.md](op-names.md).

- An option is written with its name: `wg_roll(x, .shift = 1, .axis = 0)`. The order is free. An option that
  you leave out has its default, which the header says. Where a row has too many options, their names stand
  below the table.
- What stands in [ ] may be left out.

| page | headers |
|---|---|
"""
PROGRAMS = """
## Programs

[examples/functions](../examples/functions) has these programs. What a program prints can be checked by
mathematics: beside a number stands its formula, or what must be equal is compared. The file NAME.txt has
what it prints. `cc x.c $(pkg-config --cflags --libs wengert) -lm -o x && ./x` compiles and runs one.

| program | functions |
|---|---|
"""


class Row:
    def __init__(self, t, head, name, parameters):
        self.head, self.missing = head, ""
        self.c_name = "wg_" + re.sub(r"@.*", "_at" if name.endswith("@") else "", name)
        self.name = "wg_" + name.partition("@")[0]
        comment = t.comments[self.c_name]
        self.sentence = first_sentence(table.paragraph(t.behind[self.c_name] or comment))
        if not re.search("[A-Za-z]", self.sentence) or self.c_name in t.shared:
            self.missing = "include/wengert/%s.h: %s: a function without a sentence of its own" % (
                head, self.name)
        self.options = []
        self.call = self.made_call(t, [p.partition(":") for p in parameters])
        example = call_in(comment, self.name)
        whole = self.call[:-1] + ", " * (self.call[-2] != "(") + ", ".join(
            ".%s = " % o for o in self.options) + ")" if self.options else self.call
        if example:
            self.call = example
            self.options = [o for o in self.options if not re.search(r"\.%s\b" % o, example)]
        elif len(whole) <= LONGEST:
            self.call, self.options = whole, []
        elif self.options:
            self.call = (self.call[:-1] + ", ...)").replace("(, ", "(")

    def made_call(self, t, parameters):
        struct = parameters and re.fullmatch(r"(\w+_(?:args|opts))\*", parameters[-1][2])
        words, body = t.macro_words.get(self.name), t.macros.get(self.name, "")
        names = ["..." if n == "more" else n for n, _, _ in parameters]
        if struct and words is not None and struct[1] in t.lists:
            self.options = [o for _, o, _ in t.lists[struct[1]][1]]
            named = re.search(r"WG_NAMED\(\w+, \w+, \(([^)]*)\), (\w+),", body)
            names = [w.strip() for w in words[:-1]] if len(words) > len(names) else names[:-1]
            if named:
                names = split(named[1])
                if t.lists[struct[1]][0][0][0] == "wg_graph *":
                    names[0] = "g"
                least = int(named[2].partition("_")[0])
                names[least:] = ["[%s]" % n for n in names[least:]]
        elif words is not None:
            words = [w.strip() for w in words]
            if words[-1:] == ["..."]:
                after = names.index(words[-2]) + 1 if words[-2:-1] and words[-2] in names else len(words) - 1
                words = words[:-1] + names[after:]
            names = words
        return "%s(%s)" % (self.name, ", ".join(names))


def split(text):
    return [w.strip() for w in text.split(",")]


def first_sentence(text):
    """Without its full stop, and without what stands behind it."""
    m = re.match(r"(.*?[^.\s])\.(?=\s+[A-Z\"\[{`]|\s+wg_|\s*$)", text)
    return m[1] if m else text


def call_in(comment, name):
    """The statement of the comment's example that calls the function; "" without one, or if it is long."""
    lines = comment.split("\n")
    for k, line in enumerate(lines):
        if line.startswith("    ") and re.search(r"\b%s\(" % name, line):
            text = " ".join(w.strip() for w in lines[k:k + 4])
            depth = 0
            for i in range(text.index(name + "("), len(text)):
                depth += {"(": 1, "{": 1, ")": -1, "}": -1}.get(text[i], 0)
                if not depth and text[i] == ")":
                    out = text[:i + 1]
                    return out if len(out) <= LONGEST_EXAMPLE and out.count("(") == out.count(")") else ""
    return ""


def in_text(text):
    """A sentence as Markdown: names are code."""
    text = re.sub(r"([*<|])", r"\\\1", text)
    return re.sub(r"(?<![\w.])((?:wg|WG)_\w*\w|NULL)", r"`\1`", text)


def programs():
    """Pairs of path and text, those of examples/functions first."""
    found = sorted(glob.glob(os.path.join(table.TOP, "examples/functions/*.c"))) + sorted(
        glob.glob(os.path.join(table.TOP, "examples/*.c")))
    return [(os.path.relpath(p, table.TOP), open(p, encoding="utf-8").read()) for p in found]


class Pages:
    def __init__(self):
        self.table, self.programs = table.Table(), programs()
        t = self.table
        self.rows = [Row(t, head, name, parameters) for head, name, _, parameters, _ in t.calls
                     if not head.startswith("wgx/")
                     and not re.search(r"for bindings| expands to\b", " " + t.headings[
                         "wg_" + re.sub(r"@.*", "_at" if name.endswith("@") else "", name)])]
        known = NO_FUNCTIONS + " ".join(h for _, h in PAGES.values()).split()
        self.wrong = [r.missing for r in self.rows if r.missing] + [
            "include/wengert/%s.h: no page of tools/build/functions.py has it" % h for h in t.titles
            if h not in known and not h.startswith("wgx/")]

    def program(self, name):
        for path, text in self.programs:
            if re.search(r"\b%s\(" % name, text):
                return "[%s](../../%s)" % (os.path.basename(path)[:-2], path)
        return ""

    def header(self, head):
        out = ["", "## %s.h: %s" % (head, in_text(self.table.titles[head])), "",
               "| call | what it does | program |", "|---|---|---|"]
        below = {}
        for r in self.rows:
            if r.head == head:
                out.append("| `%s` | %s | %s |" % (r.call.replace("|", "\\|"), in_text(r.sentence),
                                                   self.program(r.name)))
                if r.options:
                    below.setdefault(tuple(r.options), []).append(r.name)
        for options, names in below.items():
            out += ["", "%s: `%s`" % (", ".join("`%s`" % n for n in names),
                                      "`, `".join("." + o for o in options))]
        return out

    def page(self, title, heads):
        out = ["# " + title, "", "Made of the headers by `make docs`. [functions.md](../functions.md) says "
               "how a row is read."]
        for head in heads.split():
            out += self.header(head)
        return "\n".join(out) + "\n"

    def index(self):
        out = INDEX + "\n".join("| [%s](functions/%s.md) | %s |" % (title, name, ", ".join(
            "`%s.h`" % h for h in heads.split())) for name, (title, heads) in PAGES.items()) + "\n"
        out += PROGRAMS
        for path, text in self.programs:
            if path.startswith("examples/functions/"):
                said = table.paragraph(table.marked(text)[1][0])
                out += "| [%s](../%s) | %s |\n" % (os.path.basename(path)[:-2], path,
                                                  in_text(first_sentence(said.partition(": ")[2])))
        return out

    def files(self):
        out = {os.path.join(DOCS, "functions", n + ".md"): self.page(*p) for n, p in PAGES.items()}
        out[os.path.join(DOCS, "functions.md")] = self.index()
        return out


def main():
    pages = Pages()
    if "--names" in sys.argv:
        print("\n".join(sorted({r.name for r in pages.rows})))
        return 0
    files, different = pages.files(), 0
    for path in glob.glob(os.path.join(DOCS, "functions", "*.md")):
        files.setdefault(path, "")
    for path, text in files.items():
        old = open(path, encoding="utf-8").read() if os.path.exists(path) else ""
        if old == text:
            continue
        different = 1
        if "--check" in sys.argv:
            print("".join(difflib.unified_diff(old.splitlines(1), text.splitlines(1), os.path.relpath(path),
                                               "headers", n=0))[:2000])
        elif text:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
        else:
            os.remove(path)
    print("\n".join(pages.wrong), end="\n" * bool(pages.wrong))
    return "--check" in sys.argv and (different or bool(pages.wrong))


if __name__ == "__main__":
    sys.exit(main())
