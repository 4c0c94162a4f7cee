# SPDX-License-Identifier: MIT
"""Models of other programs, as ONNX files:

    from wengert import onnx

    net = onnx.read("net.onnx")
    y = net(x)                                   inputs in the order of the file, or by name: net(image=x)
    net.parameters()                             as of any module, for an optimizer; net.state_dict()
    net.train()                                  a model that was read is in the mode of net.eval()

    onnx.write(y, "net.onnx")                    the graph that y is computed from

Images that are read have the order of the file: [n, channels, height, width]."""
import ctypes
import os

import numpy as np

import wengert as wg
from ._arrays import _numpy
from ._building import _graph_of
from ._context import default_context
from ._library import _Node, _Tensor, _lib
from .nn import Module, Parameter


class Model(Module):
    """A module that a file describes. inputs, outputs: their names."""
    training = False

    def __init__(self, path, context=None):
        self.context = context or default_context()
        self.path = os.fspath(path)
        self._q = _lib.wg_onnx_read(self.context._c, os.fsencode(path))
        self.context._look()
        self._free = self.context._frees(self, _lib.wg_program_free, self._q)
        count = _lib.wgx_onnx_inputs(self._q)
        self.inputs, self._leaves, self.outputs = [], [], []
        value, state = _Tensor(), ctypes.c_bool()
        while name := _lib.wgx_onnx_leaf(self._q, count + len(self._leaves) if len(self.inputs) == count
                                         else len(self.inputs), ctypes.byref(value), ctypes.byref(state)):
            if len(self.inputs) < count:
                self.inputs.append(name.decode())
            else:
                self._keep(name.decode(), _numpy(value), state.value)
        while name := _lib.wgx_onnx_result(self._q, len(self.outputs)):
            self.outputs.append(name.decode())
        self.context._look()

    def _keep(self, name, array, state):
        self._leaves.append(name)
        if state:
            self.register_buffer(name, array)
        else:
            setattr(self, name, Parameter(array, dtype=array.dtype))

    def forward(self, *given, **named):
        """The results: one, or a tuple in the order of outputs."""
        given = list(given) + [named.pop(n) for n in self.inputs[len(given):] if n in named]
        if len(given) != len(self.inputs) or named:
            raise TypeError("wengert: %s takes %s" % (os.path.basename(self.path), ", ".join(self.inputs)))
        x = [*given, *(vars(self)[n] for n in self._leaves)]
        g = _graph_of(x)
        x = [g._node(v if isinstance(v, wg.Value) else np.asarray(v)) for v in x]
        nodes = (_Node * max(len(x), 1))(*x)
        _lib.wgx_onnx_apply(self._q, g._g, nodes, len(x), 0 if self.training else 1)
        self.context._look()
        y = tuple(g._value(_lib.wgx_program_last_part(self._q, k, None)) for k in range(len(self.outputs)))
        return y[0] if len(y) == 1 else y

    def __deepcopy__(self, memo):
        """Another model of the same file, with the present values."""
        net = memo[id(self)] = Model(self.path, self.context).train(self.training)
        net.load_state_dict(self.state_dict())
        return net

    __copy__ = lambda self: self.__deepcopy__({})

    def __reduce_ex__(self, protocol):
        raise TypeError("wengert: a model is not saved as a whole: keep %s, and net.state_dict()" % self.path)

    def _says(self):
        return "%r, %s -> %s" % (os.path.basename(self.path), ", ".join(self.inputs), ", ".join(self.outputs))


def read(path):
    """A model as a module."""
    return Model(path)


def write(y, path, opset=17, names=None):
    """Writes the graph that y, a value or a list of values, is computed from. Inputs with a name are inputs
    of the file. names: of the results, in the place of their own."""
    from ._onnx_write import write_values
    write_values(y, path, opset, names)
