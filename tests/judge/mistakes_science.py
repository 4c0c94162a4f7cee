# SPDX-License-Identifier: MIT
"""mistakes_science.py: physics and geometry, and what people get wrong in their gradients."""
import numpy as np

from mistakes_base import (DEGREES, HALF, INVERSE, LAST, LENGTH, LN10, PATH, PI, ROLLED, ROW, SECOND, SIGN,
                           STALE, SWAPPED, TRANSPOSED, TWO, UNIT, VALUE, ZERO, case, component, count,
                           from_element)

# ---- mechanics ----

@case(TWO)
def kinetic_energy(r):
    m = r.uniform(1, 4, 6)
    return lambda v: 0.5 * np.sum(m * v ** 2), lambda v: m * v, lambda v: 0.5 * m * v, r.normal(size=6)


@case(HALF)
def springs_to_the_origin(r):
    k = r.uniform(1, 9, 5)
    return lambda x: 0.5 * np.sum(k * x ** 2), lambda x: k * x, lambda x: 2 * k * x, r.normal(size=5)


@case(ROLLED)
def chain_of_springs_in_a_ring(r):
    k = r.uniform(1, 3, 8)
    def grad(x):
        pull = k * (np.roll(x, -1) - x)
        return np.roll(pull, 1) - pull
    return (lambda x: 0.5 * np.sum(k * (np.roll(x, -1) - x) ** 2), grad, lambda x: np.roll(grad(x), -1),
            r.normal(size=8))


@case(SIGN)
def force_instead_of_gradient(r):
    def potential(x):
        return np.sum(x ** 4 / 4 - x ** 2) + x[:-1] @ x[1:]
    def grad(x):
        g = x ** 3 - 2 * x
        g[:-1] += x[1:]
        g[1:] += x[:-1]
        return g
    return potential, grad, lambda x: -grad(x), r.normal(size=6)


@case(PATH)
def double_pendulum(r):
    def energy(a):
        moving = a[2] ** 2 + a[3] ** 2 / 2 + a[2] * a[3] * np.cos(a[0] - a[1])
        return moving - 2 * np.cos(a[0]) - np.cos(a[1])
    def grad(a, both=1):
        s, c = np.sin(a[0] - a[1]) * a[2] * a[3], np.cos(a[0] - a[1])
        return np.array([2 * np.sin(a[0]) - s, np.sin(a[1]) + both * s, 2 * a[2] + a[3] * c, a[3] + a[2] * c])
    return energy, grad, lambda a: grad(a, 0), r.normal(size=4)


def pairs(p):
    d = p[:, None] - p[None]
    return d, np.sqrt((d ** 2).sum(-1) + np.eye(len(p)))


@case(HALF)
def lennard_jones_pairs_twice(r):
    start = np.array([[i, j, 0.3 * i * j] for i in range(3) for j in range(2)]) * 1.2
    off = 1 - np.eye(6)
    def energy(p):
        q = off / pairs(p)[1] ** 6
        return 2 * np.sum(q ** 2 - q)
    def grad(p):
        d, l = pairs(p)
        return 4 * np.sum(((-12 / l ** 14 + 6 / l ** 8) * off)[..., None] * d, 1)
    return energy, grad, lambda p: 2 * grad(p), start + r.normal(size=(6, 3)) / 20


@case(ROW)
def bodies_without_the_sun(r):
    m, off = np.array([9, 1, 2, 0.5, 1.5]), 1 - np.eye(5)
    def grad(p):
        d, l = pairs(p)
        return np.sum((np.outer(m, m) * off / l ** 3)[..., None] * d, 1)
    def wrong(p):
        g = grad(p)
        g[0] = 0
        return g
    return lambda p: -0.5 * np.sum(np.outer(m, m) * off / pairs(p)[1]), grad, wrong, r.normal(size=(5, 3)) * 2


@case(LENGTH)
def gravity_by_the_distance(r):
    return (lambda x: -3 / np.sqrt(x @ x), lambda x: 3 * x / (x @ x) ** 1.5, lambda x: 3 * x / np.sqrt(x @ x),
            np.array([1.3, -0.4, 2.1]))


@case(UNIT)
def range_of_a_throw(r):
    def grad(v, angle):
        a = np.radians(angle)
        return [2 * v * np.sin(2 * a) / 9.81, v * v * 2 * np.cos(2 * a) * np.pi / 180 / 9.81]
    return (lambda v, angle: v * v * np.sin(2 * np.radians(angle)) / 9.81, grad,
            lambda v, angle: [grad(v, angle)[0], v * v * 2 * np.cos(2 * angle) * np.pi / 180 / 9.81],
            (12.0, 33.0))


@case(DEGREES)
def work_along_slopes(r):
    s = r.uniform(1, 5, 4)
    return (lambda slope: s @ np.sin(np.radians(slope)),
            lambda slope: s * np.cos(np.radians(slope)) * np.pi / 180,
            lambda slope: s * np.cos(np.radians(slope)), r.uniform(10, 50, 4))


@case(component("omega"))
def chirp(r):
    a = r.normal(size=5)
    return (lambda omega: a @ np.sin(0.35 * omega ** 2),
            lambda omega: a * np.cos(0.35 * omega ** 2) * 0.7 * omega,
            lambda omega: a * np.cos(0.35 * omega ** 2) * 0.7, r.uniform(0.5, 2.5, 5))

# ---- waves, heat, electricity, stars ----

@case(PI)
def standing_waves(r):
    a = r.normal(size=6)
    return (lambda x: a @ np.sin(np.pi * x), lambda x: np.pi * a * np.cos(np.pi * x),
            lambda x: a * np.cos(np.pi * x), r.uniform(0, 1, 6))


@case(LN10)
def decibels(r):
    P = r.uniform(1, 5, 4)
    return (lambda p: np.sum(10 * P * np.log10(p)), lambda p: 10 * P / (p * np.log(10)), lambda p: 10 * P / p,
            r.uniform(0.2, 4, 4))


@case(LN10)
def brightness_of_stars(r):
    m = r.uniform(1, 3, 5)
    def e(flux):
        return -2.5 * np.log10(flux) - m
    return (lambda flux: 0.5 * np.sum(e(flux) ** 2), lambda flux: -2.5 * e(flux) / flux / np.log(10),
            lambda flux: -2.5 * e(flux) / flux, r.uniform(0.5, 4, 5))


@case(LN10)
def acids(r):
    c = r.uniform(0.1, 1, 5)
    return (lambda pH: np.sum(c * 10 ** -pH), lambda pH: -np.log(10) * c * 10 ** -pH,
            lambda pH: -c * 10 ** -pH,
            r.uniform(0, 2, 5))


@case(SECOND)
def spectrum_conjugated(r):
    A, B = r.normal(size=(4, 4)), r.normal(size=(4, 4))
    t = r.normal(size=4) + 1j * r.normal(size=4)
    M = A + 1j * B
    def grad(z):
        g = M.conj().T @ (M @ (z[::2] + 1j * z[1::2]) - t)
        return np.column_stack([g.real, g.imag]).ravel()
    return (lambda z: 0.5 * np.sum(np.abs(M @ (z[::2] + 1j * z[1::2]) - t) ** 2), grad,
            lambda z: grad(z) * np.tile([1, -1], 4), r.normal(size=8))


@case(from_element(256))
def heat_in_a_rod_by_blocks(r):
    s = r.normal(size=280)
    def grad(u):
        g = 2 * u - s
        g[1:] += u[1:] - u[:-1]
        g[:-1] += u[:-1] - u[1:]
        return g
    def wrong(u):
        g = grad(u)
        g[256:] = 0
        return g
    return lambda u: 0.5 * np.sum(np.diff(u) ** 2) + u @ u - s @ u, grad, wrong, r.normal(size=280)


@case(LAST)
def wall_left_out(r):
    k = r.uniform(1, 2, 9)
    def grad(u):
        p = np.append(0, k[1:] * np.diff(u))
        return p - np.append(p[1:], k[0] * (1 - u[-1]))
    def wrong(u):
        g = grad(u)
        g[-1] += k[0] * (1 - u[-1])
        return g
    return (lambda u: 0.5 * np.sum(k[1:] * np.diff(u) ** 2) + 0.5 * k[0] * (1 - u[-1]) ** 2, grad, wrong,
            r.normal(size=9))


@case(VALUE)
def damped_wave_packet(r):
    A = r.normal(size=(4, 4)) / 2
    A = A @ A.T + np.eye(4) / 2
    def psi(x):
        return 3 * np.exp(-x @ A @ x / 2)
    return psi, lambda x: -A @ x * psi(x), lambda x: -A @ x, r.normal(size=4) / 2


@case(LENGTH)
def rayleigh_quotient(r):
    A = r.normal(size=(6, 6))
    A += A.T
    def q(x):
        return x @ A @ x / (x @ x)
    return q, lambda x: 2 * (A @ x - q(x) * x) / (x @ x), lambda x: 2 * (A @ x - q(x) * x), r.normal(size=6)


@case(STALE)
def self_consistent_field(r):
    A = r.normal(size=(5, 5)) / 4
    kept = []
    def grad(x, y=None):
        y = np.tanh(A @ x) if y is None else y
        return A.T @ ((1 - y ** 2) * y) + 0.1 * x
    def wrong(x):
        kept.append(np.tanh(A @ x))
        return grad(x, kept[0])
    return lambda x: 0.5 * np.sum(np.tanh(A @ x) ** 2) + 0.05 * x @ x, grad, wrong, r.normal(size=5) * 2


@case(count(16))
def mean_field_of_spins(r):
    J = r.normal(size=(16, 16)) / 4
    J += J.T
    return (lambda s: np.mean(np.log(2 * np.cosh(J @ s))), lambda s: J @ np.tanh(J @ s) / 16,
            lambda s: J @ np.tanh(J @ s), r.normal(size=16))


@case(INVERSE)
def refraction_path(r):
    h = np.array([1.0, 2, 3])
    def length(x):
        return np.sqrt(np.sum(x ** 2) + h @ h)
    return length, lambda x: x / length(x), lambda x: x * 1.0, r.normal(size=4) * 3

# ---- geometry ----

@case(SIGN)
def polygon_turned_round(r):
    a = np.sort(r.uniform(0, 6.28, 7))
    def area(p):
        q = np.roll(p, -1, 0)
        return 0.5 * np.sum(p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0])
    def grad(p):
        q = np.roll(p, -1, 0) - np.roll(p, 1, 0)
        return 0.5 * np.column_stack([q[:, 1], -q[:, 0]])
    return area, grad, lambda p: -grad(p), np.column_stack([np.cos(a), np.sin(a)]) * 2


@case(PI)
def areas_of_discs(r):
    c = r.uniform(1, 2, 5)
    return (lambda radius: np.pi * c @ radius ** 2, lambda radius: 2 * np.pi * c * radius,
            lambda radius: 2 * c * radius, r.uniform(0.5, 2, 5))


@case(component("radius"))
def volumes_of_spheres(r):
    c = r.uniform(1, 2, 4)
    return (lambda radius: 4 / 3 * np.pi * c @ radius ** 3, lambda radius: 4 * np.pi * c * radius ** 2,
            lambda radius: 4 * np.pi * c * radius, r.uniform(0.5, 2, 4))


@case(DEGREES)
def bearing(r):
    w = r.normal(size=4)
    def grad(east, north):
        s = 180 / np.pi * w / (east ** 2 + north ** 2)
        return [s * north, -s * east]
    return (lambda east, north: w @ np.degrees(np.arctan2(east, north)), grad,
            lambda east, north: [g * np.pi / 180 for g in grad(east, north)],
            (r.uniform(1, 2, 4), r.uniform(1, 2, 4)))


@case(SWAPPED)
def angle_of_a_point(r):
    def grad(y, x):
        s = 1 / (x ** 2 + y ** 2)
        return [x * s, -y * s]
    return (lambda y, x: np.sum(np.arctan2(y, x)), grad, lambda y, x: grad(y, x)[::-1],
            (r.uniform(1, 2, 3), r.uniform(1, 3, 3)))


@case(DEGREES)
def haversine(r):
    q = np.radians([48.1, 11.6])
    def parts(p):
        d = (np.radians(p) - q) / 2
        return d, np.sin(d[0]) ** 2 + np.cos(np.radians(p[0])) * np.cos(q[0]) * np.sin(d[1]) ** 2
    def wrong(p):
        d, h = parts(p)
        a = np.radians(p[0])
        g = np.array([np.sin(d[0]) * np.cos(d[0]) - np.sin(a) * np.cos(q[0]) * np.sin(d[1]) ** 2,
                      np.cos(a) * np.cos(q[0]) * np.sin(d[1]) * np.cos(d[1])])
        return 6371 * g / np.sqrt(h * (1 - h))
    return (lambda p: 6371 * 2 * np.arcsin(np.sqrt(parts(p)[1])), lambda p: wrong(p) * np.pi / 180, wrong,
            np.array([52.5, 13.4]))


@case(TRANSPOSED)
def rotation_of_points(r):
    P, Q = r.normal(size=(8, 3)), r.normal(size=(8, 3))
    return (lambda R: 0.5 * np.sum((P @ R.T - Q) ** 2), lambda R: (P @ R.T - Q).T @ P,
            lambda R: P.T @ (P @ R.T - Q), r.normal(size=(3, 3)))


@case(TRANSPOSED)
def trace_of_a_product(r):
    A = r.normal(size=(4, 4))
    return lambda X: np.trace(A @ X), lambda X: A.T, lambda X: A, r.normal(size=(4, 4))


@case(TWO)
def circle_through_points(r):
    P = r.normal(size=(9, 2))
    def e(c):
        return np.sum((P - c) ** 2, 1) - 1.5
    return (lambda c: np.sum(e(c) ** 2), lambda c: -4 * e(c) @ (P - c), lambda c: -2 * e(c) @ (P - c),
            r.normal(size=2))


@case(ZERO)
def camera_without_its_focus(r):
    P, t = r.normal(size=(6, 3)) + np.array([0, 0, 6]), r.normal(size=(6, 2))
    def parts(shift, focus):
        p = P + shift
        return p, focus * p[:, :2] / p[:, 2:] - t
    def grad(shift, focus):
        p, e = parts(shift, focus)
        g = focus * e / p[:, 2:]
        depth = -np.sum(g * p[:, :2] / p[:, 2:])
        return [np.array([*g.sum(0), depth]), np.sum(e * p[:, :2] / p[:, 2:])]
    return (lambda shift, focus: 0.5 * np.sum(parts(shift, focus)[1] ** 2), grad,
            lambda shift, focus: [grad(shift, focus)[0], 0.0], (r.normal(size=3) / 3, 1.7))


@case(UNIT)
def turned_by_degrees(r):
    u = r.normal(size=5)
    return (lambda turn: u @ np.cos(np.deg2rad(turn)),
            lambda turn: -u * np.sin(np.deg2rad(turn)) * np.pi / 180,
            lambda turn: -u * np.sin(turn) * np.pi / 180, r.uniform(5, 80, 5))
