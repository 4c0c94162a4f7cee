#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes docs/pytorch.md and docs/python/functional.md, the pages of PyTorch's calls: of each its arguments,
those that are refused, and those that change no number. It reads the rows of python/wengert (_signatures.py
says how they are written).
`make docs` calls it. --check: changes nothing, and the status is 1 if a page would change."""
import ast
import importlib.util
import os
import sys

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
PACKAGE, PAGE = os.path.join(TOP, "python/wengert"), os.path.join(TOP, "docs/pytorch.md")
FUNCTIONAL = os.path.join(TOP, "docs/python/functional.md")
spec = importlib.util.spec_from_file_location("signatures", os.path.join(PACKAGE, "_signatures.py"))
rows = importlib.util.module_from_spec(spec)
spec.loader.exec_module(rows)

HEAD = """# PyTorch's calls

Made of the rows of [python/wengert](../python/wengert) by `make docs`. Each call has PyTorch's arguments, by
position and by name, with its defaults. An argument that is refused is an error at any other value than its
default; one without effect is taken at any value, and changes no number. Tests ask each of them beside
PyTorch ([tests/ways/signatures.py](../tests/ways/signatures.py)). What differs in meaning is in
[python/calls.md](python/calls.md#coming-from-pytorch). The functions of `wengert.nn.functional` have
[a page of their own](python/functional.md).
"""
HEADS = {PAGE: HEAD, FUNCTIONAL: """# PyTorch's functions

Made of the rows of [python/wengert/nn](../../python/wengert/nn) by `make docs`, as
[PyTorch's calls](../pytorch.md) are: the page says what the columns mean.
"""}


# What is given to a module when it is called.
OPERANDS = "input target input1 input2 x1 x2 anchor positive negative _stacklevel".split()


def source(name):
    with open(os.path.join(PACKAGE, name), encoding="utf-8") as f:
        return ast.parse(f.read())


def text_of(tree, name):
    """The text that is given to a name of the file."""
    return next(ast.literal_eval(s.value) for s in tree.body if isinstance(s, ast.Assign)
                and getattr(s.targets[0], "id", "") == name)


def functions(text):
    """Pairs of name and row."""
    for line in text.replace("\\\n    ", "").strip().split("\n"):
        name, _, row = line.partition(" = ")[0].partition("(")
        yield name, row[:-1]


def of_defs(cls):
    """The row of a class with an __init__ of its own."""
    for f in cls.body:
        if isinstance(f, ast.FunctionDef) and f.name == "__init__":
            return ast.unparse(f.args).replace("self, ", "", 1).replace("self", "")
    return None


def row_in(line):
    """The row that an assignment gives, alone or beside others."""
    names, x = line.targets[0], line.value
    pairs = zip(names.elts, x.elts) if isinstance(names, ast.Tuple) and isinstance(x, ast.Tuple) else [(names,
                                                                                                        x)]
    return [ast.literal_eval(value) for name, value in pairs if getattr(name, "id", "") == "_row"]


def classes(tree):
    """Pairs of name and row, of classes that have one, or the class that they are made of."""
    known = {}
    for cls in tree.body:
        if not isinstance(cls, ast.ClassDef):
            continue
        row = [row for s in cls.body if isinstance(s, ast.Assign) for row in row_in(s)]
        base = [known[b.id] for b in cls.bases if isinstance(b, ast.Name) and b.id in known]
        known[cls.name] = (row[0] if row else of_defs(cls) if of_defs(cls) is not None else base[0] if base
                           else None)
    return [(name, row) for name, row in known.items() if row is not None and name[0] != "_"
            and name not in ("Module", "Optimizer", "LRScheduler")]


def of_functions(text, known):
    """The modules of one function: what the function takes beside its operands."""
    for words in text.replace("\n", " ").split(","):
        name, f, *order = words.split()
        each = {rows.names(part)[0]: part for part in known[f].split(", ") if part != "*"}
        yield name, ", ".join(each[n] for n in order or each if n not in OPERANDS)


def classes_of_nn(known):
    """The modules of nn, in the files of it that have some."""
    for file in "__init__ _recurrent _containers _norms _more _attention".split():
        tree = source("nn/%s.py" % file)
        yield from classes(tree)
        if file in ("__init__", "_more"):
            yield from of_functions(text_of(tree, "_OF_FUNCTIONS"), known)


def defs(name, *without):
    """The functions of a file, whose arguments are PyTorch's."""
    return [(f.name, ast.unparse(f.args)) for f in source(name).body if isinstance(f, ast.FunctionDef)
            and f.name[0] != "_" and f.name not in without]


def modules():
    f = [pair for file in ("functional", "_functions", "_losses")
         for pair in functions(text_of(source("nn/%s.py" % file), "_ROWS"))]
    data = source("utils/data.py")
    split = next(ast.literal_eval(s.value.args[0]) for s in data.body if isinstance(s, ast.Assign)
                 and getattr(s.targets[0], "id", "") == "_rows")
    return {"nn.functional": f, "nn": list(classes_of_nn(dict(f))), "nn.init": defs("nn/init.py"),
            "nn.utils": defs("nn/utils/__init__.py"),
            "nn.utils.rnn": defs("nn/utils/rnn.py", "invert_permutation"),
            "distributions": [pair for file in ("continuous", "discrete", "joint")
                              for pair in classes(source("distributions/_%s.py" % file))] +
            defs("distributions/kl.py"),
            "optim": classes(source("optim/__init__.py")) + classes(source("optim/_lbfgs.py")),
            "optim.lr_scheduler": classes(source("optim/lr_scheduler.py")), "utils.data": classes(data) +
            list(functions(split))}


def table(module, calls):
    """The section of a module."""
    out = ["## wengert.%s\n\n| call | refused | without effect |\n|---|---|---|" % module]
    for name, row in sorted(calls, key=lambda pair: pair[0].lower()):
        refused, ignored = rows.marks(row)
        taken = [p for p in rows.arguments(row).replace("(0.9, 0.999)", "(0.9;0.999)").split(", ")
                 if p.partition("=")[0] not in {**refused, **ignored}]
        taken = taken[:-1] if taken[-1:] == ["*"] else taken
        out.append("| `%s(%s)` | %s | %s |" % (name, ", ".join(taken).replace(";", ", "), *(
            ", ".join("`%s`" % n for n in some) for some in (refused, ignored))))
    return out + [""]


def pages():
    """The texts of the pages, by their paths."""
    found = modules()
    of = {PAGE: [m for m in found if m != "nn.functional"], FUNCTIONAL: ["nn.functional"]}
    return {path: "\n".join([HEADS[path]] + [line for m in names for line in table(m, found[m])])
            for path, names in of.items()}


if "--check" in sys.argv:
    for path, text in pages().items():
        if not os.path.exists(path) or open(path, encoding="utf-8").read() != text:
            sys.exit("%s is not what the rows say: make docs" % os.path.relpath(path, TOP))
else:
    for path, text in pages().items():
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
