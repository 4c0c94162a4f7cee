#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the stubs of Python's package, by which editors and mypy know its calls: python/wengert/__init__.pyi
and its kin. `make` calls it, with a Python that has NumPy and a library that is built. stub_calls.py has the
signatures, stub_types.py the types."""
import importlib
import inspect
import os
import re
import sys
import types

sys.dont_write_bytecode = True
import stub_calls as calls  # noqa: the line above comes first
import stub_types as of  # noqa
from stub_calls import NAMED, PACKAGE, REST, WIDTH, wg  # noqa
from wengert import _in_place as changes  # noqa

HEAD = ["import os", "from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence",
        "from typing import Any, Literal, NamedTuple, NoReturn, TypeVar, overload", "", "import numpy as np",
        "from numpy.typing import NDArray", "from typing_extensions import Self, TypeAlias"]


def quoted(said):
    said = said.replace("\\", "\\\\")
    return '"""%s"""' % (said[:-1] + '\\"' if said[-1:] == '"' else said)


class Module:
    """The text of a stub."""

    def __init__(self, path, head, shadowed=False):
        self.path, self.lines, self.shadowed, self.alone = path, [], shadowed, {}
        self.head = ["# SPDX-License-Identifier: MIT",
                     "# Made by tools/build/stubs.py: make."] + head + [""]

    def text(self):
        """The whole, with the imports that are used."""
        used = set(re.findall(r"\w+", re.sub('".*"', "", "\n".join(self.lines))))
        head = []
        for line in self.head:
            begin, word, names = line.partition("import ")
            kept = [n for n in names.split(", ") if word and n.split()[-1] in used or " as " in n
                    and begin[:6] == "from ."]
            if not word or kept:
                head.append(begin + word + ", ".join(kept))
        return "\n".join(head + self.lines) + "\n"

    def typed(self, text):
        """A part of a line. Where methods and functions have the names of Python's types these are
        builtins.int."""
        if not self.shadowed or text.lstrip().startswith('"'):
            return text
        return re.sub(r"(?<=-> )(float|int|bool)\b|(?<!def )(?<![.\w])(float|int|bool)\b(?!: |\()",
                      r"builtins.\g<0>",
                      text)

    def imports(self, module, names, own=True):
        """Names that this module has from another one, own: as its own."""
        line = "from %s import (" % module
        for k, name in enumerate(names):
            text = name + (" as " + name) * own + (", " if k + 1 < len(names) else ")")
            if len(line) + len(text.rstrip()) > WIDTH:
                self.put(line.rstrip())
                line = "    "
            line += text
        self.put(line)

    def put(self, line, indent=""):
        self.lines.append(indent + self.typed(line) if line else "")

    def function(self, name, params, result, said="", indent="", note=""):
        """def name(params) -> result, in lines of at most WIDTH letters."""
        texts, named = [], False
        for p in params:
            if p.how == NAMED and not named and not any(q.how == REST for q in params):
                texts.append("*")
            named = named or p.how == NAMED
            texts.append(self.typed(str(p)))
        head, line = "%sdef %s(" % (indent, name), ""
        for k, text in enumerate(texts):
            text += ", " if k + 1 < len(texts) else ""
            if line and len(head) + len(line) + len(text.rstrip()) > WIDTH:
                self.put(head + line.rstrip())
                head, line = indent + "    " * 2, ""
            line += text
        end = self.typed(") -> %s:" % result) + ("" if said else " ...") + note
        if line and len(head) + len(line) + len(end) > WIDTH:
            self.put(head + line.rstrip())
            head, line = indent + "    ", ""
        self.put(head + line + end)
        if said:
            self.put(quoted(said), indent + "    ")

    def overloads(self, name, forms, said, indent="", own="", note=""):
        """The signatures of one name, as texts."""
        for form in forms:
            self.put("@overload", indent)
            line = self.typed("def %s(%s%s:%s" % (name, own, form, "" if said else " ...")) + note
            if len(indent + line) > WIDTH:
                at = line.rindex(", ", 0, WIDTH - 10) + 1
                self.put(line[:at], indent)
                line = " " * 8 + line[at + 1:]
            self.lines.append(indent + line)
            if said:
                self.put(quoted(said), indent + "    ")
            said = ""

    def all_forms(self, name, params, result, said="", indent="", own=(), note=""):
        """The same, or several of it."""
        found = calls.forms(name, params, result)
        if name in of.FIRST and not own:
            self.overloads(name, [of.FIRST[name]], "", note="  # type: ignore[misc]")
        for params, result in found:
            if len(found) > 1:
                self.put("@overload", indent)
            self.function(calls._words._word(name), [*own, *params], result, said, indent, note)

    def property(self, name, type_, indent, said="", settable=None, note=""):
        self.put("@property" + note * bool(settable), indent)
        self.function(name, [calls.Param("self", "")], type_, said, indent, note * (not settable))
        if settable:
            self.put("@%s.setter" % name, indent)
            self.put("def %s(self, new: %s) -> None: ..." % (name, settable), indent)


# ---- classes ----

# What a class has by signs, beside its methods: arguments and result.
SIGNS = {"__len__": "() -> int", "__bool__": "() -> bool", "__contains__": "(name: str) -> bool"}


def doc(f, name=None):
    return calls.first_line(f, name)


def bases(cls):
    """The private classes of the package between the class and its first public one, and that one's name."""
    private = []
    for base in cls.__mro__[1:]:
        if (not base.__module__.startswith("wengert") or base.__module__ == "wengert._way"
                or base is calls._signatures.Words):
            break
        if base.__name__[0] != "_":
            return private, base.__name__
        private.append(base)
    return private, ""


def own(cls):
    """What a class has itself, or by private classes before its first public one."""
    found = {}
    for of_ in [*reversed(bases(cls)[0]), cls]:
        found.update(vars(of_))
    return found


def members(m, cls, name, indent="    "):
    """The methods and attributes that the class itself has."""
    for word, f in own(cls).items():
        key = "%s.%s" % (name, word)
        if word in SIGNS or of.RESULTS.get(key, "")[:1] == "(":
            form = of.RESULTS.get(key) or SIGNS[word]
            m.put("def %s(self%s%s: ..." % (word, "" if form[1] == ")" else ", ", form[1:]), indent)
            m.done.add(word)
        elif word == "__init__" and inspect.isfunction(f) or isinstance(f, calls._signatures.Begun):
            m.function(word, [SELF] + init_of(cls, name), "None", "", indent)
        elif word[0] == "_" or word in m.done or word == "forward" or key in of.LEFT_OUT:
            continue
        elif key in of.OVERLOADS:
            m.overloads(word, of.OVERLOADS[key], doc(f), indent, "self, ")
        elif isinstance(f, classmethod):
            m.put("@classmethod", indent)
            m.function(word, [calls.Param("cls", "")] + calls.of_function(key, f.__func__, 1),
                       calls.result(key), doc(f), indent)
        elif isinstance(f, staticmethod):
            m.put("@staticmethod", indent)
            m.function(word, calls.of_function(key, f.__func__), calls.result(key), doc(f), indent)
        elif inspect.isfunction(f):
            m.all_forms(word, calls.of_function(key, f, 1), calls.result(key), doc(f), indent, [SELF],
                        of.NOTES.get(key, ""))
        elif isinstance(f, property):
            m.property(word, calls.result(key), indent, "", f.fset and of.SETS.get(key, calls.result(key)),
                       of.NOTES.get(key, ""))
        else:
            continue
        m.done.add(word)


SELF = calls.Param("self", "")


def init_of(cls, name):
    """The arguments of a class."""
    if "_row" in own(cls):
        params = calls.of_pytorch(name, cls._row)
        c_name = getattr(cls, "_c", None)
        more = [c_name] if c_name else ["sgd", "momentum"] if cls.__name__ == "SGD" else []
        for kind in more:  # an optimizer takes C's words, too
            names = {p.name for p in params}
            params += [p for p in calls.options_of(kind + "_opts") if p.name not in names]
        return params
    return calls.of_function(name + ".__init__", cls.__init__, 1)


def methods_of_c(m, kind, indent="    "):
    """What things of this kind have by the table."""
    for word, call in calls.c.methods_of(kind).items():
        if word not in m.done:
            m.done.add(word)
            params, result = calls.of_row(call, 1)
            m.function(word, [SELF] + params, result, doc(calls.c.call_of(call), call), indent)


def class_of(m, cls, name, base="", kind=None, attributes=""):
    """A class: its attributes as a text "name: type; ...", its methods, those that the table gives it."""
    m.done = set()
    m.put("")
    m.put("class %s%s:" % (name, "(%s)" % base if base else ""))
    said = doc(cls)
    if said:
        m.put(quoted(said), "    ")
    at = len(m.lines)
    for text in filter(None, attributes.split("; ")):
        name_, _, type_ = text.partition(": ")
        m.property(name_[1:], type_, "    ") if text[0] == "@" else m.put(text, "    ")
        m.done.add(name_.strip("@"))
    members(m, cls, name)
    if "_row" in own(cls) and "__init__" not in own(cls):
        m.function("__init__", [SELF] + init_of(cls, name), "None", "", "    ")
    if kind:
        methods_of_c(m, kind)
    if len(m.lines) == at and not said:
        m.put("...", "    ")


def tuple_of(m, name, said):
    """A tuple with names."""
    m.put("")
    m.put("class %s(NamedTuple):" % name)
    m.put(quoted(said), "    ")
    for text in of.TUPLES[name].split("; "):
        m.put(text, "    ")


BINARY = "add sub mul truediv floordiv mod matmul pow and or xor".split()
CHANGED = "add sub mul truediv pow floordiv mod and or xor".split()
COMPARED = "lt le gt ge eq ne".split()


def value(m):
    """The class of values: its own members, the methods of other files, all builders of a value, and the
    calls of C whose first argument is a node."""
    class_of(m, wg.Value, "Value", attributes="@graph: Graph; @dtype: np.dtype[Any]; @shape: tuple[int, ...]")
    indent = "    "
    m.put("def __init__(self, data: _Numbers) -> None: ...", indent)  # wg.Tensor(numbers) makes one
    for word in BINARY:
        for sign in (word, "r" + word):
            m.put("def __%s__(self, other: _Operand) -> Value: ..." % sign, indent)
    for word in CHANGED:
        m.put("def __i%s__(self, other: _Operand) -> Self: ..." % word, indent)
    for word in COMPARED:
        note = "  # type: ignore[override]" if word in ("eq", "ne") else ""
        m.put("def __%s__(self, other: _Operand) -> Value: ...%s" % (word, note), indent)
    for word in "neg pos abs invert".split():
        m.put("def __%s__(self) -> Value: ..." % word, indent)
    for word in ("divmod", "rdivmod"):
        m.put("def __%s__(self, other: _Operand) -> tuple[Value, Value]: ..." % word, indent)
    for name in dict.fromkeys([*calls._names.methods, *calls._names._builders, *calls.of_nodes()]):
        if name not in m.done:
            method(m, name, indent)
    in_place(m, indent)


def in_place(m, indent):
    """The methods whose name ends in _: those that stand alone, what keeps the shape, and what is named."""
    alone, shaped = changes._CHANGES, {name[:-1] for name in changes._SHAPES} | set(of.CHANGING.split())
    for name, f in alone.items():
        params = calls.of_function("Value." + name, f, 1)
        m.function(name, [SELF] + params, "Self", doc(f), indent)
    for name in dict.fromkeys([*calls._names.methods, *calls._names._builders]):
        f = calls._names.methods.get(name) or calls._names._builder_method(name)
        if f is None or "Value." + name in of.LEFT_OUT or name[-1] == "_" or name + "_" in {*alone, *m.done}:
            continue
        params, result = calls.of_python("Value." + name, f)
        if "Value.%s_" % name in of.OVERLOADS:
            m.overloads(name + "_", of.OVERLOADS["Value.%s_" % name], "", indent, "self, ")
        elif name in shaped or name not in of.UNCHANGED.split() and calls.keeps_shape(f, params[1:], result):
            m.function(name + "_", [SELF] + params[1:], "Self", "", indent)
            if all(p.default is not None for p in params[1:]) and name not in shaped:
                m.alone[name + "_"] = params[1:]


def method(m, name, indent):
    f = calls._names.methods.get(name) or calls._names._builder_method(name)
    word, key = calls._words._word(name), "Value." + name
    if key in of.LEFT_OUT:
        return
    m.done.add(name)
    if key in of.OVERLOADS:
        return m.overloads(word, of.OVERLOADS[key], doc(f), indent, "self, ")
    if f is None:
        call = calls._names._of_node(name)
        if call is not None:
            row = "node_" + name if "node_" + name in calls._library._rows else name
            params, result = calls.of_row(row, 1)
            m.function(word, [SELF] + params, result, doc(call, row), indent)
        return
    params, result = calls.of_python(key, f)
    m.all_forms(name, params[1:], result, doc(f, name), indent, [SELF])


# ---- modules ----

def call(m, name, f, where=""):
    """A function of a module."""
    key = where + name
    if key in of.OVERLOADS or not where and name in of.OVERLOADS:
        return m.overloads(name, of.OVERLOADS[key], doc(f, name))
    params, result = ((calls.of_optimizer(name), "Optimizer") if name in calls.c._optimizers and not where
                      else calls.of_python(key, f))
    m.all_forms(name, params, result, doc(f, name))


FUNCTIONS = '_F = TypeVar("_F", bound=Callable[..., Any])'


def aliases(m):
    for name, text in of.HEAD.items():
        m.put("%s: TypeAlias = %s" % (name, text))
    m.put(FUNCTIONS)
    m.put('_V = TypeVar("_V", bound=Value)')


# The classes of the package: base, kind in the table, attributes.
CLASSES = {
    "Init": ("", None, ""), "Error": ("RuntimeError", None, ""),
    "Context": ("", "context", "dtype: np.dtype[Any]"),
    "Gradient": ("Value", None, ""), "Leaf": ("Value", None, ""), "Parameter": ("Leaf", None, ""),
    "Graph": ("", "graph", "context: Context"), "Params": ("", "params", "context: Context"),
    "Optimizer": ("", "optim", "lr: float"), "Cache": ("", "nn_cache", "context: Context"),
    "Report": ("", "check", ""), "Data": ("", "data", "context: Context"),
    "Table": ("", "table", "context: Context"), "Figure": ("", "figure", "context: Context"),
    "Group": ("", "group", "context: Context"),
}


def package():
    m = Module("__init__.pyi", ["import builtins"] + HEAD, True)
    m.put("from . import c as c, distributions as distributions, nn as nn, optim as optim, utils as utils")
    for name, x in calls._names.calls.items():
        if isinstance(x, types.ModuleType):
            m.put("from . import %s as %s" % (name, name))
    table_alone = calls.c.functions()
    names = sorted(set(dir(wg)) - {"nn", "optim", "utils", "distributions", "c", "Module"})
    others = [n for n in table_alone if n in names and n not in calls._names.calls and n not
              in calls.c._optimizers
              and n not in calls._names._builders and n not in vars(wg)]
    m.imports(".c", sorted(others))
    m.put("from .nn import Module as Module")
    m.put("")
    aliases(m)
    value(m)
    for name, (base, kind, attributes) in CLASSES.items():
        class_of(m, getattr(wg, name), name, base, kind, attributes)
        if name == "Parameter":
            m.put("def __imatmul__(self, other: _Operand) -> Self: ...", "    ")
    for name in ("Fitted", "States", "Sorted"):
        tuple_of(m, name, doc(getattr(wg, name)))
    for line in of.BLOCKS.split("\n"):
        m.put(line)
    for name in names:
        x = getattr(wg, name)
        if isinstance(x, np.dtype):
            m.put("%s: np.dtype[np.%s]" % (name, x.type.__name__))
        elif callable(x) and not isinstance(x, type) and name not in others:
            call(m, name, x)
    for name, params in sorted(m.alone.items()):  # wg.relu_(x)
        m.function(name, [calls.Param("x", "_V")] + params, "_V")
    rest, m.lines = m.lines, []
    m.imports(".c", sorted(unknown(rest)), False)
    m.lines += rest
    return m


def unknown(lines):
    """The names of private classes that these lines use, and have not."""
    text = "\n".join(lines)
    return set(re.findall(r"[ \[](_[A-Z]\w+)\b", text)) - set(of.HEAD) - set(re.findall(r"class (_\w+)",
            text)) - {"_F"}


np = calls.np


def numpy_module(name):
    """A module that is made at run time: wg.linalg, wg.autograd."""
    m = Module(name + ".pyi", HEAD + ["", "from . import Value, _Axes, _Numbers, _Operand, _Shape"]
               + ["from . import enable_grad as enable_grad, no_grad as no_grad"] * (name == "autograd"))
    for n, f in sorted(vars(calls._names.calls[name]).items()):
        if n[0] == "_" or n in ("no_grad", "enable_grad"):
            continue
        if n == "Function":
            m.put(of.FUNCTION)
        elif callable(f):
            call(m, n, f, name + ".")
        else:  # a namespace
            m.put("class %s:" % n)
            for word, g in vars(f).items():
                m.put("@staticmethod", "    ")
                m.function(word, calls.of_function(name + "." + n + "." + word, g),
                           calls.result(name + "." + n + "." + word), "", "    ")
    if name == "linalg":
        tuple_of(m, "_LeastSquares", "What lstsq of NumPy and PyTorch give.")
    return m


OWN = ["", "from wengert import Context, Data, Gradient, Graph, Init, Leaf, Optimizer as _Optimizer",
       "from wengert import Parameter as Parameter, Params, States, Value",
       "from wengert import _Axes, _DType, _Numbers, _Operand, _Path, _Shape"]


def public(module):
    """The names of a module that it makes itself, or that a private file beside it makes."""
    found = {n: getattr(module, n) for n in dir(module) if n[0] != "_"}
    return sorted((n for n, x in found.items() if not isinstance(x, types.ModuleType) and re.sub(
        r"\._\w+$", "", getattr(x, "__module__", None) or module.__name__) == module.__name__),
        key=(list(vars(module)) + list(found)).index)


def functional():
    m, f = Module("nn/functional.pyi", HEAD + OWN), F
    for name in f._rows.names():
        who = "functional." + name
        m.function(name, calls.of_pytorch(who, f._rows.row(name)), of.RESULTS.get(who, "Value"), "")
    return m


F, NN = importlib.import_module("wengert.nn.functional"), importlib.import_module("wengert.nn")
operands_of = dict(words.split()[:2] for module in (NN, importlib.import_module("wengert.nn._more"))
                   for words in module._OF_FUNCTIONS.replace("\n", " ").split(","))


def nn():
    m, module = Module("nn/__init__.pyi", ["import builtins"] + HEAD + OWN, True), NN
    m.put("from . import functional as functional, init as init, parameter as parameter, utils as utils")
    m.put("from .utils.rnn import PackedSequence")
    tuple_of(m, "_Keys", "The names that load_state_dict lacks, and those that the module has not.")
    for name in public(module):
        cls = getattr(module, name)
        if isinstance(cls, type):
            class_of(m, cls, name, bases(cls)[1], None, of.ATTRIBUTES.get(name, ""))
            taken(m, cls, name)
    return m


def taken(m, cls, name):
    """The arguments of a module as its attributes, and what a call of it gives."""
    arguments_as_attributes(m, cls, name)
    forward = own(cls).get("forward")
    if forward is None or name in ("Module", "ModuleList", "ModuleDict", "ParameterList", "ParameterDict"):
        return
    f = operands_of.get(name)
    params = ([p for p in calls.of_pytorch("functional." + f, F._rows.row(f)) if p.name in NN._OPERANDS
               and p.name[0] != "_"] if f else calls.of_function(name + ".forward", forward, 1))
    for word in ("forward", "__call__"):
        if name + ".forward" in of.OVERLOADS:
            m.overloads(word, of.OVERLOADS[name + ".forward"], "", "    ", "self, ")
            continue
        m.function(word, [SELF] + params, calls.result(name + ".forward"), "", "    ")


def arguments_as_attributes(m, cls, name, type_=None):
    """What a class with a row keeps of its arguments."""
    row, begin = own(cls).get("_row"), getattr(cls, "_begin", None)
    if not row:
        return
    lost = re.findall(r'(?:pop\(|del options\[)"(\w+)"[)\]]', inspect.getsource(begin)) if begin else []
    for p in calls.of_pytorch(name, row):
        if p.name[0] != "_" and p.name not in {*calls._signatures.marks(row)[0], *lost, *m.done, "device",
                                               "bias"}:
            m.put("%s: %s" % (p.name, type_ if type_ and p.type.startswith("_Operand") else p.type), "    ")


def of_module(path, name, extra=()):
    """Functions and classes of a module that is a file."""
    m = Module(path, HEAD + OWN + ["from wengert import Module", *extra])
    module = importlib.import_module(name)
    short = name.rpartition(".")[2]
    for n in public(module):
        x = getattr(module, n)
        if isinstance(x, type) and issubclass(x, tuple):
            continue
        if isinstance(x, type):
            class_of(m, x, n, of.BASES.get("%s.%s" % (short, n)) or bases(x)[1], None,
                     of.ATTRIBUTES.get(n, ""))
            if short == "distributions":
                arguments_as_attributes(m, x, n, "Value")
        elif callable(x):
            call(m, n, x, short + ".")
    if any("_F]" in line for line in m.lines):
        m.lines.insert(0, FUNCTIONS)
    return m


def packed(m):
    """Sequences of several lengths: a tuple with names and methods."""
    for line in of.PACKED.split("\n"):
        m.put(line)
    return m


def init():
    """nn.init: each call returns its tensor. The names of old versions are without _."""
    m, module = Module("nn/init.pyi", HEAD + OWN), importlib.import_module("wengert.nn.init")
    m.put('_V = TypeVar("_V", bound=Value)')
    for n in public(module):
        params = calls.of_function("init." + n, getattr(module, n))
        if n[-1] == "_":
            params[0].type = "_V"
        m.function(n, params, "_V" if n[-1] == "_" else calls.result("init." + n), doc(getattr(module, n), n))
    for n in module._OLD:
        m.put("%s = %s_" % (n, n))
    return m


def constraints():
    """distributions.constraints: a class, functions that make it, and instances."""
    m = of_module("distributions/constraints.pyi", "wengert.distributions.constraints")
    for n, x in vars(importlib.import_module("wengert.distributions.constraints")).items():
        if type(x).__name__ == "Constraint":
            m.put("%s: Constraint" % n)
    return m


def fields_of(kind):
    """What a struct of C shows: wengert.c.Record has the rules. A pointer beside a number of elements is a
    list."""
    fields = dict(calls._library._pairs(calls._library._structs[kind].split()))
    for n, k in fields.items():
        many = k.endswith("*") and (n + "s" in fields or "count" in fields)
        type_ = of.got(k)
        listed = k.rstrip("*") in calls._library._structs and many
        if k != "void*":
            yield n, "list[%s]" % of.got(k.rstrip("*")) if listed else type_


def table_module():
    """wengert.c: calls under the names of C."""
    m = Module("c.pyi", HEAD + [
        "", "from . import Cache, Context, Data, Figure, Graph, Group, Init, Module, Optimizer",
        "from . import Params, Report, States, Table, Value, _Axes, _DType, _Operand, _Path, _Shape"])
    kinds = [k for k in calls.c._kinds() if k not in calls.c._CLASSES and calls.c.methods_of(k)]
    structs = [s for s, text in calls._library._structs.items() if ";" not in text]
    for kind in sorted({*kinds, *structs} - {"init", "tensor", "shape", "axes", "node"}):
        m.done = set()
        m.put("")
        m.put("class %s:" % of.thing(kind))
        at = len(m.lines)
        for n, type_ in fields_of(kind) if kind in structs else ():
            m.put("%s: %s" % (calls._words._word(n), type_), "    ")
            m.done.add(n)
        methods_of_c(m, kind)
        if len(m.lines) == at:
            m.lines[-1] += " ..."
    m.put("")
    for name in dir(calls.c):
        if name in calls.c.BY_HAND:
            m.put("from . import %s as %s" % (calls.c.BY_HAND[name], name))
        elif name in calls._names._builders or name in calls.c._optimizers:
            m.put("from . import %s as %s" % (name, name))
        else:
            params, result = calls.of_row(name)
            m.function(name, params, result, doc(calls.c.call_of(name), name))
    for name in sorted(unknown(m.lines)):  # what has no call and no field
        m.put("class %s: ..." % name)
    return m


def modules():
    made = [package(), table_module(), nn(), functional()]
    made += [numpy_module(n) for n, x in calls._names.calls.items() if isinstance(x, types.ModuleType)]
    made += [of_module("nn/utils/__init__.pyi", "wengert.nn.utils", ["from . import rnn as rnn"]),
             packed(of_module("nn/utils/rnn.pyi", "wengert.nn.utils.rnn")), init(),
             of_module("distributions/__init__.pyi", "wengert.distributions", [
                 "from . import constraints as constraints, kl as kl",
                 "from .kl import kl_divergence as kl_divergence, register_kl as register_kl"]),
             constraints(), of_module("distributions/kl.pyi", "wengert.distributions.kl",
                                      ["from . import Distribution"]),
             of_module("optim/__init__.pyi", "wengert.optim", ["from . import lr_scheduler as lr_scheduler"]),
             of_module("optim/lr_scheduler.pyi", "wengert.optim.lr_scheduler"),
             of_module("utils/data.pyi", "wengert.utils.data")]
    for path, line in (("nn/parameter.pyi", "from wengert import Parameter as Parameter"),
                       ("utils/__init__.pyi", "from . import data as data")):
        made.append(Module(path, []))
        made[-1].put(line)
    return made


def main():
    texts = [(m.path, m.text()) for m in modules()]
    if of.LACKS:
        sys.exit("tools/build/stub_types.py: say " + "\n".join(dict.fromkeys(of.LACKS)))
    if of.unused():
        sys.exit("tools/build/stub_types.py: no call has " + ", ".join(of.unused()))
    for path, text in texts:
        with open(os.path.join(PACKAGE, path), "w", encoding="utf-8") as f:
            f.write(text)


if __name__ == "__main__":
    main()
