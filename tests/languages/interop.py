# SPDX-License-Identifier: MIT
"""interop.py: values in other libraries and back, tables of notebooks, the bar of a long loop, and files with
names of any letters. The status is 1 if something is other."""
import io
import re
import sys

import numpy as np

import wengert as wg

wrong = []


def expect(truth, what):
    if not truth:
        wrong.append(what)


def address(a):
    return a.__array_interface__["data"][0]


# ---- DLPack ----
for dtype in (np.float64, np.float32, np.int64, np.int32):
    a = (np.arange(6).reshape(2, 3) + 1).astype(dtype)
    x = wg.tensor(a)
    expect(address(np.from_dlpack(x)) == address(x.numpy()), "a tensor of %s is copied" % np.dtype(dtype))
    y = x * 2
    b = np.from_dlpack(y)
    del y
    wg.graph().begin()
    expect(b.dtype == dtype and np.array_equal(b, a * 2), "numbers of %s when the value is gone" % b.dtype)
    z = wg.from_dlpack(a)
    expect(z.dtype == dtype and address(z.numpy()) == address(a), "an array of %s is copied" % a.dtype)
    expect(np.array_equal((z + 1).numpy(), a + 1), "numbers of %s of a lent array" % np.dtype(dtype))
expect(np.array_equal(np.from_dlpack(wg.tensor([True, False])), [1, 0]), "truths")
expect(wg.tensor([1.0]).__dlpack_device__() == (1, 0), "the device")
try:
    wg.grad(lambda x: np.from_dlpack(x).sum())(np.ones(2))
    wrong.append("a value that is differentiated is a number without a word")
except TypeError as e:
    expect("has no derivative" in str(e), "the words are: %s" % e)
try:
    import torch
except ImportError:
    print("without PyTorch: NumPy alone")
else:
    x = wg.tensor([[1.5, 2.0], [3.0, 4.0]])
    t = torch.from_dlpack(x)
    expect(t.data_ptr() == address(x.numpy()) and t.tolist() == x.tolist(), "torch.from_dlpack copies")
    t = torch.arange(4.0, dtype=torch.float32)
    z = wg.from_dlpack(t)
    expect(address(z.numpy()) == t.data_ptr() and z.dtype == np.float32, "wg.from_dlpack copies")
    expect(torch.utils.dlpack.from_dlpack(wg.to_dlpack(x * 2)).tolist() == [[3, 4], [6, 8]], "to_dlpack")

# ---- notebooks ----
net = wg.nn.Sequential(wg.nn.Linear(2, 3), wg.nn.ReLU(), wg.nn.Linear(3, 1, bias=False))
text = net._repr_html_()
cells = re.findall("<td>([^<]*)</td>", text)
expect(cells[:12] == ["0.weight", "3 × 2", "float64", "6", "0.bias", "3", "float64", "3", "2.weight", "1 × 3",
                      "float64", "3"] and cells[-1] == "12", "the table of a module: %s" % cells)
p = wg.Params()
p.param("ab", [2], wg.const(1.0))
cells = re.findall("<td>([^<]*)</td>", p._repr_html_())
expect(cells[:4] == ["ab", "2", "float64", "2"], "the table of Params")
data = wg.digits()
cells = re.findall("<td>([^<]*)</td>", data._repr_html_())
expect(cells[0] == "0" and [float(c) for c in cells[1:4]] == data.x[0, :3].tolist(), "the table of Data")

# ---- the bar ----
said = io.StringIO()
expect(list(wg.progress(range(40), "epoch 1", file=said)) == list(range(40)), "the items of a loop")
lines = said.getvalue().strip().split("\n")
expect(1 <= len(lines) <= 11 and lines[-1].startswith("[" + 20 * "#" + "] epoch 1: 40 of 40"),
       "lines: %s" % lines)
expect(list(wg.progress(iter("ab"), file=said)) == ["a", "b"], "a loop without a length")
expect(list(wg.progress([], file=said)) == [], "no items")

# ---- names ----
state = {"couche-1.été": np.ones(2), "h.0.q-proj.w": np.arange(3)}
wg.save(state, "names.safetensors")
back = wg.load("names.safetensors")
expect(list(back) == list(state) and all(np.array_equal(back[n], state[n]) for n in state),
       "names: %s" % list(back))

print("\n".join(wrong) or "interop: as expected")
sys.exit(bool(wrong))
