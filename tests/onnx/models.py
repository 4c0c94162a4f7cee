"""Twenty PyTorch models, exported by torch.onnx.export and read here: outputs and gradients are PyTorch's.

The error of a tensor is max|a - b| / max|b|, where a is computed here in float32 and b by PyTorch in float64,
so that the rounding of PyTorch's own float32 is not taken for an error: that is printed beside it. A gradient
that is zero but for rounding, as that of a bias before a norm, is measured against the model's largest one.

    PYTHONPATH=python python3 tests/onnx/models.py [--keep FOLDER] [NAME...]
"""
import argparse
import collections
import contextlib
import os
import sys
import tempfile

import numpy as np
import onnx

import wengert as wg
from export import MODELS, chosen, export, weights_of_loss

OUTPUT_BOUND, GRADIENT_BOUND, ZERO = 1e-5, 1e-4, 1e-9

Errors = collections.namedtuple('Errors', 'output gradient torch_output torch_gradient where')


def error(a, b, scale=None):
    """The largest difference in parts of the largest element, or of scale."""
    if a.shape != b.shape:
        return np.inf
    e = np.abs(a.astype(np.float64) - b).max()
    return e / (np.abs(b).max() if scale is None else scale)


def read(path):
    net = wg.onnx.read(path)
    net.eval()
    return net


def outputs_of(net, inputs, names):
    y = net(*inputs.values())
    return dict(zip(names, y if isinstance(y, (tuple, list)) else [y]))


def run(net, inputs, names):
    """The outputs, and the gradients of the loss by parameters and inputs, of a net that was read here."""
    leaves = {k: wg.tensor(v, requires_grad=v.dtype == np.float32) for k, v in inputs.items()}
    outputs = outputs_of(net, leaves, names)
    loss = 0
    for i, y in enumerate(outputs.values()):
        loss = loss + (wg.tensor(weights_of_loss(y.shape, i).astype(np.float32)) * y * y).sum()
    loss.backward()
    by = dict(net.named_parameters())
    by.update((k, v) for k, v in leaves.items() if v.requires_grad)
    return ({n: y.detach().numpy() for n, y in outputs.items()},
            {n: g.grad.numpy() for n, g in by.items() if g.grad is not None})


def part(kept, prefix):
    other = prefix + 'more_'
    return {k[len(prefix):]: kept[k] for k in kept.files if k.startswith(prefix) and not k.startswith(other)}


def of_file(path, grads, found, every):
    """Where the file has one tensor for several parameters, and so has the net, the gradient is their sum. In
    a file with folded constants it may stand for parts of others, too: such gradients are left out."""
    graph = onnx.load(path).graph
    names = {i.name for i in graph.initializer}
    stands = {n.output[0]: n.input[0] for n in graph.node if n.op_type == 'Identity' and n.input[0] in names}
    sums = {}
    for name, g in grads.items():
        of = name if name in found else stands.get(name, name)
        sums[of] = sums[of] + g if of in sums else g
    return sums if every else {k: g for k, g in sums.items() if k not in stands.values()}


def compared(path, kept, names, every):
    """The errors of one file. With every, all gradients of PyTorch must be found, else those with names."""
    net = read(path)
    outputs, grads = run(net, part(kept, 'in_'), names)
    want, want32 = part(kept, 'out_'), part(kept, 'out32_')
    dwant, dwant32 = (of_file(path, part(kept, k), grads, every) for k in ('grad_', 'grad32_'))
    largest = max(np.abs(g).max() for g in dwant.values())
    scale = {k: max(np.abs(g).max(), ZERO * largest) for k, g in dwant.items()}
    scale = {k: s if s > ZERO * largest else largest for k, s in scale.items()}
    lost = [k for k in dwant if k not in grads] if every else []
    common = [k for k in dwant if k in grads and grads[k].shape == dwant[k].shape]
    out = {k: error(outputs[k], want[k]) for k in want}
    more, longer = part(kept, 'out_more_'), part(kept, 'in_more_')
    if more: # with other sizes of the symbolic axes
        outputs = outputs_of(net, {k: wg.tensor(v) for k, v in longer.items()}, names)
        out.update(('more_' + k, error(outputs[k].numpy(), more[k])) for k in more)
    grad = {k: error(grads[k], dwant[k], scale[k]) for k in common}
    grad.update((k, np.inf) for k in lost)
    worst = max(grad, key=grad.get) if grad else '-'
    return Errors(max(out.values()), max(grad.values(), default=0),
                  max(error(want32[k], want[k]) for k in want),
                  max(error(dwant32[k], dwant[k], scale[k]) for k in dwant), worst)


def judged(model, folder):
    """Whether both files of a model are right; prints the figures."""
    export(model, folder)
    path = os.path.join(folder, model.name)
    kept = np.load(path + '.npz')
    good = True
    for file, every in ((path + '_named.onnx', True), (path + '.onnx', False)):
        label = os.path.basename(file)
        try:
            e = compared(file, kept, model.outputs, every)
        except Exception as problem:
            print('%-24s %s: %s' % (label, type(problem).__name__, problem), flush=True)
            good = False
            continue
        right = e.output <= OUTPUT_BOUND and e.gradient <= GRADIENT_BOUND
        good = good and right
        print('%-24s outputs %.1e (PyTorch %.1e)   gradients %.1e (PyTorch %.1e)%s' % (
            label, e.output, e.torch_output, e.gradient, e.torch_gradient,
            '' if right else '   WRONG, worst gradient: ' + e.where), flush=True)
    return good


def each(judge, what):
    """Runs a judge over the models that the command line names; what the program returns."""
    wg.set_default_dtype(wg.float32)
    parser = argparse.ArgumentParser(description=what.split('\n\n')[0])
    parser.add_argument('--keep', metavar='FOLDER', help='write the files here')
    parser.add_argument('names', nargs='*', metavar='NAME', help=' '.join(m.name for m in MODELS))
    given = parser.parse_args()
    models = chosen(given.names)
    with contextlib.ExitStack() as stack:
        folder = given.keep or stack.enter_context(tempfile.TemporaryDirectory())
        os.makedirs(folder, exist_ok=True)
        good = sum([judge(m, folder) for m in models])
    print('%d of %d' % (good, len(models)))
    return int(good != len(models))


if __name__ == '__main__':
    print('error: max|a - b| / max|b|')
    sys.exit(each(judged, __doc__))
