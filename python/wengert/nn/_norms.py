# SPDX-License-Identifier: MIT
"""Normalisation of groups and of single channels."""
from . import F, BatchNorm1d, Module, _filled


class GroupNorm(Module):
    """Channels, axis 1, in groups: each group of each example by its own mean and variance."""
    _row = "num_groups, num_channels, eps=1e-5, affine=True, device=None, dtype=None"

    def _begin(self):
        n = self.num_channels
        if n % self.num_groups:
            raise ValueError("wengert: GroupNorm: %d channels are no multiple of %d groups" %
                             (n, self.num_groups))
        self.weight, self.bias = (_filled(x, n, self.affine, self.dtype) for x in (1, 0))

    def forward(self, input):
        if input.ndim < 2 or input.shape[1] != self.num_channels:
            raise ValueError("wengert: GroupNorm: [batch, %d, ...] is expected, not %s" %
                             (self.num_channels, list(input.shape)))
        return F.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)


class InstanceNorm1d(BatchNorm1d):
    """Each channel, axis 1, of each example by its own mean and variance; [channels, width] is one example.
    With track_running_stats eval() takes the averages."""
    _row = ("num_features, eps=1e-5, momentum=0.1, affine=False, track_running_stats=False, device=None, "
            "dtype=None")
    _ndim = 2, 3

    def forward(self, input):
        alone = input.ndim == self._ndim[0]
        x = input.unsqueeze(0) if alone else input
        if input.ndim not in self._ndim or x.shape[1] != self.num_features and (
                self.affine or self.track_running_stats):
            raise ValueError("wengert: %s(%d): [n, %d, ...] of %s axes is expected, not %s" % (
                type(self).__name__, self.num_features, self.num_features, " or ".join(map(str, self._ndim)),
                list(input.shape)))
        y = F.instance_norm(x, self.running_mean, self.running_var, self.weight, self.bias,
                            self.training or not self.track_running_stats, self.momentum, self.eps)
        return y[0] if alone else y


class InstanceNorm2d(InstanceNorm1d):
    """The same for images [n, channels, height, width]."""
    _ndim = 3, 4


class BatchNorm3d(BatchNorm1d):
    """BatchNorm1d for [n, channels, depth, height, width]."""
    _ndim = 5,
