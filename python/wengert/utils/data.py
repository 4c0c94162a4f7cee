# SPDX-License-Identifier: MIT
"""Batches under PyTorch's names. wg.csv, wg.digits and wg.Data have batches of their own."""
import numpy as np

import wengert as wg
from wengert import _habits


class TensorDataset:
    """Arrays of the same number of rows. dataset[i] is row i of each."""

    def __init__(self, *tensors):
        self.tensors = [wg._plain(t) for t in tensors]
        if len({len(t) for t in self.tensors}) != 1:
            raise ValueError("wengert: TensorDataset: the arrays have %s rows" % ", ".join(str(len(t)) for t in self.tensors))

    def __len__(self):
        return len(self.tensors[0])

    def __getitem__(self, i):
        return tuple(wg.tensor(t[i]) for t in self.tensors)


class DataLoader:
    """for x, y in loader: batches of a dataset, in a new order each time with shuffle=True."""

    def __init__(self, dataset, batch_size=1, shuffle=False, drop_last=False, **options):
        if set(options) - {"num_workers", "pin_memory"}:
            raise TypeError("wengert: DataLoader has no %s: write a loop over dataset[i]" % ", ".join(sorted(options)))
        self.dataset, self.batch_size, self.shuffle, self.drop_last = dataset, batch_size, shuffle, drop_last

    def __len__(self):
        n = len(self.dataset)
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)

    def __iter__(self):
        n = len(self.dataset)
        order = _habits._random().permutation(n) if self.shuffle else np.arange(n)
        for k in range(len(self)):
            rows = order[k * self.batch_size:(k + 1) * self.batch_size]
            if isinstance(self.dataset, TensorDataset):
                yield self.dataset[rows]
            else:  # any object with __len__ and __getitem__
                yield tuple(wg.tensor(np.stack([wg._plain(x) for x in column])) for column in zip(*(self.dataset[int(i)] for i in rows)))


def random_split(dataset, lengths):
    order, at, parts = _habits._random().permutation(len(dataset)), 0, []
    for n in lengths:
        parts.append(TensorDataset(*(t[order[at:at + n]] for t in dataset.tensors)))
        at += n
    return parts
