# SPDX-License-Identifier: MIT
# Made by tools/build/stubs.py: make docs.
from collections.abc import Callable
from typing import Any


from . import Value, _Numbers
from . import enable_grad as enable_grad, no_grad as no_grad


class Function:
    """A function with a derivative of yours, as in PyTorch: forward(ctx, *x) and backward(ctx, gy)."""
    @staticmethod
    def forward(*given: Any) -> Any: ...
    @staticmethod
    def backward(*given: Any) -> Any: ...
    @classmethod
    def apply(cls, *x: Any) -> Any: ...

def Variable(data: _Numbers, requires_grad: bool = False) -> Value:
    """The tensor itself: Variable is what PyTorch called tensors with gradients."""
class functional:
    @staticmethod
    def jacobian(f: Callable[..., Any], inputs: Any, create_graph: bool = False, strict: bool = False,
            vectorize: bool = False, strategy: Any = None) -> Any: ...
    @staticmethod
    def hessian(f: Callable[..., Any], inputs: Any, create_graph: bool = False, strict: bool = False,
            vectorize: bool = False, strategy: Any = None) -> Any: ...
    @staticmethod
    def jvp(f: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False,
            strict: bool = False) -> Any: ...
    @staticmethod
    def vjp(f: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False,
            strict: bool = False) -> Any: ...
def grad(outputs: Any, inputs: Any, grad_outputs: Any = None, retain_graph: bool | None = None,
        create_graph: bool = False, only_inputs: bool = True, allow_unused: bool = False
    ) -> tuple[Value, ...]:
    """The derivatives of the sum of outputs by each of inputs, as a tuple."""
def gradcheck(f: Callable[..., Any], inputs: Any, eps: float = 1e-06, atol: float = 1e-05,
        rtol: float = 0.001, raise_exception: bool = True) -> bool:
    """Whether the gradients of f, by the inputs that require them, are those of its values, by ..."""
