"""A PyTorch model that is read from its ONNX file learns here as it does there.

20 steps of SGD with momentum on cross-entropy, of the MLP and of LeNet: the loss of each step, and each
parameter at the end, are PyTorch's to 1e-4 of the largest element; the loss goes down. Both use float32.

    PYTHONPATH=python python3 tests/onnx/fine_tune.py
"""
import os
import sys
import tempfile

import numpy as np
import torch

import wengert as wg
from export import chosen, export, made

STEPS, BOUND, EXAMPLES = 20, 1e-4, 32
RATE = dict(lr=0.05, momentum=0.9)


def examples(name):
    """Random inputs whose class can be learned: the largest of some of their numbers."""
    random = np.random.default_rng(5)
    shape, classes = {'mlp': ((16,), 4), 'lenet': ((1, 28, 28), 10)}[name]
    x = random.normal(size=(EXAMPLES,) + shape).astype(np.float32)
    return x, x.reshape(EXAMPLES, -1)[:, :classes].argmax(axis=1)


def steps(net, optimizer, cross_entropy, x, y):
    """The same lines train PyTorch's module and the one read here."""
    losses = []
    for _ in range(STEPS):
        loss = cross_entropy(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return np.array(losses), {k: p.detach().numpy().copy() for k, p in net.named_parameters()}


def there(model, x, y):
    net, _ = made(model)
    return steps(net, torch.optim.SGD(net.parameters(), **RATE), torch.nn.functional.cross_entropy,
                 torch.tensor(x), torch.tensor(y))


def here(path, x, y):
    net = wg.onnx.read(path)
    net.eval()
    return steps(net, wg.optim.SGD(net.parameters(), **RATE), wg.nn.functional.cross_entropy,
                 wg.tensor(x), wg.tensor(y))


def is_right(model, folder):
    x, y = examples(model.name)
    export(model, folder)
    want, parameters = there(model, x, y)
    losses, got = here(os.path.join(folder, model.name + '_named.onnx'), x, y)
    missing = [k for k in parameters if k not in got]
    far = max([np.abs(losses - want).max() / want.max()] +
              [np.abs(got[k] - p).max() / np.abs(p).max() for k, p in parameters.items() if k in got])
    good = not missing and far <= BOUND and losses[-1] < 0.7 * losses[0]
    print('%-8s loss %.4f to %.4f, PyTorch %.4f to %.4f; error %.1e%s' % (
        model.name, losses[0], losses[-1], want[0], want[-1], far,
        '' if good else '  WRONG ' + ' '.join(missing)))
    return good


def main():
    wg.set_default_dtype(wg.float32)
    models = chosen(['mlp', 'lenet'])
    with tempfile.TemporaryDirectory() as folder:
        good = sum([is_right(m, folder) for m in models])
    print('%d of %d learn as in PyTorch' % (good, len(models)))
    return int(good != len(models))


if __name__ == '__main__':
    sys.exit(main())
