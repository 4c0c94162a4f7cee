# SPDX-License-Identifier: MIT
"""The parts of which the programs of mutations.py are made, and the crossed programs."""
import itertools
import os


PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "mutations.txt")
NEAR = 1e-9  # of a number and of 1e-3, as the file has 12 digits

# ---- the crossed programs ----

PLAIN = """
w = m.tensor([[1.0, -2.0], [0.5, 3.0]], requires_grad=True)
parameters = [w]
"""
OWNED = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(m.tensor([[1.0, -2.0], [0.5, 3.0]]))

    def forward(self, x):
        return x @ self.w

net = Net()
w = net.w
parameters = list(net.parameters())
"""
LINEAR = """
net = nn.Linear(2, 2)
net.load_state_dict({"weight": m.tensor([[1.0, -2.0], [0.5, 3.0]]), "bias": m.tensor([0.25, -0.5])})
w = net.weight
parameters = list(net.parameters())
"""

VALUES = {
    "op": "old = w * 2",
    "chain": "old = m.tanh(w * 0.5 + 1).sum(0) ** 2",
    "op_detach": "old = (w * 2).detach()",
    "op_no_grad": "with m.no_grad():\n    old = w * 2",
    "plain": "old = x * 3 + 1",
    "clone": "old = w.clone()",
    "detach": "old = w.detach()",
    "detach_clone": "old = w.detach().clone()",
    "net": "old = net(x)",
    "loss": "old = ((w - 1) ** 2).mean()",
}
STEP = "opt.zero_grad()\n(w ** 3 * x).sum().backward()\nopt.step()"
NEW = "m.tensor([[-1.0, 4.0], [2.0, 0.125]])"
CHANGES = {  # with the line that makes the optimizer, which stands in front
    "sgd": ("opt = m.optim.SGD(parameters, lr=0.1)", STEP),
    "momentum": ("opt = m.optim.SGD(parameters, lr=0.1, momentum=0.9)", STEP),
    "adam": ("opt = m.optim.Adam(parameters, lr=0.1)", STEP),
    "set": ("", "put(w, np.array([[-1.0, 4.0], [2.0, 0.125]]))"),
    "data": ("", "w.data = " + NEW),
    "isub": ("", "with m.no_grad():\n    w -= 0.5"),
    "imul": ("", "with m.no_grad():\n    w *= 2"),
    "load": ("", "net.load_state_dict(dict(net.state_dict(), **{NAME: %s}))" % NEW),
    "two": ("", "with m.no_grad():\n    w -= 0.5\nw.data = w.data * 3"),
    "two_steps": ("opt = m.optim.SGD(parameters, lr=0.1, momentum=0.9)", STEP + "\n" + STEP),
}
GRAPHS = {"automatic": "", "explicit": "g = graph()"}
BETWEENS = {"nothing": "", "backward": "((w - 0.5) ** 2 * x).sum().backward()"}
READ = "out.append(old.tolist())"
USES = {  # in front of the change, and after it
    "again": (READ, READ),
    "first": ("", READ),
    "after_new": ("", "new = w * 3 + 1\nout.append(new.tolist())\n" + READ),
    "in_loss": ("", "w.grad = None\nloss = ((w - old.detach()) ** 2).sum()\nloss.backward()\nout += "
                "[w.grad.tolist(), loss.item()]"),
    "onward": ("", "new = old * 3 + 1\nout.append(new.tolist())\nout.append(w.tolist())"),
}


def crossed():
    for value, change, graph, between, use in itertools.product(VALUES, CHANGES, GRAPHS, BETWEENS, USES):
        owner = LINEAR if value == "net" else OWNED if change == "load" else PLAIN
        made, changed = CHANGES[change]
        before, after = USES[use]
        parts = [owner, made, GRAPHS[graph], "x = m.tensor([[0.5, 1.5], [-1.0, 2.0]])", VALUES[value], before,
                 BETWEENS[between],
                 changed.replace("NAME", '"weight"' if owner is LINEAR else '"w"'), after]
        yield " ".join((value, change, graph, between, use)), "\n".join(p.strip("\n") for p in parts
            if p) + "\n"


# ---- single programs ----

NETS = """
def linear(n, k, first):
    net = nn.Linear(n, k)
    weight, bias = np.cos(first + np.arange(k * n)).reshape(k, n), np.sin(first + np.arange(k))
    net.load_state_dict({"weight": m.tensor(weight), "bias": m.tensor(bias)})
    return net

x = m.tensor([[0.5, 1.5, -0.25], [-1.0, 2.0, 0.75], [0.125, -0.5, 1.0], [1.5, 0.25, -1.25]])
y = m.tensor([[1.0], [0.0], [1.0], [-1.0]])
"""
TRAIN = """
def fit(net, opt, steps):
    for step in range(steps):
        opt.zero_grad()
        loss = ((net(x) - y) ** 2).mean()
        loss.backward()
        opt.step()
    return loss.item()
"""
W = "w = m.tensor([1.0, -2.0, 0.5], requires_grad=True)\n"

GAN = NETS + """
G, D = linear(3, 2, 1), linear(2, 1, 5)
oG, oD = OPTIMIZER(G.parameters(), lr=0.1), OPTIMIZER(D.parameters(), lr=0.1)
GRAPH
bce = F.binary_cross_entropy_with_logits
for step in range(3):
    real = m.tensor([[0.5, 1.0], [1.0, 0.5], [0.75, 2.0], [1.0, 1.0]])
    ones, zeros = m.ones(4, 1), m.zeros(4, 1)
    z = x * (step + 1)
    fake = G(z)
    oD.zero_grad()
    LOSS_D
    oD.step()
    oG.zero_grad()
    g_loss = bce(D(fake), ones)
    g_loss.backward()
    out += [d_loss.item(), g_loss.item(), G.weight.grad.tolist(), G.bias.grad.tolist()]
    oG.step()
    out += [G.weight.tolist(), D.weight.tolist(), fake.tolist()]
"""
TOGETHER = "d_loss = bce(D(real), ones) + bce(D(fake.detach()), zeros)\n    d_loss.backward()"
APART = """d_real = bce(D(real), ones)
    d_real.backward()
    d_fake = bce(D(fake.detach()), zeros)
    d_fake.backward()
    d_loss = d_real + d_fake"""


def gan(optimizer, graph, loss):
    return GAN.replace("OPTIMIZER", optimizer).replace("GRAPH", graph).replace("LOSS_D", loss)


TWO = NETS + """
a, b = linear(3, 2, 1), linear(3, 2, 4)
oa, ob = m.optim.SGD(a.parameters(), lr=0.1), m.optim.SGD(b.parameters(), lr=0.1)
for step in range(3):
    oa.zero_grad()
    (a(x) ** 2).mean().backward()
    oa.step()
    ob.zero_grad()
    LOSS
    loss.backward()
    ob.step()
    out += [loss.item(), b.weight.grad.tolist(), b.bias.grad.tolist(), b.weight.tolist(), a.weight.tolist()]
"""


def two(loss):
    return TWO.replace("LOSS", loss)


PPO = NETS + """
pi = linear(3, 2, 1)
opt = m.optim.Adam(pi.parameters(), lr=0.1)
action, advantage = m.tensor([[0], [1], [1], [0]]), m.tensor([[1.0], [-0.5], [2.0], [0.25]])

def log_prob():
    return F.log_softmax(pi(x), dim=1).gather(1, action)

OLD
for step in range(3):
    ratio = m.exp(log_prob() - old)
    loss = -m.minimum(ratio * advantage, m.clamp(ratio, 0.8, 1.2) * advantage).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    out += [ratio.tolist(), loss.item(), pi.weight.tolist()]
out.append(old.tolist())
"""
DQN = NETS + """
q, target = linear(3, 2, 1), linear(3, 2, 4)
target.load_state_dict(q.state_dict())
opt = m.optim.SGD(q.parameters(), lr=0.1)
action, reward, after = m.tensor([0, 1, 1, 0]), m.tensor([1.0, 0.0, -1.0, 0.5]), x * 2 - 1
for step in range(4):
    TARGET
    got = q(x).gather(1, action.unsqueeze(1)).squeeze(1)
    loss = F.smooth_l1_loss(got, wanted)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step == 1:
        target.load_state_dict(q.state_dict())
    out += [loss.item(), q.weight.tolist(), target.weight.tolist(), wanted.tolist()]
"""

RANK0 = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.b = nn.Parameter(m.tensor(0.5))

    def forward(self, x):
        return x * self.b

net = Net()
b = net.b
old = b * 2
"""
SCHEDULES = W + """
opt = m.optim.SGD([w], lr=0.2)
S = m.optim.lr_scheduler
one, other = FIRST, SECOND
for step in range(7):
    opt.zero_grad()
    (w ** 2).sum().backward()
    opt.step()
    one.step()
    other.step()
    out += [opt.param_groups[0]["lr"], w.tolist()]
"""


def schedules(first, second):
    return SCHEDULES.replace("FIRST", first).replace("SECOND", second)
