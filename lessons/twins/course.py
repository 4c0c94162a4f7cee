"""The data and the random numbers of the course, for the programs beside this file.

Each program here computes the numbers of one lesson again, with PyTorch and without Wengert. They need torch,
numpy and this file; those that read digits or a text need digits.txt or text.txt beside it, too.

The course draws its numbers with the generator Philox 4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel
random numbers: as easy as 1, 2, 3", 2011): a number depends on its seed, on the name of what is drawn, and on
its place, and on nothing else. So another program can draw the same numbers.

All tensors have 64 bits.
"""

import math
import os

import numpy as np
import torch

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)  # the sums of several threads differ in the last digit from run to run

HERE = os.path.dirname(os.path.abspath(__file__))
LAST = 2**64 - 1
NORMAL, UNIFORM = 0, 1  # the streams of tensors that were drawn without a name, but with a seed


# ---- what a program prints ----

def say(expression, value):
    """Prints a number of the lesson. The expression is the one that stands in braces in the lesson's file."""
    values = torch.as_tensor(value, dtype=torch.float64).detach().reshape(-1).tolist()
    print(expression, "=", " ".join(repr(v) for v in values), flush=True)


def own(expression, why):
    """A number of the lesson that no other program can have, and why: a time, or an error of rounding."""
    print(expression, ":", why, flush=True)


# ---- random numbers ----

def _philox(key, high, low):
    """Ten rounds on the counters (low, high): four words of 32 bits for each."""
    low = np.atleast_1d(np.asarray(low, dtype=np.uint64))
    mask, half = np.uint64(0xFFFFFFFF), np.uint64(32)
    c = [low & mask, low >> half, np.full_like(low, high & 0xFFFFFFFF), np.full_like(low, high >> 32)]
    k0, k1 = key & 0xFFFFFFFF, key >> 32
    for _ in range(10):
        p, q = np.uint64(0xD2511F53) * c[0], np.uint64(0xCD9E8D57) * c[2]
        c = [(q >> half) ^ c[1] ^ np.uint64(k0), q & mask, (p >> half) ^ c[3] ^ np.uint64(k1), p & mask]
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return c


def _stream(name):
    """A name as 64 bits: FNV-1a."""
    h = 0xCBF29CE484222325
    for byte in name.encode():
        h = (h ^ byte) * 0x100000001B3 & LAST
    return h


def _key(seed, stream):
    return stream ^ seed * 0x9E3779B97F4A7C15 & LAST


def _words(seed, stream, epoch, i):
    """32 random bits for each i: its word of its block."""
    i = np.asarray(i, dtype=np.uint64)
    group, place = i // np.uint64(64), i % np.uint64(64)
    four = np.stack(_philox(_key(seed, stream), epoch, group * np.uint64(16) + place % np.uint64(16)))
    return four[(place // np.uint64(16)).astype(int), np.arange(len(i))]


def _bits(seed, stream, epoch, i):
    """64 random bits for each i."""
    two = np.uint64(2) * np.asarray(i, dtype=np.uint64)
    return _words(seed, stream, epoch, two) << np.uint64(32) | _words(seed, stream, epoch, two + np.uint64(1))


def _box_muller(u, v):
    return np.sqrt(-2 * np.log(u)) * np.sin(2 * np.pi * (np.abs(v - 0.5) - 0.25))


def _drawn(shape, seed, name, normal):
    stream = _stream(name) if name else (NORMAL if normal else UNIFORM)
    n = math.prod(shape) * (2 if normal else 1)
    u = (_bits(seed, stream, 0, np.arange(n)) >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return torch.tensor(_box_muller(1 - u[::2], u[1::2]) if normal else u).reshape(shape)


def normal(*shape, seed, name="", mean=0, deviation=1):
    """Normal numbers, as `NAME = normal(SHAPE, seed=)` draws them; no name: as within an expression."""
    return mean + deviation * _drawn(shape, seed, name, True)


def uniform(*shape, seed, name="", low=0, high=1):
    """Uniform numbers from low to high, as `NAME = uniform(SHAPE, seed=)` draws them."""
    return low + (high - low) * _drawn(shape, seed, name, False)


def rows_of_steps(n, rows, steps, seed, dtype=torch.float64):
    """Row numbers for so many steps of so many rows each, out of n; dtype: in which they are computed."""
    return (n * uniform(steps, rows, seed=seed).to(dtype)).floor().long()


def kept(shape, keep, seed, stream, epoch):
    """The mask of dropout: 1/keep where an element stays, else 0. stream, epoch: of the node that draws."""
    bits = _words(seed, stream, epoch, np.arange(math.prod(shape)))
    return torch.tensor((bits < keep * 2**32) / keep).reshape(shape)


def stream_of(scope, which):
    """The stream of a node that draws anew in each evaluation: its number, or its name, within its scope."""
    h = _stream(scope) ^ (_stream(which) if isinstance(which, str) else which)
    h = h * 0x9E3779B97F4A7C15 & LAST
    return h ^ h >> 29


def uniform_anew(*shape, stream, epoch=0):
    """Uniform numbers of a node that draws anew in each evaluation; epoch: the evaluations before."""
    i = np.arange(math.prod(shape))
    first = i // 128 * 64 + i % 64  # the blocks of 128 numbers: 64 first halves, then 64 second ones
    w, half = np.stack(_philox(_key(0, stream), epoch, first)), i // 64 % 2
    bits = w[2 * half + 1, i] << np.uint64(32) | w[2 * half, i]
    return torch.tensor((bits >> np.uint64(11)).astype(np.float64) * 2.0**-53).reshape(shape)


def categorical(z, stream, epoch=0):
    """A class for each row of the scores z, drawn with the probabilities softmax(z)."""
    w = _philox(_key(0, stream), epoch, np.arange(len(z)))
    u = torch.tensor(((w[1] << np.uint64(32) | w[0]) >> np.uint64(11)).astype(np.float64) * 2.0**-53)
    sums = torch.exp(z.double() - z.double().max(1, keepdim=True).values).cumsum(1)
    return (sums <= u[:, None] * sums[:, -1:]).sum(1)


# ---- data ----

def _u(seed, name, n, k):
    """Draw k of each of n rows, within (0, 1)."""
    bits = _bits(seed, _stream(name), k, np.arange(n))
    return ((bits >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53


def _z(seed, name, n, k):
    return _box_muller(_u(seed, name, n, 2 * k), _u(seed, name, n, 2 * k + 1))


def _classes(n, classes):
    """The class of each row, those of class 0 first, and its place among its class, from 0 to 1."""
    sizes = [n // classes + (k < n % classes) for k in range(classes)]
    along = [np.arange(m) / max(m - 1, 1) for m in sizes]
    return np.repeat(np.arange(classes), sizes), np.concatenate(along)


def _points(x0, x1, c):
    return torch.tensor(np.stack([x0, x1], 1)), torch.tensor(c)


def _moved(seed, name, n, noise, x0, x1, c):
    return _points(x0 + noise * _z(seed, name, n, 0), x1 + noise * _z(seed, name, n, 1), c)


def moons(n, noise=0.2, seed=0):
    """Two half moons of radius 1: points, and their classes."""
    c, along = _classes(n, 2)
    t = math.pi * along
    x0, x1 = np.where(c, 1 - np.cos(t), np.cos(t)), np.where(c, 0.5 - np.sin(t), np.sin(t))
    return _moved(seed, "data_moons", n, noise, x0, x1, c)


def circles(n, noise=0.1, seed=0):
    """Two circles around 0, of the radii 1 and 1/2."""
    c, _ = _classes(n, 2)
    t, r = 2 * math.pi * _u(seed, "data/circles", n, 8), np.where(c, 0.5, 1)
    return _moved(seed, "data/circles", n, noise, r * np.cos(t), r * np.sin(t), c)


def blobs(n, classes=3, noise=0.5, seed=0):
    """Points around points that stand evenly on a circle of radius 2."""
    c, _ = _classes(n, classes)
    t = 2 * math.pi * c / classes
    return _moved(seed, "data/blobs", n, noise, 2 * np.cos(t), 2 * np.sin(t), c)


def flower(n, noise=0.2, seed=0):
    """r = 4 sin 4θ, in two classes of four petals each."""
    c, along = _classes(n, 2)
    theta = 3.12 * (c + along) + noise * _z(seed, "data_flower", n, 0)
    r = 4 * np.sin(4 * theta) + noise * _z(seed, "data_flower", n, 1)
    return _points(r * np.sin(theta), r * np.cos(theta), c)


def houses(n, noise=0, seed=0):
    """Size, bedrooms, zip code and wealth of the neighbourhood; the price in 400,000."""
    u = [_u(seed, "data/houses", n, k) for k in range(4)]
    size, beds, zipcode, wealth = 50 + 150 * u[0], 1 + np.floor(5 * u[1]), np.floor(10 * u[2]), u[3]
    price = (2 * size + 20 * beds + 100 * wealth * (zipcode > 4) - 50) / 400
    price = np.maximum(0, price + noise * _z(seed, "data/houses", n, 4))
    return torch.tensor(np.stack([size, beds, zipcode, wealth], 1)), torch.tensor(price)


def temperatures(n=365, noise=4, seed=0):
    """Days 1, 2, ..., and their degrees Fahrenheit."""
    day = np.arange(1, n + 1)
    y = 52 - 12 * np.cos(2 * math.pi * (day - 15) / 365) + noise * _z(seed, "data/temperatures", n, 0)
    for d, degrees in ((1, 40), (2, 49), (3, 45), (180, 60), (181, 56)):
        y[day == d] = degrees
    return torch.tensor(day * 1.0), torch.tensor(y)


def _table(name):
    """The lines of a file that stands beside this one."""
    with open(os.path.join(HERE, name), encoding="ascii") as f:
        return f.read().split("\n")


def digits():
    """1,797 handwritten digits of 8 x 8 pixels from 0 (white) to 1, and their classes (UCI Optical
    Recognition of Handwritten Digits, E. Alpaydin and C. Kaynak, CC BY 4.0, doi:10.24432/C50P49)."""
    rows = [[int(letter, 17) for letter in line] for line in _table("digits.txt") if line]
    table = torch.tensor(rows, dtype=torch.float64)
    return table[:, :64] / 16, table[:, 64].long()


def text(n):
    """The first letters of Alice's Adventures in Wonderland (Lewis Carroll, 1865), 0 for a blank, a = 1, and
    the letter after each."""
    letters = "".join(_table("text.txt"))
    c = torch.tensor([" abcdefghijklmnopqrstuvwxyz".index(letter) for letter in letters[:n + 1]])
    return c[:n], c[1:n + 1]


# ---- parts of a data set ----

def _order(n, seed):
    """A random order of n rows: the shuffle of Fisher and Yates."""
    order, bits = list(range(n)), _bits(seed, _stream("data/split"), 0, np.arange(n)).tolist()
    for i in range(n - 1, 0, -1):
        j = bits[i] % (i + 1)
        order[i], order[j] = order[j], order[i]
    return order


def _by_class(rows, c, seed):
    """The numbers from 0 to rows - 1 in random order, a list for each class: (rank, number)."""
    groups = {}
    for rank, i in enumerate(_order(rows, seed)):
        groups.setdefault(0 if c is None else int(c[i]), []).append((rank, i))
    return [groups[k] for k in sorted(groups)]


def _class_numbers(tensors):
    c = tensors[-1]
    whole = c.dim() == 1 and bool(((c >= 0) & (c < 1000) & (c == c.long())).all())
    return c if whole else None


def split(*tensors, shares, seed):
    """The tensors in parts of these shares, as rows drawn at random; each class keeps its share. All tensors
    of the first part come first."""
    c, left, parts = _class_numbers(tensors), 1.0, []
    stay = torch.arange(len(tensors[0]))
    for share in reversed(shares[1:]):
        groups = _by_class(len(stay), None if c is None else c[stay], seed)
        of_rest = min(share / left, 1)
        left -= share
        exact = [of_rest * len(g) for g in groups]
        take = [math.floor(e) for e in exact]
        more = math.floor(of_rest * len(stay) + 0.5) - sum(take)
        largest = sorted(range(len(groups)), key=lambda k: (take[k] - exact[k], groups[k][0][0]))
        for k in largest[:max(more, 0)]:
            take[k] += take[k] < len(groups[k])
        goes = torch.zeros(len(stay), dtype=torch.bool)
        for g, n in zip(groups, take):
            goes[[i for _, i in g[:n]]] = True
        parts.insert(0, stay[goes])
        stay = stay[~goes]
    parts.insert(0, stay)
    return [t[rows] for rows in parts for t in tensors]


def fold(*tensors, number, of, seed):
    """The tensors without fold `number` of so many, then those of the fold. Classes are dealt out in turn."""
    groups = _by_class(len(tensors[0]), _class_numbers(tensors), seed)
    dealt = [i for g in groups for _, i in g]
    goes = torch.zeros(len(tensors[0]), dtype=torch.bool)
    goes[dealt[number::of]] = True
    return [t[part] for part in (~goes, goes) for t in tensors]
