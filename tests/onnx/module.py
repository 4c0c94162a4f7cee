#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""wengert.onnx.read: a model as a module. Values and derivatives are computed by hand with NumPy."""
import copy
import pickle

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import wengert as wg

W, B = np.array([[1, -2], [0.5, 3], [-1, 2]], np.float32), np.array([0.25, -1, 1], np.float32)
X = np.array([[1, 2], [-1, 0.5]])


def write(path, nodes, inputs, outputs, stored, opset=13):
    info = lambda ports: [helper.make_tensor_value_info(*p) for p in ports]
    graph = helper.make_graph(nodes, "net", info(inputs), info(outputs),
                              [numpy_helper.from_array(a, n) for n, a in stored])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)]), path)


def refused(kind, text, f, *given, **named):
    try:
        f(*given, **named)
    except kind as e:
        assert text in str(e), e
        return
    raise AssertionError("nothing was refused: %s" % text)


def small():
    """y = relu(x W^T + b), and the sum of each row."""
    node = helper.make_node
    write("net.onnx",
          [node("Gemm", ["x", "fc.weight", "fc.bias"], ["z"], transB=1), node("Relu", ["z"], ["y"]),
           node("ReduceSum", ["y", "axes"], ["s"], keepdims=0)],
          [("x", TensorProto.FLOAT, ["batch", 2])],
          [("y", TensorProto.FLOAT, ["batch", 3]), ("s", TensorProto.FLOAT, ["batch"])],
          [("fc.weight", W), ("fc.bias", B), ("axes", np.array([1]))])
    return wg.onnx.read("net.onnx")


def values(net):
    assert net.inputs == ["x"] and net.outputs == ["y", "s"] and not net.training
    want = np.maximum(X @ W.T + B, 0)
    for y, s in net(X), net(x=X), net(wg.tensor(X)), net(X.astype(np.float32)):
        assert np.array_equal(y.numpy(), want) and np.array_equal(s.numpy(), want.sum(1))
    refused(TypeError, "net.onnx takes x", net)
    refused(TypeError, "net.onnx takes x", net, X, z=X)
    refused(wg.Error, "'x' is declared [batch,2], the value given is [2]", net, X[0])


def derivatives(net):
    x = wg.tensor(X, requires_grad=True)
    net(x)[1].sum().backward()
    on = (X @ W.T + B > 0).astype(float)
    named = dict(net.named_parameters())
    assert list(named) == ["fc.weight", "fc.bias"]
    assert np.array_equal(named["fc.weight"].grad.numpy(), on.T @ X)
    assert np.array_equal(named["fc.bias"].grad.numpy(), on.sum(0))
    assert np.array_equal(x.grad.numpy(), on @ W)


def copies(net):
    other = copy.deepcopy(net)
    wg.optim.SGD(net.parameters(), lr=0.1).step()
    assert np.array_equal(other.state_dict()["fc.bias"].numpy(), B)
    assert not np.array_equal(net.state_dict()["fc.bias"].numpy(), B)
    other.load_state_dict(net.state_dict())
    assert np.array_equal(other(X)[0].numpy(), net(X)[0].numpy())
    refused(TypeError, "keep net.onnx, and net.state_dict()", pickle.dumps, net)


def whole_numbers():
    """Rows of a table by their numbers, in an order that a value decides."""
    node = helper.make_node
    write("rows.onnx", [node("Gather", ["table", "i"], ["r"]), node("Reshape", ["r", "shape"], ["y"])],
          [("i", TensorProto.INT64, ["n"]), ("shape", TensorProto.INT64, [2])],
          [("y", TensorProto.FLOAT, [None, None])], [("table", W)])
    y = wg.onnx.read("rows.onnx")(np.array([2, 0, 2]), np.array([2, -1]))
    assert np.array_equal(y.numpy(), W[[2, 0, 2]].reshape(2, -1))


def of_one(op, stored=(), opset=13, **options):
    """The model of one operator on an image of any size."""
    write("one.onnx", [helper.make_node(op, ["x", *(n for n, _ in stored)], ["y"], **options)],
          [("x", TensorProto.FLOAT, [1, 1, "h", "w"])], [("y", TensorProto.FLOAT, [1, 1, None, None])],
          stored, opset)
    return wg.onnx.read("one.onnx")


def last_windows():
    """With ceil_mode a window begins in the image or before it; a mean counts the margin that is said."""
    x, size, ends = np.arange(72.0).reshape(9, 8), 3, (10, 9)
    largest, mean = np.zeros((4, 3)), np.zeros((4, 3))
    for i in range(4):
        for k in range(3):
            part = x[max(3 * i - 1, 0):3 * i + 2, max(3 * k - 1, 0):3 * k + 2]
            count = [min(3 * n + size, end + 1) - 3 * n for n, end in zip((i, k), ends)]
            largest[i, k], mean[i, k] = part.max(), part.sum() / (count[0] * count[1])
    options = dict(kernel_shape=[3, 3], strides=[3, 3], pads=[1, 1, 1, 1], ceil_mode=1)
    assert np.array_equal(of_one("MaxPool", **options)(x[None, None]).numpy()[0, 0], largest)
    y = of_one("AveragePool", count_include_pad=1, **options)(x[None, None]).numpy()[0, 0]
    assert np.allclose(y, mean, rtol=1e-13), (y, mean)


def scales():
    """Sizes and places are those of scales of 32 bits: 9 times 13/9 is 13, and 6 / 1.2 is 5."""
    x = np.arange(90.0).reshape(9, 10)
    for up, n in (13 / 9, 13), (1.2, 10):
        net = of_one("Upsample", [("scales", np.array([1, 1, up, 1], np.float32))], 9, mode="nearest")
        want = x[[int(np.floor(np.float32(i) / np.float32(up))) for i in range(n)]]
        assert np.array_equal(net(x[None, None]).numpy()[0, 0], want), (up, net(x[None, None]).shape)


def missing():
    write("foo.onnx", [helper.make_node("Foo", ["x"], ["y"])], [("x", TensorProto.FLOAT, [1])],
          [("y", TensorProto.FLOAT, [1])], [])
    refused(wg.Error, "1 operator is not there: Foo (node 'y')", wg.onnx.read, "foo.onnx")
    refused(wg.Error, "none.onnx: cannot be read", wg.onnx.read, "none.onnx")


model = small()
values(model)
derivatives(model)
copies(model)
whole_numbers()
last_windows()
scales()
missing()
