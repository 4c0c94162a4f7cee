# SPDX-License-Identifier: MIT
# Made by tools/build/stubs.py: make docs.
from collections.abc import Sequence
from typing import Any, NamedTuple

from typing_extensions import Self

from wengert import Value
from wengert import _DType, _Operand

def invert_permutation(permutation: _Operand) -> Value | None:
    """The order that undoes this one."""
def pad_sequence(sequences: Sequence[Value], batch_first: bool = False, padding_value: float = 0.0) -> Value:
    """Sequences [length, ...] as one value, filled up at their ends: [steps, batch, ...], or with ..."""
def unpad_sequence(padded_sequences: Value, lengths: Any, batch_first: bool = False) -> list[Value]:
    """The sequences of a padded one, as a list."""
def pack_padded_sequence(input: _Operand, lengths: Any, batch_first: bool = False, enforce_sorted: bool = True
    ) -> PackedSequence:
    """The sequences of a padded one without the padding. enforce_sorted: they stand in order of ..."""
def pad_packed_sequence(sequence: PackedSequence, batch_first: bool = False, padding_value: float = 0.0,
        total_length: int | None = None) -> tuple[Value, Value]:
    """The padded value of a packed sequence, and the lengths, in the order before it was packed."""
def pack_sequence(sequences: Sequence[Value], enforce_sorted: bool = True) -> PackedSequence:
    """Sequences of several lengths, packed."""
def unpack_sequence(packed_sequences: PackedSequence) -> list[Value]:
    """The sequences of a packed one, as a list."""

class PackedSequence(NamedTuple):
    """Steps of sequences one behind the other: pack_padded_sequence and pack_sequence make it."""
    data: Value
    batch_sizes: Value
    sorted_indices: Value | None = None
    unsorted_indices: Value | None = None
    @property
    def is_cuda(self) -> bool: ...
    def to(self, *what: Any, dtype: _DType | None = None, device: Any = None) -> Self: ...
    def cpu(self) -> Self: ...
    def double(self) -> Self: ...
    def float(self) -> Self: ...

