# SPDX-License-Identifier: MIT
"""Files that a training goes on from, and files of arrays."""
import json
import os
import tempfile

import numpy as np

from ._arrays import _plain, _tensor, _text
from ._context import Context, default_context
from ._library import _lib
from ._makers import _on_processor
from ._names import _call
from ._params import Params
from ._value import Value
from ._way import _here

class _Generator:
    """The context's generator of NumPy in a file of save(): of DataLoader's order, wg.rand, first values of
    modules."""
    name = b"python.generator"

    def __init__(self, context, there):
        self._context, self._there = context, there
        s = context._random.bit_generator.state
        big = s["state"]["state"], s["state"]["inc"]
        self._numbers = np.array([n >> k & 2**64 - 1 for n in big for k in (0, 64)] +
                                 [s["has_uint32"], s["uinteger"]], np.uint64).view(np.int64)

    def __enter__(self):
        if self._there:
            _lib.wg_save_with_at(_here(), self._context._c, self.name, _tensor(self._numbers), None)

    def __exit__(self, failed, *_):
        if self._there:
            _lib.wg_save_end(self._context._c, self.name)
            a, b, c, d, has, rest = map(int, self._numbers.view(np.uint64))
            self._context._random.bit_generator.state = dict(
                bit_generator="PCG64", state=dict(state=a | b << 64, inc=c | d << 64), has_uint32=has,
                uinteger=rest)

def _save_all(path, context=None):
    """All that a training goes on from: parameters, optimizers, places in data, what is drawn next. In a
    group rank 0 writes."""
    context = context or default_context()
    with _Generator(context, context._random.bit_generator.state != np.random.default_rng(
            _lib.wg_context_seed(context._c)).bit_generator.state):
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

_TREE = "wengert.tree"

def _packed(what):
    """The arrays of nested dicts, lists and tuples by number, and under _TREE how they stand in each other,
    as JSON."""
    arrays = {}

    def tree(x):
        if isinstance(x, (Value, np.ndarray, np.generic)):
            arrays["array.%d" % len(arrays)] = x
            return {"array": len(arrays) - 1}
        if isinstance(x, dict):
            return {"dict": [[tree(k), tree(v)] for k, v in x.items()]}
        if isinstance(x, (list, tuple)):
            return {type(x).__name__ if type(x) is tuple else "list": [tree(v) for v in x]}
        if not isinstance(x, (str, int, float, type(None))):
            raise TypeError("wengert: save: a %s cannot be in a file: arrays, numbers, texts, lists and "
                            "dicts can" % type(x).__name__)
        return x
    text = json.dumps(tree(what))
    return dict(arrays, **{_TREE: np.frombuffer(text.encode(), np.uint8)})

def _unpacked(p):
    def made(x):
        if not isinstance(x, dict):
            return x
        (kind, of), = x.items()
        return (p["array.%d" % of] if kind == "array" else dict((made(k), made(v)) for k, v in of)
                if kind == "dict" else {
            "list": list, "tuple": tuple}[kind](map(made, of)))
    return made(json.loads(p[_TREE].tobytes()))

@_call
def save(what, path=None, context=None):
    """save(path): all that a training goes on from. save(state_dict, path): a file of safetensors, which
    wg.load reads. It may also be a dict of state_dicts, of models and optimizers, with numbers and texts
    beside them."""
    if path is None or isinstance(path, Context):
        return _save_all(what, path or context)
    if hasattr(path, "write"):
        with tempfile.TemporaryDirectory() as folder:
            save(what, os.path.join(folder, "file"))
            with open(os.path.join(folder, "file"), "rb") as f:
                path.write(f.read())
        return
    what = what.state_dict() if hasattr(what, "state_dict") else what
    if not isinstance(what, dict):
        raise TypeError("wengert: write wg.save(model.state_dict(), path), or wg.save(path) for a whole "
                        "training")
    if "__metadata__" in what:
        raise TypeError("wengert: save: a file has \"__metadata__\" of its own: write another name")
    if not all(isinstance(n, str) and isinstance(a, (Value, np.ndarray, np.generic))
               for n, a in what.items()):
        what = _packed(what)
    p = Params()
    for name, a in what.items():
        a = np.asarray(_plain(a))
        _lib.wg_params_make_at(_here(), p._p, _text(name), _tensor(np.ascontiguousarray(a).reshape(a.shape)),
                               a.dtype.kind != "f")
        p.context._look()
    p.save(path)

@_call
def load(path, map_location=None, *, weights_only=True):
    """The arrays of a file of safetensors by name; or the dict that wg.save has written. path: also an open
    file. All is on the processor, and no code is in a file."""
    if hasattr(path, "read"):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "file"), "wb") as f:
                f.write(path.read())
            return load(os.path.join(folder, "file"), map_location)
    _on_processor(map_location)
    p = Params()
    _lib.wg_params_read_at(_here(), p._p, os.fsencode(path))
    p.context._look()
    return _unpacked(p) if _TREE in p.names() else {name: p[name] for name in p}
