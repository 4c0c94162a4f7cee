#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prints what a reader of Python must not meet. `make check` calls it. The exit status is 1 when something is
printed.

    tools/build/shape.py [--lines=800] [--width=110] FILE...

A function has at most 60 lines, a file at most --lines, a line at most --width letters; 0: any number. An
import is used, and stands once. Six lines of code in a row stand at one place alone: a line counts if it
holds a letter or a digit outside of comments and docstrings; blanks and imports do not count. At most 8
modules of a package import each other in a ring, imports in functions included.

What __init__.py, and a file of nothing but imports, takes from its own package is there for others: it counts
as used. So does a name in a text that may be a program: "F.relu(x)".
"""
import ast
import collections
import os
import re
import sys

FUNCTION, ROW, RING = 60, 6, 8
STRING = r'"""(?:\\.|[^\\])*?"""|\'\'\'(?:\\.|[^\\])*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''
COMMENT = re.compile("(%s)|#[^\n]*" % STRING, re.S)
IMPORTS = ast.Import, ast.ImportFrom
SCOPES = ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda
DOCUMENTED = ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef


class File:
    def __init__(self, path):
        self.path = path
        with open(path, encoding="utf-8") as f:
            self.text = f.read()
        self.lines = self.text.split("\n")
        self.tree = ast.parse(self.text, path)
        self.walk()
        package, name = os.path.split(os.path.abspath(path)[:-3])
        module = [] if name == "__init__" else [name]
        while os.path.exists(os.path.join(package, "__init__.py")):
            package, name = os.path.split(package)
            module.insert(0, name)
        self.module, self.begins_package = ".".join(module), path.endswith("__init__.py")

    def walk(self):
        """self.nodes: the nodes, but for signs. self.inside: of each function and of the file, what stands in
        it and not in an inner one."""
        self.nodes, self.inside, todo = [], {self.tree: []}, [(self.tree, self.tree)]
        while todo:
            node, scope = todo.pop()
            self.nodes.append(node)
            self.inside[scope].append(node)
            if isinstance(node, SCOPES):
                scope = node
                self.inside[node] = []
            for field in node._fields:
                x = getattr(node, field, None)
                if type(x) is list:
                    todo += [(n, scope) for n in x if isinstance(n, ast.AST)]
                elif isinstance(x, ast.AST) and not isinstance(x, ast.expr_context):
                    todo.append((x, scope))

    def names(self, scope):
        """The names that are used in a function, inner ones included."""
        out = set()
        for node in self.inside[scope]:
            if isinstance(node, ast.Name):
                out.add(node.id)
            elif isinstance(node, SCOPES):
                out |= self.names(node)
        return out

    def sizes(self, most_lines, width):
        if most_lines and len(self.lines) - 1 > most_lines:
            yield 1, "a file of %d lines; at most %d" % (len(self.lines) - 1, most_lines)
        for n, line in enumerate(self.lines, 1):
            if width and len(line) > width:
                yield n, "a line of %d letters; at most %d" % (len(line), width)
        for f in self.nodes:
            if isinstance(f, SCOPES) and f.end_lineno - f.lineno >= FUNCTION:
                yield f.lineno, "a function of %d lines; at most %d" % (f.end_lineno - f.lineno + 1, FUNCTION)

    def from_(self, node):
        """The full name of the module that the statement `from ... import` names."""
        base = self.module.split(".")
        up = node.level - self.begins_package
        return ".".join(base[:len(base) - up] * bool(node.level) + [node.module] * bool(node.module))

    def imports(self, scope=None, before=()):
        """Imports that are not used, or stand twice: in this function, or in one around it."""
        scope = scope or self.tree
        found = [(node, a) for node in self.inside[scope] if isinstance(node, IMPORTS) for a in node.names]
        used = self.names(scope) if found else ()
        for_others = scope is self.tree and (self.begins_package or all(isinstance(n, (ast.Expr, *IMPORTS))
            for n in scope.body))
        seen = dict(before)
        for node, a in sorted(found, key=lambda pair: pair[0].lineno):
            of = self.from_(node) if isinstance(node, ast.ImportFrom) else ""
            name = a.asname or (a.name if of else a.name.split(".")[0])
            if seen.get(name) == (of, a.name):
                yield node.lineno, "%s is imported twice" % name
            seen[name] = of, a.name
            own = for_others and of.split(".")[0] == self.module.split(".")[0]
            if name not in used and not own and not self.is_in_a_text(name):
                yield node.lineno, "%s is imported and not used" % name
        for node in self.inside[scope]:
            if isinstance(node, SCOPES):
                yield from self.imports(node, seen)

    def is_in_a_text(self, name):
        """Whether a text, which may be a program, has the name before a dot or a bracket."""
        return any(re.search(r"\b%s[.(]" % name, n.value) for n in self.nodes if isinstance(n, ast.Constant)
                   and isinstance(n.value, str))

    def code(self):
        """The lines of code, as pairs of a number and a text without blanks."""
        out = set()
        for node in self.nodes:
            if isinstance(node, DOCUMENTED) and ast.get_docstring(node, False) is not None:
                out.update(range(node.body[0].lineno, node.body[0].end_lineno + 1))
            if isinstance(node, IMPORTS):
                out.update(range(node.lineno, node.end_lineno + 1))
        text = COMMENT.sub(lambda m: m[1] or "", self.text)
        return [(n, " ".join(line.split())) for n, line in enumerate(text.split("\n"), 1) if n not in out
                and re.search(r"\w", line)]

    def edges(self, modules):
        """The modules of its own package that the file imports."""
        for node in self.nodes:
            if isinstance(node, ast.ImportFrom):
                of = self.from_(node)
                yield from {"%s.%s" % (of, a.name) if "%s.%s" % (of, a.name) in modules else of
                            for a in node.names}
            elif isinstance(node, ast.Import):
                yield from (a.name for a in node.names)


def equal_lines(files):
    places = collections.defaultdict(list)
    for f in files:
        lines = f.code()
        for k in range(len(lines) - ROW + 1):
            places[tuple(text for _, text in lines[k:k + ROW])].append("%s:%d" % (f.path, lines[k][0]))
    for found in sorted(places.values()):
        if len(found) > 1:
            yield "%d equal lines: %s" % (ROW, " ".join(found))


def rings(files):
    """The largest sets of modules of which each imports each other one, perhaps by way of others."""
    modules = {f.module: f for f in files if f.module}
    reached = {m: {e for e in f.edges(modules) if e in modules and e != m} for m, f in modules.items()}
    for via in modules:
        for of in reached.values():
            if via in of:
                of |= reached[via]
    for ring in sorted({tuple(sorted(n for n in of | {m} if n == m or m in reached[n]))
                        for m, of in reached.items()}):
        if len(ring) > RING:
            yield "a ring of %d modules, which import each other; at most %d: %s" % (len(ring), RING,
                " ".join(ring))


def main(given):
    limits = {"lines": 800, "width": 110}
    for word in [w for w in given if w.startswith("--")]:
        name, _, number = word[2:].partition("=")
        limits[name] = int(number)
    files = [File(path) for path in given if not path.startswith("--")]
    said = ["%s:%d: %s" % (f.path, *what) for f in files
            for what in (*f.sizes(limits["lines"], limits["width"]), *f.imports())]
    said += [*equal_lines(files), *rings(files)]
    print(*said, sep="\n", end="\n" * bool(said))
    return bool(said)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
