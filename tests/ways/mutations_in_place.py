# SPDX-License-Identifier: MIT
"""Programs that change a tensor in place, for mutations.py: what shares its memory changes with it, what was
computed of it before does not, and derivatives are those of what was computed."""

W = "w = m.tensor([1.5, -2.0, 0.5], requires_grad=True)\n"
X = "x = m.arange(12.0).reshape(3, 4)\n"
SHOWN = "out += [t.tolist() for t in (%s)]"
GRADS = "w.grad = None\n(%s).sum().backward()\nout.append(w.grad.tolist())"

# Views of a tensor of data: a write to the one is seen by the other.
VIEWS = ["x[1]", "x[:, 1:3]", "x[1:, :2]", "x.view(-1)", "x.reshape(2, 6)", "x.t()", "x.transpose(0, 1)",
         "x.detach()", "x.unsqueeze(0)", "x[0:1].squeeze(0)", "x.flatten()", "x[:, ::2]", "x.chunk(3)[1]",
         "x.split(2)[0]", "x.permute(1, 0)", "x.narrow(1, 1, 2)", "x.view(3, 2, 2)[:, 0]", "x.T[1:]",
         "x.unbind()[2]"]
# What has memory of its own.
COPIES = ["x.clone()", "x * 1", "x[[0, 2]]", "x[x > 3]", "x.repeat(2, 1)", "m.cat([x, x])", "x.flip(0)",
          "x + 0", "m.roll(x, 1, 0)", "x.clone()[1]", "m.stack([x])"]
IN_PLACE = {
    "element": X + "y = x[0]\nx[0, 1] = 50.0\n" + SHOWN % "x, y",
    "rows": X + "x[1:] = m.ones(4)\nx[:, 0] += 5\nx[x > 8] = 0\n" + SHOWN % "x,",
    "counts": "c = m.zeros(4)\nfor i in (1, 3, 1):\n    c[i] += 1\nc[0] -= 2\n" + SHOWN % "c,",
    "whole": "x = m.arange(4)\nx[1] = 7.9\nx += 1\nx *= 2\nx //= 3\n" + SHOWN % "x,",
    "whole_and_float": "x = m.arange(4)\nx += 0.5\n" + SHOWN % "x,",
    "too_large": "x = m.zeros(3)\nx += m.ones(2, 3)\n" + SHOWN % "x,",
    "alias": X + "y = x\ny += 1\nz = x.view(-1)\nz.mul_(2)\n" + SHOWN % "x, y, z",
    "by_function": X + "def centre(a):\n    a -= a.mean()\n\ncentre(x)\n" + SHOWN % "x,",
    "mask": "a = m.triu(m.ones(3, 3), diagonal=1)\na[a == 1] = -1.0\na.fill_diagonal_(9)\n" + SHOWN % "a,",
    "words": "x = m.tensor([-1.5, 0.25, 4.0])\nx.clamp_(-1, 2).mul_(3).sub_(1, alpha=2).abs_()\nx.sqrt_()\n"
             "x.add_(m.ones(3), alpha=0.5)\nx.masked_fill_(x > 2, -1)\n" + SHOWN % "x,",
    "shapes": X + "x.t_()\nx.unsqueeze_(0)\nout.append(list(x.shape))\nx.squeeze_()\n" + SHOWN % "x,",
    "copy": X + "y = m.zeros(3, 4)\ny.copy_(x)\nx += 1\ny[0].copy_(x[2])\ny[1].fill_(3)\ny[2].zero_()\n"
            + SHOWN % "x, y",
    "expanded": "x = m.ones(1, 3).expand(2, 3)\nx += 1\n" + SHOWN % "x,",
    "computed": W + "y = w * 2\nz = y[:2]\ny += 1\nz.mul_(10)\n" + SHOWN % "y, z" + "\n" + GRADS % "y * y",
    "computed_twice": W + "y = w * w\nz = y.view(3, 1)\ny *= w.detach()\nz[1] = 0.0\n" + SHOWN % "y, z" + "\n"
                      + GRADS % "z",
    "element_of_computed": W + "y = w * 2\ny[1] = w.sum()\ny[2] = 7.0\n" + SHOWN % "y," + "\n" + GRADS % "y",
    "data_becomes_computed": W + "x = m.zeros(3)\nv = x[1:]\nx[:2] = w[1:] * 3\n" + SHOWN % "x, v" + "\n"
                             + GRADS % "x + 1",
    "residual": W + "h = w * 1.0\nout_ = m.tanh(h)\nout_ += h\nout_ = F.relu(out_, inplace=True)\n" +
         SHOWN % "out_,"
                + "\n" + GRADS % "out_",
    "relu_changes_its_input": W + "h = w * 1.0\ny = F.relu(h, inplace=True)\n" + SHOWN % "h, y" + "\n" +
         GRADS % "h + y",
    "relu_of_module": W + "net = nn.Sequential(nn.ReLU(inplace=True), nn.ELU(inplace=True))\nh = w"
         " * 3\nnet(h)\n"
                      + SHOWN % "h,",
    "sum_of_losses": W + "total = m.zeros(())\nfor k in range(3):\n    total += (w ** k).sum()\n"
         "out.append(total.item())"
                     "\n" + GRADS % "total",
    "list_of_states": W + "h = w * 0\nhs = []\nfor k in range(3):\n    h = h + w\n    hs.append(h)\n"
         "    h = h * 1\n    "
                      "h *= 2\n" + SHOWN % "hs" + "\n" + GRADS % "m.stack(hs)",
    "leaf": W + "w[0] = 1.0\n" + SHOWN % "w,",
    "leaf_view": W + "v = w[1:]\nv += 1\n" + SHOWN % "w,",
    "leaf_in_no_grad": W + "with m.no_grad():\n    w[0] = 1.0\n    w[1:] *= 2\n    w.view(-1)[2] ="
         " 9\n" + SHOWN % "w,",
    "frozen": W + "w.requires_grad_(False)\nw.mul_(2)\nw[0] = 1\n" + SHOWN % "w,",
    "data_view": W + "w.data[1:].fill_(3)\nw.data.view(-1)[0] = 5\nw.data.add_(w.data, alpha=2)\n" +
         SHOWN % "w,",
    "gradient": W + GRADS % "w * w" + "\nw.grad.clamp_(-2, 2)\nw.grad[0] = 9\nw.grad.mul_(2)\n" + SHOWN
         % "w.grad,",
    "detached_then_changed": W + "y = w * 2\nd = y.detach()\nd[0] = 100.0\n" + SHOWN % "y, d",
    "buffer": "b = nn.BatchNorm1d(2)\nb.running_mean += 1\nb.running_var.fill_(4)\nb.eval()\n"
              "out += b(m.ones(3, 2)).tolist()",
    "polyak": W + "t = w.detach().clone()\nopt = m.optim.SGD([w], lr=0.1)\nfor k in range(3):\n   "
         " opt.zero_grad()\n"
              "    (w ** 2).sum().backward()\n    opt.step()\n    t.mul_(0.9).add_(w.detach(), alpha=0.1)\n"
              + SHOWN % "t, w",
    "adversarial": W + "x = m.ones(3)\nfor k in range(3):\n    x = x.detach().clone().requires_grad_()\n"
                   "    ((x * w).sum() ** 2).backward()\n    with m.no_grad():\n        x += 0.1 *"
         " x.grad.sign()\n"
                   "        x.clamp_(0.5, 1.25)\n" + SHOWN % "x,",
    # values of a step before: they stand in another graph then
    "view_after_a_change": W + "with m.no_grad():\n    y = w * 2\nwith m.no_grad():\n    w += 1\n"
                           "y[0:2].zero_()\n" + SHOWN % "y, w",
    "view_after_steps": W + "opt = m.optim.SGD([w], lr=0.1)\nwith m.no_grad():\n    t = w * 2\n"
                        "for k in range(2):\n    opt.zero_grad()\n    ((w - t) ** 2).sum().backward()\n"
                        "    opt.step()\n    t.view(-1)[0] = 5.0\n    t.narrow(0, 1, 1).fill_(9.0)\n"
                        + SHOWN % "w, t",
    # a reshape that has to copy has memory of its own
    "reshape_of_rows": X + "y = x.t().reshape(-1)\ny += 100\nz = x.t().flatten()\nx -= 1\n"
                  + SHOWN % "x, y, z",
    "reshape_of_columns": X + "y = x[:, :2].reshape(-1)\ny += 100\nz = x[::2].reshape(4, 2)\nz.zero_()\n"
                          + SHOWN % "x, y, z",
    "contiguous": X + "y = x.t().contiguous()\ny.mul_(2)\nz = x.contiguous()\nz.add_(1)\n"
                  + SHOWN % "x, y, z",
    "derivative_of_a_copy": W + "h = (w * w).reshape(1, 3).expand(2, 3) * 1\nf = h.t().reshape(-1)\n"
                            "f[0] = 0.0\n"
                            "f.mul_(2)\n" + SHOWN % "h, f" + "\n" + GRADS % "h.sum() + f",
    "deep_copy": "import copy\nx = m.zeros(2)\ny = copy.deepcopy([x, x])\ny[0] += 1\n"
                  + SHOWN % "x, y[0], y[1]",
}
for _k, _view in enumerate(VIEWS):
    IN_PLACE["with_view_%d" % _k] = X + "y = %s\nx += 1\nx[2, 3] = 77.0\n" % _view + SHOWN % "x, y"
    IN_PLACE["view_%d" % _k] = X + "y = %s\ny *= 2\ny.add_(1)\n" % _view + SHOWN % "x, y"
    IN_PLACE["computed_view_%d" % _k] = W + X + "x = x * w.sum()\ny = %s\ny *= 2\nx -= 1\n" % _view + (
        SHOWN % "x, y") + "\n" + GRADS % "x * 2"
for _k, _copy in enumerate(COPIES):
    IN_PLACE["with_copy_%d" % _k] = X + "y = %s\nx += 1\ny *= 2\n" % _copy + SHOWN % "x, y"
IN_PLACE = {"in_place_" + name: text for name, text in IN_PLACE.items()}
