# SPDX-License-Identifier: MIT
"""More modules: activations, paddings, sizes of images, distances and losses."""
import numpy as np

from wengert._arrays import _list_of

from . import F, Embedding, Module, _filled, _of_function, _uniform

# As in nn/__init__.py.
_OF_FUNCTIONS = """
ReLU6 relu6, Hardsigmoid hardsigmoid, Hardswish hardswish, Hardshrink hardshrink, Softshrink softshrink,
Tanhshrink tanhshrink, Threshold threshold, GLU glu, PixelShuffle pixel_shuffle,
PixelUnshuffle pixel_unshuffle, ChannelShuffle channel_shuffle, AdaptiveAvgPool1d adaptive_avg_pool1d,
AdaptiveAvgPool2d adaptive_avg_pool2d, AdaptiveMaxPool1d adaptive_max_pool1d,
AdaptiveMaxPool2d adaptive_max_pool2d, Unfold unfold, Fold fold, CosineSimilarity cosine_similarity,
PairwiseDistance pairwise_distance, CosineEmbeddingLoss cosine_embedding_loss,
MarginRankingLoss margin_ranking_loss, HingeEmbeddingLoss hinge_embedding_loss,
TripletMarginLoss triplet_margin_loss, PoissonNLLLoss poisson_nll_loss, SoftMarginLoss soft_margin_loss,
MultiLabelSoftMarginLoss multilabel_soft_margin_loss, MultiMarginLoss multi_margin_loss,
Upsample interpolate size scale_factor mode align_corners recompute_scale_factor"""
for _words in _OF_FUNCTIONS.replace("\n", " ").split(","):
    _of_function(globals(), *_words.split())


class PReLU(Module):
    """x where x > 0, else weight * x: one weight, or one for each channel."""
    _row = "num_parameters=1, init=0.25, device=None, dtype=None"

    def _begin(self):
        self.weight = _filled(vars(self).pop("init"), self.num_parameters, True, self.dtype)

    def forward(self, input):
        return F.prelu(input, self.weight)


class Hardtanh(Module):
    """x between min_val and max_val."""
    _row = "min_val=-1.0, max_val=1.0, inplace=False, -min_value=None, -max_value=None"

    def _begin(self):
        if not self.min_val < self.max_val:
            raise ValueError("wengert: Hardtanh: min_val=%s is not below max_val=%s" % (self.min_val,
                                                                                       self.max_val))

    def forward(self, input):
        return F.hardtanh(input, self.min_val, self.max_val, self.inplace)


class RReLU(Module):
    """A slope below 0 that is drawn in training, and the mean of both bounds in eval()."""
    _row = "lower=1.0 / 8, upper=1.0 / 3, inplace=False"

    def forward(self, input):
        return F.rrelu(input, self.lower, self.upper, self.training, self.inplace)


class Softmax2d(Module):
    """softmax over the channels of images."""
    _row = ""

    def forward(self, input):
        if input.ndim not in (3, 4):
            raise ValueError("wengert: Softmax2d: images [n, channels, height, width] are expected, not %s" %
                             list(input.shape))
        return F.softmax(input, -3)


class Dropout1d(Module):
    """Whole channels of [n, channels, width] become 0."""
    _row, _f = "p=0.5, inplace=False", "dropout1d"

    def _begin(self):
        if not 0 <= self.p <= 1:
            raise ValueError("wengert: %s: p is a probability, and %r is none" % (type(self).__name__,
                                                                                  self.p))

    def forward(self, input):
        return getattr(F, self._f)(input, self.p, self.training, self.inplace)


class Dropout2d(Dropout1d):
    """Whole channels of images [n, channels, height, width] become 0."""
    _f = "dropout2d"


class ConstantPad1d(Module):
    """A number around the last axis."""
    _row, _axes, _mode = "padding, value", 1, "constant"

    def _begin(self):
        widths = tuple(_list_of(self.padding)) if np.iterable(self.padding) else (self.padding,) * (
            2 * self._axes)
        if len(widths) != 2 * self._axes:
            raise ValueError("wengert: %s: a number or %d numbers are expected, not %r" %
                             (type(self).__name__, 2 * self._axes, self.padding))
        self.padding = widths

    def forward(self, input):
        return F.pad(input, self.padding, self._mode, getattr(self, "value", 0))


class ConstantPad2d(ConstantPad1d):
    """A number around images."""
    _axes = 2


class ZeroPad2d(ConstantPad2d):
    """Zeros around images."""
    _row = "padding"


class ReflectionPad1d(ConstantPad1d):
    """The last axis goes on as in a mirror at its last element."""
    _row, _mode = "padding", "reflect"


class ReflectionPad2d(ReflectionPad1d):
    """Images go on as in a mirror."""
    _axes = 2


class ReplicationPad1d(ReflectionPad1d):
    """The last element again."""
    _mode = "replicate"


class ReplicationPad2d(ReplicationPad1d):
    """The elements of the border again."""
    _axes = 2


class UpsamplingNearest2d(Module):
    """Images of other sizes, by the nearest element."""
    _row, _how = "size=None, scale_factor=None", ("nearest",)

    def forward(self, input):
        return F.interpolate(input, self.size, self.scale_factor, *self._how)


class UpsamplingBilinear2d(UpsamplingNearest2d):
    """Images of other sizes, by straight lines whose ends are those of the image."""
    _how = "bilinear", True


class Bilinear(Module):
    """x1 weight x2 + bias"""
    _row = "in1_features, in2_features, out_features, bias=True, device=None, dtype=None"

    def _begin(self):
        bias, n = vars(self).pop("bias"), self.in1_features
        self.weight = _uniform((self.out_features, n, self.in2_features), n, self.dtype)
        self.bias = _uniform((self.out_features,), n, self.dtype) if bias else None

    def forward(self, input1, input2):
        return F.bilinear(input1, input2, self.weight, self.bias)


class GaussianNLLLoss(Module):
    """The module of nn.functional.gaussian_nll_loss"""
    _row = "*, full=False, eps=1e-6, reduction='mean'"

    def forward(self, input, target, var):
        return F.gaussian_nll_loss(input, target, var, self.full, self.eps, self.reduction)


class EmbeddingBag(Module):
    """The mean, sum or largest of rows of a table, for each bag of numbers."""
    _row = ("num_embeddings, embedding_dim, -max_norm=None, ~norm_type=2.0, -scale_grad_by_freq=False, "
            "mode='mean', ~sparse=False, _weight=None, include_last_offset=False, padding_idx=None, "
            "device=None, dtype=None")

    def _begin(self):
        Embedding._begin(self)

    def forward(self, input, offsets=None, per_sample_weights=None):
        return F.embedding_bag(input, self.weight, offsets, mode=self.mode,
                               per_sample_weights=per_sample_weights,
                               include_last_offset=self.include_last_offset, padding_idx=self.padding_idx)
