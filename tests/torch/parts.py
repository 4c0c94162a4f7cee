"""parts.py WENGERT: 40 programs of the language whose states have several parts, beside PyTorch. A step is
the same text in both: its lines, its results. The losses and all gradients by the first states, the elements
and the weights agree to 1e-12 of the largest element of each."""

import json
import random
import subprocess
import sys
import tempfile

import torch

torch.set_default_dtype(torch.float64)
BOUND = 1e-12
WORDS = dict(tanh=torch.tanh, sigmoid=torch.sigmoid, exp=torch.exp, sin=torch.sin, cos=torch.cos,
             sqrt=torch.sqrt,
             abs=torch.abs, relu=torch.relu, softplus=torch.nn.functional.softplus, sum=torch.sum,
             mean=torch.mean, maximum=torch.maximum, where=torch.where, inverse=torch.inverse,
             softmax=lambda x: torch.softmax(x, -1), norm=torch.linalg.norm)

# parts of the state and their shapes; the shape of an element of xs; weights; lines; results
STEPS = {
    "momentum": ("w:3 v:3", "3", "", "v1 = 0.9*v + 0.2*w*x", "w - 0.1*v1, v1"),
    "adam": ("w:4 m:4 v:4", "4", "", "g = 2*w + x; m1 = 0.9*m + 0.1*g; v1 = 0.99*abs(v) + 0.01*g**2",
             "w - 0.1*m1/(sqrt(v1) + 1e-3), m1, v1"),
    "rmsprop": ("w:2 s:2", "2", "", "g = w*x; s1 = 0.9*s**2 + 0.1*g**2", "w - 0.05*g/sqrt(s1 + 1e-2), s1"),
    "lstm": ("h:4 c:4", "3", "W:3,16 U:4,16 b:16",
             "z = x @ W + h @ U + b; c1 = sigmoid(z[4:8])*c + sigmoid(z[0:4])*tanh(z[12:16])",
             "sigmoid(z[8:12])*tanh(c1), c1"),
    "gru": ("h:3 k:3", "3", "U:3,3 R:3,3", "r = sigmoid(h @ R); n = tanh(x + r*(h @ U)); h1 = 0.3*h + 0.7*n",
            "h1, 0.5*k + h1"),
    "leapfrog": ("p:3 q:3", "3", "", "p1 = p - 0.05*sin(q + x); q1 = q + 0.1*p1",
                 "p1 - 0.05*sin(q1 + x), q1"),
    "prey": ("a: b:", "", "k:", "a1 = a + 0.05*a*(1 - k*b) + 0.01*x", "a1, b + 0.05*b*(a1 - 1)"),
    "kalman": ("m:2 P:2,2", "2", "F:2,2 Q:2,2",
               "m1 = F @ m; P1 = F @ P @ F.T + Q @ Q.T; K = P1 @ inverse(P1 + [[1.0, 0.0], [0.0, 1.0]])",
               "m1 + K @ (x - m1), P1 - K @ P1"),
    "softmax": ("s:4 z:", "4", "", "e = softmax(s + x)", "0.5*s + e, z + sum(e*x)"),
    "online": ("m: s: t:", "", "", "m1 = maximum(m, x)", "m1, s*exp(m - m1) + exp(x - m1), t + x*m1"),
    "newton": ("x0:3 f:3", "3", "a:3", "f1 = x0**3 + a*x0 - x", "x0 - 0.3*f1/(3*x0**2 + abs(a) + 1), f1"),
    "residual": ("h:4 n:", "4", "W:4,4", "y = h + 0.3*tanh((h + x) @ W)", "y/norm(y), n + norm(y)"),
    "power": ("v:3 l:", "3,3", "", "u = (x @ x.T) @ v + v", "u/norm(u), sum(u*v)"),
    "branch": ("a:3 b:3", "3", "", "c = where(x > 0.0, a*x, b)", "tanh(c + a), b + 0.5*c"),
    "circuit": ("i: u:", "", "r: l:", "i1 = i + 0.1*(u - r*i + x)/(1 + l**2)", "i1, u - 0.1*i1"),
    "attention": ("K:5,3 y:3", "3", "W:3,3", "p = softmax(K @ (x @ W)); y1 = p @ K", "K + 0.1*x*y1, y1"),
    "delay": ("a:2 b:2 c:2 d:2", "2", "", "e = 0.4*a + 0.3*d + x", "b, c, d, tanh(e)"),
    "swap": ("W:2,3 V:3,2", "2,2", "", "T = 0.4*x @ W", "V.T + 0.1*T, (W - T).T"),
    "counted": ("s:3 n: m:3", "3", "", "n1 = n + 1; d = x - m; m1 = m + d/n1", "s + d*(x - m1), n1, m1"),
    "hopf": ("z:2 a:", "2", "", "r = sum(z*z); w = [z[1], -z[0]]", "z + 0.1*(z*(1 - r) + w + x), 0.9*a + r"),
}


def grown(seed):
    """A step of random expressions: two to five parts, elementwise."""
    pick = random.Random(seed)
    parts = [f"p{k}" for k in range(pick.randint(2, 5))]

    def expression(depth, names):
        if depth == 0 or pick.random() < 0.15:
            return (pick.choice(names) if pick.random() < 0.8
                    else f"{pick.uniform(0.1, 1):.3f}*{pick.choice(names)}")
        a, b = expression(depth - 1, names), expression(depth - 1, names)
        return pick.choice([f"({a} + {b})", f"({a} - {b})", f"{a}*({b})", f"tanh({a}*({b}) + c)",
                            f"sin({a} + {b})",
                            f"sigmoid({a} - {b})", f"({a})/(2 + ({b})**2)", f"exp(-({a})**2 - 1)*({b})"])

    lines = f"t = {expression(2, parts + ['x', 'c'])}; u = {expression(2, parts + ['t', 'x'])}"
    results = ", ".join(f"0.5*{p} + 0.3*tanh({expression(3, parts + ['t', 'u', 'x', 'c'])})" for p in parts)
    return " ".join(p + ":3" for p in parts), "3", "c:3", lines, results


def shapes(text):
    return {name: [int(n) for n in size.split(",") if n]
            for name, size in (w.split(":") for w in text.split())}


def tensor(v):
    return (torch.stack([tensor(e) for e in v]) if isinstance(v, list) else v if torch.is_tensor(v)
            else torch.tensor(v))



def run(step, start, xs, weights, every):
    parts, _, _, lines, results = step
    names = list(shapes(parts))
    code = [compile(line.strip(), "step", "exec") for line in lines.replace("[[1.0, 0.0], [0.0, 1.0]]",
        "eye").split(";")]
    last = compile(f"({results},)", "step", "eval")
    state, rows = list(start), []
    for x in xs:
        scope = dict(WORDS, eye=torch.eye(2), x=x, **weights, **dict(zip(names, state)))
        for line in code:
            exec(line, scope)
            scope.update({k: tensor(v) for k, v in scope.items() if isinstance(v, list)
                          and not k.startswith("_")})
        state = list(eval(last, scope))
        rows.append(state)
    values = [torch.stack([r[k] for r in rows]) for k in range(len(names))] if every else state
    return sum((torch.cos(v) * (k + 1)).sum() for k, v in enumerate(values))


def literal(t):
    return json.dumps(t.detach().tolist())


def program(step, leaves, xs, every):
    parts, _, weights, lines, results = step
    names, w = list(shapes(parts)), list(shapes(weights))
    text = [f"{n} = {literal(t)}" for n, t in leaves.items()] + [f"xs = {literal(xs)}"]
    text.append(f"step({', '.join(names)}, x) = {{ {lines}; ({results}) }}")
    ends = [n + "_end" for n in names]
    text.append(f"({', '.join(ends)}) = scan(step, ({', '.join('first_' + n for n in names)}), xs"
                f"{', all=true' if every else ''})")
    text.append("L = " + " + ".join(f"{k + 1}*sum(cos({n}))" for k, n in enumerate(ends)))
    by = [*leaves, "xs"]
    text.append(f"({', '.join('d_' + n for n in by)}) = grad(L, ({', '.join(by)}))")
    return "\n".join(text) + "\n", ["L"] + ["d_" + n for n in by]


def compare(name, step, seed, every, wengert):
    torch.manual_seed(seed)
    steps = 3 + seed % 5
    leaves = {"first_" + n: (0.7 * torch.randn(s)).requires_grad_() for n, s in shapes(step[0]).items()}
    weights = {n: (0.5 * torch.randn(s)).requires_grad_() for n, s in shapes(step[2]).items()}
    size = [int(n) for n in step[1].split(",") if n]
    xs = (0.5 * torch.randn([steps] + size)).requires_grad_()
    start = list(leaves.values())
    loss = run(step, start, list(xs), weights, every)
    want = [loss] + list(torch.autograd.grad(loss, [*leaves.values(), *weights.values(), xs],
                                             allow_unused=True))
    text, names = program(step, {**leaves, **weights}, xs, every)
    with tempfile.NamedTemporaryFile("w", suffix=".wg") as f:
        f.write(text)
        f.flush()
        out = subprocess.run([wengert, "eval", f.name, "--json", "--print", ",".join(names)],
                             stdout=subprocess.PIPE, text=True)
    reply = json.loads(out.stdout)
    if "values" not in reply:
        return name, reply["error"]["message"]
    far = 0.0
    for n, w in zip(names, want):
        got = torch.tensor(reply["values"][n]["value"])
        w = torch.zeros(got.shape) if w is None else w.detach()
        far = max(far, float((got - w).abs().max() / max(float(w.abs().max()), 1e-300)) if w.abs().max()
                  or got.abs().max() else 0)
    return name, far


programs = list(STEPS.items()) + [(f"grown {k}", grown(k)) for k in range(20)]
bad = 0
for i, (name, step) in enumerate(programs):
    name, far = compare(name, step, i + 1, i % 2 == 1, sys.argv[1])
    fails = isinstance(far, str) or not far <= BOUND
    bad += fails
    print(f"{name:12} {far if isinstance(far, str) else format(far, '.1e')}{'  FAILS' if fails else ''}")
print(f"PyTorch {torch.__version__}: {len(programs) - bad} of {len(programs)} programs have the same losses "
      "and gradients")
sys.exit(bad > 0)
