# SPDX-License-Identifier: MIT
"""All public calls of C, by the names of C without wg_ and _at, made from the table (_table.txt):

    from wengert import c
    c.random_stream("dropout")                   a call for authors of ops and tools
    c.plan_look(loss).step[0].seconds            also loss.plan_look(), wg.plan_look(loss)

Users find most of them elsewhere: what C calls wg_T_name(T *, ...) is a method of T's class, p.is_state(0)
for wg_params_is_state, and others are functions of the module, wg.lr_cosine(1e-3, 5, 100). The rules of all:

A context, and a graph that is called g, need not be given: they are those of the arguments, else the default
context and the current graph. Operands are values, numbers or arrays; a list of nodes is a list; tensors are
arrays, copied; a word of an enum is a text, "eval"; options are given by name; a struct is a dict, or its
fields in order, or what another call gave. What C writes to is returned: an array, a text, several as a
tuple; None for NULL, for no node, and where C returns false beside it. A stream is a text. A mistake is
raised as wengert.Error. Things that C gives to the caller are freed when nobody has them any more.
"""
import builtins
import ctypes
import functools
import os
import re
import types
import weakref

import numpy as np

import wengert as wg
from ._arrays import _array, _list_of, _numpy, _tensor, _text, _whole
from ._axes import _axes
from ._building import _graph_of, _results
from ._context import _free_now, _now
from ._graph import _graphs
from ._library import (_DTYPES, _Tensor, _ctype, _enums, _heads, _lib, _libc, _pairs, _row, _rows, _struct,
                       _structs)
from ._names import _builders
from ._options import _ALIASES, _arguments, _given, _listed, _named, _opts
from ._params import _optimizers
from ._things import _end
from ._way import _here
from ._words import _described, _near, _of_python, _word

# Calls that no rule of the table can make, and why. Python has what they are for where it says so.
NOT_HERE = dict.fromkeys("alloc free".split(), "memory of C: Python has its own")
NOT_HERE.update(dict.fromkeys("rule_fail rule_who rule_shape rule_float rule_rank rule_axis rule_axes "
                              "rule_broadcast".split(),
                              "inside the shape rule of an op, which is a function of C"))
NOT_HERE.update(dict.fromkeys("fault_at fault_number".split(), "inside a kernel of an op, which is a "
                              "function of C"))
NOT_HERE.update(dict.fromkeys("part_by_pointer step_by_pointer ode_by_pointer".split(),
                              "what recompute, odeint and others call: give them a function of Python"))
NOT_HERE.update(dict.fromkeys("options_of options_listed options_filled options_fit inner_options_fit "
                              "options_named option_value option_set option_in_range attr_begin attr".split(),
                              "a struct of options as bytes: Python has options by name"))
NOT_HERE.update(dict.fromkeys("user_call_begin user_call_end".split(), "begins and ends a builder of C"))
NOT_HERE.update(check_passes="it frees the report: bool(report) says whether it passed")
NOT_HERE.update(gradcheck_vjp="calls a function of C")
NOT_HERE.update(draw_agraph="a graph of Graphviz's library: draw(path, format=\"dot\") writes it",
                input_borrow="memory of the caller, which may not move: input copies",
                no_warnings="a function to give to start",
                save_with="memory of the caller, which C keeps: Params.state is saved")

# Calls that Python has by hand, with what C cannot have: functions of Python, arrays, with.
BY_HAND = dict(fit="fit", fit_run="fit", fit_line_text="fit", start="Context", finish="Context",
               graph_new="Graph", gradcheck_fn="check", gradcheck_values="check", extern="extern",
               custom_vjp="custom_vjp", group_start="Group", group_next="Group")

# Headers for authors of ops, bindings and tools, whose calls are here alone.
_AUTHORS = frozenset("base named op kernel".split())
# The classes of things of C, and where they have their address.
_CLASSES = dict(params=("Params", "_p"), graph=("Graph", "_g"), optim=("Optimizer", "_o"),
                data=("Data", "_d"), figure=("Figure", "_f"), table=("Table", "_t"),
                check=("Report", "_r"), nn_cache=("Cache", "_cache"), group=("Group", "_all"),
                context=("Context", "_c"), node=("Value", "_node"))
_COUNTS = frozenset("n nx ny count size".split())


class Thing:
    """Something of C: a panel, a program, an average. Its calls are methods; it is freed when nobody has it
    any more."""

    def __init__(self, kind, raw, context, kept=(), owned=False):
        self._kind, self._raw, self.context, self._kept = kind, raw, context, kept
        if owned and kind + "_free" in _rows:
            self._free = context._frees(self, getattr(_lib, "wg_%s_free" % kind), raw)

    def __getattr__(self, name):
        if name[:1] == "_":
            raise AttributeError(name)
        return method_of(self, self._kind, name)

    def __dir__(self):
        return [*super().__dir__(), *methods_of(self._kind)]

    def __repr__(self):
        return "<wengert %s>" % self._kind


class Record:
    """A struct of C with public fields, read when they are asked for."""

    def __init__(self, kind, struct, context, kept=None):
        self._kind, self._struct, self._context, self._kept = kind, struct, context, kept

    def __getattr__(self, name):
        if name[:1] == "_":
            raise AttributeError(name)
        _look_whole(self)
        fields = dict(_pairs(_structs[self._kind].split()))
        if name in methods_of(self._kind):
            return method_of(self, self._kind, name)
        if name not in fields:
            raise AttributeError("a %s has no %s: it has %s" % (self._kind, name, ", ".join(fields)))
        kind, many = fields[name], fields.get(name + "s", fields.get("count"))
        x, of, count = getattr(self._struct, name), *re.match(r"(.*?)(\*|\[.*\])?$", kind).groups()
        if of == "char":
            return x.decode(errors="replace")
        if not count or of not in _NUMBERS and of not in _structs and of != "node":
            return None if of == "void" else to_python(kind, x, self._context, self)
        if not x:
            return None
        if name + "s" in fields or "count" in fields:
            n = getattr(self._struct, name + "s" if name + "s" in fields else "count")
        else:
            n = len(x) if count != "*" else int(np.prod(self.shape)) if "shape" in fields else 1
        x = ctypes.cast(x, ctypes.POINTER(_ctype(of)))
        if of in _NUMBERS:
            return np.array(x[:n], dtype=_NUMBERS[of])
        return [to_python(of, _copy(x[i]), self._context, self) for i in range(n)]

    def __dir__(self):
        return [n for n, _ in _pairs(_structs[self._kind].split())] + list(methods_of(self._kind))

    def __repr__(self):
        return "<%s %s>" % (self._kind, ", ".join("%s=%r" % (n, getattr(self, n))
                                                  for n, k in _pairs(_structs[self._kind].split())
                                                  if k in ("text", "site") or k in _NUMBERS or k in _enums))


_NUMBERS = {"double": np.float64, "int": np.int32, "int64": np.int64, "int32": np.int32, "size": np.uint64,
            "bool": np.bool_, "uint64": np.uint64, "uint32": np.uint32, "uint": np.uint32}


def _copy(x):
    return type(x).from_buffer_copy(x) if isinstance(x, ctypes.Structure) else x


def to_python(kind, x, context, kept=None):
    """What C gave, as Python has it. kept: what must live as long."""
    if kind in ("text", "site"):
        return None if x is None else x.decode(errors="replace")
    if kind == "dtype":
        return _DTYPES[x] if 0 < x < len(_DTYPES) else None
    if kind in _enums:
        return _enums[kind][x]
    if kind == "shape":
        return tuple(x.dim[:x.rank])
    if kind == "axes":
        return tuple(x.axis[:x.count])
    if kind == "tensor":
        return _numpy(x)
    if kind == "node":
        g = _graphs.get(x.graph) if x.graph else wg.graph() if x.index or x.generation else None
        return g and g._value(_copy(x))
    if kind in _structs and kind not in ("init", "tensor"):
        return Record(kind, x, context, kept)
    if kind.endswith("*") and kind not in ("void*", "text*"):
        return _thing(kind[:-1], x, context, kept) if x else None
    return x


def _thing(kind, raw, context, kept, owned=False):
    """The object for an address of C."""
    for k in kept if isinstance(kept, tuple) else ():
        if kind in _CLASSES and getattr(k, _CLASSES[kind][1], None) == raw:
            return k
    if kind in _structs:
        struct = _struct(kind).from_address(raw)
        record = Record(kind, struct, context, kept)
        if kind + "_free" in _rows:
            record._free = context._frees(record, getattr(_lib, "wg_%s_free" % kind), raw)
        return record
    if kind not in _CLASSES:
        return Thing(kind, raw, context, kept, owned)
    if kind == "context":
        return context
    if kind == "graph":
        return _graphs.get(raw)
    of, field = _CLASSES[kind]
    if kind == "params":
        return wg.Params(context, raw, kept)
    if kind == "data":
        return wg.Data(None, context=context, _d=raw)
    if kind == "check":
        return wg.Report(raw)
    x = getattr(wg, of).__new__(getattr(wg, of))
    x.context = context
    setattr(x, field, raw)
    x._params = next((k for k in kept or () if isinstance(k, wg.Params)), None)
    if owned and kind + "_free" in _rows:
        x._free = x._freed = context._frees(x, getattr(_lib, "wg_%s_free" % kind), raw)
    return x


def _look_whole(x):
    """Raises that x, or what it is a part of, was freed."""
    of = getattr(x, "__dict__", {})
    if "_over" in of:
        raise wg.Error(x._over)
    kept = of.get("_kept", ())
    for k in kept.kept if isinstance(kept, _Call) else kept if isinstance(kept, tuple) else (kept,):
        _look_whole(k)


def _address(x, kind):
    if x is None:
        return None
    _look_whole(x)
    of, field = _CLASSES.get(kind, ("", "_raw"))
    raw = getattr(x, field, None)
    if raw is None or not of and getattr(x, "_kind", kind) != kind:
        word = of or kind
        raise TypeError("wengert: %s %s is expected, not %r" % ("an" if word[0] in "aeiou" else "a", word, x))
    return raw


class _Call:
    """One call: arguments on their way to C, and what C writes on its way back."""

    def __init__(self, row, given, named):
        self.row, self.given, self.named, self.kept, self.outs, self.stream = (row, list(given), dict(named),
                                                                               [], [], None)
        everything = list(_leaves(self.given + list(self.named.values())))
        self.found = next(filter(None, map(_context_of, everything)), None)  # the context of an argument
        self.built = next((_graph_of([x]) for x in everything if isinstance(x, wg.Value)), None)
        self.counts, self.parameters = {}, list(row.parameters)

    @property
    def context(self):
        self.found = self.found or wg.default_context()
        return self.found

    @property
    def graph(self):
        self.built = self.built or wg.graph()
        return self.built

    def next(self, name, *default):
        if self.given:
            return self.given.pop(0)
        for n in (name, name + "_"):
            if n in self.named:
                return self.named.pop(n)
        if default:
            return default[0]
        raise TypeError("wengert: write %s" % signature(self.row))

    def arguments(self):
        out, k = [], 0
        while k < len(self.parameters):
            name, kind = self.parameters[k]
            out += self.argument(k, name, kind)
            k += 1
        if self.row.site:
            out.insert(self.row.site - 1, _here())
        if self.given or self.named:
            raise TypeError("wengert: write %s" % signature(self.row))
        return out

    def argument(self, k, name, kind):
        base = kind.rstrip("*[]!")
        if k in self.counts:
            return [self.counts[k]]
        if kind == "context*":
            if "context" in self.named or self.given and isinstance(self.given[0], wg.Context):
                self.found = self.named.pop("context", None) or self.given.pop(0)
            return [self.context._c]
        if kind == "graph*" and _implied(self.row, name):
            if self.given and isinstance(self.given[0], wg.Graph):
                self.built = self.given.pop(0)
            return [self.graph._g]
        if kind == "file":
            text, size = ctypes.c_void_p(), ctypes.c_size_t()
            self.stream = _libc.open_memstream(ctypes.byref(text), ctypes.byref(size)), text, size
            return [self.stream[0]]
        if kind == "...":
            return []
        if name == "format" and self.parameters[k + 1:] == [("more", "...")]:
            return [b"%s", _text(self.next("text"))]
        if kind == "text!":
            self.counts[k + 1] = 1 << 16
            self.outs.append((kind, ctypes.create_string_buffer(1 << 16)))
            return [self.outs[-1][1]]
        if kind.endswith("_opts*"):
            names = [n for n, _ in _listed(base)[0]]
            mine = {n: self.named.pop(n) for n in list(self.named) if n.rstrip("_") in names or n in _ALIASES}
            self.kept.append(_options(base, self.row.name, mine, self, self.kept))
            return [ctypes.byref(self.kept[-1])]
        if kind.endswith("_args*"):
            return [self.operands(base)]
        if kind.endswith("!"):
            return self.written(k, name, kind, base)
        if kind == "void*":
            if name == "bytes":
                x = bytes(self.next(name))
                self.counts[k + 1] = len(x)
                return [x]
            return [None]
        if (kind.endswith("[]") or kind == "text*" or kind.endswith("*")
            and (base in _NUMBERS or base in _structs and self.count_behind(k))):
            return [self.list(k, name, base)]
        x = self.next(name, *([None] if base == "init" or kind == "text" and name in _OPTIONAL else []))
        if kind.endswith("*") and base in _structs and base not in ("init", "shape", "tensor"):
            return [None if x is None else ctypes.byref(self.struct(base, x))]
        if kind.endswith("*") and base in ("shape", "init", "tensor"):
            self.kept.append(self.plain(base, x, name))
            return [ctypes.byref(self.kept[-1])]
        return [self.plain(kind, x, name)]

    def operands(self, struct):
        """The struct of a builder one of whose operands is a list of structs."""
        operands, options = (_pairs(part.split()) for part in _structs[struct].split(";"))
        _, make, standard = _arguments(struct, operands, options)
        a, n = make.from_buffer_copy(standard), None
        for name, kind in operands:
            if n is not None and kind == "int":
                x, n = n, None
            elif kind.rstrip("*") in _structs and kind.endswith("*"):
                x = [self.struct(kind[:-1], part) for part in self.next(name)]
                n, x = len(x), (_struct(kind[:-1]) * max(len(x), 1))(*x)
                self.kept.append(x)
                x = ctypes.addressof(x)
            else:
                x = self.plain(kind, self.next(name), name)
            setattr(a, name, x)
        named, self.named = self.named, {}
        self.kept.append(_named(self.row.name, options, named, self.graph, a))
        return ctypes.byref(a)

    def count_behind(self, k):
        """Whether the parameter behind a pointer, or behind the one after it, is a number of elements."""
        return builtins.any(n in _COUNTS and kind in ("int", "int64", "size")
                            for n, kind in self.parameters[k + 1:k + 3])

    def list(self, k, name, base):
        """A list as an array of C. The number behind it follows from it. First values keep the address, so it
        is a copy."""
        x = self.next(name)
        self.kept.append(x)
        if x is not None:
            rows = np.array(x, _NUMBERS[base]).ravel() if base in _NUMBERS else [self.plain(base, v, name)
                for v in _rows_of(x)]
            for i in range(k + 1, min(k + 3, len(self.parameters))):
                if self.parameters[i][0] in _COUNTS and self.parameters[i][1] in ("int", "int64", "size"):
                    self.counts[i] = len(rows)
                    break
            self.size = len(rows)
            self.kept.append(rows)
            if base in _NUMBERS:
                return rows.ctypes.data
            self.kept.append((_ctype(base) * max(len(rows), 1))(*rows))
            return self.kept[-1]
        return None

    def written(self, k, name, kind, base):
        """Memory that C writes to."""
        if base in _structs and base not in ("node", "tensor", "shape", "axes", "batch") and k == 0:
            x = self.next(name, {})
            if not isinstance(x, Record):
                x = Record(base, self.struct(base, x), self.found)
                self.outs.append(("record", x))
            _look_whole(x)
            self.kept.append(x)
            return [ctypes.byref(x._struct)] if isinstance(x._struct, ctypes.Structure) else [x._struct]
        if (kind.endswith("[]!") or base == "double"
            and self.parameters[-1][0] in ("theta", "gradient", "out", "count")):
            ahead = self.parameters[k + 1:k + 2]
            if ahead and ahead[0][0] in ("room", "most"):
                n = self.counts[k + 1] = 1 << 12
            elif ahead and ahead[0][0] == "count":  # values that C changes, or as many as a node has
                first = next((v for v in self.kept if isinstance(v, wg.Value)), None)
                x = np.array(self.next(name), np.float64).ravel() if first is None else np.zeros(first.size)
                self.counts[k + 1] = n = x.size
                self.outs.append(("array", x))
                return [x.ctypes.data]
            elif base == "double":
                n = _lib.wg_params_size(next(v for v in self.kept if isinstance(v, wg.Params))._p)
            else:
                n = (next((v for v in self.kept if isinstance(v, int)), None) if self.row.name == "split"
                     else self.size)
            self.outs.append((base + "[]", (_ctype(base) * n)()))
            return [self.outs[-1][1]]
        x = _ctype("text" if base == "text" else base)() if base != "float" else None
        if base == "float":
            n = next(v for v in self.kept if isinstance(v, wg.Value)).size
            self.counts[k + 1] = n
            self.outs.append(("array", np.zeros(n, np.float32)))
            return [self.outs[-1][1].ctypes.data]
        self.outs.append((base, x))
        return [ctypes.byref(x)]

    def struct(self, kind, x):
        """A struct from what another call gave, from a dict, or from its fields in order without their
        numbers."""
        if isinstance(x, Record):
            _look_whole(x)
            self.kept.append(x)
            return x._struct
        fields = _pairs(_structs[kind].split())
        s = _struct(kind)()
        asked = [(n, k) for n, k in fields if n not in _COUNTS or len(fields) < 3]
        for (n, k), v in ([((n, dict(fields)[n]), v) for n, v in x.items()] if isinstance(x, dict)
                          else list(zip(asked, x))):
            if k.endswith("*") and k.rstrip("*") in _NUMBERS or k == "int32*":
                v = np.ascontiguousarray(v, _NUMBERS[k.rstrip("*")])
                self.kept.append(v)
                s.count = v.size
                v = v.ctypes.data
            elif k == "()" and isinstance(v, str):  # a builder of C
                v = ctypes.cast(getattr(_lib, "wg_%s_at" % v), ctypes.c_void_p)
            elif k not in _structs or k in ("node", "tensor", "shape", "init"):
                v = self.plain(k, v, n)
            setattr(s, n, v)
        self.kept.append(s)
        return s

    def plain(self, kind, x, name):
        self.kept.append(x)
        if kind == "node":
            if isinstance(x, wg.Value) and x.graph is not self.graph and not x.graph._auto:
                return x._node
            return self.graph._node(x)
        if kind in ("text", "site"):
            return None if x is None else x.encode() if isinstance(x, str) else os.fsencode(x)
        if kind == "tensor":
            a = None if x is None else _array(x, self.context)
            self.kept.append(a)
            return _Tensor() if a is None else _tensor(a)
        if kind == "axes":
            return _axes([_whole(n, 32) for n in _list_of(x)])
        if kind in ("size", "uint64"):
            return _whole(x, 64, 0)
        if kind in ("uint", "uint32"):
            return _whole(x, 32, 0)
        if kind == "batch":
            return x
        if kind.endswith("*"):
            return _address(x, kind[:-1])
        if kind in _structs and kind not in ("node", "shape", "init", "states"):
            return self.struct(kind, x)
        return _given(kind, x, self.graph if kind == "states" else None, name)

    def run(self):
        f = getattr(_lib, self.row.c)
        try:
            arguments = self.arguments()
        except (StopIteration, AttributeError):
            raise TypeError("wengert: write %s" % signature(self.row)) from None
        y = f(*arguments)
        said = self.said()
        context = self.found or getattr(_now, "context", None)
        if context and self.row.name not in _KEEPS_ERRORS:
            context._look()
        outs = [_written(kind, x, context, tuple(self.kept)) for kind, x in self.outs]
        result = self.row.result
        if said is not None:
            return None if result == "bool" and not y else said
        if builtins.any(kind == "text!" for kind, _ in self.outs):
            if result == "int" and y < 0:
                raise wg.Error(outs[0])
            return (None if result == "bool" and not y else outs[0]
                    if result in ("bool", "int", "text", "text!") else (self.result(y), outs[0]))
        if result in ("status", "-") and self.row.name != "failed" or result == "bool" and outs:
            return None if result == "bool" and not y else outs[0] if len(outs) == 1 else tuple(outs) or None
        if result.endswith("*") and result[:-1] in _structs and len(outs) == 1 and isinstance(outs[0], int):
            x = ctypes.cast(y, ctypes.POINTER(_struct(result[:-1])))
            return [to_python(result[:-1], x[i], context, self) for i in range(outs[0])]
        if result == "int" and self.outs and self.outs[0][0].endswith("[]"):
            return outs[0][:y]
        y = self.result(y)
        return (y, *outs) if outs else y

    def said(self):
        if self.stream is None:
            return None
        stream, text, size = self.stream
        _libc.fclose(stream)
        try:
            return ctypes.string_at(text, size.value).decode(errors="replace")
        finally:
            _libc.free(text)

    def result(self, y):
        kind, kept = self.row.result, tuple(self.kept)
        made = ("context*" in dict(self.row.parameters).values())
        if kind == "text!":
            text = ctypes.string_at(y).decode() if y else None
            _lib.wg_free(self.context._c, y)
            return text
        if kind == "text*":
            texts = ctypes.cast(y, ctypes.POINTER(ctypes.c_char_p)) if y else None
            out = ([x.decode() for x in iter(lambda i=iter(range(1 << 20)): texts[next(i)], None)] if y
                   else None)
            _lib.wg_free(self.context._c, y)
            return out
        if kind == "tensor" and made:
            a = _numpy(y)
            _lib.wg_free(self.context._c, y.data)
            return a
        if kind == "init":
            y.kept = kept  # the memory of values
            return y
        if kind == "states":
            return _results(y, self.graph)
        if kind.rstrip("!").endswith("*"):
            x = _thing(kind.rstrip("*!"), y, self.context, kept, kind.endswith("!")) if y else None
            if x is not None and self.row.name == "params_with":
                self.graph._carried["with", id(x)] = _UntilBegun(x)
            return x
        return to_python(kind, y, self.found, self)


class _UntilBegun:
    """A graph has it for a set of parameters that is valid until the graph is begun again."""

    def __init__(self, p):
        self._p = weakref.ref(p)

    def __del__(self):
        p = self._p()
        for q in _with_parts(p) if p is not None else ():
            _end(q, "_p", "these parameters were valid until their graph was begun again, or was freed: "
                 "write p.with_(...) anew")


_KEEPS_ERRORS = frozenset(("failed", "message", "recover"))
_OPTIONAL = frozenset("functions hint title where what arrays text name label from".split())


def _rows_of(x):
    return list(x.items()) if isinstance(x, dict) else list(x)


def _implied(row, name):
    """A graph g of a call that is no method of graphs."""
    return name == "g" and not row.name.startswith("graph_") and row.name not in ("draw_graph", "check_marks")


def _leaves(x):
    for v in x.values() if isinstance(x, dict) else x if isinstance(x, (list, tuple)) else ():
        if isinstance(v, (list, tuple, dict)):
            yield from _leaves(v)
        else:
            yield v


def _context_of(x):
    if isinstance(x, wg.Context):
        return x
    if isinstance(x, wg.Value):
        return x.graph.context
    return (getattr(getattr(x, "_params", x), "context", None) if not isinstance(x, (Record, np.ndarray))
            else x._context if isinstance(x, Record) else None)


def _written(kind, x, context, kept):
    if kind == "text!":
        return x.value.decode(errors="replace")
    if kind in ("array", "record"):
        return x
    if kind.endswith("[]"):
        return (np.array(x[:], _NUMBERS[kind[:-2]]) if kind[:-2] in _NUMBERS
                else [to_python(kind[:-2], _copy(v), context) for v in x])
    if kind == "text":
        return to_python("text", x.value, context)
    return to_python(kind, x.value if hasattr(x, "value") and not isinstance(x, ctypes.Structure) else x,
                     context, kept)


def _options(struct, what, named, call, kept):
    """Options of a call of C, whose nodes, arrays, lists of names and options in options Python gives as they
    are."""
    kinds, later = dict(_listed(struct)[0]), []
    pointers = dict(_pairs(_structs[struct].replace(";", " ").split()))
    for name in list(named):
        kind = pointers.get(name.rstrip("_"), "")
        base = kind.rstrip("*[]!")
        if kind.endswith("_opts"):
            inner = _options(kind, what, named.pop(name), call, kept)
            later.append((name, bytes(inner)))
        elif kind == "names":
            texts = [_text(t) for t in named.pop(name)]
            kept.append((ctypes.c_char_p * len(texts))(*texts))
            later += [(name, ctypes.addressof(kept[-1])), (name[:-1] + "_count", len(texts))]
        elif kind in ("node*", "double*") or base in _structs and kind.endswith("*"):
            x = named.pop(name)
            x = [x] if isinstance(x, (wg.Value, Record, dict)) else x
            array = (np.ascontiguousarray(x, np.float64) if base == "double"
                     else (_ctype(base) * len(x))(*(call.plain(base, v, name) for v in x)))
            kept.append(array)
            later.append((name, array.ctypes.data if base == "double" else ctypes.addressof(array)))
            count = next((n for n in (name + "_count", name[:-1] + "_count") if n in kinds), None)
            later += [(count, len(array))] if count else []
        elif kind.endswith("*") and base != "void":
            later.append((name, _address(named.pop(name), base)))
        elif kind == "tensor":
            array = np.ascontiguousarray(named.pop(name), np.float64)
            kept.append(array)
            later.append((name, _tensor(array)))
        elif kind == "ends":
            later.append((name, (ctypes.c_double * 2)(*named.pop(name))))
    o = _opts(struct, what, named, call.graph if named else None)
    for name, x in later:
        if isinstance(x, bytes):  # options in options lie where their field begins
            at = getattr(type(o), name).offset
            ctypes.memmove(ctypes.addressof(o) + at, x, len(x))
        else:
            setattr(o, name, x)
    return o


def signature(row, own=0):
    """The call as Python writes it. own: the first so many arguments are not written, as of a method."""
    out, skip = [], False
    parameters = list(row.parameters)
    for k, (name, kind) in enumerate(parameters):
        base = kind.rstrip("*[]!")
        if kind.endswith("_opts*"):
            out += [_word(n) + "=" for n in _of_python(base)]
        elif kind.endswith("_args*"):
            operands = _pairs(_structs[base].partition(";")[0].split())
            out += [_word(n) for n, of in operands if of not in ("graph*", "void*")
                    and (n, of) != ("count", "int")]
            out += [_word(n) + "=" for n in _of_python(base)]
        elif (kind in ("context*", "file", "...") or kind.endswith("!") and k or kind == "void*"
              and name != "bytes" or kind == "graph*" and _implied(row, name)):
            continue
        elif (name in _COUNTS | {"room", "most"} and kind in ("int", "int64", "size") and k
              and parameters[k - 1][1][-1:] in "*]!" and parameters[k - 1][1] != "context*"):
            continue
        elif name == "format":
            out.append("text")
        else:
            out.append(_word(name))
    return "%s(%s)" % (row.name, ", ".join(out[own:]))


_made = {}


def _free(row, *given, **named):
    """Frees a thing, once: after that each use of it is an error."""
    kind = row.parameters[0][1].rstrip("*!")
    x, *more = *given, *named.values(), None
    if len(more) != 1 or x is not None and getattr(x, "_kind", "") != kind:
        raise TypeError("wengert: write %s" % signature(row))
    if x is None:
        return
    field = "_struct" if isinstance(x, Record) else _CLASSES.get(kind, ("", "_raw"))[1]
    if "_over" in vars(x):
        raise wg.Error(x._over)
    getattr(x, field)
    if kind == "params" and x._whole is not None:
        raise wg.Error("wengert: a part of parameters is freed with the whole: write p.free() for that one")
    parts = _with_parts(x) if kind == "params" else [x]
    end = next((vars(x)[n] for n in ("_free", "_freed") if n in vars(x)), None)
    if end:
        _free_now(end)
        if "context" in vars(x):
            x.context._look()
    else:
        _Call(row, [x], {}).run()
        if "_ends" in vars(x):
            x._ends.detach()
    if kind == "graph":
        # the next value begins another graph, and arrays that were lent are free
        x._ended, x._carried = True, {}
    for p in parts:
        _end(p, field, "this %s was freed" % _CLASSES.get(kind, (kind,))[0])


def _with_parts(p):
    """A set of parameters, and all parts of it."""
    return [p] + [q for q in list(p.context._sets) if builtins.any(w is p for w in _wholes(q))]


def _wholes(p):
    """What a part of parameters is a part of."""
    whole = p._whole
    for w in whole if isinstance(whole, tuple) else (whole,):
        if isinstance(w, wg.Params):
            yield w
            yield from _wholes(w)


def call_of(name):
    """The call of this name as a function of Python. None: there is none."""
    name = name[:-1] if name[-1:] == "_" and name[:-1] in _rows else name
    if name not in _rows or name in NOT_HERE:
        return None
    if name not in _made:
        if name in BY_HAND:
            f = getattr(wg, BY_HAND[name])
        elif name in _builders or name in _optimizers:
            f = getattr(wg, name)
        else:
            row = _row(name)

            def f(*given, **named):
                if row.name.endswith("_free") or row.name == "release":
                    return _free(row, *given, **named)
                return _Call(row, given, named).run()
            f.__name__ = f.__qualname__ = name
            f.__doc__ = _described(row, signature(row))
        _made[name] = f
    return _made[name]


@functools.lru_cache(None)
def methods_of(kind):
    """The names of methods that things of this kind have by the table, as {method: call}."""
    found = {}
    for name, line in _rows.items():
        if name.startswith(kind + "_") and name not in NOT_HERE:
            first = (_row(name).parameters + [("", "")])[0]
            if first[1].rstrip("*!") == kind and not builtins.any(name.startswith(k + "_") for k in _kinds()
                    if k.startswith(kind + "_")):
                short = name[len(kind) + 1:]
                found[_word(short)] = name
    return found


@functools.lru_cache(None)
def _kinds():
    kinds = {kind.rstrip("*!") for name in _rows for _, kind in _row(name).parameters
             if kind.endswith(("*", "*!"))}
    return sorted(kinds - set(_NUMBERS) - {"void", "text", "byte"})


def method_of(x, kind, name):
    call = methods_of(kind).get(name) if name[:1] != "_" else None
    if call is None:
        raise AttributeError("a wengert %s has no %s%s" %
                             (kind, name, _near(name, [*methods_of(kind), *vars(type(x))])))
    return types.MethodType(call_of(call), x)


def is_for_users(name):
    """Whether the module has the call: calls for authors of ops and tools are here alone, and methods with
    their things."""
    return name in _rows and _heads[name].removeprefix("wgx/") not in _AUTHORS and name not in NOT_HERE


@functools.lru_cache(None)
def functions():
    """The names of calls that are functions of the module and no methods."""
    methods = {call for kind in (*_CLASSES, *_kinds()) for call in methods_of(kind).values()}
    return [n for n in _rows if is_for_users(n) and n not in methods and n not in BY_HAND]


def __getattr__(name):
    f = call_of(name) if name[:1] != "_" else None
    if f is None:
        raise AttributeError("wengert.c has no %s: %s" % (name, NOT_HERE[name]) if name in NOT_HERE else
                             "wengert.c has no %s%s" % (name, _near(name, list(_rows))))
    return f


def __dir__():
    return [n for n in _rows if n not in NOT_HERE]
