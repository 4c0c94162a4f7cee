# SPDX-License-Identifier: MIT
"""In the way of NumPy and JAX. mypy --strict finds nothing here."""
import numpy as np
from numpy.typing import NDArray

import wengert as wg


def energy(x: wg.Value, k: float) -> wg.Value:
    """Springs between neighbours."""
    return (k * (x[1:] - x[:-1]) ** 2).sum() / 2 + wg.cos(x).mean(axis=0)


def descent(x: NDArray[np.float64], rate: float, steps: int) -> NDArray[np.float64]:
    slope = wg.grad(lambda v: energy(v, 2.0))
    for _ in range(steps):
        x = x - rate * slope(x)
    return x


def statistics(x: wg.Value) -> dict[str, float]:
    values, places = wg.topk(x.reshape(-1), 2)
    by_row = x.max(dim=1)
    centred = x - x.mean(axis=1, keepdims=True)
    return {"most": values[0].item(), "at": places[0].item(), "row": by_row.values[0].item(),
            "spread": float(centred.std(axis=None, ddof=1)), "size": x.size, "rows": x.shape[0],
            "norm": wg.linalg.norm(x, axis=1).item(0)}


def solve(a: wg.Value, b: wg.Value) -> tuple[wg.Value, wg.Value]:
    y = wg.linalg.solve(a, b)
    w, v = wg.linalg.eigh(a)
    assert w.ndim == 1 and v.shape == (2, 2)
    return y, wg.einsum("ij,jk->ik", a, y)


def main() -> None:
    x = wg.tensor([[1.0, 2.0, 4.0], [3.0, 5.0, 9.0]])
    print(sorted(statistics(x)))
    a, b = wg.array(np.eye(2) * 2), wg.ones(2, 1)
    y, back = solve(a, b)
    print(y.tolist(), bool((back == b).all()), (x.T @ np.ones((2, 1))).shape)
    print(descent(np.array([0.0, 1.0, 3.0]), 0.1, 5).shape)
    masked = wg.where(x > 2, x, 0.0).at[0, 0].set(7).sum(axis=(0, 1))
    print(masked.item(), wg.stack([x, 2 * x]).shape, x.flatten().dtype == np.float64)
    hessian = wg.hessian(lambda v: energy(v, 1.0))(np.zeros(3))
    print(np.shape(hessian), wg.vmap(lambda r: (r * r).sum())(np.ones((4, 2))))
    names: list[str] = list(wg.wherever) if hasattr(wg, "wherever") else [str(x.name)]
    print(names, x.draw(format="txt") != "", wg.pad(x, ((1, 0), (0, 2))).shape, wg.softmax(x, axis=1).shape)
    u, s, _ = wg.linalg.svd(a)
    print(u.shape, s.tolist(), len(x), [row.numpy().sum() for row in x], 2 - abs(-x[0, 0]).item())


main()
