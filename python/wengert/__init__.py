# SPDX-License-Identifier: MIT
"""Wengert for Python: graphs with exact derivatives, NumPy arrays in and out.

    import numpy as np, wengert as wg

    x = wg.input("x", [1, 2, 3])
    y = (x * x + 1).sum()
    print(y.item(), wg.grad(y, x).numpy())       17.0 [2. 4. 6.]

    wg.plot(x, y)                                a figure, also of a text: wg.plot("line tanh(z) over z in -6:6")
    wg.check(f, x)                               a function of Wengert's values
    wg.check(f, x, grad=df)                      your own NumPy function and its gradient
    wg.check(f, x)                               one that returns the pair (value, gradient)

Every builder of the C headers is a function here, with the same name and options: wg.softmax(x, axis=0),
wg.nn_dense(x, p, "fc1", 64, bias=False). Values have them as methods, too: x.softmax(axis=0). Arrays and
numbers can stand beside values. Arrays of floats take the dtype of the context: float64, or what you say by
Context(dtype="float32"). Errors are raised as wengert.Error, with the file and line of your call.

The library is the file that the variable WENGERT_LIBRARY names; or libwengert.so beside this file, in
../../build, in ../../../../lib; or in a folder where the system looks for libraries.

All of this goes over ctypes. Where the module _c is, python/_c.c, it makes the common calls, more than ten times as
fast. WENGERT_CTYPES=1 leaves it out.
"""
import builtins
import collections
import contextlib
import ctypes
import ctypes.util
import functools
import importlib
import importlib.machinery
import importlib.util
import inspect
import itertools
import keyword
import operator
import os
import re
import sys
import threading
import types
import warnings
import weakref
from collections import namedtuple
from ctypes import POINTER, Structure, byref, c_bool, c_char_p, c_double, c_int, c_int64, c_size_t, c_void_p

try:
    import numpy as np
except ImportError:
    raise ImportError("wengert needs NumPy: apt-get install python3-numpy, or pip install numpy") from None

from . import _table, _tables
from ._ctrl_c import HeldCtrlC

_IMPORTED = frozenset(globals())

# ---- the library ----

class _Node(Structure):
    _fields_ = [("graph", c_void_p), ("index", ctypes.c_uint32), ("generation", ctypes.c_uint32)]

class _Shape(Structure):
    _fields_ = [("rank", c_int), ("dim", c_int64 * 8)]

class _Tensor(Structure):
    _fields_ = [("dtype", c_int), ("shape", _Shape), ("data", c_void_p)]

class _States(Structure):
    _fields_ = [("y", _Node), ("h", _Node), ("c", _Node)]

class Init(Structure):
    """First values of a parameter: he(), xavier(), normal(0, 1), ..."""
    _fields_ = [("kind", c_int), ("a", c_double), ("b", c_double), ("fan", c_int), ("values", c_void_p),
                ("dtype", c_int)]

_WARNING = ctypes.CFUNCTYPE(None, c_void_p, c_char_p)
_CHECKED = ctypes.CFUNCTYPE(c_double, c_size_t, POINTER(c_double), POINTER(c_double), c_void_p)
_PROGRESS = ctypes.CFUNCTYPE(c_bool, c_void_p, c_char_p, c_double)
_FORWARD = ctypes.CFUNCTYPE(c_int, c_size_t, POINTER(c_double), c_size_t, POINTER(c_double), c_void_p)
_BACKWARD = ctypes.CFUNCTYPE(c_int, c_size_t, POINTER(c_double), c_size_t, POINTER(c_double),
                             POINTER(c_double), c_void_p)
_RULE = ctypes.CFUNCTYPE(None, c_void_p, _Node, _Node, POINTER(_Node), POINTER(_Node))
_WRITER = ctypes.CFUNCTYPE(None, POINTER(_Node), c_int, POINTER(_Node), c_void_p)

class _ByPointer(Structure):
    _fields_ = [("f", _WRITER), ("user", c_void_p)]

# The calls of C as the table has them, and the words of enums.
_rows, _heads = {}, {}  # by name: its line, its header
for _line in _table.CALLS.strip().split("\n"):
    if _line[0] == "#":
        _head = _line[2:]
    else:
        _name = _line.partition(" ")[0].partition("@")[0]
        _rows[_name], _heads[_name] = _line, _head
_structs = dict(line.split(" ", 1) for line in _table.STRUCTS.strip().split("\n"))
_enums = {}
for _line in _table.ENUMS.strip().split("\n"):
    _name, *_all = _line.split()
    _before = os.path.commonprefix(_all).rpartition("_")[0] + "_"
    _enums[_name] = [w[len(_before):].lower() for w in _all]

_Row = namedtuple("_Row", "name c site result parameters text")

@functools.lru_cache(None)
def _row(name):
    """What the table says of a call: the place of its call site among the parameters, 0: it has none; parameters as pairs."""
    said, _, text = _rows[name].partition(" | ")
    head, result, *parameters = said.split()
    name, at, site = head.partition("@")
    return _Row(name, "wg_" + name + ("_at" if at and not site else ""), int(site or bool(at)), result, _pairs(parameters), text)

def _pairs(parameters):
    return [tuple(f.split(":")) if ":" in f else (f, "node") for f in parameters]

def _load():
    here = os.path.dirname(os.path.abspath(__file__))
    places = ((), ("..", "..", "build"), ("..", "..", "..", "..", "lib"))
    names = [os.environ.get("WENGERT_LIBRARY")] + [os.path.join(here, *p, "libwengert.so") for p in places]
    for name in names:
        if name and (os.path.exists(name) or name == names[0]):
            return ctypes.CDLL(name)
    name = ctypes.util.find_library("wengert")
    if not name:
        raise ImportError("wengert: no libwengert.so: run make, or name it in WENGERT_LIBRARY. Looked for "
                          + ", ".join(n for n in names if n) + " and in the system's folders")
    return ctypes.CDLL(name)

class _Library:
    """The functions of the library, declared as the table says when they are called for the first time."""

    def __init__(self, library):
        self._library = library

    def __getattr__(self, name):
        f = getattr(self._library, name)
        if name.endswith(("_args_rows", "_opts_rows")):
            f.restype, f.argtypes = POINTER(_OptionList), []
        else:
            row = _row(name[3:] if name[3:] in _rows else name[3:-3])
            kinds = [_ctype(kind) for _, kind in row.parameters if kind != "..."]
            if row.site:
                kinds.insert(row.site - 1, c_char_p)
            f.restype, f.argtypes = _ctype(row.result, True), kinds
        setattr(self, name, f)
        return f

_lib = _Library(_load())
_libc = ctypes.CDLL(None)

def _load_c():
    """The module _c: beside this file, in the folder python beside the library, or in that of the build. None: it is not here."""
    if os.environ.get("WENGERT_CTYPES", "0") not in ("", "0"):
        return None
    here, library = os.path.dirname(os.path.abspath(__file__)), os.path.dirname(_lib._library._name)
    for place in (here, os.path.join(library or here, "python"), os.path.join(here, "..", "..", "build", "python")):
        path = os.path.join(place, "_c.abi3.so")
        if os.path.exists(path):
            loader = importlib.machinery.ExtensionFileLoader("wengert._c", path)
            try:
                module = importlib.util.module_from_spec(importlib.util.spec_from_loader("wengert._c", loader))
                loader.exec_module(module)
                return module if getattr(module, "FORM", 0) == 4 else None  # of another version of this file
            except ImportError:  # of another kind of Python
                return None

_c = _load_c()

_libc.open_memstream.restype, _libc.open_memstream.argtypes = c_void_p, [c_void_p, c_void_p]
_libc.fclose.argtypes = _libc.free.argtypes = [c_void_p]

def _ctype(kind, result=False):
    """The type of ctypes for a kind of the table. A text that C makes for the caller is an address."""
    of = _FIELDS.get(kind)
    if of is None and kind not in ("-", "text!") and kind[-1] not in "*]!)":
        of = c_int if kind in _enums else _struct(kind) if kind in _structs else None
    return of if of or kind == "-" else c_void_p

@functools.lru_cache(None)
def _struct(name):
    """A struct of C with public fields."""
    def member(kind):
        of, _, count = kind.partition("[")
        return _ctype(of) * int(count[:-1]) if count.rstrip("]") else _ctype(of)
    return type("_" + name, (Structure,), {"_fields_": [(n, member(k)) for n, k in _pairs(_structs[name].split())]})

# ---- errors and call sites ----

class Error(RuntimeError):
    """A mistake, as the library reports it: train.py:42: matmul: inner dimensions differ: ..."""

_sites = {}
_PACKAGE = os.path.dirname(__file__) + os.sep  # whose files are nobody's call site, as those of NumPy, which calls it for np.f(x)
_NUMPY, _DISPATCH = os.path.dirname(np.__file__) + os.sep, "<__array_function__ internals>"

_between = {}  # files that stand between the user's line and the library

def _is_between(frame):
    file = frame.f_code.co_filename
    if file not in _between:
        _between[file] = file.startswith((_PACKAGE, _NUMPY)) or file == _DISPATCH
    return _between[file]

def _site(*key):
    """The call site at this file and line, as C has it. The library has its address: it is kept."""
    if key not in _sites:
        path = os.path.relpath(key[0]) if key[0].startswith(os.getcwd() + os.sep) else key[0]
        _sites[key] = ("\n%s:%d" % (path, key[1])).encode()
    return _sites[key]

def _here():
    """The call site of the first frame outside of this package and of NumPy."""
    frame = sys._getframe(1)
    while frame.f_back and _is_between(frame):
        frame = frame.f_back
    return _site(frame.f_code.co_filename, frame.f_lineno)

_here = _c.here if _c else _here

def _warned(user, text):
    """A warning of the library, at the user's line."""
    frame, level = sys._getframe(), 1
    while frame.f_back and _is_between(frame):
        frame, level = frame.f_back, level + 1
    warnings.warn(_as_python(text.decode(errors="replace")), stacklevel=level)

_WARNED = _WARNING(_warned)

class _OfTable:
    """The calls wg_T_name(T *, ...) of C are methods of T's class: c.py makes them."""

    def __getattr__(self, name):
        field = _calls()._CLASSES[self._kind][1]
        if name == field:
            raise Error(_gone(self))
        if name[:2] != "__":
            getattr(self, field)  # what has no address has no other attribute either
        if name[:1] == "_":
            raise AttributeError(name)
        return _calls().method_of(self, self._kind, name)

    def __dir__(self):
        return [*super().__dir__(), *_calls().methods_of(self._kind)]

def _calls():
    return importlib.import_module(".c", __name__)

def _described(row, call, options=None):
    """The text for help(): the call, what it does, its operands and options with defaults."""
    struct = next((kind[:-1] for _, kind in row.parameters if re.search("_(args|opts)[*]$", kind)), None)
    op = ctypes.cast(_lib.wg_op_find(row.name.encode()), POINTER(c_char_p))  # a wg_op begins with four texts
    summary, formula, adjoint = [op[k].decode() if op[k] else "" for k in (1, 2, 3)] if op else ("", "", "")
    lines = [call, ""] + [(s if s[1:2] in " [" else s[:1].upper() + s[1:]) + "." * (s[-1] not in ".:") for s in (summary, _as_python(row.text)) if s] + [
        "%s: %s" % pair for pair in (("Formula", formula), ("Derivative", adjoint)) if pair[1]]
    if struct:
        notes = [line.split(" ", 1) for line in _table.OPERANDS.split("\n") if line.startswith(struct + ".")]
        lines += ["", "Operands:"] * bool(notes) + ["    %s: %s" % (n[len(struct) + 1:], _as_python(text)) for n, text in notes]
        rows = getattr(_lib, "wg_%s_rows" % struct)().contents
        mine = _of_python(struct)
        told = [_option_text(o) for o in (rows.option[i] for i in range(rows.count)) if o.name.decode() in mine]
        lines += ["", "Options:"] * bool(told) + ["    " + text for text in told]
    return "\n".join(lines)

@functools.lru_cache(None)
def _of_python(struct):
    """The options of a struct that Python gives: no functions of C, and no numbers of elements, which follow from lists."""
    options = _pairs(_structs[struct].split(";")[1].split())
    names = [n for n, _ in options]
    return [n for n, kind in options if not (kind == "void*" or kind.endswith("()") and n != "progress" or kind in ("allocator*", "byte*", "node*!")
                                            or kind == "int" and (n == "count" or n.endswith("_count") and {n[:-6], n[:-6] + "s"} & set(names)))]

_DEFAULTS = {"false": "False", "true": "True", "NULL": "None", "WG_AUTO": "None"}

def _word(name):
    """A name of C as a keyword argument of Python: from_."""
    return name + "_" * keyword.iskeyword(name)

def _option_text(o):
    default, text, of = o.standard.decode(), _as_python(o.text.decode()), o.range.decode()
    words = [w for w in _enums.get(o.type.decode()[3:], ()) if default.lower().endswith("_" + w)]
    default = max(words, key=len) if words and "DEFAULT" not in default else _DEFAULTS.get(default, (
        "None" if re.match("WG_(NO|BY|INNER|ENDS|END)\\b|WG_(NO|BY|INNER|ENDS)_", default) or "DEFAULT" in default else default))
    return "%s=%s: %s%s" % (_word(o.name.decode()), default, text, ("; in " if of[0] in "[(" else "; ") + of if of and of not in text else "")

# Variables of the environment, which Python has, too.
_ENVIRONMENT = frozenset("WG_ISA WG_NUM_THREADS WG_PLAN_BYTES WG_TRACE WG_WITHOUT".split())
# Objects of messages, by the class whose method a call is.
_OBJECT = dict(params="p", graph="g", optim="optimizer", data="data", figure="fig", check="report", nn_cache="cache", group="group",
               context="context", average="average")
# Calls of C for which Python has another word.
_SAID = dict(value="x.numpy()", item="x.item()", backward="backward", begin="g.begin", params_in="p.part", graph_of="x.graph",
             start="wg.Context", gradcheck="wg.check", gradcheck_fn="wg.check", none="None", no_warnings="a function that does nothing",
             keep="x.keep", save_with="C's save_with", save_end="C's save_end", input_borrow="wg.input with copy=False", hold="x.numpy")

@functools.lru_cache(None)
def _fields_of_c_names():
    """The names of all options and fields of C's structs."""
    return frozenset(field.partition(":")[0] for struct in _structs.values() for field in struct.replace(";", " ").split())

@functools.lru_cache(None)
def _constants():
    """WG_EVAL is "eval" in Python; what says that nothing is said is None."""
    words = {"WG_" + w: "None" for w in "AUTO END INNER NO BY ENDS".split()}
    for line in _table.ENUMS.strip().split("\n"):
        name, *all_ = line.split()
        words.update((c, '"%s"' % w) for c, w in zip(all_, _enums[name]))
    words.update(("WG_" + c, '"%s"' % t.name) for c, t in zip("F32 F64 I32 I64 BOOL U8 F16".split(), _DTYPES[1:]))
    return words

def _call_of_python(name):
    """What Python calls wg_NAME."""
    name = re.sub("_(at|args|opts)$", "", name)
    if name in _SAID:
        return _SAID[name]
    for kind, of in sorted(_OBJECT.items(), key=lambda pair: -len(pair[0])):
        first = name in _rows and _row(name).parameters[:1]
        if first and name.startswith(kind + "_") and first[0][1].rstrip("*!") == kind:
            return "%s.%s" % (of, _word(name[len(kind) + 1:]))
    return name if name not in _rows and (name in _enums or name in _structs) else "wg." + name

_CALL_OF_C = re.compile(r"\bwg_(\w+)(?:\(([^()]*)\))?")

def _call_in_python(m):
    """wg_average_use(a, false), as Python has it: a.use(False)."""
    call, given = _call_of_python(m[1]), m[2]
    if given is None:
        return call
    given = re.sub(r"\b(true|false)\b", lambda w: w[1].capitalize(), given)
    of, dot, method = call.rpartition(".")
    if m[1] == "graph_of":
        return given + ".graph"
    if dot and of != "wg":  # the object is the first argument
        first, _, rest = given.partition(",")
        return "%s.%s(%s)" % (first.strip(), method, "" if m[1] == "begin" else rest.strip())
    return "%s(%s)" % (call, given)

def _option_in_python(m):
    """.axis = 1, or .axis alone, as Python has it."""
    name, x = m[1], m[2]
    if name not in _fields_of_c_names():
        return m[0]
    return "%s=%s" % (_word(name), "" if x is None else {"true": "True", "false": "False", "NULL": "None"}.get(x, x))

def _as_python(text):
    """A sentence of C, of its headers or its errors, in Python's words."""
    if "_" not in text and "." not in text:
        return text
    text = re.sub(r"\bWG_(?:SHAPE|AXES)\(([^()]*)\)", r"[\1]", text)
    text = re.sub(r"\b(wg_\w+) (?:it|the graph)\b", r"call \1", text)
    text = re.sub(r"(?<![\w.)/'\]])\.([a-z]\w*)\b(?!\()(?: = (\[[^]]*\]|\"[^\"]*\"|[-\w.]*\w))?", _option_in_python, text)
    text = _CALL_OF_C.sub(_call_in_python, text)
    return re.sub(r"\bWG_[A-Z0-9_]+\b", lambda m: m[0] if m[0] in _ENVIRONMENT else _constants().get(m[0], m[0][3:].lower()), text).replace(
        "NULL", "None")

class Context(_OfTable):
    """Seed, dtype and threads of what is made from it. The first one made becomes the default."""
    _kind = "context"

    def __init__(self, seed=0, dtype="float64", threads=None):
        o = _opts("start_opts", "Context", {"dtype": dtype, "threads": threads})
        o.seed = _whole(seed, 64, 0) % 2 ** 64
        self._graphs, self._old, self._many = [], [], 64
        self._random, self._draws = np.random.default_rng(o.seed), 0
        self._dropped = collections.deque()  # what nobody has any more, as pairs: how it is freed, and its address
        self._raised = None  # by a function of yours that the library has called
        o.on_warning = ctypes.cast(_WARNED, c_void_p)
        self._weak = weakref.ref(self)
        if _c:
            o.on_poll, o.user = _c.POLL, id(self._weak)
        self._c = _lib.wg_start_at(_here(), byref(o))
        self._finish = _finalize(self, lambda c, keep: _lib.wg_finish(c, None), self._c, self._weak)
        self._sets = weakref.WeakSet()  # all Params, which learn of it when theirs is freed
        self.dtype = np.dtype(dtype)
        _now.context = getattr(_now, "context", None) or self
        self._look()

    def _keep_graph(self, given):
        """A graph of ours is begun again: it has its memory and the plans of what was built in it."""
        if len(self._graphs) < 4:
            _lib.wg_graph_watch_by(given[0], None)
            _lib.wg_begin(given[0], 0)
            self._graphs.append(given[0])
        else:
            self._free_graph(given)

    def _free_graph(self, given):
        """given: the graph in C, and what it looks at."""
        _lib.wg_graph_free(given[0])

    def _free_params(self, raw):
        """Frees parameters that nobody has. Of some a graph still has nodes: they wait."""
        old = [raw]
        if len(self._old) >= self._many:
            old, self._old = self._old + old, []
        for raw in old:
            _lib.wg_params_free(raw)
            if _lib.wg_failed(self._c):
                _lib.wg_recover(self._c)
                self._old.append(raw)
        if len(old) > 1:
            self._many = 64 + 2 * len(self._old)

    def _frees(self, owner, free, raw):
        """Frees what the owner holds when the owner is gone. The thread that drops it may be another than the one that works in the
        context, which has no locks: so the next call of that one frees it. free: a call of C, or the name of a method."""
        return _finalize(owner, Context._drop, self, free, raw)

    def _drop(self, free, raw):
        self._dropped.append((free, raw))

    def _drain(self):
        while self._dropped and self._finish.alive:
            free, raw = self._dropped.popleft()
            (getattr(self, free) if isinstance(free, str) else free)(raw)

    def _look(self):
        """Behind each call: raises what is wrong, and frees what was dropped."""
        e, self._raised = self._raised, None
        if not e and _lib.wg_failed(self._c):
            e = Error(_as_python(_lib.wg_message(self._c).decode(errors="replace")))
        if e:
            _lib.wg_recover(self._c)
        if self._dropped:
            self._drain()
        if e:
            try:
                raise e
            finally:
                e = None  # this frame, which the error has, does not have the error

def _finalize(owner, f, *given):
    """f(*given) when the owner is gone. At the end of the process nothing is freed: a __del__ may still use it."""
    end = weakref.finalize(owner, f, *given)
    end.atexit = False
    return end

def _gone(x):
    """Why an object of C has no address."""
    return vars(x).get("_over") or ("wengert: this %s was never made: write super().__init__(...) in the __init__ of its class"
                                    % type(x).__name__)

def _end(x, field, why):
    """The object x, whose address is its attribute `field`, has none from now on: each use of it is an error of these words."""
    if field in vars(x):
        delattr(x, field)
    elif hasattr(type(x), field):  # a member of the module _c
        setattr(x, field, 0)
    x._over = "wengert: " + why

def _free_now(end):
    """Frees at once what an end of _frees would free later."""
    kept = end.detach()
    if kept:
        kept[1](*kept[2])
        if kept[1] is Context._drop:
            kept[2][0]._drain()

_now = threading.local()

def default_context():
    """The context that was made first in this thread; one is made if there is none."""
    return getattr(_now, "context", None) or Context()

# ---- arrays and tensors ----

_DTYPES = [np.dtype(t) for t in "V float32 float64 int32 int64 bool uint8 float16 uint16".split()]
_CODES = {t: i for i, t in enumerate(_DTYPES) if 0 < i < 8}  # bfloat16 is no type of NumPy

def _code_of(dtype):
    if dtype not in _CODES:
        raise TypeError("wengert: no dtype %s: use %s" % (dtype, ", ".join(map(str, _CODES))))
    return _CODES[dtype]

def _whole(x, bits, least=None):
    """A number for an integer of C, which would take it without its high bits."""
    if isinstance(x, (bool, np.bool_)) or getattr(x, "ndim", 0):
        raise TypeError("wengert: a whole number is expected, not %r" % (x,))
    n = operator.index(x)
    if not (-(1 << bits - 1) if least is None else least) <= n < 1 << (bits - (least is None)):
        raise OverflowError("wengert: %d has more than %d bits" % (n, bits) if n >= 0 or least is None
                            else "wengert: %d is below 0" % n)
    return n

def _has_value(x):
    """Whether x is a value, or a list or array with values in it."""
    if isinstance(x, np.ndarray):
        return x.dtype == object and builtins.any(map(_has_value, x.flat))
    return isinstance(x, Value) or isinstance(x, (list, tuple)) and builtins.any(map(_has_value, x))

def _real_number(x, what):
    """A number for a double of C. A value or a text is none, though float() would take it."""
    if _has_value(x) or isinstance(x, (str, bytes)) or getattr(x, "ndim", 0):
        raise TypeError("wengert: %s is a number, not %r%s" % (
            what, x, ": a result has no derivative by it; x.item() is a value's number" * _has_value(x)))
    return float(x)

def _truth(x, what):
    """True or False, as one of Python or NumPy, or as 0 or 1. Any text would count as true."""
    if isinstance(x, (bool, np.bool_, int, np.integer)) or getattr(x, "shape", None) == ():
        if x in (0, 1) and getattr(x, "dtype", np.dtype(bool)).kind in "biu":
            return bool(x)
    raise TypeError("wengert: %s is True or False, not %r" % (what, x))

def _list_of(x):
    """A number, or a list or array of one axis, as a list."""
    if isinstance(x, (str, bytes)) or getattr(x, "ndim", 1) > 1:
        raise TypeError("wengert: a whole number or a list of them is expected, not %r" % (x,))
    return list(x) if np.iterable(x) and getattr(x, "ndim", 1) else [x]

def _text(x):
    if not isinstance(x, str):
        raise TypeError("wengert: a text is expected, not %r" % (x,))
    return x.encode()

def _shape(sizes):
    sizes = _list_of(sizes)
    return _Shape(len(sizes), (c_int64 * 8)(*(_whole(n, 64) for n in sizes[:8])))

def _array(a, context, dtype=None):
    """An array as the library takes it: floats and Python's numbers in the dtype of the context."""
    if _has_value(a):
        raise TypeError("wengert: these numbers would have no derivative by the values that they come from: use "
                        "the values, wg.stack([x, y]) of them, or x.numpy() for numbers alone")
    given = _rectangular(a)
    if given.dtype.kind not in "fiub":
        _code_of(given.dtype)
    if dtype is None:
        plain = not isinstance(a, (np.ndarray, np.generic)) and given.dtype.kind in "iu"
        dtype = context.dtype if given.dtype.kind == "f" or plain else given.dtype
    return np.ascontiguousarray(given, dtype=dtype).reshape(given.shape)

def _rectangular(a):
    try:
        return np.asarray(_unmasked(a))
    except ValueError as e:
        raise ValueError("wengert: the lists in it have different lengths, and are no array: %s" % e) from None

def _unmasked(a):
    """The same, if it is no masked array that hides elements: NumPy alone would drop the mask."""
    if np.ma.is_masked(a):
        raise TypeError("wengert: a masked array, whose mask would be lost: give a.filled(number), and the mask as an "
                        "operand of its own, such as where(mask, x, 0) or mask= of a loss")
    return a

def _real(a, whose, dtype=np.float64):
    """An array of real numbers. NumPy alone would drop imaginary parts."""
    if np.iscomplexobj(a):
        raise TypeError("wengert: %s is complex, and derivatives here are of real numbers: take its real and "
                        "imaginary parts, or its abs" % whose)
    return np.asarray(_unmasked(a), dtype=dtype)

def _tensor(a):
    return _Tensor(_code_of(a.dtype), _shape(a.shape), a.ctypes.data)

def _numpy(t):
    """A copy of a tensor."""
    if not t.data:
        return None
    shape = tuple(t.shape.dim[:t.shape.rank])
    a = np.empty(shape, _DTYPES[t.dtype])
    ctypes.memmove(a.ctypes.data, t.data, a.nbytes)
    return (a.astype(np.uint32) << 16).view(np.float32) if t.dtype == 8 else a

# ---- graphs and values ----

class _Lent:
    """An array whose memory a graph has: nobody writes to it until the graph lets it go."""

    def __init__(self, array):
        self.array, self._before, self._refs = array, array.flags.writeable, []
        array.flags.writeable = False
        while isinstance(array, np.ndarray):  # NumPy never resizes what has a weak reference, whatever refcheck says
            self._refs.append(weakref.ref(array))
            array = array.base

    def __del__(self):
        self.array.flags.writeable = self._before

class _Held:
    """The memory of a value that outlives its evaluation, as NumPy sees it."""

    def __init__(self, held, t, context):
        self._held, self._context = held, context
        self.__array_interface__ = dict(version=3, shape=tuple(t.shape.dim[:t.shape.rank]), typestr=_DTYPES[t.dtype].str,
                                        data=(t.data, True))

    def __del__(self):
        self._context._drop(_lib.wg_release, self._held)

class _Watch(Structure):
    _fields_ = [("live", c_int), ("changed", c_int), ("nodes", c_void_p), ("first", c_void_p)]

class _Off(threading.local):
    """Whether the thread is in a block of no_grad, where _c is not here."""
    on = False

    def __call__(self, on=None):
        was = self.on
        self.on = was if on is None else on
        return was

_off = _c.off if _c else _Off()
_graphs = weakref.WeakValueDictionary()  # by the address in C
_serials = itertools.count(1)

class Graph(*([_c.Graph] if _c else []), _OfTable):
    """A list of values. begin() removes them. The graph that was begun last is the one that wg.input uses.

    If you have made none, there are some. One goes on until a parameter of it changes, then the next one begins. It is begun again
    when nobody has a value of it. A value of another such graph is an input with its number; if it has a derivative, the graph
    that it is in goes on for what is made of it."""
    _kind = "graph"
    _outside = None  # of a graph that a transform of a function works in: values from elsewhere, and what stands for them here

    def __init__(self, context=None, mode="train", _auto=False, _anew=False):
        self.context, self._auto = context or default_context(), _auto
        self.context._drain()
        kept = self.context._graphs if _auto else []
        self._watch, self._serial, self._live = _Watch(nodes=_c and _c.LIVE), next(_serials), {}
        self._thread = threading.get_ident()
        self._g = kept.pop() if kept else _lib.wg_graph_new(self.context._c)
        self._watch_at = ctypes.addressof(self._watch)
        self._free = self.context._frees(self, "_keep_graph" if _auto else "_free_graph", (self._g, self._watch))
        _lib.wg_graph_watch_by(self._g, self._watch_at)
        self._called = {}
        _graphs[self._g] = self
        self._anew = _anew or _auto
        if self._anew:
            _lib.wg_graph_draw_anew(self._g, True)
        else:
            self._seed()
        self.begin(mode)

    def _seed(self, number=None):
        """The first graph draws what it would in C, each other one something else."""
        if number is None:
            number, self.context._draws = self.context._draws, self.context._draws + 1
        _lib.wg_graph_set_epoch(self._g, number << 32)

    def begin(self, mode=None, *, train=True):
        mode = mode or ("train" if train else "eval")
        if mode not in ("train", "eval"):
            raise TypeError("wengert: mode is train or eval, not %r" % (mode,))
        self._ended, self._losses, self._leaves, self._carried, self._cut = False, {}, {}, {}, []
        self._limit, self._most = 64, 4096
        self._watch.changed = 0
        _lib.wg_begin(self._g, ("train", "eval").index(mode))
        self._before, self._called = self._called, {}
        self.context._look()
        _now.graph = self
        return self

    def _is_open(self):
        """Whether new values may come to it that have no operand in it."""
        return not self._ended and not (self._auto and (self._watch.changed or self._thread != threading.get_ident()))

    if not _c:
        def _values(self):
            return [v for r in list(self._live.values()) if (v := r()) is not None]

    def input(self, name, array, dtype=None, copy=True):
        """An array as a value. copy=False: the value is in the array's own memory. The array must be contiguous and of the value's
        dtype, and cannot be written to until the graph is begun again."""
        if not copy:
            return self._borrow(name, array, dtype)
        a = _array(array, self.context, dtype)
        name = None if name is None else _text(name)
        return self._value(_lib.wg_input_at(_here(), self._g, name, _tensor(a)))

    def _borrow(self, name, array, dtype):
        a = _array(array, self.context, dtype)
        if not isinstance(array, np.ndarray) or a.ctypes.data != array.ctypes.data:
            raise ValueError("wengert: copy=False: the array must be contiguous and %s: write np.ascontiguousarray(x, %r), or leave "
                             "copy out" % (a.dtype, str(a.dtype)))
        node = _lib.wg_input_borrow_at(_here(), self._g, None if name is None else _text(name), _tensor(a))
        v = self._value(node)
        self._carried["array", v._node.index] = _Lent(array)
        return v

    def _as_c(self, kind, f, make, *more):
        """A function of yours for C, as make() writes it. It lives until the second begin() from now, and is
        the same if the graph is built again with it: plans know functions by their addresses."""
        key = (kind, id(f)) + more
        kept = self._called.get(key) or self._before.get(key) or (f, kind(make()))
        self._called[key] = kept
        return kept[1]

    def param(self, p, name, shape, init=None):
        """The parameter of p with this name, which is made if there is none."""
        return Value(_builders["param"](p, name, shape, init)._node, self) if self is graph() else self._no_current("param")

    def _no_current(self, what):
        raise Error("wengert: %s is of the graph that was begun last, and this is another one: write g.begin() first" % what)

    def _carry(self, x):
        """A value of another graph of ours: an input with its number, or if it has a derivative all that it was made of."""
        key = x.graph._serial, x._node.index, x._node.generation
        if not self._has(key):
            trained = self._outside is None and x.requires_grad
            if self._outside is None is not x.graph._outside or trained and self._anew == x.graph._anew and x.graph._can_be_made_again(x):
                self._carried[key] = self._made_again(x), None
            else:
                a, site = np.asarray(x.numpy(copy=False), order="C"), _lib.wg_node_site(x._node)
                self._carried[key] = self._number(_lib.wg_node_name(x._node) or None, a, _sites.setdefault(site, site)), a
                if trained:
                    self._cut.append(self._carried[key][0])
                elif self._outside is not None and x.graph.context is self.context:
                    self._outside.append((x, self._carried[key][0]))
        return self._carried[key][0]

    def _has(self, key):
        """Whether the node for the key is there, and was not rewound."""
        return key in self._carried and _lib.wg_node_is_current(self._carried[key][0])

    def _can_be_made_again(self, x):
        """Whether x is of this thread, of parameters of PyTorch's way alone, and none of them has changed since."""
        stores = {store._p for _, _, store in self._leaves.values() if store}
        sets = (c_void_p * (len(stores) + 1))()
        found = _lib.wg_node_trained_by(x._node, sets, len(sets))
        return self._thread == threading.get_ident() and found <= len(stores) and stores.issuperset(sets[:found]) and not builtins.any(
            store and not _lib.wg_node_is_current(n := self._at(at)) and _lib.wg_depends_on(x._node, n)
            for _, at, store in self._leaves.values())

    def _look_at_cuts(self, y):
        """Raises if y has a derivative by a number that was carried here without its own."""
        for n in self._cut:
            if _lib.wg_node_derives_from(y._node, n):
                raise Error("wengert: this depends on a value of an earlier step, made before the parameters changed, whose derivative is "
                            "gone: write .detach() where that value is used")

    def _at(self, place):
        """The node of a place in _leaves."""
        return _Node(self._g, place & 0xffffffff, place >> 32)

    def _number(self, name, a, site):
        """An input of an array that never changes."""
        make = _lib.wg_input_borrow_at if a.nbytes >= 1 << 16 else _lib.wg_input_at
        node = make(site, self._g, name, _tensor(a))
        self.context._look()
        return node

    def _made_again(self, x):
        """The nodes that x is made of, with the leaves that this graph has in the place of those."""
        was, now = [], []
        for of, at, store in list(x.graph._leaves.values()):
            leaf, node = of() if store else of, x.graph._at(at)
            current = _lib.wg_node_is_current(node)
            if leaf is not None and current:
                was.append(node)
                now.append(leaf._place(self))
            elif store and not current and _lib.wg_node_derives_from(x._node, node):  # it has changed since
                was.append(node)
                now.append(self._number(None, Value(node, x.graph).numpy(), _here()))
                self._cut.append(now[-1])
        for v, node in x.graph._outside or ():
            was.append(node)
            now.append(v._place(self))
        self._called.update(x.graph._called)
        nodes = [(_Node * builtins.max(len(n), 1))(*n) for n in (was, now)]
        node = _lib.wg_replay_onto_at(_here(), x._node, self._g, *nodes, len(was))
        self.context._look()
        return node

    def _without_gradient(self, key, node):
        """The node as a number."""
        if not self._has(key):
            self._carried[key] = _lib.wg_stop_gradient_at(_here(), node), None
        return self._carried[key][0]

    def _value(self, node):
        try:
            self.context._look()
        except Error as e:
            raise e if node.graph else TypeError("wengert: no operand is a value: %s" % e)
        bits = node.index | node.generation << 32
        if not node.graph and bits:  # of numbers alone: a number, whose bits are inverted
            return _builders["scalar"](float(np.uint64(~bits % 2**64).view(np.float64)))
        v = Value(node, self)
        if self._auto and node.index > self._most:
            v._has_grown()
        return v

    def _node(self, x):
        """A value, number or array as an operand."""
        if x is None:
            return _Node()
        x = x.item() if isinstance(x, np.ndarray) and not x.ndim and x.dtype == object else x
        if isinstance(x, Value):
            return x._place(self)
        if isinstance(x, _Parts):
            x._no()
        if _has_value(x):  # a list of values is their stack, along a new first axis
            rows = [n if isinstance(n, Value) else self._value(self._node(n)) if _has_value(n) else
                    self.input(None, n) for n in x]
            return _builders["stack"](rows)._node
        if isinstance(x, (bool, int, float, np.number)) and not isinstance(x, np.ndarray):
            return _lib.wg_number(float(x))
        return self.input(None, x)._node

def graph():
    """The graph that was begun last in this thread."""
    g = getattr(_now, "graph", None)
    if g is None or g._ended:
        return Graph(_auto=True)
    if not g._auto:
        return g
    if not g._watch.live:
        return g.begin() if g._watch.changed or _lib.wg_graph_nodes(g._g) > 1 else g
    return Graph(_auto=True) if g._watch.changed else g

def _within(g, f, *given, **options):
    """f(*given), which makes its values in the graph g, also those of transforms of functions."""
    before = getattr(_now, "graph", None), getattr(_now, "inside", None)
    _now.graph = _now.inside = g
    try:
        return f(*given, **options)
    finally:
        _now.graph, _now.inside = before

def _same_graph():
    """The same, but it is not begun again: what the caller has placed in it stays."""
    g = getattr(_now, "graph", None)
    return g if g is not None and g._is_open() else graph()

def input(name, array, dtype=None, **options):
    """An array as a value of the current graph, whose name appears in errors and drawings. copy=False: see Graph.input."""
    return graph().input(name, array, dtype, **options)

class _Node_of_graph:
    """What a value is, where _c.Node is not here."""
    _constant, _code, _leaf = False, 0, None

    def __init__(self, node, graph):
        self._node, self.graph, self._constant = node, graph, _off()
        graph._live[id(self)] = weakref.ref(self)
        graph._watch.live += 1

    def __del__(self):
        g = self.__dict__.get("graph")
        if g is not None:
            g._live.pop(id(self), None)
            g._watch.live -= 1

    shape = property(lambda v: tuple((s := _lib.wg_node_shape(v._node)).dim[:s.rank]))
    dtype = property(lambda v: _DTYPES[_lib.wg_node_dtype(v._node)])

def _or_numbers(meant, f, given, options):
    """What to write for a function f of NumPy: its line, if there is one, or NumPy's function of numbers."""
    names = iter("xyz" + "v" * 99)

    def text(a):
        if isinstance(a, Value):
            return next(names) + ".numpy()"
        if isinstance(a, (list, tuple)) and len(a) < 5:
            return text(a[0]) if isinstance(a, tuple) and len(a) == 1 else "[%s]" % ", ".join(map(text, a))
        return repr(a) if isinstance(a, (int, float, str, type(None))) and len(repr(a)) < 20 else "..."
    line = "%s(%s)" % (f, ", ".join([text(a) for a in given] + ["%s=%s" % (n, text(a)) for n, a in options.items()]))
    if line in meant:
        return meant
    return "%s%s %s for numbers alone" % (meant, ", or" if meant.startswith(": write") else "; write" if meant else ": write", line)

_REDUCED = dict(add="sum", multiply="prod", maximum="max", minimum="min", logical_and="all_of", logical_or="any_of")

def _reduced(name, x, axis=0, keepdims=False, **more):
    """np.add.reduce(x) and its like: along the first axis, if none is said."""
    if more:
        raise TypeError("wengert: np.add.reduce and its like take axis and keepdims, and no %s: write x.%s(axis=0)" % (
            ", ".join(more), name))
    return _builders[name](x, axis=axis, keepdims=keepdims)

def _setting(v):
    """An option's value, as Python has it."""
    kind = _enums["attr_kind"][v.kind]
    if not v.given:
        return None
    if kind in ("axes", "shape"):
        return [int(v.list.dim[i]) for i in range(v.list.rank)]
    return v.real if kind == "double" else bool(v.whole) if kind == "bool" else v.word.decode() if v.word else v.whole

class Value(_c.Node if _c else _Node_of_graph):
    """A node of a graph: an input, or what was computed. All builders are methods, x.sum(axis=0); operators and slices are as
    in NumPy. x.numpy() and x.item() are its numbers."""

    def __array_ufunc__(self, ufunc, method, *operands, **options):
        """np.exp(x) and array + x are ours. What another library calls otherwise is found in the table of names."""
        name = ufunc.__name__
        if method != "__call__" or options:
            if method == "reduce" and name in _REDUCED:
                return _reduced(_REDUCED[name], *operands, **options)
            name += "" if method == "__call__" else "." + method
            raise TypeError("wengert: np.%s%s is not here%s" % (
                name, " with " + ", ".join(options) if options else "", _or_numbers("", "np." + name, operands, options)))
        if name in _OPERATORS:
            a, b = operands
            return getattr(a, "__%s__" % _OPERATORS[name])(b) if isinstance(a, Value) else getattr(b, "__r%s__" % _OPERATORS[name])(a)
        name = _UFUNCS.get(name, name)
        if name not in _builders:
            raise TypeError("wengert: np.%s is not here%s" % (name, _or_numbers(_near(name, [], _CALL), "np." + name, operands, {})))
        return _builders[name](*operands)

    def item(self, *index):
        """The number of a value of one element; of another one that of the element at this index."""
        if index:
            return (self if len(index) == self.ndim else self.reshape(-1))[index].item()
        y = _lib.wg_item_at(_here(), self._node)
        self.graph.context._look()
        self._was_read()
        return y if self.dtype.kind == "f" else self.numpy().item()

    def _was_read(self):
        """A graph of ours in which only numbers are left goes on to grow only if what they are made of does."""
        g = self.graph
        if g._auto and not g._ended and self._node.index > g._limit:
            others = [v for v in g._values() if v is not self]
            g._limit = 2 * self._node.index
            g._ended = len(others) < 64 and not builtins.any(v.requires_grad for v in others)

    def _has_grown(self):
        """Values that nobody reads are computed, too, before there are too many of them."""
        g = self.graph
        g._most = 2 * self._node.index
        if not self.requires_grad:
            self.numpy()

    @property
    def options(self):
        """The options of the call that made this value, as it means them: {"axis": 1, "keepdims": False}."""
        found, name, v = {}, True, _struct("setting")()
        while name:
            name = _lib.wg_node_option_name(self._node, len(found))
            if name and _lib.wg_node_option(self._node, name, byref(v)):
                found[name.decode()] = _setting(v)
        return found

    def numpy(self, copy=True):
        """Its numbers as an array. copy=False: without a copy, to read only. It stays as it is, whatever the graph does next."""
        lent = None if copy else self.graph._carried.get(("array", self._node.index))
        if lent:
            return lent.array.view()
        if not copy and self.dtype in _CODES:
            t = _Tensor()
            self.graph.context._drain()
            held = _lib.wg_hold_at(_here(), self._node, byref(t))
            self.graph.context._look()
            return np.asarray(_Held(held, t, self.graph.context))
        t = _lib.wg_value_at(_here(), self._node)
        self.graph.context._look()
        self._was_read()
        return _numpy(t)

    def _as_number(self, what):
        """Inside of a transform's function a value becomes no number by itself: it would have no derivative."""
        g = getattr(_now, "inside", None)
        if g is not None and self.graph is g and not self._constant and builtins.any(_lib.wg_node_derives_from(self._node, x._node) for x in vars(g).get("_wrt", ())):
            raise TypeError("wengert: %s of a value in a function that is differentiated has no derivative: write wg.%s, or x.item() and x.numpy() "
                            "for numbers on purpose" % (what, "stack([x, y]) for an array of values" if what == "an array" else "sin(x) for math.sin(x)"))

    def __array__(self, dtype=None, copy=None):
        self._as_number("an array")
        return self.numpy() if dtype is None else self.numpy().astype(dtype)

    def set(self, array):
        """New values for an input."""
        a = _array(array, self.graph.context, self.dtype)
        _lib.wg_input_set_at(_here(), self._node, _tensor(a))
        self.graph.context._look()

    def _place(self, g):
        """Its node in the graph g."""
        of = self.graph
        there = of is not g and (of._auto or of.context is g.context and not (g._outside is None is of._outside))
        node = g._carry(self) if there else self._node
        return g._without_gradient((g._serial, node.index, node.generation), node) if self._constant and not _off() else node

    def backward(self, p=None, add=False, *, gradient=None, retain_graph=None, create_graph=False):
        """The gradients of p. Without p: those of all parameters in the graph are added to theirs (w.grad, p.grad(name)), and
        x.grad of an input x is the gradient by it. gradient: that of this value, which may then have any shape."""
        if p is not None and not isinstance(p, Params):
            p, gradient = None, p
        if gradient is not None:
            return (self * gradient).sum().backward(retain_graph=retain_graph)
        if create_graph:
            raise TypeError("wengert: create_graph: write wg.grad(y, w), whose result has derivatives itself")
        self.graph._look_at_cuts(self)
        if p is not None:
            (_lib.wg_backward_add_at if add else _lib.wg_backward_at)(_here(), self._node, p._p)
            return self.graph.context._look()
        g = self.graph
        twice = (self._node.index, self._node.generation)
        if twice in g._losses and not (retain_graph or g._losses[twice]):
            raise Error("wengert: backward() was called of this value already: its gradients would be added again. Compute it again, or "
                        "write backward(retain_graph=True) the first time")
        if self._constant:
            raise Error("wengert: this was computed in `with wg.no_grad():`, or is detached: it has no gradient")
        if self.size != 1:
            raise Error("wengert: backward is of one number, and this has the shape %s: write y.sum().backward()" % list(self.shape))
        stores = {store._p: store for _, _, store in g._leaves.values() if store}
        sets = (c_void_p * builtins.max(len(stores), 1))()
        found = _lib.wg_node_trained_by(self._node, sets, len(stores)) if len(stores) > 1 else 0
        refused = [store._add_gradients(self) for p, store in stores.items() if not found or p in sets[:found]]
        why = [text for text in refused if text and "every path" in text]
        if why and None not in refused:
            raise Error(why[0])
        g._losses[twice] = retain_graph

    @property
    def grad(self):
        """x.grad after y.backward(): the gradient by x. y.grad(x): the derivative of y by x."""
        losses = self.graph._losses
        if losses and self.is_leaf:
            return Gradient._of(builtins.sum(grad(Value(_Node(self.graph._g, *y), self.graph), self) for y in losses), self)
        return functools.partial(grad, self)

    def check(self, p=None, *more, **options):
        """Compares the gradients by the parameters p, or by these values, with measured slopes."""
        o = _CheckOptions(options)
        if p is None or isinstance(p, Params):
            r = Report(_lib.wg_gradcheck_at(_here(), self._node, p and p._p, o.struct))
        else:
            x = _values_of([p, *more] if isinstance(p, Value) else p)
            nodes = (_Node * len(x))(*(self.graph._node(v) for v in x))
            r = Report(_lib.wg_gradcheck_nodes_at(_here(), self._node, nodes, len(x), o.struct))
        self.graph.context._look()
        return o.done(r)

    def draw(self, path=None, **options):
        """Writes a picture (its ending says which kind), or returns the text of an SVG, or of what format=
        says. wrt: a list of values. help(wengert.draw) lists the options."""
        wrt = _values_of(options.pop("wrt", []))
        nodes = (_Node * builtins.max(len(wrt), 1))(*(self.graph._node(v) for v in wrt))
        if wrt:
            options.update(wrt=c_void_p(ctypes.addressof(nodes)), wrt_count=len(wrt))
        if path is None:
            options.setdefault("format", "svg")
        o = byref(_opts("draw_opts", "draw", options, self.graph))
        if path is not None:
            _lib.wg_draw_at(_here(), self._node, os.fsencode(path), o)
            return self.graph.context._look()
        text = _lib.wg_draw_text_at(_here(), self._node, o)
        self.graph.context._look()
        try:
            return ctypes.string_at(text).decode()
        finally:
            _lib.wg_free(self.graph.context._c, text)

    def _repr_svg_(self):
        try:
            return self.draw(values=True)
        except Error:
            return None

    ndim = property(lambda v: len(v.shape))
    size = property(lambda v: int(np.prod(v.shape, dtype=np.int64)))
    T = property(lambda v: _builders["swap"](v) if v.ndim == 2 else _builders["transpose"](v))

    def named(self, name):
        """The same with a name, for errors and drawings."""
        return _builders["name"](self, name)

    def reshape(self, *sizes, order="C"):
        """The same numbers in another shape. One size may be -1: what is left."""
        if order != "C":
            raise TypeError("wengert: reshape reads rows first: for columns first write x.T.reshape(...).T with the sizes reversed")
        return _builders["reshape"](self, sizes[0] if len(sizes) == 1 else sizes)

    def __getitem__(self, key):
        key = key if isinstance(key, tuple) else (key,)
        at = [i for i, k in enumerate(key) if k is Ellipsis]
        axes = builtins.sum(k is not None and k is not Ellipsis for k in key)
        if len(at) > 1 or axes > self.ndim:
            raise IndexError("wengert: %s for a value of %d axes" % (
                "more than one ..." if len(at) > 1 else "%d indices" % axes, self.ndim))
        for i in at:
            key = key[:i] + (slice(None),) * (self.ndim - axes) + key[i + 1:]
        key = [k if k is None or isinstance(k, slice) else _index(k) for k in key]
        lists = [i for i, k in enumerate(key) if hasattr(k, "ndim")]
        if len(lists) > 1 or lists and int in map(type, key):  # with a list a number is one, too
            lists = [i for i, k in enumerate(key) if hasattr(k, "ndim") or isinstance(k, int)]
        y, axis, places = self, 0, []
        for i, k in enumerate(key):
            if k is None:
                y = _builders["expand_dims"](y, axis)
            elif isinstance(k, slice):
                y = _sliced(y, axis, k)
            elif i in lists:
                places.append(axis)
            else:
                y, axis = _builders["select"](y, axis, k), axis - 1
            axis += 1
        together = not lists or lists[-1] - lists[0] < len(lists)  # else NumPy has what they choose in front
        return _paired(y, places, [key[i] for i in lists], together) if lists else y

    def sort(self, *_, **__):
        raise TypeError("wengert: a value is not sorted in place: write wg.sort(x).values for x in order, wg.sort(x).indices for its "
                        "places")

    def __len__(self):
        if not self.ndim:
            raise TypeError("wengert: a scalar value has no length, and no rows")
        return self.shape[0]

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def __float__(self):
        self._as_number("a float")
        return float(self.item())

    def __int__(self):
        return int(self.item())

    def __index__(self):
        if self.ndim or self.dtype.kind not in "iu":
            raise TypeError("wengert: a whole number is expected, and not a value of %s %s: int(x.item())" % (
                self.dtype, list(self.shape)))
        return int(self.item())

    def __bool__(self):
        if self.size != 1:
            raise ValueError("wengert: the truth of the shape %s is not one: write (a < x) & (x < b) for `and`, and for "
                             "a < x < b; wg.all_of(x) or wg.any_of(x) for all" % list(self.shape))
        return bool(self.item())

    __hash__ = object.__hash__

    def __str__(self):
        return str(self.numpy())

    def __format__(self, how):
        return format(self.item(), how) if how else str(self)

    def tolist(self):
        """Its numbers as lists in lists."""
        return self.numpy().tolist()

    def __repr__(self):
        name = _lib.wg_node_name(self._node).decode()
        return "<wengert.Value %s%s %s>" % (name and name + " ", self.dtype, list(self.shape))

    def __getattr__(self, name):  # every builder is a method
        f = None if name[0] == "_" else _habits.methods.get(name) or _method(name) or _of_node(name)
        if f is None:
            in_place = name[-1:] == "_" != name[:1]
            raise AttributeError("a wengert.Value has no %s%s" % (name, _habits.instead_of_in_place(self, name) if in_place else
                                                                  _habits.INSTEAD.get(name) or _near(name, _builders, _CALL)))
        if name not in _explained:
            _explain(name, f)
        return types.MethodType(f, self)

def _method(name):
    """The builder of this name, if its first operand is a value."""
    f = _builders.get(name)
    of = getattr(getattr(f, "__wrapped__", f), "in_c", None)
    return f if not of or [kind for _, kind in of[2][:1]] in (["node"], ["list"]) else None

def _of_node(name):
    """wg_node_NAME of C, or a call of the module, with a value as its first operand."""
    call = "node_" + name if "node_" + name in _rows else name
    if call in _rows and _row(call).parameters[:1] and _row(call).parameters[0][1] == "node":
        return _calls().call_of(call)

def _kind(x):
    return (x.dtype if isinstance(x, Value) else np.asarray(x).dtype).kind

def _power(a, b):
    """a ** b. Of whole numbers it is one, which pow is not."""
    if not (isinstance(a, Value) and a.dtype.kind in "iu" and _kind(b) in "iu") and not (
            isinstance(b, Value) and b.dtype.kind in "iu" and _kind(a) in "iu"):
        return _builders["pow"](a, b)
    if not isinstance(b, (int, np.integer)) or b < 0 or b > 64:
        raise TypeError("wengert: a power of whole numbers is one if the exponent is a number from 0 on: else write "
                        "wg.cast(x, np.float64) ** y")
    y = a * 0 + 1
    for _ in range(b):
        y = y * a
    return y

for _pair in ("add add, sub sub, mul mul, truediv div, floordiv floor_divide, mod remainder, matmul matmul, lt less, le less_equal, "
              "gt greater, ge greater_equal, eq equal, ne not_equal").split(", "):
    _name, _op = _pair.split()
    setattr(Value, "__%s__" % _name, lambda a, b, *, op=_op: _builders[op](a, b))
    setattr(Value, "__r%s__" % _name, lambda a, b, *, op=_op: _builders[op](b, a))
Value.__pow__, Value.__rpow__ = _power, lambda a, b: _power(b, a)
Value.__abs__ = lambda x: _builders["abs"](x)
Value.__divmod__, Value.__rdivmod__ = lambda a, b: (a // b, a % b), lambda a, b: (b // a, b % a)

def _index(k):
    """An index as a number of Python, or as an array or value of whole numbers."""
    if isinstance(k, (int, np.integer)) and not isinstance(k, bool):
        return int(k)
    k = k if isinstance(k, Value) else np.asarray(k)
    k = k if k.shape != (0,) else np.zeros(0, np.int64)
    if k.dtype.kind not in "iu":
        raise TypeError("wengert: indices are whole numbers, not %s" % k.dtype + (
            "; where(mask, x, 0) takes a mask; the elements where it is true are x[np.nonzero(mask)] for an array, and "
            "x.reshape(-1)[wg.nonzero(mask, count)] for a value" if k.dtype.kind == "b" else ""))
    return k

def _sliced(x, axis, k):
    """x[from:to:step] along an axis. Behind the ends there is nothing."""
    n = x.shape[axis]
    start, stop, step = k.indices(n)
    if step == 1:
        whole = start == 0 and stop == n
        return x if whole else _builders["slice"](x, axis=axis, from_=start, to=builtins.max(start, stop))
    if step > 0:
        return _builders["slice"](x, axis=axis, from_=start, to=builtins.max(start, stop), step=builtins.min(step, 2**62))
        return _builders["flip"](x, axis=axis)
    return _builders["take"](x, np.arange(start, stop, step), axis=axis)

def _paired(x, axes, lists, together):
    """The elements of x at the places lists[0][i], lists[1][i], ... of these axes. The axes of i stand where the first of
    them stood, or in front."""
    if len(lists) == 1:
        return _builders["take"](x, lists[0], axis=axes[0])
    shapes = [np.shape(k) if isinstance(k, int) else k.shape for k in lists]
    try:
        shape = np.broadcast_shapes(*shapes)
    except ValueError:
        raise IndexError("wengert: the index has lists of the shapes %s, which are no pairs: x[i][:, j] has all rows of i and "
                         "all columns of j" % " and ".join(str(list(s)) for s in shapes)) from None
    n = int(np.prod(shape, dtype=np.int64))
    rest = [a for a in range(x.ndim) if a not in axes]
    x = _builders["transpose"](x, axes=axes + rest)
    for i, k in enumerate(lists):  # x is [n, the axes that are left, rest]
        k = _builders["broadcast_to"](k, shape) if isinstance(k, Value) else np.broadcast_to(np.asarray(k), shape)
        k = k.reshape(n)
        if not i:
            x = _builders["take"](x, k, 0)
            continue
        left = (n, 1) + x.shape[2:]
        k = k.reshape((n,) + (1,) * (len(left) - 1))
        k = _builders["broadcast_to"](k, left) if isinstance(k, Value) else np.broadcast_to(k, left)
        x = _builders["squeeze"](_builders["take_along"](x, k, axis=1), 1)
    x = x.reshape(shape + x.shape[1:])
    if not together or not axes[0]:
        return x
    m, before = len(shape), axes[0]
    return _builders["transpose"](x, axes=[*range(m, m + before), *range(m), *range(m + before, x.ndim)])

def _both(sign, op):
    """Python's & | ^ of truths. NumPy's bits of whole numbers have no operation here."""
    def operator(a, b, swapped=False):
        if {_kind(a), _kind(b)} != {"b"}:
            raise TypeError("wengert: %s is of truths, as (x > 0) %s (x < 1): wg.%s(a, b) takes what is not 0 as true" % (
                sign, sign, op))
        return _builders[op](*((b, a) if swapped else (a, b)))
    return operator

for _sign, _name in (("&", "and"), ("|", "or"), ("^", "xor")):
    _f = _both(_sign, "logical_" + _name)
    setattr(Value, "__%s__" % _name, _f)
    setattr(Value, "__r%s__" % _name, functools.partialmethod(_f, swapped=True))

def _inverted(x):
    if x.dtype != np.bool_:
        raise TypeError("wengert: ~ is of truths, as ~(x > 0): wg.logical_not(x) takes what is not 0 as true")
    return _builders["logical_not"](x)

def _negated(x):
    if x.dtype == np.bool_:
        raise TypeError("wengert: - is of numbers, and these are truths: ~x, or wg.logical_not(x)")
    return _builders["neg"](x)

Value.__invert__, Value.__neg__ = _inverted, _negated

def _shifted(a, b):
    raise TypeError("wengert: << and >> are not here: write x * 2**n for x << n, and x // 2**n for x >> n")

Value.__lshift__ = Value.__rlshift__ = Value.__rshift__ = Value.__rrshift__ = _shifted
# NumPy's functions of elements that have another name here, and those that are an operator's.
_UFUNCS = dict(absolute="abs", fabs="abs", arccos="acos", arccosh="acosh", arcsin="asin", arcsinh="asinh", arctan="atan",
               arctan2="atan2", arctanh="atanh", rint="round", negative="neg")
_OPERATORS = dict(add="add", subtract="sub", multiply="mul", divide="truediv", power="pow", floor_divide="floordiv", remainder="mod",
                  divmod="divmod")
Value.__pos__ = lambda x: x

# ---- builders ----

_FIELDS = {"text": c_char_p, "site": c_char_p, "bool": c_bool, "maybe": c_int, "int": c_int, "int64": c_int64, "double": c_double,
           "shape": _Shape, "init": Init, "dtype": c_int, "states": _States, "node": _Node, "tensor": _Tensor, "size": c_size_t,
           "uint64": ctypes.c_uint64, "uint32": ctypes.c_uint32, "uint": ctypes.c_uint, "char": ctypes.c_char, "ends": c_double * 2}
_OBJECTS = {"params": ("Params", "_p"), "cache": ("Cache", "_cache"), "check": ("Report", "_r")}

class _Parts:
    """Several values. They unpack, and each has a name. What a tuple does as a list (x + y joins, 2 * x repeats) is
    refused: here it would be taken for arithmetic."""
    __slots__ = ()

    def _no(self, *_):
        raise TypeError("wengert: %s are several values: take one, as .%s" % (", ".join(self._fields), self._fields[0]))

    def __getitem__(self, k):
        return self._no() if isinstance(k, slice) else tuple.__getitem__(self, k)

    __add__ = __radd__ = __mul__ = __rmul__ = __lt__ = __le__ = __gt__ = __ge__ = __array__ = __contains__ = _no

class States(_Parts, namedtuple("States", "y h c")):
    """What a recurrent layer gives: all outputs and the last states."""
    __slots__ = ()

class Sorted(_Parts, namedtuple("Sorted", "values indices")):
    """What sort and topk give: the values, and where each stood."""
    __slots__ = ()

_builders = {}

_CALL, _OPTION, _IN_PYTHON = 0, 2, 3  # of wg_word_kind and wg_language

def _near(word, words, kind=None):
    """What to write for a word that is none of these: for one of another library its line, else the nearest of these."""
    words = [w for w in words if w[:1] != "_"]
    meant = kind is not None and _lib.wg_meant(word.encode(), kind, _IN_PYTHON)
    if meant:
        line = meant.decode()
        option = line.partition(" ")[2].partition("=")[0]
        if kind == _CALL or option in words or option == "axis" and "axes" in words:
            return ": " + line
    near = _lib.wg_nearest(word.encode(), (c_char_p * len(words))(*(w.encode() for w in words)), len(words))
    return ": did you mean %s?" % near.decode() if near else ""

class _Axes(Structure):
    _fields_ = [("mark", c_size_t), ("count", c_int), ("axis", c_int * 8)]
_FIELDS["axes"] = _Axes

def _axes(axes):
    """wg_axes_of of base.h."""
    return _Axes(0x41584553, len(axes), (c_int * 8)(*axes[:8]))

def _given(kind, x, g, what="it"):
    """An argument of Python as the field or parameter of C. g: the graph of the call; what: the argument's name."""
    if kind == "node":
        return g._node(x)
    if kind == "text":
        return _text(x) if x is not None else None
    if kind == "double":
        return _real_number(x, what)
    if kind in ("bool", "maybe"):
        return _truth(x, what)
    if kind == "shape":
        return _shape(x)
    if kind == "init":
        if not isinstance(x, (Init, type(None))):
            raise TypeError("wengert: first values are wengert.he(), zeros(), const(1), ..., not %r" % (x,))
        return x or Init()
    if kind == "dtype":
        return _code_of(np.dtype(x))
    if kind == "states":
        if isinstance(x, Value):
            raise TypeError("wengert: a state is a States, as a cell returns it, or None: not %r" % (x,))
        return _States(*(g._node(n) for n in x)) if x else _States()
    if kind in _OBJECTS:
        of, field = _OBJECTS[kind]
        if not isinstance(x, globals()[of]):
            raise TypeError("wengert: a %s is expected, not %r" % (of, x))
        return getattr(x, field)
    if kind in _enums and isinstance(x, str):
        if x not in _enums[kind]:
            raise TypeError("wengert: no option is called %r%s" % (x, _near(x, _enums[kind])))
        return _enums[kind].index(x)
    return _whole(x, 64 if kind == "int64" else 32) if kind in ("int", "int64") or kind in _enums else x

def _by_pointer(kind, f, g):
    """What C takes for f, a function of values: a function of the library, and the struct that it calls f by.
    C calls f before it returns."""
    if not callable(f):
        raise TypeError("wengert: a function of values is expected, not %r" % (f,))

    def write(x, i, y, user):
        try:
            given = [Value(_Node.from_buffer_copy(x[k]), g) for k in range(2 if kind == "ode_fn" else 1)]
            y[0] = g._node(_within(g, f, *given, *[i] * (kind == "step_fn")))
        except BaseException as e:
            g.context._raised = g.context._raised or e

    return ctypes.cast(getattr(_lib, "wg_%sby_pointer" % kind[:-2]), c_void_p), _ByPointer(_WRITER(write))

_KIND_HERE = {"node*!": "result", "graph*": "graph", "params*": "params", "nn_cache*": "cache", "check*": "check", "double*": "doubles",
              "part_fn()": "part_fn", "step_fn()": "step_fn", "ode_fn()": "ode_fn"}

def _fields(pairs):
    """Fields or parameters of the table with the kinds of _given. node[] and its number are one list. None: one is none of these."""
    out, left = [], iter(pairs)
    for name, kind in left:
        kind = "user" if (name, kind) == ("user", "void*") else _KIND_HERE.get(kind, kind)
        if kind == "node[]":
            if next(left, None) != ("n", "int"):
                return None
            kind = "list"
        elif kind not in _KIND_HERE.values() and kind != "user" and kind not in _enums and (kind not in _FIELDS or kind in ("tensor", "site")):
            return None
        out.append((name, kind))
    return out

def _number_of_axis(what, axis):
    """An axis as C has it."""
    try:
        return _whole(axis, 32)
    except TypeError:
        raise TypeError("wengert: %s: an axis is a whole number, not %r" % (what, axis)) from None

def _set_axes(what, kinds, axes, into):
    if len(axes) == 1 and "axis" in kinds:
        into.axis = axes[0]
    elif "axes" in kinds:
        into.axes = _axes(axes)
    else:
        raise TypeError("wengert: %s takes one axis, not %d" % (what, len(axes)))

_ALIASES = {"dim": "axis", "dims": "axes", "keepdim": "keepdims"}

def _named(what, fields, options, g, into):
    """Writes options by name into a struct."""
    kinds = dict(fields)
    said = [n for n in ("axis", "axes", "dim", "dims") if n in options]
    if said == ["axis", "axes"] and {"axis", "axes"} <= set(kinds):  # the library says it, with the shape
        into.axis, into.axes = 0, _axes([0])
        options = {n: x for n, x in options.items() if n not in said}
    elif len(said) > 1:
        raise TypeError("wengert: %s: say %s or %s, not both" % (what, *said[:2]))
    for name, x in options.items():
        field = name.rstrip("_")
        field = _ALIASES.get(field, field) if field not in kinds else field
        if field in ("axis", "axes") and {"axis", "axes"} & set(kinds):  # one thing in Python
            if x is None and "axes" not in kinds:
                raise TypeError("wengert: %s takes one axis. None flattens in NumPy: write wg.%s(x.reshape(-1), axis=0)" % (what, what))
            if x is not None:
                _set_axes(what, kinds, [_number_of_axis(what, n) for n in _list_of(x)], into)
            continue
        if field not in kinds:
            raise TypeError("wengert: %s has no option %s%s" % (what, name, _near(name, kinds, _OPTION)))
        if x is not None:
            if kinds[field] == "doubles":
                into.kept = x = _array(x, None, np.float64)
                into.count, x = x.size, x.ctypes.data
            if kinds[field] in ("pointer", "user", "graph") and not isinstance(x, c_void_p):
                raise TypeError("wengert: the option %s of %s is for C alone" % (name, what))
            if kinds[field] == "shape" and field != "shape" and not _list_of(x):
                raise TypeError("wengert: an empty list of sizes: leave %s out for the default" % name)
            setattr(into, field, _given(kinds[field], x, g, name))
    return into

# ---- structs of options, from the lists of the library (named.h) ----

class _Option(Structure):
    _fields_ = [(n, c_char_p) for n in ("name", "type", "standard", "range", "text")] + [
        ("kind", c_int), ("offset", c_size_t)]

class _OptionList(Structure):
    _fields_ = [("name", c_char_p), ("defaults", c_void_p), ("size", c_size_t), ("mark", c_size_t),
                ("option", POINTER(_Option)), ("count", c_int)]

_BY_TYPE = {"dtype": "dtype", "node": "node", "maybe": "maybe", "tensor": "tensor", "ends": "ends"}
_KINDS = {0: "pointer", 1: "double", 2: "int", 3: "int64", 4: "bool", 5: "int", 6: "text"}

@functools.lru_cache(None)
def _listed(struct):
    """The options of a struct as (name, kind), its ctypes type, and its bytes when no option is given."""
    rows = getattr(_lib, "wg_%s_rows" % struct)().contents
    options = [rows.option[i] for i in range(rows.count)]
    types = [o.type.decode()[3:] for o in options]
    fields = [(o.name.decode(), t if t in _enums else _BY_TYPE.get(t, _KINDS[o.kind])) for o, t in zip(options, types)]
    members, at = [], 0
    for (name, kind), o in zip(fields, options):
        member = _ctype(kind)
        members += [("before_" + name, ctypes.c_char * (o.offset - at)), (name, member)]
        at = o.offset + ctypes.sizeof(member)
    members.append(("behind", ctypes.c_char * (rows.size - at)))
    kind = type("_" + struct, (Structure,), {"_pack_": 1, "_fields_": members})
    return fields, kind, ctypes.string_at(rows.defaults, rows.size)

def _character(name, x):
    """The number of a character, as C has it."""
    if isinstance(x, (str, bytes)) and len(x) != 1:
        raise TypeError("wengert: %s=%r: one character is expected, a comma, a semicolon, a tab or the like" % (name, x))
    return ord(x) if isinstance(x, (str, bytes)) else x

def _opts(struct, what, options, g=None):
    """A struct of options: the library's defaults, and what is given in their place."""
    for sign in ("separator", "decimal"):
        if sign in options:
            options = dict(options, **{sign: _character(sign, options[sign])})
    fields, kind, defaults = _listed(struct)
    return _named(what, fields, options, g, kind.from_buffer_copy(defaults))

def _values_in(arguments):
    for x in arguments:
        if isinstance(x, Value):
            if not isinstance(x, Leaf):
                yield x
        elif _has_value(x):
            yield from _values_in(x.flat if isinstance(x, np.ndarray) else x)

def _graph_of(arguments):
    """Where a call makes its nodes: where a transform of a function works, if a value is there; in the graph of the first value, if that is
    open; else in that of one with a derivative."""
    closed, inside = None, getattr(_now, "inside", None)
    if inside is not None and builtins.any(x.graph is inside for x in _values_in(arguments)):
        return inside
    for x in _values_in(arguments):
        if x.graph._is_open():
            return x.graph
        if closed is None and x.graph._thread == threading.get_ident() and x.requires_grad:
            closed = x.graph
    return closed or graph()

_DERIVATIVES = frozenset(("grad", "jacobian", "hessian", "vmap"))


def _results(result, g):
    if isinstance(result, _States):
        g.context._look()
        return States(*(Value(n, g) for n in (result.y, result.h, result.c)))
    return g._value(result)

def _arguments(struct, operands, options):
    """The fields of a struct of arguments, its ctypes type, and its bytes when nothing is given."""
    fields = options + operands
    members = [("mark", c_size_t)]
    for n, k in fields:
        members += [(n, c_void_p), ("n", c_int)] if k == "list" else [(n, _ctype(k))]
    kind = type("_" + struct, (Structure,), {"_fields_": members})
    rows = getattr(_lib, "wg_%s_rows" % struct)().contents
    assert rows.size == ctypes.sizeof(kind), struct
    return fields, kind, ctypes.string_at(rows.defaults, rows.size)

def _of_kinds(name, given, asked, g):
    """The operands by NumPy's rules, which the library has not all: f32 beside f64 is f64, a float of Python beside whole numbers alone makes
    floats, though it is whole itself, and a large whole number keeps all its digits."""
    if builtins.any(kind == "list" for _, kind in asked):
        alike = lambda x: _of_kinds(name, tuple(x), [("", "node")] * len(x), g)
        given = tuple(alike(x) if kind == "list" and isinstance(x, (list, tuple)) else x for x, (_, kind) in zip(given, asked))
    kinds = {x.dtype for x in given if isinstance(x, Value)}
    arrays = {np.dtype(np.float32) if x.dtype == np.float32 else g.context.dtype for x in given if isinstance(x, np.ndarray) and x.dtype.kind == "f"}
    floats = {k for k in kinds | arrays if k.kind == "f"}
    of = lambda x, *dtypes: isinstance(x, (Value, np.ndarray)) and x.dtype in dtypes
    if len(floats) > 1:
        scalars = not builtins.any(of(x, np.float64) and x.ndim for x in given) and builtins.any(of(x, np.float32) and x.ndim for x in given)
        old, new = (np.float64, np.float32) if scalars else (np.float32, np.float64)
        return tuple(_builders["cast"](x, new) if isinstance(x, Value) and x.dtype == old else x for x in given)
    if floats or not kinds:
        single = arrays and np.dtype(np.float32) in floats
        return tuple(g.input(None, x, np.float32) if single and of(x, *arrays) and isinstance(x, np.ndarray) else x for x in given)
    truths = kinds == {np.dtype(bool)}
    if truths and name in ("add", "sub", "mul") and builtins.all(_kind(x) == "b" for x in given):
        raise TypeError("wengert: %s of two truths: write a | b, a & b or a ^ b; a * 1 is a number" % name)

    def number(x):
        if isinstance(x, (float, np.floating)) and x == np.floor(x):
            return g.input(None, np.asarray(x, g.context.dtype))
        if isinstance(x, (list, tuple)) and not _has_value(x) or isinstance(x, (int, np.integer)) and (
                truths and name == "where" or not -2**53 < x < 2**53 and -2**63 <= x < 2**63):
            a = np.asarray(x)
            return g.input(None, a) if a.dtype.kind in "iub" else x
        return x
    return tuple(number(x) if kind == "node" else x for x, (_, kind) in zip(given, asked))

def _by_struct(name, struct, operands, _options, places=0):
    """The builder of a struct of arguments. places: so many of the first options may also stand by position, as in NumPy."""
    asked = [f for f in operands if f[1] not in ("graph", "user")]
    count, call, layout = len(asked), "wg_%s_at" % name, []
    by_place = [n for n, _ in _options[:places]]

    def builder(*given, **options):
        if count < len(given) <= count + places:
            more = dict(zip(by_place, given[count:]))
            given = given[:count]
            twice = [n for n in more if n in options or n == "axis" and {"axes", "dim", "dims"} & set(options)]
            if twice:
                raise TypeError("wengert: %s: %s is said twice" % (name, twice[0]))
            options.update(more)
        if len(given) > count:
            line = "" if not _options or not isinstance(given[count], int) and ("axes", "axes") not in _options else ": wg.%s(%s, %s=%r)" % (
                name, ", ".join(f for f, _ in asked), _options[0][0], given[count])
            raise TypeError("wengert: %s takes %d arguments; options are given by name%s" % (name, count, line))
        g = _graph_of(given)
        pin = Value(_Node(), g)  # nobody begins the graph again before the result is there
        layout[:] = layout or _arguments(struct, operands, _options)
        fields, kind, defaults = layout
        given = _of_kinds(name, given, asked, g)
        a = kind.from_buffer_copy(defaults)
        if ("x", "graph") in fields:
            a.x = g._g
        for (field, type_), x in zip(asked, given):
            if type_.endswith("_fn"):
                x, a.called = _by_pointer(type_, x, g)
                a.user = ctypes.addressof(a.called)
            if type_ == "list":
                nodes = [g._node(n) for n in x]
                a.nodes = (_Node * len(nodes))(*nodes)
                a.x, a.n = ctypes.addressof(a.nodes), len(nodes)
                continue
            setattr(a, field, _given(type_, x, g, field))
        _named(name, fields, options, g, a)
        y = _results(getattr(_lib, call)(_here(), byref(a)), g)
        return Sorted(y, _builders["part"](y, 1)) if name in ("sort", "topk") else y
    builder.in_c = call, struct, operands, _options, by_place
    return builder

# The most axes for which NumPy and PyTorch mean the same by the word, and what to write for more.
_OF_VECTORS = {"dot": (1, "a @ b, or wg.sum(a * b)"), "outer": (1, "wg.einsum('ij,kl->ijkl', a, b)"),
               "diagonal": (2, "wg.einsum('bii->bi', x) for the last two")}

def _by_parameters(name, fields):
    asked = [f for f in fields if f[1] not in ("graph", "result", "user")]
    many = [f for f in fields if f[1] == "result"]
    call = "wg_%s_at" % name
    names = [n for n, _ in asked]
    lists = [i for i, (_, kind) in enumerate(asked) if kind == "list"]

    def builder(*given, **named):
        named = {_ALIASES[n] if n in _ALIASES and n not in names else n: x for n, x in named.items()}
        if lists and len(given) > len(asked):  # einsum("ij,jk->ik", a, b)
            given = given[:lists[0]] + (given[lists[0]:],)
        elif name == "einsum" and len(given) == 2 and isinstance(given[1], Value):  # einsum("ii", a), whose rows are no operands
            given = given[0], [given[1]]
        if name in _OF_VECTORS and builtins.any(isinstance(v, Value) and v.ndim > _OF_VECTORS[name][0] for v in given):
            raise TypeError("wengert: %s of more than %d ax%s is not the same everywhere: write %s" % (
                (name,) + _OF_VECTORS[name][:1] + ("is" if _OF_VECTORS[name][0] == 1 else "es", _OF_VECTORS[name][1])))
        wrong = [n for n in named if n not in names[len(given):]]
        if wrong:
            raise TypeError("wengert: %s takes %s, and no %s%s" % (name, ", ".join(names), wrong[0], _near(wrong[0], names)))
        given += tuple(named[n] for n in names[len(given):] if n in named)
        if not len(asked) - (asked[-1:] == [("init", "init")]) <= len(given) <= len(asked):
            raise TypeError("wengert: %s takes %s" % (name, ", ".join(names) or "no arguments"))
        g = given[0].graph if name in _DERIVATIVES and isinstance(given[0], Value) else _graph_of(given)
        given = _of_kinds(name, given, asked, g)
        left, arguments, results, pin = iter(given), [_here()], [], Value(_Node(), g)
        for field, kind in fields:
            if kind == "graph":
                arguments.append(g._g)
            elif kind == "result":
                results.append(_Node())
                arguments.append(byref(results[-1]))
            elif kind == "list":
                nodes = [g._node(x) for x in next(left)]
                arguments += [(_Node * len(nodes))(*nodes), len(nodes)]
            elif kind.endswith("_fn"):
                f, called = _by_pointer(kind, next(left), g)
                arguments += [f, byref(called)]
            elif kind != "user":
                x = next(left, None)
                arguments.append(_given(kind, x, g, field))
        y = getattr(_lib, call)(*arguments)
        return tuple(_results(r, g) for r in results) if many else _results(y, g)
    builder.in_c = call, None, fields, [], []
    return builder

def _builder(name, f):
    f.__name__ = f.__qualname__ = name
    _builders[name] = f
    if name in _UFUNCS_HERE:
        for method in ("reduce", "accumulate", "reduceat", "outer", "at"):
            setattr(f, method, functools.partial(_no_method, name, method))

_UFUNCS_HERE = frozenset("add sub mul div maximum minimum pow logical_and logical_or less greater equal".split())

def _no_method(name, method, *_, **__):
    raise TypeError("wengert: wg.%s has no %s: write wg.%s(x) along an axis, or np.%s.%s(x.numpy()) for numbers alone" % (
        name, method, _REDUCED.get(name, "sum"), name, method))

for _name, _line in _rows.items():  # the calls that make nodes of what Python can give
    _words = _line.partition(" | ")[0].split()
    if _words[0] != _name + "@" or _words[1] not in ("node", "states", "bool"):
        continue
    if _words[2].endswith("_args*"):
        _struct_name = _words[2][2:-1]
        _parts = _structs[_struct_name].split(";")
        _operands, _options = (_fields(_pairs(part.split())) for part in _parts[:2])
        if None not in (_operands, _options) and "result" not in dict(_operands).values():
            _builder(_name, _by_struct(_name, _struct_name, _operands, _options, *map(int, _parts[2:])))
    elif _fields(_pairs(_words[2:])) is not None:
        _builder(_name, _by_parameters(_name, _fields(_pairs(_words[2:]))))

def clip(x, low=None, high=None, *, min=None, max=None):
    """x between two bounds; None: there is none. min and max are other words for low and high."""
    low, high = min if low is None else low, max if high is None else high
    if low is None and high is None:
        raise TypeError("wengert: clip needs a bound: wg.clip(x, 0, 1), or None for one of them")
    numbers = isinstance(low, (int, float, type(None))) and isinstance(high, (int, float, type(None)))
    if numbers and _kind(x) == "f":  # also with one bound, so that the derivative at a bound is one thing
        return _clip(x, -np.inf if low is None else low, np.inf if high is None else high)
    return _builders["maximum"](x, low) if high is None else _builders["minimum"](x, high) if low is None else _clip(x, low, high)

_clip, _builders["clip"] = _builders["clip"], clip
del clip

_explained = set()

def _explain(name, f):
    """Gives a function its text for help() when it is looked at for the first time: from the table, beside one of its own; of a
    word of another library what is meant by it."""
    _explained.add(name)
    own = None if f.__doc__ == type(f).__doc__ else f.__doc__
    if name in _rows:
        f.__doc__ = "\n\n".join(filter(None, (own, _described(_row(name), _calls().signature(_row(name))))))
    elif not own and callable(f) and not isinstance(f, type):
        meant = _lib.wg_meant(name.encode(), _CALL, _IN_PYTHON)
        f.__doc__ = meant and re.sub("^write ", "As ", meant.decode())

def _text_for(name, f):
    if name not in _explained:
        _explain(name, f)
    return f.__doc__

def __getattr__(name):
    if name[0] == "_":
        raise AttributeError("module wengert has no " + name)
    f = _habits.calls.get(name) or _builders.get(name) or _optimizers.get(name)
    if f is not None:
        if name not in _explained:
            _explain(name, f)
        return f
    if name in ("nn", "optim", "utils", "c"):
        return importlib.import_module("." + name, __name__)
    if name in _rows and _calls().is_for_users(name):
        return _calls().call_of(name)
    if name[-1:] == "_" and (name[:-1] in _builders or name[:-1] in _habits.calls):
        raise AttributeError("module wengert has no %s: values never change: write x = wg.%s(...)" % (name, name[:-1]))
    raise AttributeError("module wengert has no %s%s" % (name, _near(name, __dir__(), _CALL)))

def __dir__():
    names = [n for n in globals() if n[0] != "_" and n not in _IMPORTED and n != "c"]
    return list(dict.fromkeys((*names, *_builders, *_optimizers, *_habits.calls, *_calls().functions())))

# ---- functions of yours inside graphs ----

def _to_array(f, context, shapes, to):
    """C's view of f, a function of arrays: pointers to doubles in `shapes`, and one to its result, `to`."""
    sizes = [int(np.prod(s)) for s in shapes]

    def call(*pointers):
        try:  # f makes values in a graph of its own
            y = _within(None, f, *(np.ctypeslib.as_array(p, (n,)).reshape(s).copy() if n else np.empty(s)
                    for p, n, s in zip(pointers, sizes, shapes)))
            y = _real(y, "the result of %s" % getattr(f, "__name__", "f"))
            if y.shape != to:
                raise ValueError("wengert.extern: %s gives the shape %s, expected %s"
                                 % (getattr(f, "__name__", "f"), list(y.shape), list(to)))
            if y.size:
                np.ctypeslib.as_array(pointers[-1], (y.size,))[:] = y.ravel()
            return 0
        except BaseException as e:
            context._raised = context._raised or e
            return 1
    return call

def extern(x, shape, forward, backward=None, name=None, impure=None):
    """The value forward(x), a function of NumPy arrays whose result has this shape. backward(x, gy) is the
    gradient by x, given that by the result; without it the value has no derivative. impure: each call may
    give another result."""
    for f in (forward, backward or forward):
        if not callable(f):
            raise TypeError("wengert.extern: a function of arrays is expected, not %r" % (f,))
    g, at = x.graph, x.shape
    to = tuple(_list_of(shape))
    o = _opts("extern_opts", "extern", {"name": name or getattr(forward, "__name__", "extern"), "impure": impure})

    def forward_in_c():
        call = _to_array(forward, g.context, [at], to)
        return lambda n, x, m, y, user: call(x, y)

    def backward_in_c():
        call = _to_array(backward, g.context, [at, to], at)
        return lambda n, x, m, gy, gx, user: call(x, gy, gx)

    o.forward = ctypes.cast(g._as_c(_FORWARD, forward, forward_in_c, at, to), c_void_p)
    if backward:
        o.backward = ctypes.cast(g._as_c(_BACKWARD, backward, backward_in_c, at, to), c_void_p)
    return g._value(_lib.wg_extern_at(_here(), x._node, _shape(to), byref(o)))

def custom_vjp(y, x, rule):
    """The value y, made from the list x of values, with a derivative of yours. rule(y, gy, *x) returns the
    gradient by each of x, made of its arguments: a list, or one value. None: no derivative."""
    x = _values_of(x)
    g, n = y.graph, len(x)
    if not callable(rule):
        raise TypeError("wengert.custom_vjp: a rule of values is expected, not %r" % (rule,))

    def rule_in_c():
        def call(here, y, gy, x, gx):
            try:
                copies = [_Node.from_buffer_copy(x[k]) for k in range(n)]  # C uses their memory again
                at = _graphs.get(y.graph, g)  # it may have been made again in another
                given = _within(at, rule, *(Value(v, at) for v in [y, gy] + copies))
                given = given if isinstance(given, (list, tuple)) else [given]
                if len(given) != n:
                    raise ValueError("wengert.custom_vjp: the rule gives %d gradients, there are %d values"
                                     % (len(given), n))
                for k in range(n):
                    gx[k] = at._node(given[k])
            except BaseException as e:
                g.context._raised = g.context._raised or e
        return call

    nodes = (_Node * builtins.max(n, 1))(*(g._node(v) for v in x))
    return g._value(_lib.wg_custom_vjp_at(_here(), g._node(y), nodes, n, g._as_c(_RULE, rule, rule_in_c, n)))

# ---- parameters, optimizers, data ----

class Params(_OfTable):
    """Parameters by name. p["fc.W"] is a copy of the values; p["fc.W"] = array sets them."""
    _kind = "params"

    def __init__(self, context=None, _p=None, _whole=None):
        self.context, self._whole = context or default_context(), _whole
        self._p, self._optimizer, self._cleared = _p or _lib.wg_params_new(self.context._c), None, True
        if not _p:
            self._ends = self.context._frees(self, "_free_params", self._p)
            _lib.wg_params_keep_values(self._p, 1)  # WG_KEEP_READ
        self._heirs = []  # parameters of PyTorch's way that have moved to another set, and their names here
        self.context._sets.add(self)

    def param(self, name, shape, init=None):
        """The parameter of this name, which is made if there is none."""
        return _builders["param"](self, name, shape, init)

    def state(self, name, shape, init=None):
        """The state of this name, which is made if there is none."""
        return _builders["state"](self, name, shape, init)

    def part(self, prefix):
        """The parameters whose names begin with the prefix and a dot, without it."""
        p = _lib.wg_params_in_at(_here(), self._p, prefix.encode())
        self.context._look()
        return Params(self.context, p, self)

    def names(self):
        """The names of all parameters and states, in the order in which they were made."""
        return [_lib.wg_params_name(self._p, i).decode() for i in range(_lib.wg_params_count(self._p))]

    def _index(self, name):
        i = _lib.wg_params_find(self._p, name.encode())
        if i < 0:
            raise KeyError("no parameter %s%s" % (name, _near(name, self.names())))
        return i

    def __getitem__(self, name):
        return _numpy(_lib.wg_params_tensor(self._p, self._index(name)))

    def __setitem__(self, name, array):
        a = np.asarray(_unmasked(array), dtype=self[name].dtype, order="C")
        _lib.wg_params_assign_tensor_at(_here(), self._p, name.encode(), _tensor(a))
        self.context._look()

    def _add_gradients(self, y):
        """Adds the gradients of y, or sets them after zero_grad(). The result is why there are none, or None."""
        (_lib.wg_backward_at if self._cleared else _lib.wg_backward_add_at)(_here(), y._node, self._p)
        try:
            self.context._look()
        except Error as e:  # this value does not depend on them
            text = str(e)
            if "reaches no parameter" in text or "every path" in text or "no parameter of p" in text:
                return text
            raise
        self._cleared = False
        for of, name in self._heirs:  # they have moved to the set of an optimizer since y was made
            w, a = of(), self.grad(name)
            if a is not None:
                self._set_gradient(name, None)
            if w is not None and a is not None:
                w._add_gradient(a)

    def _set_gradient(self, name, a):
        """a: an array of the parameter's shape and dtype, or None. Other gradients stay, but for those that zero_grad() has emptied."""
        if self._cleared:
            for other in self.names():
                if not _lib.wg_params_is_state(self._p, self._index(other)):
                    _lib.wg_params_set_grad_at(_here(), self._p, _text(other), _Tensor())
            self._cleared = False
        _lib.wg_params_set_grad_at(_here(), self._p, _text(name), _Tensor() if a is None else _tensor(a))
        self.context._look()

    def grad(self, name):
        """The gradient of the last backward. None: the loss does not depend on the parameter."""
        return _numpy(_lib.wg_params_grad(self._p, self._index(name)))

    def save(self, path):
        _lib.wg_params_save_at(_here(), self._p, os.fsencode(path))
        self.context._look()

    def load(self, path):
        _lib.wg_params_load_at(_here(), self._p, os.fsencode(path))
        self.context._look()

    def __iter__(self):
        return iter(self.names())

    def __len__(self):
        return _lib.wg_params_count(self._p)

    def __contains__(self, name):
        return name in self.names()

class Optimizer(_OfTable):
    """Changes parameters by their gradients: o = wg.adam(p, lr=1e-3); loss.backward(p); o.step()."""
    _kind = "optim"
    def __init__(self, name, p, options):
        _given("params", p, None)
        before = p._optimizer and p._optimizer()
        if before is not None:  # a parameter has one optimizer at a time: the new one
            _free_now(before._free)
            _end(before, "_o", "the parameters have got another optimizer")
        p.context._drain()
        f = getattr(_lib, "wg_%s_at" % name)
        self._params, self._o = p, f(_here(), p._p, byref(_opts(name + "_opts", name, options)))
        p.context._look()
        p._optimizer = weakref.ref(self)
        self._free = p.context._frees(self, _lib.wg_optim_free, self._o)

    def zero_grad(self):
        """The next y.backward() sets the gradients; without it they are added."""
        self._params._cleared = True

    def step(self):
        _lib.wg_optim_step_at(_here(), self._o)
        self._params.context._look()

    def clip_norm(self, most):
        norm = _lib.wg_optim_clip_norm_at(_here(), self._o, most)
        self._params.context._look()
        return norm

    lr = property(lambda o: _lib.wg_optim_lr(o._o))

    @lr.setter
    def lr(self, rate):
        _lib.wg_optim_set_lr_at(_here(), self._o, rate)
        self._params.context._look()

def _optimizer(name):
    def make(p, **options):
        return Optimizer(name, p, options)
    make.__name__ = make.__qualname__ = name
    return make

_optimizers = {name: _optimizer(name) for name in (b.decode() for b in iter(lambda i=iter(range(99)): _lib.wg_optim_kind(next(i)), None))}

class Cache(_OfTable):
    """Keys and values of the tokens so far: wg.nn_attention(x, p, "a", causal=True, cache=k)."""
    _kind = "nn_cache"

    def __init__(self, context=None):
        self.context = context or default_context()
        self._cache = _lib.wg_nn_cache_new_at(_here(), self.context._c)

    def step(self):
        _lib.wg_nn_cache_step_at(_here(), self._cache)
        self.context._look()

    def select(self, rows):
        """Text i of the batch goes on from what text rows[i] was: for a beam search."""
        rows = np.ascontiguousarray(rows, dtype=np.int64)
        _lib.wg_nn_cache_select_at(_here(), self._cache, rows.ctypes.data, rows.size)
        self.context._look()

class Data(_OfTable):
    """Rows x and y. for x, y in data.batches(64): one epoch, in another order each time."""
    _kind = "data"

    def __init__(self, x, y=None, context=None, _d=None):
        self.context = context or default_context()
        if _d is None:
            a = _array(x, self.context)
            b = None if y is None else np.ascontiguousarray(_unmasked(y))
            b = _Tensor() if b is None else _tensor(b)
            _d = _lib.wg_data_from_at(_here(), self.context._c, _tensor(a), b)
        self.context._look()
        self._d = _d

    def split(self, share):
        return _data(self.context, _lib.wg_data_split_at(_here(), self._d, share))

    def normalise(self, which="x"):
        _lib.wg_data_normalise_at(_here(), self._d, which.encode())
        self.context._look()

    x = property(lambda d: _numpy(_lib.wg_data_x(d._d)))
    y = property(lambda d: _numpy(_lib.wg_data_y(d._d)))

    def __str__(self):
        return re.sub("^/.*/table: ", "", _as_python(_lib.wg_data_about(self._d).decode()))

    def __repr__(self):
        x, y = _lib.wg_data_x(self._d), _lib.wg_data_y(self._d)
        return "<wengert.Data: x %s%s>" % (_numpy(x).shape, ", y %s" % (_numpy(y).shape,) if y.data else "")

    def batches(self, size):
        """One epoch of pairs x, y of at most so many rows. One that was left by `break` is at its end."""
        b, left = _Batch(), vars(self).get("_left")
        while left and _lib.wg_data_next_at(_here(), self._d, byref(b), builtins.max(len(self), 1)):
            pass
        self._left = True
        while _lib.wg_data_next_at(_here(), self._d, byref(b), size):
            yield _numpy(b.x), _numpy(b.y)
        self._left = False
        self.context._look()

    def __len__(self):
        return len(self.x)

class Group(_OfTable):
    """All processes that mpirun has started; without it this one alone. See group.h for what is promised.

        group = wg.Group()                               before data, parameters and graphs
        g = wg.graph()
        for x, y in data.batches(128):                   the same rows in every process
            for x, y in group.parts(x, y):               the shards of this process
                g.begin()
                loss = net(wg.input("x", x), wg.input("y", y))
                loss.backward(p)
                group.note(0, loss.item())
            optimizer.step()
            print(group.mean(0))                         of the whole batch
    """
    _kind = "group"

    def __init__(self, shards=None, timeout=None, context=None):
        self.context = context or default_context()
        o = _opts("group_start_opts", "Group", {"shards": shards, "timeout": timeout})
        self._all = _lib.wg_group_start_at(_here(), self.context._c, byref(o))
        self.context._finish.atexit = True  # the other processes wait for this one's end
        self._told = sys.excepthook
        sys.excepthook = self._ends
        self.context._look()
        main = getattr(sys.modules.get("__main__"), "__file__", None)
        if main and os.path.exists(main):
            with open(main, "rb") as f:
                self.same("program " + os.path.basename(main), f.read())

    def _ends(self, kind, error, trace):
        """An exception ends this process: the others hear of it, and one of those that have it prints it."""
        c = self.context._c
        group = _lib.wg_group_of(c)
        text = str(error) if kind is Error else "%s: %s" % (kind.__name__, error)
        _lib.wg_fail(c, None, 10, b"%s", text.encode())  # WG_ERROR_USER
        if group:
            _lib.wg_group_sum_at(None, group, None, 0)
        if _lib.wg_group_speaks(group):
            said = _lib.wg_message(c).decode(errors="replace")
            if re.match(r"rank \d+ on ", said):
                print(said.split(":")[0] + ":", file=sys.stderr)
            self._told(kind, error, trace)

    rank = property(lambda all: _lib.wg_group_rank(all._all))
    size = property(lambda all: _lib.wg_group_size(all._all))
    shards = property(lambda all: _lib.wg_group_shards(all._all))

    def parts(self, x, y=None):
        """The shards of the batch for this process. At its end gradients and states are those of the whole batch."""
        x, y = _array(x, self.context), None if y is None else np.ascontiguousarray(_unmasked(y))
        b, part = _Batch(_tensor(x), _Tensor() if y is None else _tensor(y), len(x)), _Batch()
        try:
            while _lib.wg_group_next_at(_here(), self._all, byref(b), byref(part)):
                yield _numpy(part.x), _numpy(part.y)
        except GeneratorExit:  # the loop was left: an error of the next call
            _lib.wg_group_next_at(_here(), self._all, None, byref(part))
            raise
        self.context._look()

    def note(self, k, value):
        _lib.wg_group_note(self._all, k, value)
        self.context._look()

    def mean(self, k):
        return _lib.wg_group_mean(self._all, k)

    def same(self, what, content):
        _lib.wg_group_same_at(_here(), self._all, what.encode(), content, len(content))
        self.context._look()

    def sum(self, values):
        a = np.array(values, dtype=np.float64)
        _lib.wg_group_sum_at(_here(), self._all, a.ctypes.data, a.size)
        self.context._look()
        return a

    def stop(self, ask=False):
        return _lib.wg_group_stop(self._all, ask)

    def share(self, there=True):
        there = _lib.wg_group_share_at(_here(), self._all, there)
        self.context._look()
        return there

class _Generator:
    """The context's generator of NumPy in a file of save(): of DataLoader's order, wg.rand, first values of modules."""
    name = b"python.generator"

    def __init__(self, context, there):
        self._context, self._there = context, there
        s = context._random.bit_generator.state
        big = s["state"]["state"], s["state"]["inc"]
        self._numbers = np.array([n >> k & 2**64 - 1 for n in big for k in (0, 64)] + [s["has_uint32"], s["uinteger"]], np.uint64).view(np.int64)

    def __enter__(self):
        if self._there:
            _lib.wg_save_with_at(_here(), self._context._c, self.name, _tensor(self._numbers), None)

    def __exit__(self, failed, *_):
        if self._there:
            _lib.wg_save_end(self._context._c, self.name)
            a, b, c, d, has, rest = map(int, self._numbers.view(np.uint64))
            self._context._random.bit_generator.state = dict(
                bit_generator="PCG64", state=dict(state=a | b << 64, inc=c | d << 64), has_uint32=has, uinteger=rest)

def save(path, context=None):
    """All that a training goes on from: parameters, optimizers, places in data, what is drawn next. In a group rank 0 writes."""
    context = context or default_context()
    with _Generator(context, context._random.bit_generator.state != np.random.default_rng(_lib.wg_context_seed(context._c)).bit_generator.state):
        _lib.wg_save_at(_here(), context._c, os.fsencode(path))
        context._look()

def resume(path, context=None):
    """Goes on from a file of save. False: there is none."""
    context = context or default_context()
    has = False
    if os.path.exists(path):
        with open(path, "rb") as f:
            has = _Generator.name in f.read(int.from_bytes(f.read(8), "little") & 2**27 - 1)
    with _Generator(context, has):
        there = _lib.wg_resume_at(_here(), context._c, os.fsencode(path))
        context._look()
    return there

def _data(context, d):
    context._look()
    return Data(None, context=context, _d=d)

class _Batch(Structure):
    _fields_ = [("x", _Tensor), ("y", _Tensor), ("n", c_int64)]

def digits(context=None):
    """1,797 handwritten digits of the UCI repository."""
    context = context or default_context()
    return _data(context, _lib.wg_data_digits_at(_here(), context._c))

def _form(options):
    """Options of table_opts, with lists and dicts as texts."""
    for name, as_text in (("type", _tables.paired), ("fill", _tables.paired), ("missing", _tables.texts), ("categories", _tables.listed)):
        if name in options:
            options[name] = as_text(options[name])
    return options

def csv(source, y=None, x=None, skip=None, like=None, context=None, **form):
    """Rows of a table: the path of a CSV file of any program, of an .npz or .mat file, a data frame, a dict of columns.

        d = wg.csv("kunden.csv", y="Tarif", fill="mean")
        new = wg.csv("neu.csv", like=d)

    Columns are a list of names or one text, "age,height" or "a:d"; x: all that are not in y or skip, and say something. str(d) says what
    was found. Options: those of wg.table."""
    context = context or default_context()
    lists = {name: _tables.listed(names) for name, names in (("y", y), ("x", x), ("skip", skip))}
    form = dict(_form(form), like=like)
    with _tables.as_file(source, form) as path:
        o = _opts("csv_opts", "csv", dict(form, like=like and c_void_p(like._d), **lists))
        with _in_memory(source, path):
            return _data(context, _lib.wg_data_csv_at(_here(), context._c, path, byref(o)))

@contextlib.contextmanager
def _in_memory(source, path):
    """Errors name no file that only the call has made."""
    try:
        yield
    except Error as e:
        if isinstance(source, (str, bytes, os.PathLike)):
            raise
        raise Error(str(e).replace(os.fsdecode(path), "the table")) from None

class Table(_OfTable):
    """What wg.table returns: columns of a file. t["age"] are its values, a text for a word, nan or None where there is none. print(t)
    says how the file is written, and what each column holds."""
    _kind = "table"

    def __init__(self, context, raw):
        self.context, self._t = context, raw
        self._freed = context._frees(self, _lib.wg_table_free, raw)

    columns = property(lambda t: [_lib.wg_table_column(t._t, k).name.decode() for k in range(_lib.wg_table_columns(t._t))])

    def __iter__(self):
        return iter(self.columns)

    def __getitem__(self, name):
        k = _lib.wg_table_find(self._t, name.encode()) if isinstance(name, str) else -1
        if k < 0:
            raise KeyError("wengert: there is no column %r%s" % (name, _near(str(name), self.columns)))
        a = _numpy(_lib.wg_table_values_at(_here(), self._t, k))
        self.context._look()
        if not _lib.wg_table_column(self._t, k).words:
            return a.copy()
        return [_lib.wg_table_word(self._t, k, int(i)).decode() if i >= 0 else None for i in a]

    def __len__(self):
        n = _lib.wg_table_rows(self._t)
        self.context._look()
        return n

    def __repr__(self):
        text = _as_python(_lib.wg_table_about(self._t).decode().rstrip("\n"))
        self.context._look()
        return re.sub("^/.*/table: ", "", text)  # of no file

def table(source, context=None, **form):
    """The columns of a file, or of what else wg.csv takes. Options: type={"zip": "word"}, missing=["-9"], fill="mean", separator, decimal,
    header (help(wengert.c.table_read) says what they do); what is not said is looked for."""
    context = context or default_context()
    form = _form(form)
    with _tables.as_file(source, form) as path:
        o = _opts("table_opts", "table", form)
        with _in_memory(source, path):
            raw = _lib.wg_table_read_at(_here(), context._c, path, byref(o))
            context._look()
            t = Table(context, raw)
            len(t)  # the file is read now
    return t

# ---- figures ----

class Figure(_OfTable):
    """What wg.plot returns. A notebook shows it. fig.save("a.svg"), or .html, .tex, .txt, .png, .pdf."""
    _kind = "figure"
    _formats = ("svg", "html", "tex", "txt")

    def __init__(self, context, title):
        self.context = context
        self._f = _lib.wg_figure_new_at(_here(), context._c, title, byref(_opts("figure_opts", "Figure", {})))
        context._look()
        self._freed = context._frees(self, _lib.wg_figure_free, self._f)

    def save(self, path, frame=None):
        o = _opts("figure_save_opts", "save", {"frame": frame})
        _lib.wg_figure_save_at(_here(), self._f, os.fsencode(path), byref(o))
        self.context._look()

    def text(self, format="svg", frame=None):
        """The same as a text: of an SVG, HTML, LaTeX, or for a terminal."""
        if format not in self._formats:
            raise TypeError("wengert: no format %r of a text%s" % (format, _near(format, self._formats)))
        o = _opts("figure_save_opts", "text", {"format": 1 + self._formats.index(format), "frame": frame})
        text = _lib.wg_figure_text_at(_here(), self._f, b"figure", byref(o))
        self.context._look()
        try:
            return ctypes.string_at(text).decode()
        finally:
            _lib.wg_free(self.context._c, text)

    def _repr_svg_(self):
        return self.text()

    def __str__(self):
        return self.text("txt")

def _statement(text, title):
    """The statement plot of the language. A text without the word plot is what stands in its braces."""
    if re.search(r"(^|[\n;])[ \t]*plot\b", text):
        if title is not None:
            raise TypeError("wengert: this text has its title itself: plot \"title\" { ... }")
        return text
    if title is not None and set(str(title)) & set('"\n'):
        raise TypeError("wengert: a title is a line without quotes")
    return "plot%s {%s\n}" % ("" if title is None else ' "%s"' % title, text)

def plot(what, *more, title=None, slide=None, context=None, **values):
    """A figure, of arrays or values:

        wg.plot(y)        wg.plot(x, y)        wg.plot(x, [y1, y2], title="Two curves")

    or of a text in the language (docs/language.md, Plots), whose names are the keywords:

        wg.plot('line loss as "training"; line dev as "held out"; x "step"; y "loss" log', loss=a, dev=b)
        wg.plot("contour u^2 + 4*v^2 over u in -3:3, v in -2:2; path p", p=path)
        wg.plot("line a*sin(x) over x in 0:6", slide={"a": np.linspace(1, 3, 49)}).save("sine.html")

    slide: the figure for each value of a name; HTML has a slider."""
    if isinstance(what, str):
        if more:
            raise TypeError("wengert: what the text draws is given by name: wg.plot('line y over x', x=x, y=y)")
        text = what
    else:
        if len(more) > 1 or values:
            raise TypeError("wengert: plot takes (y) or (x, y); more things are a text: "
                            "wg.plot('line y over x; points u, v', x=x, y=y, u=u, v=v)")
        x, y = (None, what) if not more else (what, more[0])
        if isinstance(y, (list, tuple)) and builtins.any(np.ndim(_plain(c)) for c in y):
            y = np.stack([_plain(c) for c in y], axis=-1)  # a column for each curve
        text, values = ("line y", {"y": y}) if x is None else ("line y over x", {"x": x, "y": y})
    slide = dict(slide or {})
    if len(slide) > 1:
        raise TypeError("wengert: a slider is over one name, slide={\"a\": [1, 2, 3]}")
    names = list(values) + [n for n in slide if n not in values]
    for name in names:
        if not re.fullmatch(r"[A-Za-z_][A-Za-z_0-9]*", name):
            raise TypeError("wengert: %r is no name of the language" % name)
    c = context or default_context()
    c = Context(dtype="float64") if c.dtype != np.float64 else c
    text = _statement(text, title)
    head = "; ".join("%s = 0" % n for n in names)
    try:
        return _figure(c, head + "\n" + text, values, slide)
    except Error as e:  # the text begins in the second line
        raise Error(re.sub(r"^plot:(\d+):", lambda m: "plot:%d:" % (int(m[1]) - 1), str(e))) from None

def _plain(x):
    return x.numpy() if isinstance(x, Value) else np.asarray(_unmasked(x))

def _figure(c, text, values, slide):
    q = _lib.wg_program_text(c._c, b"plot", text.encode())
    g, p = _lib.wg_graph_new(c._c), _lib.wg_params_new(c._c)
    try:
        c._look()
        if _lib.wg_program_plots(q) != 1:
            raise TypeError("wengert: plot draws one statement plot at a time; this text has %d"
                            % _lib.wg_program_plots(q))
        f = Figure(c, _lib.wg_program_plot_title(q, 0))
        for name, sequence in slide.items() or [(None, [None])]:
            for v in sequence:
                for n, x in list(values.items()) + ([] if name is None else [(name, v)]):
                    a = np.ascontiguousarray(_real(_plain(x), n)).reshape(np.shape(_plain(x)))
                    _lib.wg_program_set(q, n.encode(), _tensor(a))
                _lib.wg_program_build(q, g, p, 1)
                if name is not None:
                    _lib.wg_figure_frame_at(_here(), f._f, ("%s = %.4g" % (name, v)).encode())
                _lib.wg_program_figure(q, 0, f._f)
                c._look()
        return f
    finally:
        _lib.wg_program_free(q)
        _lib.wg_params_free(p)
        _lib.wg_graph_free(g)

# ---- derivatives ----

def _values_of(x):
    """A list of values; one value is a list of one."""
    x = [x] if isinstance(x, Value) else list(x)
    for v in x:
        if not isinstance(v, Value):
            raise TypeError("wengert: a list of values is expected; it has %r" % (v,))
    return x

def _many(f, y, between, x):
    x = _values_of(x)
    if not isinstance(y, Value):
        raise TypeError("wengert: the derivative is of a value, not of %r" % (y,))
    y.graph._look_at_cuts(y)
    nodes, to = (_Node * len(x))(*(y.graph._node(v) for v in x)), (_Node * len(x))()
    f(_here(), y._node, *between, nodes, len(x), to)
    y.graph.context._look()
    return [y.graph._value(n) for n in to]

def vjp(y, gy, x):
    """gy' J with J = dy/dx, for each of the values x."""
    return _many(_lib.wg_vjp_at, y, [y.graph._node(gy)], x)

def jvp(y, x, v):
    """J v with J = dy/dx: the slope of y along v, which has the shape of x."""
    if isinstance(x, Value):
        v = [v]
    x = _values_of(x)
    n = len(x)
    if len(v) != n:
        raise TypeError("wengert.jvp: %d values, and %d directions" % (n, len(v)))
    arrays = [(_Node * n)(*(y.graph._node(k) for k in list_)) for list_ in (x, v)]
    return y.graph._value(_lib.wg_jvp_at(_here(), y._node, *arrays, n))

# An argument may be a tree: a dict or a list of arrays, or of such.

def _is_tree(x):
    return isinstance(x, dict) or (isinstance(x, (list, tuple)) and builtins.any(
        isinstance(e, (np.ndarray, Value)) or hasattr(e, "detach") or _is_tree(e) for e in x))

def _leaves(x, like, name="", is_tree=_is_tree):
    """The pairs (name, array) of a tree, in the order of the tree `like`: "params.W", "layers.0.b"."""
    if not is_tree(like):
        return [(name, x)] if like is not None else []
    keys = list(like) if isinstance(like, dict) else range(len(like))
    has = (list(x) if isinstance(x, dict) else range(len(x))) if isinstance(x, (dict, list, tuple)) else [type(x).__name__]
    if set(has) != set(keys):
        raise ValueError("wengert: %s has the parts %s, its argument has %s" % (name, ", ".join(map(str, has)), ", ".join(map(str, keys))))
    return [leaf for k in keys for leaf in _leaves(x[k], like[k], "%s.%s" % (name, k), is_tree)]

def _tree(like, leaves, is_tree=_is_tree):
    """The tree `like` with the next of the leaves in place of its own."""
    if not is_tree(like):
        return next(leaves) if like is not None else None
    if isinstance(like, dict):
        return {k: _tree(v, leaves, is_tree) for k, v in like.items()}
    parts = [_tree(v, leaves, is_tree) for v in like]
    return parts if isinstance(like, list) else type(like)(*parts) if hasattr(like, "_fields") else tuple(parts)

def _names_of(f, n):
    """Names for n arguments of f."""
    if type(f) is types.FunctionType and f.__code__.co_argcount >= n and not hasattr(f, "__wrapped__"):
        return f.__code__.co_varnames[:n]
    try:
        names = list(inspect.signature(f).parameters)[:n]
    except (TypeError, ValueError):  # a builtin, a ufunc
        names = []
    return names if len(names) == n else ["x%d" % i for i in range(n)]

def _leaves_of(f, arguments):
    return [leaf for n, a in zip(_names_of(f, len(arguments)), arguments) for leaf in _leaves(a, a, n)]

def _applied(f, arguments):
    g = Graph(mode="eval")
    x = [g.input(n, _real(a, "the argument %s" % n, g.context.dtype)) for n, a in _leaves_of(f, arguments)]
    at = iter(x)
    return f(*[_tree(a, at) for a in arguments]), x

# ---- the gradient check ----

class Report(_OfTable):
    """What wg.check found. True if it passed; str() is the report."""
    _kind = "check"

    def __init__(self, r):
        self._r = r
        self._free = _finalize(self, _lib.wg_check_free, r)

    verdict = property(lambda r: _lib.wg_verdict_name(_lib.wg_check_verdict(r._r)).decode())
    ratio = property(lambda r: _lib.wg_check_ratio(r._r))
    reason = property(lambda r: _lib.wg_check_reason(r._r).decode())

    def __bool__(self):
        return _lib.wg_check_verdict(self._r) == 0

    def __str__(self):
        text, size = c_void_p(), c_size_t()
        stream = _libc.open_memstream(byref(text), byref(size))
        _lib.wg_check_print(self._r, stream)
        _libc.fclose(stream)
        try:
            return _as_python(ctypes.string_at(text, size.value).decode().rstrip("\n"))
        finally:
            _libc.free(text)

    def __repr__(self):
        """One line, as `assert wg.check(...)` shows it: what is wrong first, its remedy, the verdict."""
        lines = str(self).split("\n")
        said = [k for k, line in enumerate(lines[:-1]) if line.startswith("  FAIL") or " FAIL" in line][:1]
        said += [k + 1 for k in said if lines[k + 1].startswith("       ")]
        return "<%s>" % "; ".join(" ".join(lines[k].split()) for k in said + [-1])

    def _repr_pretty_(self, printer, cycle):
        printer.text(str(self))

class _CheckOptions:
    """Options of a check as C has them. progress=f: f(stage, share) is called now and then; False stops."""

    def __init__(self, options):
        self._raised, watch = None, options.pop("progress", None)
        if watch:
            self._progress = _PROGRESS(lambda user, stage, share: self._watched(watch, stage.decode(), share))
            options["progress"] = ctypes.cast(self._progress, c_void_p)
        self._opts = _opts("gradcheck_opts", "gradcheck", options)
        self.struct = byref(self._opts)

    def _watched(self, watch, stage, share):
        try:
            return self._raised is None and watch(stage, share) is not False
        except BaseException as e:
            self._raised = e
            return False

    def done(self, report):
        if self._raised:
            raise self._raised
        return report

def check(f, *arrays, grad=None, **options):
    """Compares a gradient with measured slopes at the given point.

    f: a value, with a Params or the values by which its gradient is checked: wg.check(loss, p). Or a function of values that returns a scalar value; or a NumPy function, whose gradient `grad` computes
    or is, as numbers at the given point, or which returns the pair (value, gradient). The gradient of several arguments is a list of arrays. An
    argument may be a dict or a list of arrays; then so is its gradient.
    Options: help(wengert.c.gradcheck) lists them. intended="W, b" names arguments of a NumPy function whose gradient is another one on
    purpose; of a function of values, ops or named nodes. progress=g: g(stage, share) is called now and then; False stops.
    """
    if isinstance(f, Value):
        return f.check(*arrays, **options)
    if callable(f) and builtins.any(callable(a) and not isinstance(a, Value) for a in arrays):
        raise TypeError("wengert.check: the gradient's function goes by its name: wengert.check(f, x, grad=g)")
    if not callable(f) or not arrays or builtins.any(a is None for a in arrays):
        raise TypeError("wengert.check: a function and its point are expected, an array for each argument: "
                        "wengert.check(f, x, grad=g)")
    if grad is None:
        before = getattr(_now, "graph", None)
        try:
            y, x = _applied(f, arrays)
            if isinstance(y, Value):
                nodes = (_Node * len(x))(*(v._node for v in x))
                o = _CheckOptions(options)
                r = Report(_lib.wg_gradcheck_nodes_at(_here(), y._node, nodes, len(x), o.struct))
                y.graph.context._look()
                return o.done(r)
        except (TypeError, ValueError, AttributeError) as e:  # NumPy's functions do not take values
            of_values = e
        else:
            of_values = None
        finally:
            _now.graph = before
    else:
        of_values = None
    asked = []
    def both(new, wants):
        if grad is not None:
            # at later points before f: a gradient that needs what f has stored there depends on the order
            early = wants and bool(asked)
            d = grad(*new()) if early else None
            y = f(*new())
            asked.append(True)
            if isinstance(y, tuple) and len(y) == 2 and np.size(y[0]) == 1:
                raise TypeError("wengert.check: f returns the pair (value, gradient) and has a gradient beside it: "
                                "wengert.check(f, x) without grad=, or grad= with a function that returns one number")
            if y is None or isinstance(y, tuple) or np.size(y) != 1:
                raise TypeError("wengert.check: f must return one number, and returns %s" % (
                    "None" if y is None else "a %s of several" % type(y).__name__))
            return y, grad(*new()) if wants and not early else d
        y = f(*new())
        if y is None:
            raise TypeError("wengert.check: f returned None")
        if not (isinstance(y, tuple) and len(y) == 2):
            raise TypeError("wengert.check: f returns no value of Wengert and no pair (value, gradient): "
                            "give its gradient, grad=") from of_values
        return y

    options.setdefault("name", getattr(f, "__name__", "f"))
    given = None if grad is None or callable(grad) else _flat_gradient(grad, arrays)
    return _check_arrays(both, arrays, _leaves_of(f, arrays), options, given)

def _elements(x):
    """How many numbers x has: an array, a number, or a tree of them."""
    if x is None:
        return 0
    return builtins.sum(map(_elements, x.values() if isinstance(x, dict) else x)) if _is_tree(x) else np.size(x)

def _look_at_gradient(d, arguments):
    """Says what is expected instead of a gradient whose parts are not those of the arguments."""
    many = len(arguments) > 1
    line = "return [%s]" % ", ".join("g%d" % i for i in range(len(arguments))) if many else "return g, an array like x"
    if d is None:
        raise TypeError("wengert.check: the gradient is None: its function must " + line)
    sizes = [_elements(a) for a in arguments]
    if isinstance(d, tuple) and len(d) == 2 and np.size(d[0]) == 1 and _elements(d) != builtins.sum(sizes) == _elements(d[1]):
        raise ValueError("wengert.check: the gradient's function returns the pair (value, gradient): wengert.check(g, x) "
                         "without grad=, or grad=lambda x: g(x)[1]")
    if many and isinstance(d, (list, tuple)):
        if builtins.any(part is None for part in d):
            raise TypeError("wengert.check: the gradient by argument %d is None: zeros are expected where f does not "
                            "depend on it" % [part is None for part in d].index(True))
        if [_elements(part) for part in d] != sizes and _elements(d) != builtins.sum(sizes):
            raise ValueError("wengert.check: the parts of the gradient have %s elements, the arguments %s: %s" % (
                " and ".join(str(_elements(part)) for part in d), " and ".join(map(str, sizes)), line))

def _flat_gradient(d, arguments):
    """The gradient by all arguments as one list of numbers."""
    _look_at_gradient(d, arguments)
    if len(arguments) == 1 and (_is_tree(arguments[0]) or not isinstance(d, (list, tuple))):
        d = [d]
    if builtins.any(_is_tree(a) for a in arguments):
        d = [leaf for part, a in zip(d, arguments) for _, leaf in _leaves(part, a, "the gradient")]
    elif not isinstance(d, (list, tuple)):
        d = [d]
    return np.concatenate([np.ravel(_real(p, "the gradient")) for p in d])

def _check_arrays(both, arguments, named, options, given=None):
    """both(new, wants): the value, and the gradient if it is wanted; new() are the arguments, anew for each function.
    named: the leaves of arguments. given: a gradient as numbers."""
    arrays = [_real(a, "the argument %s" % n) for n, a in named]
    ends = np.cumsum([a.size for a in arrays])
    numbers = [np.ndim(a) == 0 and not isinstance(a, np.ndarray) for _, a in named]  # not arrays: cannot be written to
    failed = []

    def one(n, x, g, user):
        try:
            if failed:
                return float("nan")
            here, handed = np.ctypeslib.as_array(x, (n,)), []
            def new():
                handed.append(here.copy())
                parts = np.split(handed[-1], ends[:-1])
                at = iter([part[0] if number else part.reshape(a.shape) for part, a, number in zip(parts, arrays, numbers)])
                return [_tree(a, at) for a in arguments]
            y, d = both(new, bool(g))
            if g:
                d = _flat_gradient(d, arguments)
                if d.size != n:
                    raise ValueError("wengert.check: the gradient has %d elements, x has %d: one for each is expected" % (d.size, n))
                np.ctypeslib.as_array(g, (n,))[:] = d
            for x in handed:  # what was written into an argument is shown to the check, which says so
                if x.tobytes() != here.tobytes():
                    here[:] = x
                    break
            ctrl_c.look()
            return float(_real(y, "the value of the function"))
        except BaseException as e:
            failed.append(e)
            return float("nan")

    names = ["".join("_" if c in "[], " else c for c in n)[-59:] for n, _ in named]
    options.setdefault("names", ", ".join("%s[%s]" % (n, ",".join(map(str, a.shape))) if a.ndim else n
                                          for n, a in zip(names, arrays)))
    x = np.concatenate([np.ravel(a) for a in arrays])
    o = _CheckOptions(options)
    if given is not None and given.size != x.size:
        raise ValueError("wengert.check: the gradient has %d elements, x has %d: one for each is expected" % (
            given.size, x.size))
    with HeldCtrlC() as ctrl_c:
        r = Report(_lib.wg_gradcheck_fn_at(_here(), _CHECKED(one), x.size, x.ctypes.data, None, o.struct) if given is None else
                   _lib.wg_gradcheck_values_at(_here(), _CHECKED(one), x.size, x.ctypes.data, given.ctypes.data, None, o.struct))
    if failed:
        raise failed[0]
    return o.done(r)

def _numpy_of(g):
    """A copy of a PyTorch tensor, whatever it is: part of a graph, sparse, a view that is negative."""
    g = g.detach()
    return (g.to_dense() if g.is_sparse else g).resolve_conj().resolve_neg().double().numpy().copy()

def _is_float_tensor(x):
    import torch
    return torch.is_tensor(x) and x.is_floating_point()

def _kind_of_tensor(x):
    return str(x.dtype) if hasattr(x, "detach") else type(x).__name__

def _double_copy(module):
    """The module in double, whose parameters are trained where its own are."""
    import copy
    import torch
    try:
        with torch.no_grad():
            model = copy.deepcopy(module).double()
    except RuntimeError as e:
        raise TypeError("wengert.check_torch: the module cannot be copied; give a function of tensors that "
                        "calls it") from e
    for p, was in zip(model.parameters(), module.parameters()):
        p.requires_grad_(was.requires_grad)
    return model

def _moved_tensors(f, model, inputs):
    """The pairs (name, tensor) by which the gradient is checked. model: None of a function."""
    moves = [(n, x) for n, x in model.named_parameters() if x.requires_grad] if model is not None else []
    names = [n for n, _ in _leaves_of(f.forward if model is not None else f, [0] * len(inputs))]
    moves += [(n, x) for n, x in zip(names, inputs) if _is_float_tensor(x) and x.requires_grad]
    if not moves:
        raise TypeError("wengert.check_torch: %s; the arguments are: %s" % (
            "no parameter is trained, and no float tensor among the inputs requires a gradient: x.requires_grad_()"
            if model is not None else "f takes no float tensor as an argument of its own", ", ".join(map(_kind_of_tensor, inputs)) or "none"))
    return moves

def _sum_of_tensors(y):
    """The sum of what f returns, with random weights if that is no scalar."""
    import torch
    results = [r for _, r in _leaves_of(None, [y]) if _is_float_tensor(r)]
    if not results:
        found = [_kind_of_tensor(x) for _, x in _leaves_of(None, [y])]
        raise TypeError("wengert.check_torch: the result has no float tensor: %s%s" % (", ".join(found), (
            "; give its parts, torch.view_as_real(y)" if builtins.any("complex" in x for x in found) else
            "; return the tensor, without .item(), float() or .numpy()")))
    torch.manual_seed(1)
    return builtins.sum(r.sum() if len(results) == r.numel() == 1 else
                        (r * torch.randn(r.shape, dtype=r.dtype)).sum() for r in results)

def check_torch(f, *inputs, **options):
    """Compares the gradients of PyTorch's autograd with measured slopes.

    f: a module, whose trained parameters are checked, or a function of tensors, all of whose float arguments
    are. A module's input is checked if it requires a gradient. The result is summed with random weights if it
    is no scalar. All is computed in double by a copy of the module; random numbers, as of dropout, are the
    same in every evaluation. Options: those of wengert.check. intended="W, net.bias" names parameters or arguments whose
    gradient is another one on purpose.
    """
    import torch
    model = _double_copy(f) if isinstance(f, torch.nn.Module) else None
    call = f if model is None else model
    inputs = [x.detach().double().requires_grad_(x.requires_grad or model is None) if _is_float_tensor(x) else x
              for x in inputs]
    moves = _moved_tensors(f, model, inputs)
    buffers = [(b, b.clone()) for b in model.buffers()] if model is not None else []
    tensors, state = [x for _, x in moves], torch.get_rng_state()

    def both(new, wants):
        with torch.random.fork_rng(devices=[]), torch.set_grad_enabled(wants):
            torch.set_rng_state(state)
            with torch.no_grad():
                for x, a in zip(tensors, new()):
                    x.copy_(torch.as_tensor(a))
                for b, was in buffers:
                    b.copy_(was)
            try:  # copies: an op may write to them
                y = call(*[x.clone() if torch.is_tensor(x) else x for x in inputs])
            except RuntimeError as e:
                if "Double" in str(e):
                    raise TypeError("wengert.check_torch: all is computed in double, and f has tensors of its own "
                                    "in another dtype: make them double, or parameters or buffers of the module") from e
                raise
            y = _sum_of_tensors(y)
            if not wants:
                return y.item(), None
            if not y.requires_grad:
                raise TypeError("wengert.check_torch: the result depends on no tensor that requires a gradient: "
                                ".detach(), .item(), .numpy() or torch.no_grad() is on the way")
            d = torch.autograd.grad(y, tensors, allow_unused=True)
            return y.item(), [np.zeros(x.shape) if g is None else _numpy_of(g) for g, x in zip(d, tensors)]

    arrays = [x.detach().numpy().copy() for x in tensors]
    options.setdefault("name", type(f).__name__ if model is not None else getattr(f, "__name__", "f"))
    return _check_arrays(both, arrays, [(n, a) for (n, _), a in zip(moves, arrays)], options)

for _class in (Context, Graph, Params, Optimizer, Cache, Data, Group, Figure, Report):
    for _name, _f in list(vars(_class).items()):
        _name = _name if _name in ("begin", "input") else _class._kind + "_" + _name
        if inspect.isfunction(_f) and not _f.__doc__ and _name in _rows:
            _f.__doc__ = _as_python(_row(_name).text)

class Leaf(Value):
    """A value that is in no graph: wg.tensor(x). Where it is used it is an input of the graph there. x.set(array) gives it other numbers;
    what was made of it keeps its own."""

    def __init__(self, array, name=None):
        array.flags.writeable = False
        self._array, self._name, self._code = array, name, _code_of(array.dtype)
        self._leaf = next(_serials), array, _text(name) if name else None, _here()

    def _place(self, g):
        key, array, name, site = self._leaf
        there = g._leaves.get(key)
        node = g._at(there[1]) if there else None
        if not there or not _lib.wg_node_is_current(node):
            node = g._number(name, array, site)
            g._leaves[key] = self, node.index | node.generation << 32, None
        self._placed(node)
        return node

    if not _c:
        def _placed(self, node):
            pass

        def __del__(self):
            pass

    graph = property(lambda x: _same_graph())
    _node = property(lambda x: x._place(_same_graph()))
    shape = property(lambda x: x._array.shape)
    dtype = property(lambda x: x._array.dtype)
    name = property(lambda x: x._name)
    is_leaf = property(lambda x: True)
    requires_grad = property(lambda x: False)
    grad = property(lambda x: None)

    def numpy(self, copy=False):
        """Its numbers as an array, which cannot be written to."""
        return self._array.copy() if copy else self._array

    def item(self, *index):
        """The number of a value of one element; of another one that of the element at this index."""
        a = self.numpy()
        if a.size != 1 and not index:
            raise Error("wengert: item: the shape %s is not one element: write x.item(i), or x.numpy()" % list(a.shape))
        return a.item(*index)

    def set(self, array):
        """Other numbers. What was made of it keeps its own."""
        a = np.asarray(_plain(array), self.dtype, order="C")
        if a.shape != self.shape:
            raise ValueError("wengert: set: the shape is %s, that of the array %s" % (list(self.shape), list(a.shape)))
        self.__init__(a.copy(), self._name)
        self._placed(_Node())

from . import _habits  # names and methods of NumPy, PyTorch and JAX, made of what stands above
from . import _transforms  # functions of functions, as in JAX
from . import _copies  # what copy and pickle make of the classes
from ._fit import Fitted, fit

# ---- the common calls in C: python/_c.c ----

# Kinds of arguments that _c takes, by its letters.
_LETTERS = {"node": "n", "double": "d", "int": "i", "int64": "l", "bool": "b", "text": "t", "shape": "h", "list": "m",
            "params": "p"}
# What a function of this file refuses, changes or does beside, or what calls functions of the user: never by _c.
_NOT_BY_C = frozenset("dot outer diagonal sort topk clip grad jacobian hessian vmap recompute recompute_chain "
                       "odeint fixed_point".split())

def _fields_of_c(struct, operands, options):
    """The fields of a call for _c, (name, letter, place, place of a list of axes), and how many of them are operands; or None."""
    asked, more = operands, dict(options)
    if not {k for _, k in asked} <= set(_LETTERS):
        return None, 0
    names = asked + [(n, "int" if k in _enums else k) for n, k in options if (k in _LETTERS or k in _enums) and n not in ("axis", "axes", "by")]
    place = (lambda n: getattr(_arguments(struct, operands, options)[1], n).offset) if struct else lambda n: 0
    fields = [(n + "_" * keyword.iskeyword(n), _LETTERS[k], place(n), -1) for n, k in names]
    if struct and {"axis", "axes"} & set(more):
        fields.append(("axis", "x") + tuple(place(n) if n in more else -1 for n in ("axis", "axes")))
    return tuple(fields), len(asked)

def _address(f):
    return ctypes.cast(f, c_void_p).value

def _builder_of_c(name, f):
    """The builder f as one of _c, or None."""
    call, struct, operands, options, places = f.in_c
    call = getattr(_lib, call)
    fields, asked = _fields_of_c(struct, operands, options)
    form = "struct" if struct else fields and "".join(letter for _, letter, *_ in fields)
    if name in _NOT_BY_C or not fields or call.restype is not _Node or not struct and form not in _c.FORMS:
        return None
    rows = getattr(_lib, "wg_%s_rows" % struct)().contents if struct else None
    try:
        order = [word for word, *_ in fields]
        return _c.Builder(name, f, form, _address(call), asked, rows.size if rows else 0, rows.defaults if rows else 0, fields,
                          tuple(order.index("axis" if n == "axes" else n) for n in places))
    except ValueError:  # it has more fields than _c has room for
        return None

def _method_of_c(of, name):
    f = getattr(of, name)
    setattr(of, name, _c.Builder(name, f, name, 0, 0, 0, 0, (), ()))

class _Module(type(sys)):
    """This module, whose attributes are the builders, too. They are none of its names: sum here is Python's."""

def _use_c():
    given = dict(package=_PACKAGE, numpy=_NUMPY, dispatch=_DISPATCH, site=_site, node=_Node, value=Value, leaf=Leaf,
                 partial=types.MethodType, empty=np.empty, array=np.ndarray, dtypes=tuple(_DTYPES), now=_now, params=Params, explain=_text_for, zero=0)
    _c.start(tuple(_address(getattr(_lib, "wg_" + n)) for n in _c.FUNCTIONS), tuple(given[n] for n in _c.GIVEN),
             Value.item, Value.numpy)
    for name, f in list(_builders.items()):
        if hasattr(f, "in_c") and not hasattr(f, "__wrapped__"):
            _builders[name] = _builder_of_c(name, f) or f
    names = dict(p.split() for p in "truediv div, lt less, le less_equal, gt greater, ge greater_equal, eq equal, ne not_equal, getitem select".split(", "))
    for name in _c.OPERATORS:
        _c.operator(name, _builders[names.get(name, name)], getattr(Value, "__%s__" % name))
        for own in ("__%s__" % name, "__r%s__" % name):
            if own in vars(Value):
                delattr(Value, own)
    del Value.item, Value.numpy
    for name, f in {**_builders, **_habits.methods}.items():
        if name not in vars(Value) and isinstance(f, (_c.Builder, type(_use_c))) and (name in _habits.methods or _method(name)):
            setattr(Value, name, f)
    for name, f in {**_builders, **_habits.calls}.items():
        if name not in globals() and isinstance(f, _c.Builder):
            setattr(_Module, name, staticmethod(f))
    for name in ("input", "begin"):
        _method_of_c(Graph, name)
    sys.modules[__name__].__class__ = _Module

if _c:  # the last lines of this file: what is above is what _c falls back to
    _use_c()
