"""A PyTorch model that is read from its ONNX file learns here as it does there.

20 steps of SGD with momentum on cross-entropy, of the MLP and of LeNet: the loss of each step, and each
parameter at the end, are PyTorch's to 1e-4 of the largest element; the loss goes down. Both use float32. A
file that has the loss in it is trained by the command, `wengert train net.onnx --loss loss`: the weights that
it writes are PyTorch's, too.

    WENGERT_LIBRARY=build/libwengert.so PYTHONPATH=python python3 tests/onnx/fine_tune.py
"""
import json
import os
import subprocess
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


def steps(net, optimizer, cross_entropy, x, y, owner=None):
    """The same lines train PyTorch's module and the one read here. The owner has the parameters."""
    losses = []
    for _ in range(STEPS):
        loss = cross_entropy(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return np.array(losses), {k: p.detach().numpy().copy() for k, p in (owner or net).named_parameters()}


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


class WithLoss(torch.nn.Module):
    """A net and its loss: both are results of the file."""

    def __init__(self):
        super().__init__()
        self.net = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Tanh(), torch.nn.Linear(8, 3))
        self.criterion = torch.nn.CrossEntropyLoss()

    def forward(self, x, y):
        logits = self.net(x)
        return logits, self.criterion(logits, y)


def weights(path):
    """The tensors of a safetensors file."""
    with open(path, 'rb') as file:
        size = int.from_bytes(file.read(8), 'little')
        head, data = json.loads(file.read(size)), file.read()
    return {k: np.frombuffer(data[slice(*v['data_offsets'])], np.float32).reshape(v['shape'])
            for k, v in head.items() if v.get('dtype') == 'F32'}


def is_trained_by_command(folder):
    torch.manual_seed(3)
    random = np.random.default_rng(7)
    x = random.normal(size=(EXAMPLES, 4)).astype(np.float32)
    y = x[:, :3].argmax(axis=1)
    net, path = WithLoss(), os.path.join(folder, 'loss.onnx')
    torch.onnx.export(net, (torch.tensor(x), torch.tensor(y)), path, opset_version=16, input_names=['x', 'y'],
                      output_names=['logits', 'loss'], dynamic_axes={'x': {0: 'm'}, 'y': {0: 'm'}})
    table = os.path.join(folder, 'table.csv')
    np.savetxt(table, np.column_stack([x, y]), delimiter=',', header='a,b,c,d,class', comments='',
               fmt=['%.9g'] * 4 + ['%d'])
    program = os.path.join(os.path.dirname(os.environ['WENGERT_LIBRARY']), 'wengert')
    out = os.path.join(folder, 'run')
    subprocess.run([program, 'train', path, '--data', table, '--map', 'x=a:d,y=class', '--loss', 'loss',
                    '--optimizer', 'momentum(lr=%(lr)g, beta=%(momentum)g, classical=true)' % RATE,
                    '--epochs', str(STEPS), '--batch', str(EXAMPLES), '-o', out, '-q'],
                   check=True, stdout=subprocess.DEVNULL)
    _, want = steps(lambda inputs: net(inputs, torch.tensor(y))[1], torch.optim.SGD(net.parameters(), **RATE),
                    lambda loss, _: loss, torch.tensor(x), None, net)
    got = weights(os.path.join(out, 'weights.safetensors'))
    far = max(np.abs(got[k] - p).max() / np.abs(p).max() for k, p in want.items())
    good = bool(far <= BOUND)
    print('wengert train loss.onnx: error of the weights %.1e%s' % (far, '' if good else '  WRONG'))
    return good


def main():
    wg.set_default_dtype(wg.float32)
    models = chosen(['mlp', 'lenet'])
    with tempfile.TemporaryDirectory() as folder:
        good = sum([is_right(m, folder) for m in models] + [is_trained_by_command(folder)])
    print('%d of %d learn as in PyTorch' % (good, len(models) + 1))
    return int(good != len(models) + 1)


if __name__ == '__main__':
    sys.exit(main())
