#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""calls.py: how often the check calls f: of the right gradient, and of wrong ones beside it.

The function is a net of one layer of n units and a sum of sines, f = sum tanh(A x)^2 + sum sin x."""
import numpy as np
import wengert as wg

WRONG = {"all twice": lambda d: 2 * d,
         "one 1.5 times": lambda d: d * np.where(np.arange(d.size) == d.size // 2, 1.5, 1),
         "half by 1 %": lambda d: d * np.where(np.arange(d.size) % 2, 1, 1.01),
         "the last by 1e-5": lambda d: d + 1e-5 * (np.arange(d.size) == d.size - 1)}


def calls(n, spoil, **options):
    """How often f was called, and the verdict."""
    r = np.random.RandomState(n)
    A, x, count = r.randn(n, n) / np.sqrt(n), r.randn(n), [0]

    def f(x):
        count[0] += 1
        return float(np.sum(np.tanh(A @ x)**2) + np.sum(np.sin(x)))

    def g(x):
        t = np.tanh(A @ x)
        return spoil(A.T @ (2 * t * (1 - t * t)) + np.cos(x))

    return count, wg.check(f, x, grad=g, **options).verdict


def main():
    for options in {}, {"evaluations": 60}:
        print("%-18s %6s" % (options or "", "right"), *("%18s" % name for name in WRONG))
        for n in 1, 2, 10, 30, 64, 65, 100, 1000:
            (right, _), cells = calls(n, lambda d: d, **options), []
            for spoil in WRONG.values():
                wrong, verdict = calls(n, spoil, **options)
                cells.append("%6d %.2f %9s" % (wrong[0], wrong[0] / right[0], verdict[:9]))
            print("%18d %6d" % (n, right[0]), *("%18s" % c for c in cells))


if __name__ == "__main__":
    main()
