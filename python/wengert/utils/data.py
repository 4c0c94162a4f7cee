# SPDX-License-Identifier: MIT
"""Batches under PyTorch's names. wg.csv, wg.digits and wg.Data have batches of their own."""
import itertools
from collections.abc import Mapping

import numpy as np

import wengert as wg
from wengert import _signatures
from wengert._arrays import _plain
from wengert._makers import _random
from wengert._words import _CALL, _near


class Dataset(_signatures.Words):
    """What a DataLoader makes batches of: a class of yours with __len__ and __getitem__."""

    def __getitem__(self, i):
        raise NotImplementedError("wengert: %s has no __getitem__(self, i)" % type(self).__name__)

    def __add__(self, other):
        return ConcatDataset([self, other])

    def __class_getitem__(cls, of):
        return cls


class IterableDataset(Dataset):
    """Items that come one after another: a class of yours with __iter__."""

    def __iter__(self):
        raise NotImplementedError("wengert: %s has no __iter__(self)" % type(self).__name__)


class TensorDataset(Dataset):
    """Arrays of the same number of rows. dataset[i] is row i of each."""

    def __init__(self, *tensors):
        self.tensors = tuple(t if isinstance(t, wg.Leaf) or isinstance(t, wg.Value) and t.requires_grad else
                             wg.Leaf(np.array(t.numpy())) if isinstance(t, wg.Value) else wg.tensor(t)
                             for t in tensors)
        if len({len(t) for t in self.tensors}) != 1:
            raise ValueError("wengert: TensorDataset: the arrays have %s rows" %
                             ", ".join(str(len(t)) for t in self.tensors))

    def __len__(self):
        return len(self.tensors[0])

    def __getitem__(self, i):
        return tuple(t[i] if t.requires_grad else wg.tensor(t.numpy()[i]) for t in self.tensors)


def _key(i):
    """An index of a sampler: numbers of NumPy and values as numbers of Python."""
    return (i if type(i) is int else _plain(i).tolist() if isinstance(i, (wg.Value, np.ndarray, np.generic))
            else i)


class Subset(Dataset):
    """The items of a dataset at these places."""

    def __init__(self, dataset, indices):
        self.dataset, self.indices = dataset, indices

    def __len__(self):
        return len(self.indices)

    def __getitem__(self, i):
        return self.dataset[[_key(self.indices[k]) for k in i] if isinstance(i, list)
                            else _key(self.indices[i])]


class ConcatDataset(Dataset):
    """The items of several datasets, one after another."""
    cumulative_sizes = property(lambda self: np.cumsum([len(d) for d in self.datasets]).tolist())

    def __init__(self, datasets):
        self.datasets = list(datasets)

    def __len__(self):
        return sum(map(len, self.datasets))

    def __getitem__(self, i):
        n = len(self)
        if not -n <= i < n:
            raise IndexError("wengert: item %d of %d" % (i, n))
        i %= n
        for d in self.datasets:
            if i < len(d):
                return d[i]
            i -= len(d)


_OTHERWISE = "write DataLoader(dataset, collate_fn=f), and f makes a batch of a list"


def default_collate(items):
    """A batch of items: arrays and numbers along a new first axis, tuples, lists and dicts part by part,
    texts as a list."""
    x = items[0]
    if isinstance(x, wg.Value) and x.requires_grad:
        return wg.stack(items)
    if isinstance(x, (wg.Value, np.ndarray)):
        return wg.tensor(np.stack([_plain(y) for y in items]))
    if isinstance(x, (bool, int, float, np.generic)) and not isinstance(x, (str, bytes)):
        return wg.tensor(np.array(items))
    if isinstance(x, (str, bytes)):
        return items
    if isinstance(x, Mapping):
        return {k: default_collate([y[k] for y in items]) for k in x}
    if isinstance(x, (tuple, list)):
        if len({len(y) for y in items}) != 1:
            raise RuntimeError("wengert: a batch is of items of one length: %s" % _OTHERWISE)
        parts = [default_collate(list(part)) for part in zip(*items)]
        return type(x)(*parts) if hasattr(x, "_fields") else parts
    raise TypeError("wengert: a batch is of arrays, numbers, texts, tuples, lists and dicts, not of %s: %s" %
                    (
        type(x).__name__, _OTHERWISE))


def default_convert(x):
    """An item without a batch: its arrays as tensors."""
    if isinstance(x, (np.ndarray, np.generic)) and x.dtype.kind not in "USO":
        return wg.tensor(x)
    if isinstance(x, Mapping):
        return {k: default_convert(y) for k, y in x.items()}
    if isinstance(x, (tuple, list)):
        parts = [default_convert(y) for y in x]
        return type(x)(*parts) if hasattr(x, "_fields") else parts
    return x


def _of_rows(dataset, rows):
    """The batch of these rows of a TensorDataset or of a part of one, at once. None: it is another
    dataset."""
    while type(dataset) is Subset:
        dataset, rows = dataset.dataset, np.asarray(dataset.indices, int)[rows]
    return list(dataset[rows]) if type(dataset) is TensorDataset else None


class DataLoader(_signatures.Words):
    """for x, y in loader: batches of a dataset, in a new order each time with shuffle=True, or in that of
    sampler=. batch_sampler= gives the numbers of the items of each batch. batch_size=None: the items
    themselves."""
    _row = ("dataset, batch_size=1, shuffle=None, sampler=None, batch_sampler=None, ~num_workers=0, "
            "collate_fn=None, ~pin_memory=False, drop_last=False, ~timeout=0, ~worker_init_fn=None, "
            "~multiprocessing_context=None, generator=None, *, ~prefetch_factor=2, "
            "~persistent_workers=False, ~pin_memory_device=''")

    def _begin(self):
        if self.sampler is not None and self.shuffle or self.batch_sampler is not None and (
                self.batch_size != 1 or self.shuffle or self.sampler is not None or self.drop_last):
            raise ValueError("wengert: DataLoader: sampler= is in the place of shuffle=, and batch_sampler= "
                             "of batch_size, shuffle, sampler and drop_last: leave these out")
        if self.batch_size is not None and self.batch_size < 1:
            raise ValueError("wengert: DataLoader: batch_size=%r must be at least 1" % (self.batch_size,))
        alone = self.batch_size is None and self.batch_sampler is None
        self.collate_fn = self.collate_fn or (default_convert if alone else default_collate)

    def _order(self):
        if self.sampler is not None:
            return self.sampler
        n = len(self.dataset)
        return _random(self.generator).permutation(n).tolist() if self.shuffle else range(n)

    def __len__(self):
        if isinstance(self.dataset, IterableDataset):
            raise TypeError("wengert: a DataLoader of an IterableDataset has no length")
        if self.batch_sampler is not None:
            return len(self.batch_sampler)
        n = len(self.dataset if self.sampler is None else self.sampler)
        size = self.batch_size or 1
        return n // size if self.drop_last else -(-n // size)

    def _batches(self):
        """The numbers of the items of each batch."""
        if self.batch_sampler is not None:
            yield from self.batch_sampler
            return
        if self.sampler is None:
            order, size = self._order(), self.batch_size
            yield from (list(order[i:i + size]) for i in range(0, len(self) * size, size))
            return
        rows = []
        for i in self._order():
            rows.append(_key(i))
            if len(rows) == self.batch_size:
                yield rows
                rows = []
        if rows and not self.drop_last:
            yield rows

    def __iter__(self):
        if isinstance(self.dataset, IterableDataset):
            yield from self._streamed()
            return
        if self.batch_size is None and self.batch_sampler is None:
            yield from (self.collate_fn(self.dataset[_key(i)]) for i in self._order())
            return
        for rows in self._batches():
            batch = _of_rows(self.dataset, rows) if self.collate_fn is default_collate else None
            yield batch or self.collate_fn([self.dataset[_key(i)] for i in rows])


    def _streamed(self):
        """Batches of an IterableDataset."""
        items = iter(self.dataset)
        if self.batch_size is None:
            yield from map(self.collate_fn, items)
            return
        while some := list(itertools.islice(items, self.batch_size)):
            if len(some) < self.batch_size and self.drop_last:
                return
            yield self.collate_fn(some)


DataLoader.__init__ = _signatures.Begun(DataLoader)


# ---- samplers ----

class Sampler:
    """The numbers of the items of an epoch, in order: for DataLoader(dataset, sampler=...). A class of yours
    has __iter__ and __len__."""

    def __init__(self, data_source=None):
        self.data_source = data_source

    def __class_getitem__(cls, of):
        return cls


class SequentialSampler(Sampler):
    """All items in their order."""

    def __iter__(self):
        return iter(range(len(self.data_source)))

    def __len__(self):
        return len(self.data_source)


class RandomSampler(Sampler):
    """All items in random order, or with replacement=True so many drawn ones."""

    def __init__(self, data_source, replacement=False, num_samples=None, generator=None):
        super().__init__(data_source)
        self.replacement, self.generator = replacement, generator
        self.num_samples = len(data_source) if num_samples is None else num_samples

    def __iter__(self):
        r, n = _random(self.generator), len(self.data_source)
        if self.replacement:
            return iter(r.integers(n, size=self.num_samples).tolist())
        epochs = -(-self.num_samples // n) if n else 0
        return iter([i for _ in range(epochs) for i in r.permutation(n).tolist()][:self.num_samples])

    def __len__(self):
        return self.num_samples


class SubsetRandomSampler(Sampler):
    """These items, in random order."""

    def __init__(self, indices, generator=None):
        self.indices, self.generator = indices, generator

    def __iter__(self):
        return iter([_key(self.indices[i]) for i in _random(self.generator).permutation(len(self.indices))])

    def __len__(self):
        return len(self.indices)


class WeightedRandomSampler(Sampler):
    """Items drawn by these weights."""

    def __init__(self, weights, num_samples, replacement=True, generator=None):
        self.weights, self.num_samples = _plain(weights), num_samples
        self.replacement, self.generator = replacement, generator

    def __iter__(self):
        p = self.weights / self.weights.sum()
        return iter(_random(self.generator).choice(len(p), self.num_samples, self.replacement, p).tolist())

    def __len__(self):
        return self.num_samples


class BatchSampler(Sampler):
    """The numbers of a sampler, batch by batch."""

    def __init__(self, sampler, batch_size, drop_last):
        self.sampler, self.batch_size, self.drop_last = sampler, batch_size, drop_last

    def __iter__(self):
        rest = iter(self.sampler)
        while (rows := list(itertools.islice(rest, self.batch_size))) and (
                len(rows) == self.batch_size or not self.drop_last):
            yield rows

    def __len__(self):
        n = len(self.sampler)
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)


def _random_split(dataset, lengths, generator):
    n, at, parts = len(dataset), 0, []
    if abs(sum(lengths) - 1) < 1e-9 and all(0 <= x <= 1 for x in lengths):
        fractions, lengths = lengths, [int(n * x) for x in lengths]
        for i in range(n - sum(lengths)):  # as in PyTorch: what is left goes to the first ones
            lengths[i % len(fractions)] += 1
    if sum(lengths) != n or min(lengths, default=0) < 0:
        raise ValueError("wengert: random_split: the lengths are %d together, and the dataset has %d items" %
                         (sum(lengths), n))
    order = _random(generator).permutation(n)
    for k in lengths:
        parts.append(Subset(dataset, order[at:at + k].tolist()))
        at += k
    return parts


_rows = _signatures.Rows("random_split(dataset, lengths, generator=None) = _random_split(dataset, lengths, "
                         "generator)", globals())
random_split = _rows.get("random_split")
random_split.__doc__ = ("Parts of a dataset in random order, of so many items each, or of such fractions, "
                        "whose sum is 1.")


def __getattr__(name):
    known = [n for n in globals() if n[0] != "_"]
    raise AttributeError("%s has no %s%s" % (__name__, name, "" if name[0] == "_"
                                             else _near(name, known, _CALL)))
