# SPDX-License-Identifier: MIT
"""The gradient check of PyTorch's autograd."""
import numpy as np

from ._check import _check_arrays
from ._trees import _leaves_of

def _numpy_of(g):
    """A copy of a PyTorch tensor, whatever it is: part of a graph, sparse, a view that is negative."""
    g = g.detach()
    return (g.to_dense() if g.is_sparse else g).resolve_conj().resolve_neg().double().numpy().copy()

def _is_float_tensor(x):
    import torch
    return torch.is_tensor(x) and x.is_floating_point()

def _kind_of_tensor(x):
    return str(x.dtype) if hasattr(x, "detach") else type(x).__name__

def _double_copy(module):
    """The module in double, whose parameters are trained where its own are."""
    import copy
    import torch
    try:
        with torch.no_grad():
            model = copy.deepcopy(module).double()
    except RuntimeError as e:
        raise TypeError("wengert.check_torch: the module cannot be copied; give a function of tensors that "
                        "calls it") from e
    for p, was in zip(model.parameters(), module.parameters()):
        p.requires_grad_(was.requires_grad)
    return model

def _moved_tensors(f, model, inputs):
    """The pairs (name, tensor) by which the gradient is checked. model: None of a function."""
    moves = [(n, x) for n, x in model.named_parameters() if x.requires_grad] if model is not None else []
    names = [n for n, _ in _leaves_of(f.forward if model is not None else f, [0] * len(inputs))]
    moves += [(n, x) for n, x in zip(names, inputs) if _is_float_tensor(x) and x.requires_grad]
    if not moves:
        raise TypeError("wengert.check_torch: %s; the arguments are: %s" % (
            "no parameter is trained, and no float tensor among the inputs requires a gradient: "
            "x.requires_grad_()"
            if model is not None else "f takes no float tensor as an argument of its own",
            ", ".join(map(_kind_of_tensor, inputs)) or "none"))
    return moves

def _sum_of_tensors(y):
    """The sum of what f returns, with random weights if that is no scalar."""
    import torch
    results = [r for _, r in _leaves_of(None, [y]) if _is_float_tensor(r)]
    if not results:
        found = [_kind_of_tensor(x) for _, x in _leaves_of(None, [y])] or [_kind_of_tensor(y)]
        raise TypeError("wengert.check_torch: the result has no float tensor: %s%s" % (", ".join(found), (
            "; give its parts, torch.view_as_real(y)" if any("complex" in x for x in found) else
            "; return the tensor, without .item(), float() or .numpy()")))
    torch.manual_seed(1)
    return sum(r.sum() if len(results) == r.numel() == 1 else
                        (r * torch.randn(r.shape, dtype=r.dtype)).sum() for r in results)

def check_torch(f, *inputs, **options):
    """Compares the gradients of PyTorch's autograd with measured slopes.

    f: a module, whose trained parameters are checked, or a function of tensors, all of whose float arguments
    are. A module's input is checked if it requires a gradient. The result is summed with random weights if it
    is no scalar. All is computed in double by a copy of the module; random numbers, as of dropout, are the
    same in every evaluation. Options: those of wengert.check. intended="W, net.bias" names parameters or
    arguments whose gradient is another one on purpose.
    """
    import torch
    model = _double_copy(f) if isinstance(f, torch.nn.Module) else None
    call = f if model is None else model
    inputs = [x.detach().double().requires_grad_(x.requires_grad or model is None) if _is_float_tensor(x)
              else x
              for x in inputs]
    moves = _moved_tensors(f, model, inputs)
    buffers = [(b, b.clone()) for b in model.buffers()] if model is not None else []
    tensors, state = [x for _, x in moves], torch.get_rng_state()

    def both(new, wants):
        with torch.random.fork_rng(devices=[]), torch.set_grad_enabled(wants):
            torch.set_rng_state(state)
            with torch.no_grad():
                for x, a in zip(tensors, new()):
                    x.copy_(torch.as_tensor(a))
                for b, was in buffers:
                    b.copy_(was)
            try:  # copies: an op may write to them
                y = call(*[x.clone() if torch.is_tensor(x) else x for x in inputs])
            except RuntimeError as e:
                if "Double" in str(e):
                    raise TypeError("wengert.check_torch: all is computed in double, and f has tensors of "
                                    "its own in another dtype: make them double, or parameters or buffers of "
                                    "the module") from e
                raise
            y = _sum_of_tensors(y)
            if not wants:
                return y.item(), None
            if not y.requires_grad:
                raise TypeError("wengert.check_torch: the result depends on no tensor that requires a "
                                "gradient: .detach(), .item(), .numpy() or torch.no_grad() is on the way")
            d = torch.autograd.grad(y, tensors, allow_unused=True)
            return y.item(), [np.zeros(x.shape) if g is None else _numpy_of(g) for g, x in zip(d, tensors)]

    arrays = [x.detach().numpy().copy() for x in tensors]
    options.setdefault("name", type(f).__name__ if model is not None else getattr(f, "__name__", "f"))
    return _check_arrays(both, arrays, [(n, a) for (n, _), a in zip(moves, arrays)], options)
