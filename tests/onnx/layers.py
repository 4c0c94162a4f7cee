"""Layers and operations of PyTorch, one by one: each is exported by torch.onnx.export and read here; outputs,
and gradients of a loss by parameters and inputs, are PyTorch's. The errors are those of models.py.

    PYTHONPATH=python python3 tests/onnx/layers.py [NAME...]
"""
import os
import sys
import tempfile
import warnings

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

import models
import wengert as wg
from export import weights_of_loss

warnings.filterwarnings('ignore')
torch.set_num_threads(1)
torch.manual_seed(1)
normal, uniform = torch.randn, torch.rand


class Calls(nn.Module):
    """A function of inputs and modules."""

    def __init__(self, f, *parts):
        super().__init__()
        self.f, self.parts = f, nn.ModuleList(parts)

    def forward(self, *x):
        return self.f(*x, *self.parts)


IMAGE, ROWS, SIGNAL, BLOCK = normal(2, 4, 9, 9), normal(3, 8), normal(2, 4, 11), normal(1, 2, 5, 6, 5)

# Each has a module and its inputs.
CASES = {
    'mha': (Calls(lambda x, m: m(x, x, x, need_weights=False)[0], nn.MultiheadAttention(8, 2)),
        (normal(5, 3, 8),)),
    'mha_bf': (Calls(lambda x, y, m: m(x, y, y)[0],
                     nn.MultiheadAttention(8, 2, batch_first=True, kdim=6, vdim=6)),
        (normal(3, 5, 8), normal(3, 4, 6))),
    'layernorm2': (nn.LayerNorm([4, 9, 9]), (IMAGE,)),
    'bn3d': (nn.BatchNorm1d(4), (SIGNAL,)),
    'conv3d': (nn.Conv3d(2, 3, 3, padding=1, stride=2), (BLOCK,)),
    'convt1': (nn.ConvTranspose1d(4, 3, 4, stride=3, padding=1, output_padding=1), (SIGNAL,)),
    'convt_groups': (nn.ConvTranspose2d(4, 6, 3, groups=2, dilation=2), (IMAGE,)),
    'pixelshuffle': (nn.PixelShuffle(2), (IMAGE,)),
    'pixelunshuffle': (nn.PixelUnshuffle(3), (IMAGE,)),
    'adapt3': (nn.AdaptiveAvgPool2d(3), (IMAGE,)),
    'adaptmax': (nn.AdaptiveMaxPool2d(3), (IMAGE,)),
    'lrn': (nn.LocalResponseNorm(3), (IMAGE.abs(),)),
    'lppool': (nn.LPPool2d(2, 3), (IMAGE,)),
    'maxpool_ceil': (nn.MaxPool2d(2, ceil_mode=True), (IMAGE,)),
    'avgpool_ceil': (nn.AvgPool2d(2, ceil_mode=True, count_include_pad=False), (IMAGE,)),
    'avg_pad': (nn.AvgPool2d(3, 2, 1), (IMAGE,)),
    'max_dil': (nn.MaxPool2d(3, 1, 1, dilation=2), (IMAGE,)),
    'celu': (nn.CELU(0.7), (ROWS,)),
    'selu': (nn.SELU(), (ROWS,)),
    'mish': (nn.Mish(), (ROWS,)),
    'softshrink': (nn.Softshrink(), (ROWS,)),
    'hardshrink': (nn.Hardshrink(), (ROWS,)),
    'tanhshrink': (nn.Tanhshrink(), (ROWS,)),
    'softsign': (nn.Softsign(), (ROWS,)),
    'logsigmoid': (nn.LogSigmoid(), (ROWS,)),
    'glu': (nn.GLU(), (ROWS,)),
    'hardtanh': (nn.Hardtanh(-0.5, 0.7), (ROWS,)),
    'softplus': (nn.Softplus(), (ROWS,)),
    'softmin': (nn.Softmin(1), (ROWS,)),
    'softmax2d': (nn.Softmax2d(), (IMAGE,)),
    'hardsigmoid': (nn.Hardsigmoid(), (ROWS,)),
    'gelu_tanh': (nn.GELU('tanh'), (ROWS,)),
    'rrelu': (nn.RReLU(), (ROWS,)),
    'prelu': (nn.PReLU(), (ROWS,)),
    'refl': (nn.ReflectionPad2d(2), (IMAGE,)),
    'repl': (nn.ReplicationPad2d((1, 2, 0, 1)), (IMAGE,)),
    'zpad': (nn.ZeroPad2d((1, 0, 2, -1)), (IMAGE,)),
    'constpad': (nn.ConstantPad1d(2, 1.5), (SIGNAL,)),
    'cosine': (nn.CosineSimilarity(dim=1), (ROWS, normal(3, 8))),
    'pdist': (nn.PairwiseDistance(), (ROWS, normal(3, 8))),
    'unfold': (nn.Unfold(3, padding=1), (IMAGE,)),
    'flatten': (nn.Flatten(), (IMAGE,)),
    'embag': (nn.EmbeddingBag(10, 4), (torch.randint(0, 10, (3, 5)),)),
    'embed': (nn.Embedding(10, 4), (torch.randint(0, 10, (3, 5)),)),
    'cumsum': (Calls(lambda x: x.cumsum(1)), (ROWS,)),
    'topk': (Calls(lambda x: x.topk(3, 1)[0]), (ROWS,)),
    'sort': (Calls(lambda x: x.sort(1, descending=True)[0]), (ROWS,)),
    'argmaxg': (Calls(lambda x: x.gather(1, x.argmax(1, keepdim=True))), (ROWS,)),
    'gather': (Calls(lambda x, i: x.gather(1, i)), (ROWS, torch.randint(0, 8, (3, 4)))),
    'scatter': (Calls(lambda x, i, y: x.scatter(1, i, y)),
        (ROWS, torch.stack([torch.randperm(8)[:4] for _ in range(3)]), normal(3, 4))),
    'scatadd': (Calls(lambda x, i, y: x.scatter_add(1, i, y)),
        (ROWS, torch.randint(0, 8, (3, 4)), normal(3, 4))),
    'isel': (Calls(lambda x: x.index_select(1, torch.tensor([3, 1, 1]))), (ROWS,)),
    'adv': (Calls(lambda x: x[[0, 2], [1, 5]]), (ROWS,)),
    'advs': (Calls(lambda x: x[:, 1:7:2, ::3]), (IMAGE,)),
    'setidx': (Calls(lambda x: torch.cat([x[:, :2] * 2, x[:, 2:]], 1)), (ROWS,)),
    'var': (Calls(lambda x: x.var(1)), (ROWS,)),
    'std': (Calls(lambda x: x.std((1, 2), unbiased=False, keepdim=True)), (IMAGE,)),
    'norm': (Calls(lambda x: x.norm(dim=1)), (ROWS,)),
    'norm1': (Calls(lambda x: x.norm(p=1, dim=1)), (ROWS,)),
    'lse': (Calls(lambda x: x.logsumexp(1)), (ROWS,)),
    'prod': (Calls(lambda x: x.prod(1)), (ROWS,)),
    'minr': (Calls(lambda x: x.min(1)[0]), (ROWS,)),
    'amin': (Calls(lambda x: x.amin((1, 2))), (IMAGE,)),
    'roll': (Calls(lambda x: x.roll(2, 1)), (ROWS,)),
    'flip': (Calls(lambda x: x.flip(1)), (ROWS,)),
    'repeat': (Calls(lambda x: x.repeat(2, 3)), (ROWS,)),
    'rinter': (Calls(lambda x: x.repeat_interleave(2, 1)), (ROWS,)),
    'stack': (Calls(lambda x, y: torch.stack([x, y], 1)), (ROWS, normal(3, 8))),
    'chunk': (Calls(lambda x: x.chunk(3, 1)[1] * 2), (ROWS,)),
    'split': (Calls(lambda x: x.split([3, 5], 1)[1]), (ROWS,)),
    'unbind': (Calls(lambda x: sum(x.unbind(1))), (ROWS,)),
    'expand': (Calls(lambda x: x[:, None].expand(3, 4, 8) * 1.0), (ROWS,)),
    'swap': (Calls(lambda x: x.movedim(1, -1)), (IMAGE,)),
    'tril': (Calls(lambda x: x.tril(1)), (ROWS,)),
    'eye': (Calls(lambda x: x @ torch.eye(8)), (ROWS,)),
    'outer': (Calls(lambda x: torch.outer(x[0], x[1])), (ROWS,)),
    'bmm': (Calls(lambda x, y: torch.bmm(x, y)), (normal(2, 3, 4), normal(2, 4, 5))),
    'baddbmm': (Calls(lambda a, x, y: torch.baddbmm(a, x, y, beta=0.5, alpha=2)),
        (normal(2, 3, 5), normal(2, 3, 4), normal(2, 4, 5))),
    'addmm': (Calls(lambda a, x, y: torch.addmm(a, x, y)), (normal(5), normal(3, 4), normal(4, 5))),
    'mv': (Calls(lambda x, y: x @ y), (ROWS, normal(8))),
    'vm': (Calls(lambda y, x: y @ x), (normal(3), ROWS)),
    'dot': (Calls(lambda x: x[0] @ x[1]), (ROWS,)),
    'einsum': (Calls(lambda x, y: torch.einsum('nchw,cd->ndhw', x, y)), (IMAGE, normal(4, 3))),
    'tensordot': (Calls(lambda x, y: torch.tensordot(x, y, dims=([1], [0]))), (IMAGE, normal(4, 3))),
    'powt': (Calls(lambda x, y: x.abs() ** y), (ROWS, normal(3, 8))),
    'rpow': (Calls(lambda x: 2.0 ** x), (ROWS,)),
    'rsqrt': (Calls(lambda x: (x * x + 1).rsqrt()), (ROWS,)),
    'logs': (Calls(lambda x: (x + 1).log() + (x + 1).log2() + x.log1p() + (x + 1).log10()),
        (uniform(3, 8),)),
    'erf': (Calls(lambda x: x.erf()), (ROWS,)),
    'round': (Calls(lambda x: x * x.round() + x.floor() * x + x.ceil() * x + x.sign() * x), (ROWS,)),
    'fmod': (Calls(lambda x: x % 1.5), (ROWS,)),
    'remainder': (Calls(lambda x: torch.fmod(x, 1.5)), (ROWS,)),
    'floordiv': (Calls(lambda x: torch.div(x, 0.7, rounding_mode='floor') * x), (ROWS,)),
    'clampt': (Calls(lambda x, y: torch.minimum(torch.maximum(x, y), y + 1)), (ROWS, normal(3, 8))),
    'clampmin': (Calls(lambda x: x.clamp(min=0.2)), (ROWS,)),
    'where': (Calls(lambda x, y: torch.where(x > y, x, y * 2)), (ROWS, normal(3, 8))),
    'logical': (Calls(lambda x: ((x > 0) & (x < 1) | ~(x > -1)).float() * x), (ROWS,)),
    'cast': (Calls(lambda x: x.long().float() * x), (ROWS * 3,)),
    'masked': (Calls(lambda x: x.masked_fill(x > 0, 0.5)), (ROWS,)),
    'nanto': (Calls(lambda x: torch.nan_to_num(x)), (ROWS,)),
    'lerp': (Calls(lambda x, y: torch.lerp(x, y, 0.3)), (ROWS, normal(3, 8))),
    'hypot': (Calls(lambda x, y: torch.sqrt(x * x + y * y)), (ROWS, normal(3, 8))),
    'cdist': (Calls(lambda x, y: torch.cdist(x, y)), (normal(3, 4), normal(5, 4))),
    'onehot': (Calls(lambda i: F.one_hot(i, 5).float() * 2), (torch.randint(0, 5, (6,)),)),
    'dropout': (nn.Dropout(0.5), (ROWS,)),
    'normalize': (Calls(lambda x: F.normalize(x, dim=1)), (ROWS,)),
    'logsm': (nn.LogSoftmax(1), (IMAGE,)),
    'ce': (Calls(lambda x, t: F.cross_entropy(x, t)), (ROWS, torch.randint(0, 8, (3,)))),
    'ce2': (Calls(lambda x, t: F.cross_entropy(x, t, weight=torch.arange(1.0, 5), ignore_index=2)),
        (IMAGE, torch.randint(0, 4, (2, 9, 9)))),
    'bce': (Calls(lambda x, y: F.binary_cross_entropy_with_logits(x, y)), (ROWS, uniform(3, 8))),
    'kl': (Calls(lambda x, y: F.kl_div(x.log_softmax(1), y, reduction='batchmean')),
        (ROWS, uniform(3, 8) + 0.1)),
    'nll': (Calls(lambda x, t: F.nll_loss(x.log_softmax(1), t)), (ROWS, torch.randint(0, 8, (3,)))),
    'up_bic': (Calls(lambda x: F.interpolate(x, scale_factor=2, mode='bicubic', align_corners=False)),
        (IMAGE,)),
    'up_near': (Calls(lambda x: F.interpolate(x, size=(13, 7))), (IMAGE,)),
    'up_lin': (Calls(lambda x: F.interpolate(x, scale_factor=3, mode='linear')), (SIGNAL,)),
    'up_tri': (Calls(lambda x: F.interpolate(x, scale_factor=2, mode='trilinear')), (BLOCK,)),
    'grid': (Calls(lambda x, g: F.grid_sample(x, g, align_corners=False)),
        (IMAGE, uniform(2, 5, 5, 2) * 1.6 - 0.8)),
    'groupn': (nn.GroupNorm(2, 4), (IMAGE,)),
    'inst': (nn.InstanceNorm1d(4, affine=True), (SIGNAL,)),
    'wn': (nn.utils.weight_norm(nn.Linear(8, 5)), (ROWS,)),
    'lstmp': (Calls(lambda x, m: m(x)[0], nn.LSTM(4, 5, 2, bidirectional=True)), (normal(6, 2, 4),)),
    'grubi': (Calls(lambda x, m: m(x)[0], nn.GRU(4, 5, 2, bidirectional=True, bias=False)),
        (normal(6, 2, 4),)),
    'rnnrelu': (Calls(lambda x, m: m(x)[0], nn.RNN(4, 5, nonlinearity='relu')), (normal(6, 2, 4),)),
    'lstmcell': (Calls(lambda x, m: m(x)[0], nn.LSTMCell(4, 5)), (normal(2, 4),)),
    'grucell': (Calls(lambda x, m: m(x), nn.GRUCell(4, 5)), (normal(2, 4),)),
    'meshg': (Calls(lambda x: torch.meshgrid(x[0], x[1], indexing='ij')[0] * x[1]), (ROWS,)),
    'sdp': (Calls(lambda q, k, v: torch.softmax(q @ k.transpose(-1, -2) / 2, -1) @ v),
        (normal(2, 3, 5, 4), normal(2, 3, 5, 4), normal(2, 3, 5, 4))),
    'triu_mask': (Calls(lambda x: x.masked_fill(torch.ones(8, 8).triu(1).bool(), float('-inf')).softmax(-1)),
        (normal(8, 8),)),
    'glob': (Calls(lambda x: x.mean((-1, -2)) + x.amax((-1, -2))), (IMAGE,)),
    'se': (Calls(lambda x, m: x * m(x.mean((2, 3), keepdim=True)).sigmoid(), nn.Conv2d(4, 4, 1)), (IMAGE,)),
    'bucket': (Calls(lambda x: x.argsort(1).float() * x), (ROWS,)),
    'nonz': (Calls(lambda x: (x > 0).nonzero().float().sum() * x.sum()), (ROWS,)),
    'maxdim': (Calls(lambda x: x.max(1)[0] * x.max(1)[1]), (ROWS,)),
    'layerdrop': (nn.Sequential(nn.Conv2d(4, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Dropout2d(0.3)),
        (IMAGE,)),
    'upsamp': (nn.Upsample(scale_factor=2, mode='bilinear', align_corners=True), (IMAGE,)),
    'sin_cos': (Calls(lambda x: x.sin() + x.cos() * x.atan()), (ROWS,)),
    'asin_acos': (Calls(lambda x: (x * 0.9).asin() + (x * 0.9).acos()), (uniform(3, 8),)),
}


def results(y):
    return list(y) if isinstance(y, tuple) else [y]


def expected(net, inputs):
    """PyTorch's outputs, and its gradients by name, in float64."""
    torch.set_default_dtype(torch.float64)
    net = net.double()
    x = [v.double().clone().requires_grad_(True) if v.is_floating_point() else v for v in inputs]
    outputs = results(net(*x))
    loss = sum((torch.tensor(weights_of_loss(y.shape, i)) * y * y).sum() for i, y in enumerate(outputs))
    by = dict(net.named_parameters())
    by.update(('x%d' % i, v) for i, v in enumerate(x) if v.requires_grad)
    grads = torch.autograd.grad(loss, list(by.values()), allow_unused=True) if loss.requires_grad else []
    torch.set_default_dtype(torch.float32)
    net.float()
    return ([y.detach().numpy() for y in outputs],
            {name: g.numpy() for name, g in zip(by, grads) if g is not None})


def found(path, inputs):
    """The same here, in float32. A gradient that nobody asked for is not there."""
    net = models.read(path)
    x = {'x%d' % i: wg.tensor(v.numpy(), requires_grad=v.is_floating_point()) for i, v in enumerate(inputs)}
    outputs, loss = results(net(*x.values())), 0
    for i, y in enumerate(outputs):
        loss = loss + (wg.tensor(weights_of_loss(y.shape, i).astype(np.float32)) * y * y).sum()
    by = dict(net.named_parameters())
    by.update(x)
    if loss.requires_grad:
        loss.backward()
    return ([y.detach().numpy() for y in outputs],
            {name: p.grad.numpy() for name, p in by.items() if p.requires_grad and p.grad is not None})


def is_right(name, folder):
    net, inputs = CASES[name]
    net.eval()
    path = os.path.join(folder, 'layer.onnx')
    names = ['x%d' % i for i in range(len(inputs))]
    torch.onnx.export(net, tuple(v.clone() for v in inputs), path, opset_version=16, input_names=names,
                      training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False)
    outputs, grads = expected(net, inputs)
    largest = max([np.abs(g).max() for g in grads.values()], default=0)
    try:
        ours, dours = found(path, inputs)
    except Exception as problem:
        print('%-12s %s: %s' % (name, type(problem).__name__, problem))
        return False
    far = max(models.error(a, b) for a, b in zip(ours, outputs))
    dfar = 0
    for part, g in grads.items():
        scale = max(np.abs(g).max(), 1e-6 * largest, 1e-30)
        dfar = max(dfar, models.error(dours.get(part, np.zeros(g.shape)), g, scale))
    good = bool(far <= models.OUTPUT_BOUND and dfar <= models.GRADIENT_BOUND)
    if not good:
        print('%-12s outputs %.1e, gradients %.1e  WRONG' % (name, far, dfar))
    return good


def main(names):
    wg.set_default_dtype(wg.float32)
    names = names or list(CASES)
    with tempfile.TemporaryDirectory() as folder:
        good = sum([is_right(name, folder) for name in names])
    print('%d of %d layers and operations' % (good, len(names)))
    return int(good != len(names))


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
