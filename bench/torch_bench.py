"""The works of bench/bench.c in PyTorch, as a server: the runner asks for one round at a time, sides in turn.

    answer WORK SIZE                       one number, to be compared with the other sides
    run WORK SIZE REPETITIONS REP_S CAP_S  the least seconds of each part over the repetitions of one round

Each line is a request. The answer is one line: numbers, or "error ..." and the reason. The first line that
the server prints is "ready VERSION".
"""

import sys
import time

try:
    import numpy as np
    import torch
    import torch.nn.functional as F
except ImportError as e:
    print("missing", str(e).replace("\n", " "), flush=True)
    sys.exit(0)

X, Y, GAMMA, BETA, WEIGHTS = 1, 2, 3, 4, 10
CHECK_STEPS = 3
THREADS = 2


def mixed(stream, n):
    x = np.arange(n, dtype=np.uint32) * np.uint32(0x9E3779B9) + np.uint32(stream * 0x85EBCA6B & 0xFFFFFFFF)
    x ^= x >> np.uint32(16)
    x *= np.uint32(0x7FEB352D)
    x ^= x >> np.uint32(15)
    x *= np.uint32(0x846CA68B)
    return x ^ x >> np.uint32(16)


def values(stream, *shape):
    n = int(np.prod(shape))
    v = (mixed(stream, n) >> np.uint32(8)).astype(np.float32) * np.float32(2.0**-23) - np.float32(1)
    return torch.from_numpy(v).reshape(shape)


def classes(stream, n, count):
    return torch.from_numpy(((mixed(stream, n) >> np.uint32(8)) % np.uint32(count)).astype(np.int64))


def weighted(t):
    v = t.detach().reshape(-1).to(torch.float64)
    return float((v * (torch.arange(v.numel()) % 7 - 2)).sum())


def linear(n_in, n_out, stream, dtype=torch.float32, scale=None):
    layer = torch.nn.Linear(n_in, n_out, dtype=dtype)
    scale = (6.0 / n_in) ** 0.5 if scale is None else scale
    with torch.no_grad():
        layer.weight.copy_((values(stream, n_in, n_out).to(torch.float64) * scale).T.to(dtype))
        layer.bias.zero_()
    return layer


class Training:
    """Works of one part: step() does the work once, answer() is the loss of the last of a few steps."""

    threads = THREADS

    def run(self, n):
        for _ in range(n):
            self.step()

    def answer(self):
        self.run(CHECK_STEPS)
        return self.loss

    def update(self, loss):
        self.optim.zero_grad(set_to_none=True)
        loss.backward()
        self.optim.step()
        self.loss = loss.item()


class Mlp(Training):
    def __init__(self, size, check):
        width, layers = [784, 256, 128, 10], []
        for i in range(3):
            layers.append(linear(width[i], width[i + 1], WEIGHTS + i))
            if i < 2:
                layers.append(torch.nn.ReLU())
        self.model = torch.nn.Sequential(*layers)
        self.x, self.y = values(X, 128, 784), classes(Y, 128, 10)
        self.optim = torch.optim.Adam(self.model.parameters(), lr=1e-3 if check else 1e-8)

    def step(self):
        self.update(F.cross_entropy(self.model(self.x), self.y))


class Small(Training):
    threads = 1

    def __init__(self, size, check):
        hidden, out = linear(2, 4, WEIGHTS, scale=1), linear(4, 1, WEIGHTS + 1, scale=1)
        self.model = torch.nn.Sequential(hidden, torch.nn.Tanh(), out)
        self.x, self.y = values(X, size, 2), classes(Y, size, 2).to(torch.float32).reshape(size, 1)
        self.optim = torch.optim.SGD(self.model.parameters(), lr=0.1 if check else 1e-9)

    def step(self):
        self.update(F.binary_cross_entropy_with_logits(self.model(self.x), self.y))


class Tape:
    """Two parts. PyTorch computes at once what it builds, so build and forward are one of them."""

    threads = 1

    def __init__(self, size, check):
        self.size = size

    def once(self):
        t0 = time.perf_counter()
        x0 = torch.tensor(1.0, requires_grad=True)
        x = x0
        for _ in range(self.size // 2):
            x = x * 1.000001
            x = x + 1e-7
        t1 = time.perf_counter()
        x.backward()
        t2 = time.perf_counter()
        self.value = x.item() + x0.grad.item()
        return [t1 - t0, t2 - t1]

    def parts(self, n):
        total = [0.0, 0.0]
        for _ in range(n):
            total = [a + b for a, b in zip(total, self.once())]
        return total

    def answer(self):
        self.once()
        return self.value


class Chain(Training):
    def __init__(self, size, check):
        self.x = (4 * values(X, size << 20)).requires_grad_()

    def step(self):
        x = self.x
        x.grad = None
        y = (torch.tanh(1.1 * x + 0.1) * torch.sigmoid(x) + torch.relu(x)).sum()
        y.backward()
        self.y = y

    def answer(self):
        with torch.no_grad():
            x = self.x.to(torch.float64)
            exact = float((torch.tanh(1.1 * x + 0.1) * torch.sigmoid(x) + torch.relu(x)).sum())
        self.step()
        near = abs(self.y.item() / exact - 1) < 1e-3
        return ((exact if near else float("nan")) + weighted(self.x.grad)) / self.x.numel()


class Deep(Training):
    def __init__(self, size, check):
        layers = []
        for i in range(10):
            layers += [linear(1024, 1024, WEIGHTS + i)] + ([torch.nn.ReLU()] if i < 9 else [])
        self.model = torch.nn.Sequential(*layers)
        self.x, self.y = values(X, 512, 1024), values(Y, 512, 1024)
        self.optim = torch.optim.SGD(self.model.parameters(), lr=0.1 if check else 1e-6)

    def step(self):
        self.update(F.mse_loss(self.model(self.x), self.y))


class Softmax(Training):
    def __init__(self, size, check):
        self.x, self.y = values(X, 512, 32768).requires_grad_(), classes(Y, 512, 32768)

    def step(self):
        self.x.grad = None
        self.out = F.cross_entropy(self.x, self.y)
        self.out.backward()

    def answer(self):
        self.step()
        return self.out.item() + weighted(self.x.grad)


class LayerNorm(Training):
    def __init__(self, size, check):
        self.x, self.gy = values(X, 4096, 1024).requires_grad_(), values(Y, 4096, 1024)
        self.gamma = (1 + 0.5 * values(GAMMA, 1024)).requires_grad_()
        self.beta = values(BETA, 1024).requires_grad_()

    def step(self):
        self.out = F.layer_norm(self.x, (1024,), self.gamma, self.beta, 1e-5)
        self.g = torch.autograd.grad(self.out, (self.x, self.gamma, self.beta), self.gy)

    def answer(self):
        self.step()
        return (weighted(self.out) + weighted(self.g[0])) / 1024 + weighted(self.g[1]) + weighted(self.g[2])


class Gradcheck(Training):
    """gradcheck does not return its numbers, so there is no answer to compare; but it must pass."""

    def __init__(self, size, check):
        a = linear(64, 32, WEIGHTS, dtype=torch.float64)
        b = linear(32, 10, WEIGHTS + 1, dtype=torch.float64)
        y = classes(Y, 8, 10)
        x = values(X, 8, 64).to(torch.float64).requires_grad_()
        self.inputs = (x, a.weight, a.bias, b.weight, b.bias)
        self.f = lambda x, W, c, V, d: F.cross_entropy(F.linear(torch.relu(F.linear(x, W, c)), V, d), y)

    def step(self):
        assert torch.autograd.gradcheck(self.f, self.inputs, eps=1e-7, atol=1e-5)

    def answer(self):
        self.step()
        return None


class LeNet(Training):
    """W9. Kernels are drawn as [rows, columns, inputs, units], and the first dense layer takes channels
    last."""

    def __init__(self, size, check):
        conv1, conv2 = torch.nn.Conv2d(1, 6, 5), torch.nn.Conv2d(6, 16, 5)
        fc = [linear(256, 120, WEIGHTS + 2), linear(120, 84, WEIGHTS + 3), linear(84, 10, WEIGHTS + 4)]
        with torch.no_grad():
            conv1.weight.copy_(((6.0 / 25) ** 0.5 * values(WEIGHTS, 5, 5, 1, 6)).permute(3, 2, 0, 1))
            conv2.weight.copy_(((6.0 / 150) ** 0.5 * values(WEIGHTS + 1, 5, 5, 6, 16)).permute(3, 2, 0, 1))
            conv1.bias.zero_(), conv2.bias.zero_()
            fc[0].weight.copy_(fc[0].weight.reshape(120, 4, 4, 16).permute(0, 3, 1, 2).reshape(120,
                256).clone())
        relu, pool = torch.nn.ReLU(), torch.nn.MaxPool2d(2)
        self.model = torch.nn.Sequential(
            conv1, relu, pool, conv2, relu, pool, torch.nn.Flatten(), fc[0], relu, fc[1], relu, fc[2]
        )
        self.x, self.y = values(X, size, 1, 28, 28), classes(Y, size, 10)
        rate = 0.01 if check else 1e-7
        self.optim = torch.optim.SGD(self.model.parameters(), lr=rate, momentum=0.9)

    def step(self):
        self.update(F.cross_entropy(self.model(self.x), self.y))


class Gpt(Training):
    """W16. The output layer is the table of the characters."""

    layers, heads, width, tokens, letters = 4, 4, 256, 128, 96

    def __init__(self, size, check):
        n, self.used = self.width, 0
        self.table, self.place = self.weight(self.letters, n), self.weight(self.tokens, n)
        self.blocks = [self.block(n) for _ in range(self.layers)]
        self.norm = self.ones(n)
        all_of = [self.table, self.place, *self.norm, *[w for b in self.blocks for w in b]]
        self.x = classes(X, size * self.tokens, self.letters).reshape(size, self.tokens)
        self.y = classes(Y, size * self.tokens, self.letters)
        self.hidden = torch.ones(self.tokens, self.tokens, dtype=torch.bool).triu(1)
        self.optim = torch.optim.AdamW(all_of, lr=1e-3 if check else 1e-8, weight_decay=0.01)

    def weight(self, *shape):
        self.used += 1
        return (0.02 * 3**0.5 * values(99 + self.used, *shape)).requires_grad_()

    def ones(self, n):
        return [torch.ones(n, requires_grad=True), torch.zeros(n, requires_grad=True)]

    def block(self, n):
        W = [self.weight(n, 3 * n), self.weight(n, n), self.weight(n, 4 * n), self.weight(4 * n, n)]
        return [*W, *[torch.zeros(w.shape[1], requires_grad=True) for w in W], *self.ones(n), *self.ones(n)]

    def attention(self, x, W, b):
        rows, tokens, n = x.shape
        q, k, v = [
            t.reshape(rows, tokens, self.heads, -1).transpose(1, 2) for t in torch.split(x @ W + b, n, 2)
        ]
        scores = (q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5).masked_fill(self.hidden, float("-inf"))
        return (scores.softmax(-1) @ v).transpose(1, 2).reshape(rows, tokens, n)

    def logits(self, x, place):
        n, h = self.width, self.table[x] + place
        for W, Wo, W1, W2, b, bo, b1, b2, gain1, shift1, gain2, shift2 in self.blocks:
            h = h + self.attention(F.layer_norm(h, (n,), gain1, shift1), W, b) @ Wo + bo
            a = F.gelu(F.layer_norm(h, (n,), gain2, shift2) @ W1 + b1, approximate="tanh")
            h = h + a @ W2 + b2
        return F.layer_norm(h, (n,), *self.norm) @ self.table.T

    def step(self):
        self.update(F.cross_entropy(self.logits(self.x, self.place).flatten(0, 1), self.y))


def number(stream, i, count):
    """bench_class of bench.h, for one i."""
    x = i * 0x9E3779B9 + stream * 0x85EBCA6B & 0xFFFFFFFF
    x = (x ^ x >> 16) * 0x7FEB352D & 0xFFFFFFFF
    x = (x ^ x >> 15) * 0x846CA68B & 0xFFFFFFFF
    return ((x ^ x >> 16) >> 8) % count


class Trees(Training):
    """W12: one tree after the other, an inner node after its children."""

    threads = 1
    leaves, most = 20, 16

    def __init__(self, size, check):
        self.size, self.number = size, 0
        self.inner = linear(128, 64, WEIGHTS + 1, scale=(3 / 128) ** 0.5)
        self.out = linear(64, 5, WEIGHTS + 2, scale=(3 / 64) ** 0.5)
        self.words = values(WEIGHTS, 1000, 1, 64)
        weights = [*self.inner.parameters(), *self.out.parameters()]
        self.optim = torch.optim.Adam(weights, lr=1e-3 if check else 1e-8)

    def root(self, seed):
        nodes = [self.words[number(X + 1000, seed * self.leaves + i, 1000)] for i in range(self.leaves)]
        for k in range(self.leaves - 1):
            at = number(Y + 1000, seed * (self.leaves - 1) + k, len(nodes) - 1)
            nodes[at : at + 2] = [torch.tanh(self.inner(torch.cat(nodes[at : at + 2], 1)))]
        return nodes[0]

    def step(self):
        self.number += 1
        seeds = range(self.number * self.most, self.number * self.most + self.size)
        roots = torch.cat([self.root(seed) for seed in seeds])
        self.update(F.cross_entropy(self.out(roots), torch.tensor([number(Y, seed, 5) for seed in seeds])))


WORKS = {
    "W1": Mlp, "W3": Small, "W4": Tape, "W5": Chain, "W6": Deep, "W7softmax": Softmax,
    "W7layer": LayerNorm, "W8": Gradcheck, "W9": LeNet, "W12": Trees, "W16": Gpt,
}  # fmt: skip


def timed(work, n):
    if hasattr(work, "parts"):
        return work.parts(n)
    t = time.perf_counter()
    work.run(n)
    return [time.perf_counter() - t]


def repetitions(work, at_least):
    """How many times the work is done in one repetition of at least at_least seconds; this also warms up."""
    n = 1
    while True:
        t = sum(timed(work, n))
        if t >= at_least:
            return n
        n = max(n + 1, int(1.2 * n * at_least / max(t, 1e-9))) if t > at_least / 50 else 10 * n


def one_round(work, reps, rep_seconds, cap):
    """A work that takes long is not warmed up."""
    end = time.perf_counter() + cap
    if not hasattr(work, "n"):
        work.n = repetitions(work, rep_seconds)
    elif work.last < cap / 4:
        timed(work, work.n)
    best = None
    for _ in range(reps):
        t = timed(work, work.n)
        work.last = sum(t)
        t = [s / work.n for s in t]
        best = t if best is None else [min(a, b) for a, b in zip(best, t)]
        if time.perf_counter() > end:
            break
    return best


def main():
    print("ready", torch.__version__, flush=True)
    name, work = None, None
    for line in sys.stdin:
        verb, which, size, *rest = line.split()
        try:
            torch.set_num_threads(WORKS[which].threads)
            if verb == "answer":
                name, work = None, None
                reply = [WORKS[which](int(size), True).answer()]
            else:
                if name != (which, size):
                    work = None
                    name, work = (which, size), WORKS[which](int(size), False)
                reply = one_round(work, int(rest[0]), float(rest[1]), float(rest[2]))
            print(*("none" if v is None else repr(v) for v in reply), flush=True)
        except Exception as e:
            print("error", str(e).replace("\n", " ")[:200], flush=True)


if __name__ == "__main__":
    main()
