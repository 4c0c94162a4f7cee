#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes docs/pytorch.md, the page of PyTorch's calls: of each its arguments, those that are refused, and
those that change no number. It reads the rows of python/wengert (_signatures.py says how they are written).
`make docs` calls it. --check: changes nothing, and the status is 1 if the page would change."""
import ast
import importlib.util
import os
import sys

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
PACKAGE, PAGE = os.path.join(TOP, "python/wengert"), os.path.join(TOP, "docs/pytorch.md")
spec = importlib.util.spec_from_file_location("signatures", os.path.join(PACKAGE, "_signatures.py"))
rows = importlib.util.module_from_spec(spec)
spec.loader.exec_module(rows)

HEAD = """# PyTorch's calls

Made of the rows of [python/wengert](../python/wengert) by `make docs`. Each call has PyTorch's arguments, by
position and by name, with its defaults. An argument that is refused is an error at any other value than its
default; one without effect is taken at any value, and changes no number. Tests ask each of them beside
PyTorch ([tests/ways/signatures.py](../tests/ways/signatures.py)). What differs in meaning is in
[python/calls.md](python/calls.md#coming-from-pytorch).
"""


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


def classes(tree):
    """Pairs of name and row, of classes that have one, or the class that they are made of."""
    known = {}
    for cls in tree.body:
        if not isinstance(cls, ast.ClassDef):
            continue
        row = [ast.literal_eval(s.value) for s in cls.body if isinstance(s, ast.Assign)
               and getattr(s.targets[0], "id", "") == "_row"]
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
        yield name, ", ".join(each[n] for n in order or each if n not in ("input", "target", "_stacklevel"))


def modules():
    f = list(functions(text_of(source("nn/functional.py"), "_ROWS")))
    nn, data = source("nn/__init__.py"), source("utils/data.py")
    split = next(ast.literal_eval(s.value.args[0]) for s in data.body if isinstance(s, ast.Assign)
                 and getattr(s.targets[0], "id", "") == "_rows")
    return {"nn.functional": f, "nn": classes(nn) + list(of_functions(text_of(nn, "_OF_FUNCTIONS"), dict(f))),
            "optim": classes(source("optim/__init__.py")),
            "optim.lr_scheduler": classes(source("optim/lr_scheduler.py")), "utils.data": classes(data) +
            list(functions(split))}


def page():
    out = [HEAD]
    for module, calls in modules().items():
        out.append("## wengert.%s\n\n| call | refused | without effect |\n|---|---|---|" % module)
        for name, row in sorted(calls, key=lambda pair: pair[0].lower()):
            refused, ignored = rows.marks(row)
            taken = [p for p in rows.arguments(row).replace("(0.9, 0.999)", "(0.9;0.999)").split(", ")
                     if p.partition("=")[0] not in {**refused, **ignored}]
            taken = taken[:-1] if taken[-1:] == ["*"] else taken
            out.append("| `%s(%s)` | %s | %s |" % (name, ", ".join(taken).replace(";", ", "), *(
                ", ".join("`%s`" % n for n in some) for some in (refused, ignored))))
        out.append("")
    return "\n".join(out)


if "--check" in sys.argv:
    with open(PAGE, encoding="utf-8") as f:
        sys.exit(f.read() != page() and "docs/pytorch.md is not what the rows say: make docs")
else:
    with open(PAGE, "w", encoding="utf-8") as f:
        f.write(page())
