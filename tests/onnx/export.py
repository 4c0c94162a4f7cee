"""Twenty PyTorch models become ONNX files, with the outputs and gradients that PyTorch finds.

For NAME there are NAME.onnx, exported with the defaults of torch.onnx.export; NAME_named.onnx, in which each
parameter keeps its name and no constant is folded; and NAME.npz: the inputs as in_*, and PyTorch's outputs
and gradients in float64 as out_* and grad_*, in float32 as out32_* and grad32_*; of a model with symbolic
axes also inputs in_more_* that are longer by one there, with their outputs out_more_*.

    python3 tests/onnx/export.py FOLDER [NAME...]
"""
import collections
import os
import sys
import warnings

import numpy as np
import onnx
import torch
import torch.nn as nn

import image_nets as images
import sequence_nets as sequences

torch.set_num_threads(1)
warnings.filterwarnings('ignore')

Model = collections.namedtuple('Model', 'name make inputs outputs axes opset')


def words(most, *shape):
    return lambda: torch.randint(0, most, shape)


def numbers(*shape):
    return lambda: torch.randn(*shape)


def pixels(*shape):
    return lambda: torch.rand(*shape)


def padding(batch, length):
    """True where a word is: the lengths differ."""
    lengths = torch.tensor([length, length - 3, 2, length - 1])[:batch]
    return lambda: torch.arange(length)[None, :] < lengths[:, None]


def adjacency(size):
    def make():
        upper = torch.triu((torch.rand(size, size) < 0.3).float(), 1)
        return upper + upper.T
    return make


BATCH = {0: 'batch'}
SECOND = {1: 'batch'}

MODELS = [Model(*row) for row in [
    ('mlp', sequences.MLP, {'x': numbers(8, 16)}, ['y'], {'x': BATCH, 'y': BATCH}, 13),
    ('lenet', images.LeNet, {'image': pixels(2, 1, 28, 28)}, ['logits'],
     {'image': BATCH, 'logits': BATCH}, 16),
    ('resnet18', images.ResNet18, {'input': numbers(2, 3, 32, 32)}, ['output'],
     {'input': BATCH, 'output': BATCH}, 16),
    ('mobilenet', images.MobileNet, {'input': numbers(2, 3, 24, 24)}, ['output'], None, 16),
    ('unet', images.UNet, {'image': numbers(1, 1, 16, 16)}, ['mask'], None, 16),
    ('lstm', sequences.LSTMTagger, {'words': words(30, 3, 7)}, ['tags', 'h', 'c'],
     {'words': BATCH, 'tags': BATCH, 'h': SECOND, 'c': SECOND}, 16),
    ('gru', sequences.GRUNet, {'x': numbers(6, 3, 6), 'h0': numbers(1, 3, 14)}, ['y', 'h'], None, 16),
    ('bilstm', sequences.BiLSTM, {'x': numbers(5, 2, 5)}, ['y'], None, 16),
    ('encoder', sequences.Encoder, {'x': numbers(6, 2, 16)}, ['y'], {'x': SECOND, 'y': BATCH}, 16),
    ('decoder', sequences.Decoder, {'words': words(20, 5, 2), 'memory': numbers(4, 2, 16)}, ['logits'],
     None, 16),
    ('gpt', sequences.GPT, {'idx': words(27, 2, 9)}, ['logits'],
     {'idx': {0: 'batch', 1: 'length'}, 'logits': {0: 'batch', 1: 'length'}}, 16),
    ('vit', images.ViT, {'image': numbers(2, 3, 16, 16)}, ['logits'], {'image': BATCH, 'logits': BATCH}, 16),
    ('vae', images.VAE, {'x': pixels(3, 1, 8, 8), 'noise': numbers(3, 6)}, ['reconstruction', 'mu', 'logvar'],
     {'x': BATCH, 'noise': BATCH, 'reconstruction': BATCH, 'mu': BATCH, 'logvar': BATCH}, 16),
    ('attention', sequences.MaskedAttention, {'x': numbers(3, 6, 18), 'mask': padding(3, 6)},
     ['y', 'weights'], None, 16),
    ('group_norm', images.GroupNormNet, {'x': numbers(2, 3, 12, 12)}, ['y'], None, 16),
    ('densenet', images.DenseNet, {'x': numbers(2, 3, 12, 12)}, ['y'], {'x': BATCH, 'y': BATCH}, 16),
    ('squeeze', images.SENet, {'x': numbers(2, 3, 14, 14)}, ['y'], {'x': BATCH, 'y': BATCH}, 16),
    ('text_cnn', sequences.TextCNN, {'text': words(40, 3, 12)}, ['y'], None, 16),
    ('autoencoder', images.Autoencoder, {'image': pixels(2, 1, 16, 16)}, ['image_again'], None, 16),
    ('gcn', sequences.GCN, {'x': numbers(10, 8), 'adj': adjacency(10)}, ['y'], None, 16),
]]


# Parameters of a new net are often equal, all biases zero. torch.onnx.export then writes one of them, and
# nodes Identity for the others. In these models they stay so; the others look like trained ones.
FRESH = ['gpt', 'decoder']


def made(model):
    """The module in the mode of evaluation with its inputs, always the same."""
    torch.manual_seed(sum(model.name.encode()))
    net = model.make()
    for part in net.modules():
        if isinstance(part, nn.modules.batchnorm._BatchNorm):
            part.running_mean.normal_(0, 0.3)
            part.running_var.uniform_(0.5, 1.5)
            nn.init.uniform_(part.weight, 0.5, 1.5)
            nn.init.normal_(part.bias, 0, 0.2)
    if model.name not in FRESH:
        with torch.no_grad():
            for p in net.parameters():
                p += 0.05 * torch.randn_like(p)
    net.eval()
    return net, {name: make() for name, make in model.inputs.items()}


def weights_of_loss(shape, number):
    """The loss is the sum over the outputs y of sum(w * y * y), with these w."""
    size = int(np.prod(shape))
    return (1 + 0.5 * np.sin(1.7 * np.arange(size) + number)).reshape(shape) / size


def outputs_of(net, inputs):
    y = net(*inputs)
    return list(y) if isinstance(y, (tuple, list)) else [y]


def expected(net, inputs, names, dtype):
    """Outputs, and gradients of the loss by every parameter and every input of floats."""
    net = net.to(dtype)
    default = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    leaves = {k: v.to(dtype).clone().requires_grad_(True) if v.is_floating_point() else v
              for k, v in inputs.items()}
    outputs = outputs_of(net, [v.clone() for v in leaves.values()])
    loss = 0
    for i, y in enumerate(outputs):
        loss = loss + (torch.tensor(weights_of_loss(y.shape, i), dtype=dtype) * y * y).sum()
    by = dict(net.named_parameters())
    by.update((k, v) for k, v in leaves.items() if v.is_floating_point())
    grads = torch.autograd.grad(loss, list(by.values()))
    torch.set_default_dtype(default)
    return ({n: y.detach().numpy() for n, y in zip(names, outputs)},
            {n: g.numpy() for n, g in zip(by, grads)})


def longer(model, inputs):
    """The inputs with one more example, and one more word, where their axes are symbolic."""
    more = dict(inputs)
    for name, axes in model.axes.items():
        for axis in axes if name in more else ():
            more[name] = torch.cat([more[name], more[name].narrow(axis, 1, 1)], axis)
    return more


def export(model, folder):
    """Writes the three files of one model."""
    net, inputs = made(model)
    options = dict(opset_version=model.opset, input_names=list(inputs), output_names=model.outputs,
                   dynamic_axes=model.axes)
    given = tuple(v.clone() for v in inputs.values())
    path = os.path.join(folder, model.name)
    torch.onnx.export(net, given, path + '.onnx', **options)
    torch.onnx.export(net, given, path + '_named.onnx', do_constant_folding=False,
                      training=torch.onnx.TrainingMode.PRESERVE, **options)
    kept = {'in_' + k: v.numpy() for k, v in inputs.items()}
    for dtype, mark in ((torch.float32, '32'), (torch.float64, '')):
        outputs, grads = expected(net, inputs, model.outputs, dtype)
        kept.update(('out%s_%s' % (mark, k), v) for k, v in outputs.items())
        kept.update(('grad%s_%s' % (mark, k), v) for k, v in grads.items())
    if model.axes:
        more = longer(model, inputs)
        outputs, _ = expected(net, more, model.outputs, torch.float64)
        kept.update(('in_more_' + k, v.numpy()) for k, v in more.items())
        kept.update(('out_more_' + k, v) for k, v in outputs.items())
    np.savez(path + '.npz', **kept)


def ops_of(path, counts):
    def walk(graph):
        for node in graph.node:
            counts[node.op_type] += 1
            for attribute in node.attribute:
                for g in [attribute.g] if attribute.HasField('g') else []:
                    walk(g)
    walk(onnx.load(path).graph)


def chosen(names):
    known = [m.name for m in MODELS]
    for name in names:
        if name not in known:
            sys.exit('no model %s; there are: %s' % (name, ' '.join(known)))
    return [m for m in MODELS if not names or m.name in names]


def main(folder, names):
    os.makedirs(folder, exist_ok=True)
    for model in chosen(names):
        export(model, folder)
        counts = collections.Counter()
        ops_of(os.path.join(folder, model.name + '.onnx'), counts)
        print('%-12s opset %d: %s' % (model.name, model.opset, ' '.join(
            '%s %d' % c for c in sorted(counts.items()))), flush=True)


if __name__ == '__main__':
    main(sys.argv[1], sys.argv[2:])
