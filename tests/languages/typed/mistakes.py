# SPDX-License-Identifier: MIT
"""Mistakes: mypy finds an error in each line that ends with the word, and in no other one. Nobody runs
this."""
import wengert as wg
import wengert.nn.functional as F
from wengert import nn, optim
from wengert.utils.data import DataLoader

x = wg.tensor([[1.0, 2.0]])
w = wg.tensor([1.0, 2.0], requires_grad=True)
p = wg.Params()

wg.softmax(x, axes=1)  # error
wg.softmax(x, axiss=1)  # error
wg.softmax("x")  # error
x.sum(axis="rows")  # error
x.sum(keepdim=1.5)  # error
x.summ()  # error
wg.sofmax(x)  # error
x[0] = "five"  # error
wg.nn_dense(x, p, "hidden")  # error
wg.nn_dense(x, p, "hidden", "64")  # error
wg.softmax_cross_entropy(x, x, reduction="average")  # error
wg.adam(p, learning_rate=0.1)  # error
wg.adam([w])  # error
nn.Linear(3)  # error
nn.Linear(3, 2, biass=False)  # error
nn.Linear(3, 2).wieght  # error
nn.ReLU(inplace="yes")  # error
F.relu(x, inplace="yes")  # error
F.cross_entropy(x)  # error
F.mse_loss(x, x, reduction="average")  # error
optim.Adam([w], betas=0.9)  # error
optim.Adam([w], lrate=0.1)  # error
DataLoader(x, batch_size="10")  # error
wg.fit(p, lambda a: a, wg.digits(), epoch=3)  # error
wg.check(lambda a: a, [1.0], tolerance="small")  # error
p["hidden.W"].nothing  # error
w.grad.numpy()  # error
values, places, more = wg.topk(x, 2)  # error
number: int = x.item()  # error
wg.Graph(mode="training").begin(train="yes")  # error
