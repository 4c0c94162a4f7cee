# SPDX-License-Identifier: MIT
# Made by tools/build/stubs.py: make docs.
from collections.abc import Callable
from typing import Any, TypeVar


from wengert import Value
from . import Distribution

_F = TypeVar("_F", bound=Callable[..., Any])
def register_kl(type_p: Any, type_q: Any) -> Callable[[_F], _F]:
    """A decorator: the function is kl_divergence of such a pair."""
def kl_divergence(p: Distribution, q: Distribution) -> Value:
    """The mean of p.log_prob(x) - q.log_prob(x) over the draws x of p."""
