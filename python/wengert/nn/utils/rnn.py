# SPDX-License-Identifier: MIT
"""torch.nn.utils.rnn: sequences of several lengths as one batch. A packed one has no rows of padding."""
import collections

import numpy as np

import wengert as wg
from wengert._arrays import _plain

_builders = wg._builders


class PackedSequence(collections.namedtuple("PackedSequence", "data batch_sizes sorted_indices "
                                            "unsorted_indices")):
    """Steps of sequences one behind the other: data has batch_sizes[0] rows of step 0, then batch_sizes[1]
    rows of step 1, and so on, of sequences in order of length. sorted_indices is that order."""
    __slots__ = ()

    def __new__(cls, data, batch_sizes=None, sorted_indices=None, unsorted_indices=None):
        if batch_sizes is None:
            raise TypeError("wengert: PackedSequence takes data and batch_sizes: write "
                            "pack_padded_sequence(x, "
                            "lengths) or pack_sequence(list)")
        if unsorted_indices is None and sorted_indices is not None:
            unsorted_indices = invert_permutation(sorted_indices)
        return super().__new__(cls, data, batch_sizes, sorted_indices, unsorted_indices)

    def to(self, *what, **options):
        return self._replace(data=self.data.to(*what, **options))

    def cpu(self):
        return self

    def double(self):
        return self.to(np.float64)

    def float(self):
        return self.to(np.float32)

    is_cuda = property(lambda self: False)


def invert_permutation(permutation):
    """The order that undoes this one."""
    return None if permutation is None else wg.tensor(np.argsort(_plain(permutation), kind="stable"))


def _lengths(batch_sizes):
    """How many steps each sequence of a packed one has, in its order."""
    sizes = _plain(batch_sizes)
    return (np.arange(sizes[0])[:, None] < sizes[None, :]).sum(axis=1)


def _places(lengths, steps):
    """Of sequences in order of length the places [sequence, step] of all steps, packed, as two arrays."""
    step, row = np.nonzero(np.arange(steps)[:, None] < np.asarray(lengths)[None, :])
    return row, step


def _picked(x, rows, steps):
    """x[rows, steps] of x [sequences, steps, ...]."""
    flat = x.reshape((x.shape[0] * x.shape[1],) + x.shape[2:])
    return _builders["take"](flat, rows * x.shape[1] + steps, 0)


def _first_axes(x, batch_first):
    """The other order of the first two axes, unless the batch is first."""
    return x if batch_first else x.permute(1, 0, *range(2, x.ndim))


def pad_sequence(sequences, batch_first=False, padding_value=0.0):
    """Sequences [length, ...] as one value, filled up at their ends: [steps, batch, ...], or with batch_first
    [batch, steps, ...]."""
    parts = [x if isinstance(x, wg.Value) else wg.tensor(x) for x in sequences]
    if not parts:
        raise ValueError("wengert: pad_sequence: there are no sequences")
    most = max(len(x) for x in parts)
    if {x.shape[1:] for x in parts} != {parts[0].shape[1:]}:
        raise ValueError("wengert: pad_sequence: the sequences differ in more than their length: %s" %
                         ", ".join(str(list(x.shape)) for x in parts))
    if not any(x.requires_grad for x in parts):
        a = np.full((len(parts), most) + parts[0].shape[1:], padding_value, parts[0].dtype)
        for i, x in enumerate(parts):
            a[i, :len(x)] = x.numpy()
        return wg.Leaf(np.ascontiguousarray(a if batch_first else a.swapaxes(0, 1)))
    full = [x if len(x) == most else _builders["pad"](x, axis=0, after=most - len(x), value=padding_value)
            for x in parts]
    return _builders["stack"](full, 0 if batch_first else 1)


def unpad_sequence(padded_sequences, lengths, batch_first=False):
    """The sequences of a padded one, as a list."""
    x = _first_axes(padded_sequences, batch_first)
    return [x[i, :int(n)] for i, n in enumerate(_plain(lengths))]


def pack_padded_sequence(input, lengths, batch_first=False, enforce_sorted=True):
    """The sequences of a padded one without the padding. enforce_sorted: they stand in order of length, the
    longest first."""
    x, n = _first_axes(input, batch_first), np.asarray(_plain(lengths)).astype(np.int64)
    if n.shape != (x.shape[0],) or (n <= 0).any() or n.max() > x.shape[1]:
        raise ValueError("wengert: pack_padded_sequence: lengths %s of %d sequences of at most %d steps: "
                         "each "
                         "is at least 1%s" % (n.tolist(), x.shape[0], x.shape[1],
                                              "" if batch_first else "; the steps are axis 0: "
                                              "batch_first=True "
                                              "if they are axis 1"))
    order = None
    if enforce_sorted:
        if (n[1:] > n[:-1]).any():
            raise ValueError("wengert: pack_padded_sequence: the lengths %s do not decrease: write "
                             "enforce_sorted=False" % n.tolist())
    else:
        order = np.argsort(-n, kind="stable")
        n = n[order]
    steps = int(n[0])
    rows, at = _places(n, steps)
    data = _picked(x, rows if order is None else order[rows], at)
    sizes = (np.arange(steps)[:, None] < n[None, :]).sum(axis=1)
    return PackedSequence(data, wg.tensor(sizes), None if order is None else wg.tensor(order))


def _padded(packed):
    """The value [sequence, step, ...] of a packed one, in its order, and the lengths. What is padding is some
    row of it."""
    n, sizes = _lengths(packed.batch_sizes), _plain(packed.batch_sizes)
    first = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    row = np.arange(len(n))[:, None]
    return _builders["take"](packed.data, np.where(row < sizes[None, :], first[None, :] + row, 0), 0), n


def _packed_like(y, packed, n):
    """The steps of y [sequence, step, ...] as a packed sequence like that one."""
    return packed._replace(data=_picked(y, *_places(n, y.shape[1])))


def pad_packed_sequence(sequence, batch_first=False, padding_value=0.0, total_length=None):
    """The padded value of a packed sequence, and the lengths, in the order before it was packed."""
    y, n = _padded(sequence)
    steps = y.shape[1]
    inside = (np.arange(steps)[None, :] < n[:, None]).reshape(n.shape + (steps,) + (1,) * (y.ndim - 2))
    y = y if inside.all() else wg.where(inside, y, wg.tensor(np.asarray(padding_value, y.dtype)))
    if total_length is not None:
        if total_length < steps:
            raise ValueError("wengert: pad_packed_sequence: total_length=%d of sequences of up to %d steps" %
                             (total_length, steps))
        if total_length > steps:
            y = _builders["pad"](y, axis=1, after=total_length - steps, value=padding_value)
    if sequence.unsorted_indices is not None:
        order = _plain(sequence.unsorted_indices)
        y, n = _builders["take"](y, order, 0), n[order]
    return _first_axes(y, batch_first), wg.tensor(n)


def pack_sequence(sequences, enforce_sorted=True):
    """Sequences of several lengths, packed."""
    return pack_padded_sequence(pad_sequence(sequences, True), [len(x) for x in sequences], True,
                                enforce_sorted)


def unpack_sequence(packed_sequences):
    """The sequences of a packed one, as a list."""
    return unpad_sequence(*pad_packed_sequence(packed_sequences, True), True)
