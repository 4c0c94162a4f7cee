# SPDX-License-Identifier: MIT
"""state.py: random programs of tensor state: views, writes in place, gradients, optimizers, each with and
without lines that only read: these change nothing.

state.py [COUNT [MODULE]] prints a checksum of each program, or the step that is refused; the status is 1 if a
read changes one, or one has not the number in state.txt, which is `state.py 300 torch`. There x.data is
x.detach(): PyTorch does not see a change of x.data, and gives a wrong gradient. What PyTorch refuses may be a
number here. state.py show SEED prints a program.
"""
import copy
import importlib
import math
import os
import random
import re
import sys

# A row: kind, condition, shape of the result z, sources. x and y have shapes s and t, depend on parameters
# p and r, lie in memory m and l. x has n axes, a is one, of size d, i its index.
# w: x is a parameter; c a number; k: keep the graph.
TABLE = """
new  1  s  x * c  x.clone()  T.tanh(x)  T.exp(x * .1)
new  fit  s  x + y  x * y  y * x  x - y.expand(x.shape)
new  n  cut()  x.sum(a)  x.mean(a)  x.max(a)[0]  sum(x.unbind(a))
new  n and s == t  cut(d + d)  T.cat([x, y], a)
new  s == t  (2,) + s  T.stack([x, y])
new  n == a + 1  cut(d + 1)  T.nn.functional.pad(x, (1, 0))
new  n == 2  s[:1] * 2  x @ x.t()
view  n  s[1:]  x[0]  x[-1]
view  n > 1  s[2:]  x[0, -1]
view  n > a == 0  cut(min(d, 2))  x[-2:]
view  n == a + 1  cut((d + 1) // 2)  x[..., ::2]
view  n  s[:-1]  x[..., -1]
view  1  (1,) + s  x.view(1, *x.shape)  x.unsqueeze(0)
view  w  (math.prod(s),)  x.view(-1)  x.reshape(-1)
view  1  tuple(e for e in s if e > 1)  x.squeeze()
view  n == 2  s[::-1]  x.t()  x.permute(1, 0)
view  n == 2  (min(s),)  x.diagonal()
view  n  cut()  x.select(a, i)
view  n  cut(1)  x.narrow(a, i, 1)
view  1  s  x.expand(2, *x.shape)[1]
plain  1  s  x.detach()  x.data
plain  n  cut()  x.unbind(a)[i].data
plain  n  cut(1)  x.split(1, a)[i].data
plain  w  s  x.requires_grad_(False) * c; x.requires_grad_(True)
plain  w  s  x.data * c; x.data = z  x.data * c; x.grad = z
plain  x == "w1"  s  m.state_dict()["0"]
plain  x > "w0"  s  x.grad * 1 if x.grad is not None else x.data
plain  x > "w1"  s  copy.deepcopy(x).grad
write  1  None  x += c  x.fill_(c)  x.zero_()  x.clamp_(c, 1)  x.detach().mul_(c)  x.data.mul_(c)
write  fit and l != m  None  x += y  x *= y  x.add_(y)  x.copy_(y)
write  t == s[1:] and l != m and n  None  x[0] = y  x[-1] += y
write  n  None  x[1:] -= c  x[x > c] = c  x.select(a, i).mul_(c)  [e.mul_(c) for e in x.data]
write  n > 1  None  x[0, -1] = c
set  x > "w0"  None  x.grad.mul_(c)  x.grad.zero_()
set  1  None  w0.grad = None  o[0].zero_grad(set_to_none=True)  o[1].zero_grad(set_to_none=False)
set  1  None  o[0].step()  o[1].step()
back  p and not w  None  x.sum().backward(retain_graph=k)  (x * x).sum().backward(retain_graph=k)
back  p and s == t  None  x.backward(y.data.clone(), retain_graph=k)
str(v)  repr(v)  v.tolist()  v.sum().item()  v.detach().numpy().copy()  bool(v.sum() > 0)
float(v.max())  [e for e in v.reshape(-1)]  str(w0.grad)
"""
KINDS = "new new new new view view view plain write write write set back back back back back".split()
ROWS = [re.split("  +", row) for row in TABLE.strip().split("\n")]


def build(seed, reads):
    """The lines of a program; look draws only the reads."""
    rng, look = random.Random(seed), random.Random(seed * 7 + 1)
    base, pool, out, hot = rng.choices((1, 1, 2, 3, 4), k=3), {}, [], ""
    nest = lambda s: [nest(s[1:]) for _ in range(s[0])] if s else rng.randint(-99, 99) / 100
    for x in "w0 w1 w2 w3 v0 v1".split():
        s, w = tuple(rng.choice((e, e, 1)) for e in base[rng.randrange(3):]), x > "w"
        pool[x] = s, set([x] * w), x
        out.append(f"{x} = T.tensor({nest(s)}, dtype=T.float64, requires_grad={w})")
    adam = rng.choice(["Adam", "SGD", "SGD"])
    out += ["m = T.nn.ParameterList([T.nn.Parameter(w1)]); w1 = m[0]",
            "for w in w1, w2, w3: w.grad = w.detach() * 0",
            f"o = [T.optim.SGD([w0], lr=.1, momentum=.9), T.optim.{adam}([w1, w2, w3], lr=.1)]"]
    for _ in range(rng.randint(8, 16)):
        while True:  # until the condition holds
            near = [e for e in pool if pool[e][2] == hot]  # in the memory of the last x
            x, y = rng.choice(near * rng.randrange(2) or list(pool)), rng.choice(list(pool))
            (s, p, m), (t, r, l) = pool[x], pool[y]
            n, w, c, z = len(s), x > "w", nest(()), f"v{rng.randrange(6)}"
            a, k = rng.randrange(n or 1), c > -.6
            d = (s + (1,))[a]
            i, cut = rng.randrange(d), lambda *e: s[:a] + e + s[a + 1:]
            fit = len(t) <= n and all(e in (1, g) for e, g in zip(t, s[n - len(t):]))
            kind = rng.choice(KINDS)
            _, needs, shape, *codes = rng.choice([e for e in ROWS if e[0] == kind])
            known = {**globals(), **locals()}
            size = eval(shape, known) if eval(needs, known) else (99,)
            if math.prod(size or ()) < 50:
                break
        code, hot = rng.choice(codes), m
        line = re.sub(r"\b[acikxyz]\b", lambda e: str(known[e[0]]), code)
        if "y" not in code:
            r = set()
        if size is not None:
            line = f"{z} = {line}"
            pool[z] = size, *dict(new=(p | r, line), view=(p, m), plain=(set(), m))[kind]
        if kind == "write":
            if m > "w" and p | r or rng.random() < .2:
                line = "with T.no_grad(): " + line
            else:
                p |= r  # one set for all views of x
        out.append(line)
        if kind == "back":
            out += [f"note('{e}', {e})" for e in pool if e > "w"]
            if not k:  # the graph is gone
                pool = {e: u for e, u in pool.items() if e > "w" or not u[1]}
        while reads and look.random() < .5:
            read = look.choice(look.choice(ROWS[-2:]))
            name = look.choice(list(pool))
            out.append(f"{name} is None or ({read.replace('v', name)})  # read")
    return out + [f"note('{e}', {e})" for e in pool]


def text(seed):
    return "import copy, torch as T\nnote = print\n" + "\n".join(build(seed, True))


def flat(x):
    return sum(map(flat, x), []) if isinstance(x, list) else [x or 0.]


def program(T, seed, reads):
    notes, step = [], 0

    def note(label, x):
        grad = label > "w" and x.grad is not None and x.grad.tolist()
        grad = grad if any(flat(grad)) else None  # zeros count as None
        notes.append((label, [x.detach().tolist(), float(x.requires_grad), grad]))

    space = dict(T=T, torch=T, copy=copy, note=note)
    for line in build(seed, reads):
        step += "#" not in line
        if T.__name__ == "torch":
            line = re.sub(r"\.data\b(?! =)", ".detach()", line)
        try:
            exec(line, space)
        except Exception as error:
            return notes + [("refused", step, str(error)[:60])]
    return notes


def number(notes):
    total = sum(math.sin(1 + .37 * k) * x for k, x in enumerate(flat([e[1] for e in notes])))
    return math.nan if notes[-1][0] == "refused" else total


def said(notes):
    value = number(notes)
    return f"{value:.11g}" if value == value else f"refused {notes[-1][1]}"


if __name__ == "__main__":
    words = sys.argv[1:]
    if words[:1] == ["show"]:
        sys.exit(print(text(int(words[1]))))
    T, wrong = importlib.import_module(words[1] if len(words) > 1 else "wengert"), 0
    with open(os.path.splitext(__file__)[0] + ".txt") as f:
        right = [line.strip('"\n').split()[1:] for line in f]
    for seed in range(int(words[0]) if words else 300):
        plain, read = (said(program(T, seed, reads)) for reads in (False, True))
        what = "" if plain == read else f" with reads {read}"
        if T.__name__ != "torch" and seed < len(right) and right[seed][0] != "refused" and (
                "refused" in plain or abs(float(plain) - float(right[seed][0])) > 1e-9):
            what += f" in place of {right[seed][0]}"
        print(f'"{seed} {plain}{what}"')
        wrong += what != ""
    sys.exit(wrong > 0)
