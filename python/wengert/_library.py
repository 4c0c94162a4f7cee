# SPDX-License-Identifier: MIT
"""The library: where it is found, its structs, and its calls as the table has them. The variable
WENGERT_LIBRARY names the file; or it is libwengert.so beside this file, in ../../build, in ../../../../lib;
or in a folder where the system looks for libraries."""
import ctypes
import ctypes.util
import functools
import importlib
import os
from collections import namedtuple
from ctypes import POINTER, Structure, c_bool, c_char_p, c_double, c_int, c_int64, c_size_t, c_void_p

import numpy as np

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

class _Axes(Structure):
    _fields_ = [("mark", c_size_t), ("count", c_int), ("axis", c_int * 8)]

class _Option(Structure):
    _fields_ = [(n, c_char_p) for n in ("name", "type", "standard", "range", "text")] + [
        ("kind", c_int), ("offset", c_size_t), ("size", c_size_t)]

class _OptionList(Structure):
    _fields_ = [("name", c_char_p), ("defaults", c_void_p), ("size", c_size_t), ("mark", c_size_t),
                ("option", POINTER(_Option)), ("count", c_int)]

class _Batch(Structure):
    _fields_ = [("x", _Tensor), ("y", _Tensor), ("n", c_int64)]

class _Watch(Structure):
    _fields_ = [("live", c_int), ("changed", c_int), ("nodes", c_void_p), ("retain", c_int),
                ("first", c_void_p)]

_FIELDS = {"text": c_char_p, "site": c_char_p, "bool": c_bool, "maybe": c_int, "int": c_int, "int64": c_int64,
           "double": c_double,
           "shape": _Shape, "init": Init, "dtype": c_int, "states": _States, "node": _Node, "tensor": _Tensor,
           "size": c_size_t,
           "uint64": ctypes.c_uint64, "uint32": ctypes.c_uint32, "uint": ctypes.c_uint, "char": ctypes.c_char,
           "ends": c_double * 2}

_FIELDS["axes"] = _Axes

_DTYPES = [np.dtype(t) for t in "V float32 float64 int32 int64 bool uint8 float16 uint16".split()]
_CODES = {t: i for i, t in enumerate(_DTYPES) if 0 < i < 8}  # bfloat16 is no type of NumPy

# The calls of C as the table has them, and the words of enums.
with open(os.path.join(os.path.dirname(__file__), "_table.txt"), encoding="utf-8") as _file:
    _parts = [part.split("\n") for part in _file.read().rstrip("\n").split("\n\n")[1:]]
_table = {part[0]: part[1:] for part in _parts}
_rows, _heads = {}, {}  # by name: its line, its header
for _line in _table["CALLS"]:
    if _line[0] == "#":
        _head = _line[2:]
    else:
        _name = _line.partition(" ")[0].partition("@")[0]
        _rows[_name], _heads[_name] = _line, _head
_structs = dict(line.split(" ", 1) for line in _table["STRUCTS"])
_enums = {}
for _line in _table["ENUMS"]:
    _name, *_all = _line.split()
    _before = os.path.commonprefix(_all).rpartition("_")[0] + "_"
    _enums[_name] = [w[len(_before):].lower() for w in _all]

_Row = namedtuple("_Row", "name c site result parameters text")

@functools.lru_cache(None)
def _row(name):
    """What the table says of a call: the place of its call site among the parameters, 0: it has none;
    parameters as pairs."""
    said, _, text = _rows[name].partition(" | ")
    head, result, *parameters = said.split()
    name, at, site = head.partition("@")
    before = "wgx_" if _heads[name][:4] == "wgx/" else "wg_"  # wgx_: no part of the interface of C
    return _Row(name, before + name + ("_at" if at and not site else ""), int(site or bool(at)), result,
                _pairs(parameters), text)

def _pairs(parameters):
    return [tuple(f.split(":")) if ":" in f else (f, "node") for f in parameters]

def _opened(name):
    """A wheel has the library of OpenMP with it, for systems that have none."""
    try:
        return ctypes.CDLL(name)
    except OSError:
        openmp = os.path.join(os.path.dirname(name), "libgomp.so.1")
        if not os.path.exists(openmp):
            raise
        ctypes.CDLL(openmp, ctypes.RTLD_GLOBAL)
        return ctypes.CDLL(name)

def _load():
    here = os.path.dirname(os.path.abspath(__file__))
    places = ((), ("..", "..", "build"), ("..", "..", "..", "..", "lib"))
    names = [os.environ.get("WENGERT_LIBRARY")] + [os.path.join(here, *p, "libwengert.so") for p in places]
    for name in names:
        if name and (os.path.exists(name) or name == names[0]):
            return _opened(name)
    name = ctypes.util.find_library("wengert")
    if not name:
        raise ImportError("wengert: no libwengert.so: run make, or name it in WENGERT_LIBRARY. Looked for "
                          + ", ".join(n for n in names if n) + " and in the system's folders")
    return ctypes.CDLL(name)

class _Library:
    """The functions of the library, declared as the table says when they are called for the first time."""

    def __init__(self, library):
        self._library = library

    def _found(self, name, found):
        """What found(library) gives of the library, or of a wing that lies beside it, which is loaded when it
        is asked for."""
        path = self._library._name
        it = found(self._library)
        for wing in ("models", "check", "show", "language"):
            beside = os.path.join(os.path.dirname(path), "libwengert-%s.so" % wing)
            if not it and os.path.exists(beside):
                it = found(ctypes.CDLL(beside))
        if not it:
            raise NotImplementedError("wengert: %s has no %s: a library without pictures or the language "
                                      "(make SHOW=0 LANGUAGE=0) lacks it, or one of another version" %
                                      (path, name))
        return it

    def options(self, struct):
        """The list of a struct of options, "adam_opts"."""
        of = self._library.wg_options_of
        of.restype, of.argtypes = POINTER(_OptionList), [c_char_p]
        return self._found("wg_" + struct, lambda _: of(b"wg_" + struct.encode())).contents

    def __getattr__(self, name):
        f = self._found(name, lambda library: getattr(library, name, None))
        short = name.partition("_")[2]
        row = _row(short if short in _rows else short[:-3])
        kinds = [_ctype(kind) for _, kind in row.parameters if kind != "..."]
        if row.site:
            kinds.insert(row.site - 1, c_char_p)
        f.restype, f.argtypes = _ctype(row.result, True), kinds
        setattr(self, name, f)
        return f

_lib = _Library(_load())
_libc = ctypes.CDLL(None)

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
    return type("_" + name, (Structure,), {"_fields_": [(n, member(k))
                                                        for n, k in _pairs(_structs[name].split())]})

def _calls():
    return importlib.import_module(".c", __package__)
