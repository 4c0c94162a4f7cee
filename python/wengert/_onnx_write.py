# SPDX-License-Identifier: MIT
"""Graphs as ONNX files: write of onnx.py."""
import ctypes
import os

from ._arrays import _text
from ._library import _Node, _lib
from ._options import _opts
from ._way import _here


def write_values(y, path, opset, names):
    values = list(y) if isinstance(y, (list, tuple)) else [y]
    names = [names] if isinstance(names, str) else list(names or [])
    if not values or len(names) > len(values):
        raise TypeError("wengert: %d values and %d names" % (len(values), len(names)))
    g = values[0].graph
    nodes = (_Node * len(values))(*(g._node(v) for v in values))
    texts = (ctypes.c_char_p * len(values))(*(_text(n) for n in names))
    o = _opts("onnx_write_opts", "onnx.write", {
        "opset": opset, "output_count": len(values) - 1,
        "outputs": ctypes.c_void_p(ctypes.addressof(nodes) + ctypes.sizeof(_Node)),
        "names": ctypes.c_void_p(ctypes.addressof(texts))})
    _lib.wg_onnx_write_at(_here(), nodes[0], os.fsencode(path), ctypes.byref(o))
    g.context._look()
