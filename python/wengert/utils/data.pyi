# SPDX-License-Identifier: MIT
# Made by tools/build/stubs.py: make docs.
from collections.abc import Callable, Iterator, Sequence
from typing import Any


from wengert import Value
from wengert import _Numbers, _Operand


class Dataset:
    """What a DataLoader makes batches of: a class of yours with __len__ and __getitem__."""
    def __getitem__(self, i: Any) -> Any: ...
    def __add__(self, other: Dataset) -> ConcatDataset: ...

class IterableDataset(Dataset):
    """Items that come one after another: a class of yours with __iter__."""

class TensorDataset(Dataset):
    """Arrays of the same number of rows. dataset[i] is row i of each."""
    tensors: tuple[Value, ...]
    def __init__(self, *tensors: _Numbers) -> None: ...
    def __len__(self) -> int: ...
    def __getitem__(self, i: Any) -> tuple[Value, ...]: ...

class Subset(Dataset):
    """The items of a dataset at these places."""
    dataset: Any
    indices: Sequence[int]
    def __init__(self, dataset: Any, indices: Sequence[int]) -> None: ...
    def __len__(self) -> int: ...
    def __getitem__(self, i: Any) -> Any: ...

class ConcatDataset(Dataset):
    """The items of several datasets, one after another."""
    datasets: list[Any]
    @property
    def cumulative_sizes(self) -> list[int]: ...
    def __init__(self, datasets: Any) -> None: ...
    def __len__(self) -> int: ...
    def __getitem__(self, i: int) -> Any: ...
def default_collate(items: Any) -> Any:
    """A batch of items: arrays and numbers along a new first axis, tuples, lists and dicts part ..."""
def default_convert(x: _Operand) -> Any:
    """An item without a batch: its arrays as tensors."""

class DataLoader:
    """For x, y in loader: batches of a dataset, in a new order each time with shuffle=True, or in ..."""
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Any]: ...
    def __init__(self, dataset: Any, batch_size: int = 1, shuffle: bool | None = None, sampler: Any = None,
            batch_sampler: Any = None, num_workers: int = 0, collate_fn: Callable[..., Any] | None = None,
            pin_memory: bool = False, drop_last: bool = False, timeout: float = 0, worker_init_fn: Any = None,
            multiprocessing_context: Any = None, generator: Any = None, *, prefetch_factor: int = 2,
            persistent_workers: bool = False, pin_memory_device: str = "") -> None: ...

class Sampler:
    """The numbers of the items of an epoch, in order: for DataLoader(dataset, sampler=...)."""
    def __init__(self, data_source: Any = None) -> None: ...

class SequentialSampler(Sampler):
    """All items in their order."""
    def __len__(self) -> int: ...

class RandomSampler(Sampler):
    """All items in random order, or with replacement=True so many drawn ones."""
    def __init__(self, data_source: Any, replacement: bool = False, num_samples: int | None = None,
            generator: Any = None) -> None: ...
    def __len__(self) -> int: ...

class SubsetRandomSampler(Sampler):
    """These items, in random order."""
    def __init__(self, indices: _Operand, generator: Any = None) -> None: ...
    def __len__(self) -> int: ...

class WeightedRandomSampler(Sampler):
    """Items drawn by these weights."""
    def __init__(self, weights: _Operand, num_samples: int, replacement: bool = True, generator: Any = None
        ) -> None: ...
    def __len__(self) -> int: ...

class BatchSampler(Sampler):
    """The numbers of a sampler, batch by batch."""
    def __init__(self, sampler: Any, batch_size: int, drop_last: bool) -> None: ...
    def __len__(self) -> int: ...
def random_split(dataset: Any, lengths: Any, generator: Any = None) -> list[Subset]:
    """Parts of a dataset in random order, of so many items each, or of such fractions, whose sum ..."""
