# SPDX-License-Identifier: MIT
"""The programs of mutations.py that stand alone."""
from mutations_in_place import IN_PLACE
from mutations_texts import APART, DQN, NETS, PPO, RANK0, TOGETHER, TRAIN, W, crossed, gan, schedules, two


SINGLES = {
    "dcgan": gan("m.optim.SGD", "", TOGETHER),
    "dcgan_adam": gan("m.optim.Adam", "", TOGETHER),
    "dcgan_apart": gan("m.optim.SGD", "", APART),
    "dcgan_explicit": gan("m.optim.SGD", "g = graph()", TOGETHER),
    "dcgan_explicit_apart": gan("m.optim.Adam", "g = graph()", APART),

    "minus_detached": two("loss = ((b(x) - a(x).detach()) ** 2).mean()"),
    "minus_stopped": two("loss = ((b(x) - stop(a(x))) ** 2).mean()"),
    "minus_no_grad": two("with m.no_grad():\n        wanted = a(x)\n    loss = F.mse_loss(b(x), wanted)"),
    "detached_weight": two("loss = ((b(x) - x @ a.weight.detach().T) ** 2).mean()"),
    "argmax_of_other": two("loss = F.cross_entropy(b(x), a(x).argmax(dim=1))"),
    "sign_of_other": two("loss = (b(x) ** 2 * (a(x) > 0).double()).sum()"),
    "where_by_other": two("loss = m.where(a(x) > 0, b(x), b(x) ** 2).sum()"),
    "mask_of_other": two("loss = (b(x)[a(x) > 0] ** 2).sum()"),
    "round_of_other": two("loss = ((b(x) - a(x).round()) ** 2).sum()"),
    "round_gradient": two("loss = ((b(x) - a(x).round()) ** 2).sum()").replace(
        "    ob.step()", "    out.append(a.weight.grad.tolist())\n    ob.step()"),
    "floor_of_other": two("loss = ((b(x) - m.floor(a(x))) ** 2).sum()"),
    "item_of_other": two("loss = (b(x) ** 2).sum() * a(x).sum().item()"),
    "other_alone_detached": W + """
a = linear(3, 1, 2)
loss = (w ** 2).sum() + a(x).detach().sum()
loss.backward()
out += [w.grad.tolist(), loss.item()]
""",
    "gradient_of_unused": NETS + "a, b = linear(3, 1, 1), linear(3, 1, 2)\n((b(x) - a(x).detach()) ** "
    "2).mean().backward()\nout += [b.weight.grad.tolist(), [float(a.weight.grad is None)]]",
    "alternating": NETS + """
a, b = linear(3, 2, 1), linear(3, 2, 4)
opt = m.optim.SGD(list(a.parameters()) + list(b.parameters()), lr=0.1)
for step in range(4):
    p, q = a(x), b(x)
    opt.zero_grad()
    loss = ((p - q.detach()) ** 2).mean() if step % 2 else ((q - p.detach()) ** 2).mean()
    loss.backward()
    opt.step()
    out += [loss.item(), a.weight.tolist(), b.weight.tolist()]
""",
    "symmetric": NETS + """
a, b = linear(3, 2, 1), linear(3, 2, 4)
opt = m.optim.SGD(list(a.parameters()) + list(b.parameters()), lr=0.1)
for step in range(3):
    p, q = a(x), b(x)
    loss = ((p - q.detach()) ** 2).mean() + ((q - p.detach() * 2) ** 2).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    out += [loss.item(), a.weight.tolist(), b.weight.tolist()]
""",
    "straight_through": NETS + """
a = linear(3, 2, 1)
opt = m.optim.SGD(a.parameters(), lr=0.1)
for step in range(3):
    z = a(x)
    q = z + (z.round() - z).detach()
    loss = ((q - 0.25) ** 2).mean() + ((z - z.round().detach()) ** 2).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    out += [loss.item(), a.weight.tolist()]
""",
    "actor_critic": NETS + """
pi, v = linear(3, 2, 1), linear(3, 1, 4)
o1, o2 = m.optim.SGD(pi.parameters(), lr=0.1), m.optim.SGD(v.parameters(), lr=0.1)
action = m.tensor([[0], [1], [1], [0]])
for step in range(3):
    values = v(x)
    advantage = y - values
    critic = (advantage ** 2).mean()
    actor = -(F.log_softmax(pi(x), dim=1).gather(1, action) * advantage.detach()).mean()
    o2.zero_grad()
    critic.backward()
    o2.step()
    o1.zero_grad()
    actor.backward()
    o1.step()
    out += [critic.item(), actor.item(), pi.weight.tolist(), v.weight.tolist()]
""",

    "ppo_no_grad": PPO.replace("OLD", "with m.no_grad():\n    old = log_prob()"),
    "ppo_detach": PPO.replace("OLD", "old = log_prob().detach()"),
    "ppo_read": PPO.replace("OLD", "old = log_prob().detach()\nout.append(old.tolist())"),
    "ppo_clone": PPO.replace("OLD", "old = log_prob().clone().detach()"),
    "ppo_explicit": PPO.replace("OLD", "g = graph()\nold = log_prob().detach()"),

    "dqn_no_grad": DQN.replace("TARGET", "with m.no_grad():\n        wanted = reward + 0.9 * "
                               "target(after).max(dim=1)[0]"),
    "dqn_detach": DQN.replace("TARGET", "wanted = (reward + 0.9 * target(after).max(dim=1)[0]).detach()"),
    "dqn_detach_early": DQN.replace("TARGET", "wanted = reward + 0.9 * "
                                    "target(after).max(dim=1).values.detach()"),
    "dqn_double": DQN.replace("TARGET", "best = q(after).argmax(dim=1, keepdim=True)\n    wanted = (reward + "
                                        "0.9 * target(after).gather(1, best).squeeze(1)).detach()"),
    "soft_target": NETS + TRAIN + """
net, target = linear(3, 1, 1), linear(3, 1, 4)
opt = m.optim.SGD(net.parameters(), lr=0.1)
for step in range(3):
    before = target(x)
    fit(net, opt, 1)
    with m.no_grad():
        for p, t in zip(net.parameters(), target.parameters()):
            t -= 0.1 * (t - p)
    out += [before.tolist(), target(x).tolist()]
""",
    "soft_target_data": NETS + TRAIN + """
net, target = linear(3, 1, 1), linear(3, 1, 4)
opt = m.optim.SGD(net.parameters(), lr=0.1)
for step in range(3):
    before = target(x)
    fit(net, opt, 1)
    for p, t in zip(net.parameters(), target.parameters()):
        t.data = 0.9 * t.data + 0.1 * p.data
    out += [before.tolist(), target(x).tolist()]
""",

    "standardised": NETS + TRAIN + """
x = (x - x.mean()) / x.std(unbiased=False)
net = linear(3, 1, 1)
opt = m.optim.SGD(net.parameters(), lr=0.1)
out += [fit(net, opt, 1), fit(net, opt, 1), net.weight.tolist(), x.tolist()]
""",
    "standardised_columns": NETS + TRAIN + """
x = (x - x.mean(dim=0)) / x.std(dim=0, unbiased=False)
y = m.exp(y) * 2
net = linear(3, 1, 1)
opt = m.optim.Adam(net.parameters(), lr=0.1)
out += [fit(net, opt, 3), net.weight.tolist(), y.tolist()]
""",
    "plain_unread_for_long": W + """
a = m.tensor([0.5, 1.5, 2.5])
b = m.exp(a) * 2
opt = m.optim.SGD([w], lr=0.01)
for step in range(5):
    opt.zero_grad()
    (w * a).sum().backward()
    opt.step()
out += [b.tolist(), (b + 1).tolist(), (w * b).sum().item()]
(w * b).sum().backward()
out.append(w.grad.tolist())
""",
    "shapes_of_kept": """
w = m.tensor([1.0, 2.0], requires_grad=True)
opt = m.optim.SGD([w], lr=0.1)
target, factor, column = (w.detach() * 2).sum(), m.tensor(3.0) * 2, (w * 3).detach().reshape(2, 1)
for step in range(3):
    loss = ((w - target) ** 2).sum() * factor
    opt.zero_grad()
    loss.backward()
    opt.step()
    out += [[8.0] + list(v.shape) for v in (target, factor, column, target + 1, loss, column * loss)]
    out += [loss.item()]
""",
    "total_of_losses": """
w = m.tensor([1.0, 2.0], requires_grad=True)
opt = m.optim.SGD([w], lr=0.1)
total, losses, smooth = 0, [], 0.0
for step in range(5):
    loss = ((w - 1) ** 2).sum()
    smooth = 0.9 * smooth + 0.1 * loss
    opt.zero_grad()
    ((w * 3).sum() * (loss - smooth).detach() + loss).backward()
    opt.step()
    total = total + loss
    losses.append(loss)
out += [total.item(), (sum(losses) / 5).item(), m.stack(losses).tolist(), smooth.item(), w.tolist()]
""",
    "read_before_the_optimizer": """
w, b = m.tensor(0.5, requires_grad=True), m.tensor(0.0, requires_grad=True)
x, y = m.tensor([1.0, 2.0, 3.0]), m.tensor([2.0, 4.0, 6.0])
loss = ((w * x + b - y) ** 2).mean()
out.append(loss.item())
opt = m.optim.SGD([w, b], lr=0.1)
for step in range(20):
    loss = ((w * x + b - y) ** 2).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
out += [w.item(), b.item(), loss.item(), (w * 1).item()]
""",
    "gradients_on_both_sides_of_the_optimizer": """
a, b = m.tensor(1.0, requires_grad=True), m.tensor(1.0, requires_grad=True)
(a * 2).sum().backward()
y = (a * 5).sum()
z = (a * 3).sum()
opt = m.optim.SGD([a, b], lr=0.1)
y.backward()
out += [a.grad.item(), m.autograd.grad(z, [a])[0].item()]
opt.step()
out.append((a * 1).item())
""",
    "one_of_two_gets_another_optimizer": """
a, b = m.tensor(2.0, requires_grad=True), m.tensor(3.0, requires_grad=True)
opt = m.optim.SGD([a, b], lr=0.1)
y = a * b ** 3
del opt
opt = m.optim.SGD([a], lr=0.1)
for step in range(3):
    ((a * b) ** 2).backward()
    out += [a.grad.item(), b.grad.item()]
    if step == 1:
        y.backward()
        out += [a.grad.item(), b.grad.item()]
opt.zero_grad()
(a * b).backward()
out += [a.grad.item(), b.grad.item()]
opt.step()
out += [a.item(), b.item()]
""",
    "parameter_that_a_module_takes": """
class Net(nn.Module):
    pass
for made in ("before", "after", "optimizer"):
    w = nn.Parameter(m.tensor(1.0))
    y = (w * 2).sum()
    if made == "before":
        y.backward()
    opt = m.optim.SGD([w], lr=0.1) if made == "optimizer" else None
    net = Net()
    net.weight = w
    if made != "before":
        y = (w * 2).sum() if made == "optimizer" else y
        y.backward()
    out.append(w.grad.item())
    if opt:
        opt.step()
    put(w, w.item() - 1) if made == "after" else None
    out.append((net.weight * 1).item())
""",
    "sum_of_two_steps": """
w = m.tensor([1.0, 2.0], requires_grad=True)
x = w * 2
out.append(x.tolist())
put(w, [3.0, 4.0])
y = w * 3
out += [(x + y).tolist(), m.stack([x, y]).tolist(), (y * x.detach()).sum().item()]
""",
    "coefficient_of_other": """
v, w = m.tensor([1.0, 2.0], requires_grad=True), m.tensor([3.0, 4.0], requires_grad=True)
c = (v * w).sum().detach()
out.append(c.item())
loss = (w * c).sum()
put(v, [0.0, 0.0])
loss.backward()
out.append(w.grad.tolist())
""",
    "generator_in_no_grad": """
w = m.tensor([1.0, 2.0], requires_grad=True)
@m.no_grad()
def values():
    sent = yield w * 2
    yield w * sent
made = values()
first = next(made)
out += [float(first.requires_grad), float((w * 1).requires_grad)]
second = made.send(3.0)
out += [second.tolist(), float(second.requires_grad)]
""",
    "notebook": NETS + """
net = linear(3, 1, 1)
out.append(net(x).tolist())
net.load_state_dict({"weight": m.tensor([[1.0, 2.0, 3.0]]), "bias": m.tensor([0.5])})
out.append(net(x).tolist())
""",
    "notebook_text": NETS + """
net = linear(3, 1, 1)
before = str(net(x).sum().item())
net.load_state_dict({"weight": m.tensor([[1.0, 2.0, 3.0]]), "bias": m.tensor([0.5])})
out += [float(before), float(net(x).sum())]
""",
    "notebook_kept": NETS + """
net = linear(3, 1, 1)
before = net(x)
net.load_state_dict({"weight": m.tensor([[1.0, 2.0, 3.0]]), "bias": m.tensor([0.5])})
after = net(x)
out += [after.tolist(), before.tolist(), (after - before).tolist()]
""",
    "notebook_eval": NETS + """
net = linear(3, 1, 1)
net.eval()
with m.no_grad():
    before = net(x)
    net.load_state_dict({"weight": m.tensor([[1.0, 2.0, 3.0]]), "bias": m.tensor([0.5])})
    after = net(x)
out += [after.tolist(), before.tolist(), (after - before).tolist()]
""",
    "losses_read_late": NETS + """
net = linear(3, 1, 1)
opt = m.optim.SGD(net.parameters(), lr=0.1)
losses, kept, total = [], [], 0
for step in range(5):
    loss = ((net(x) - y) ** 2).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    losses.append(loss)
    kept.append(loss.detach())
    total = total + loss.detach()
out += [[v.item() for v in losses], [v.item() for v in kept], float(total)]
""",
    "predictions_read_late": NETS + TRAIN + """
net = linear(3, 1, 1)
opt = m.optim.SGD(net.parameters(), lr=0.1)
seen = []
for step in range(4):
    seen.append(net(x))
    fit(net, opt, 1)
out += [v.tolist() for v in seen]
""",
    "carried_state": NETS + """
cell = linear(3, 3, 1)
opt = m.optim.SGD(cell.parameters(), lr=0.1)
h = m.zeros(4, 3)
for step in range(4):
    h = m.tanh(cell(x + h.detach()))
    loss = (h ** 2).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    out += [loss.item(), h.tolist()]
""",
    "carried_undetached": NETS + """
cell = linear(3, 3, 1)
h = m.zeros(4, 3)
for step in range(2):
    h = m.tanh(cell(x + h))
    (h ** 2).mean().backward()
    out.append(h.tolist())
""",
    "two_forwards": NETS + """
net = linear(3, 1, 1)
opt = m.optim.SGD(net.parameters(), lr=0.1)
first, second = net(x), net(x * 2)
opt.zero_grad()
(first ** 2).mean().backward()
opt.step()
out += [second.tolist(), first.tolist(), net(x).tolist()]
""",
    "joined_after_data": W + """
old = w * 2
w.data = m.tensor([3.0, 4.0, 5.0])
loss = (old * w).sum()
loss.backward()
out += [loss.item(), w.grad.tolist()]
""",
    "joined_after_in_place": W + "old = w * w\nwith m.no_grad():\n    w -= 1\n(old * "
    "2).sum().backward()\nout.append(w.grad.tolist())",
    "loss_before_data": W + """
loss = (w ** 3).sum()
w.data = m.tensor([3.0, 4.0, 5.0])
loss.backward()
out += [loss.item(), w.grad.tolist()]
""",
    "loss_before_in_place": W + "loss = (w ** 3).sum()\nwith m.no_grad():\n    w -= "
    "1\nloss.backward()\nout.append(w.grad.tolist())",
    "linear_loss_before_in_place": W + """
loss = (w * 3).sum()
with m.no_grad():
    w -= 1
loss.backward()
out += [loss.item(), w.grad.tolist()]
""",
    "backward_twice": W + "loss = (w ** "
    "3).sum()\nloss.backward()\nloss.backward()\nout.append(w.grad.tolist())",

    "rank0_in_place": RANK0 + "with m.no_grad():\n    b -= 0.125\nout += [b.item(), old.item(), (b * "
    "2).item()]",
    "rank0_all_in_place": RANK0 + """
with m.no_grad():
    b += 1
    b *= 3
    b /= 2
    b -= 0.5
out += [b.item(), list(b.shape) == []]
""",
    "rank0_data": RANK0 + "b.data = m.tensor(2.0)\nout += [b.item(), old.item(), (b * 2).item(), "
    "float(b.ndim)]",
    "rank0_set": RANK0 + "put(b, np.array(2.0))\nout += [b.item(), old.item(), (b * 2).item(), "
    "float(b.ndim)]",
    "rank0_load": RANK0 + 'net.load_state_dict({"b": m.tensor(3.0)})\nout += [b.item(), old.item(), '
    'net(m.tensor([1.0, 2.0])).tolist()]',
    "rank0_save": RANK0 + """
m.save(net.state_dict(), path)
other = Net()
other.b.data = m.tensor(7.0)
with m.no_grad():
    b *= 3
other.load_state_dict(m.load(path))
out += [other.b.item(), b.item(), float(other.b.ndim)]
""",
    "rank0_sgd": RANK0 + """
opt = m.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
for step in range(3):
    opt.zero_grad()
    (net(m.tensor([1.0, 2.0])) ** 2).sum().backward()
    opt.step()
    out += [b.item(), b.grad.item()]
out.append(old.item())
""",
    "rank0_adam": "b = m.tensor(0.5, requires_grad=True)\nopt = m.optim.Adam([b], lr=0.1)\nfor step in "
    "range(3):\n    opt.zero_grad()\n    ((b - 2) ** 2).backward()\n    opt.step()\n    out.append(b.item())",
    "rank0_by_hand": "b = m.tensor(0.5, requires_grad=True)\nfor step in range(3):\n    loss = (b - 2) ** "
    "2\n    loss.backward()\n    with m.no_grad():\n        b -= 0.1 * b.grad\n    b.grad = None\n    out += "
    "[b.item(), loss.item()]",
    "rank0_data_by_hand": "b = m.tensor(0.5, requires_grad=True)\nfor step in range(3):\n    loss = (b - 2) "
    "** 2\n    loss.backward()\n    b.data = b.data - 0.1 * b.grad.data\n    b.grad = None\n    out += "
    "[b.item(), loss.item()]",
    "rank0_data_in_place": "b = m.tensor(0.5, requires_grad=True)\n((b - 2) ** 2).backward()\nb.data -= 0.1 "
    "* b.grad\nout.append(b.item())",

    "two_optimizers": W + """
o1, o2 = m.optim.SGD([w], lr=0.1, momentum=0.9), m.optim.Adam([w], lr=0.05)
for step in range(6):
    opt = o2 if step % 3 == 1 else o1
    opt.zero_grad()
    (w ** 2).sum().backward()
    opt.step()
    out.append(w.tolist())
""",
    "two_optimizers_of_a_net": NETS + TRAIN + """
net = linear(3, 1, 1)
o1, o2 = m.optim.Adam(net.parameters(), lr=0.1), m.optim.SGD(net.parameters(), lr=0.01)
out += [fit(net, o1, 2), fit(net, o2, 2), fit(net, o1, 2), net.weight.tolist()]
""",
    "new_optimizer": W + """
for lr in (0.1, 0.05):
    opt = m.optim.SGD([w], lr=lr, momentum=0.9)
    for step in range(2):
        opt.zero_grad()
        (w ** 2).sum().backward()
        opt.step()
        out.append(w.tolist())
""",
    "overlapping": """
a, b = m.tensor([1.0, 2.0], requires_grad=True), m.tensor([3.0], requires_grad=True)
o1, o2 = m.optim.SGD([a, b], lr=0.1, momentum=0.9), m.optim.SGD([a], lr=0.01)
for step in range(4):
    for opt in (o1, o2):
        opt.zero_grad()
        (a ** 2 * b).sum().backward()
        opt.step()
        out += [a.tolist(), b.tolist(), a.grad.tolist(), b.grad.tolist()]
""",
    "overlapping_other_order": """
a, b, c = (m.tensor(x, requires_grad=True) for x in ([1.0, 2.0], [3.0], [0.5]))
o1, o2 = m.optim.SGD([a], lr=0.01, momentum=0.9), m.optim.Adam([b, a, c], lr=0.1)
for step in range(4):
    for opt in (o1, o2):
        opt.zero_grad()
        (a ** 2 * b + c ** 3).sum().backward()
        opt.step()
        out += [a.tolist(), b.tolist(), c.tolist()]
""",
    "part_of_a_net": NETS + TRAIN + """
net = nn.Sequential(linear(3, 2, 1), nn.Tanh(), linear(2, 1, 4))
everything = m.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
last = m.optim.SGD(net[2].parameters(), lr=0.1)
out += [fit(net, everything, 2), fit(net, last, 2), fit(net, everything, 2)]
out += [net[0].weight.tolist(), net[2].weight.tolist()]
""",
    "value_before_the_optimizer": W + """
old = w * 2
opt = m.optim.SGD([w], lr=0.1)
(w ** 2).sum().backward()
opt.step()
out += [old.tolist(), w.tolist()]
""",
    "loss_before_the_optimizer": W + """
b = m.tensor(0.5, requires_grad=True)
loss = (w ** 2 * b).sum()
opt = m.optim.SGD([w, b], lr=0.1)
loss.backward()
opt.step()
out += [w.tolist(), b.item()]
""",
    "gradient_before_the_optimizer": W + """
b = m.tensor(0.5, requires_grad=True)
(w ** 2 * b).sum().backward()
opt = m.optim.SGD([w, b], lr=0.1)
opt.step()
out += [w.tolist(), b.item(), w.grad.tolist()]
""",

    "schedules_step_exponential": schedules("S.StepLR(opt, 2, gamma=0.5)", "S.ExponentialLR(opt, gamma=0.9)"),
    "schedules_exponential_step": schedules("S.ExponentialLR(opt, gamma=0.9)", "S.StepLR(opt, 3, gamma=0.1)"),
    "schedules_cosine_exponential": schedules("S.CosineAnnealingLR(opt, T_max=10)",
                                              "S.ExponentialLR(opt, gamma=0.9)"),
    "schedules_steps_lambda": schedules("S.MultiStepLR(opt, [2, 4], gamma=0.5)", "S.LambdaLR(opt, lambda t: "
                                        "1 / (1 + t))"),
    "schedule_and_by_hand": schedules("S.StepLR(opt, 3, gamma=0.5)",
                                      "S.ExponentialLR(opt, gamma=1.0)").replace(
        "    one.step()", '    one.step()\n    if step == 1:\n        opt.param_groups[0]["lr"] = 0.125'),
    "schedule_last": W + "opt = m.optim.SGD([w], lr=0.5)\none = m.optim.lr_scheduler.StepLR(opt, 2, "
    "gamma=0.5)\nfor step in range(5):\n    opt.step()\n    one.step()\n    out += one.get_last_lr()",

    "accumulated": W + """
opt = m.optim.SGD([w], lr=0.1)
for step in range(3):
    (w ** 2 * (step + 1)).sum().backward()
    out.append(w.grad.tolist())
opt.step()
out.append(w.tolist())
""",
    "accumulated_over_steps": W + "opt = m.optim.SGD([w], lr=0.1)\nfor step in range(3):\n    (w ** "
    "2).sum().backward()\n    opt.step()\n    out += [w.grad.tolist(), w.tolist()]",
    "accumulated_of_a_net": NETS + """
net = linear(3, 1, 1)
opt = m.optim.Adam(net.parameters(), lr=0.1)
opt.zero_grad()
for step in range(6):
    (((net(x * (step + 1)) - y) ** 2).mean() / 3).backward()
    if step % 3 == 2:
        opt.step()
        opt.zero_grad()
    out += [net.weight.tolist()]
""",
    "gradient_kept": W + """
(w ** 2).sum().backward()
kept = w.grad.clone()
w.grad = None
(w ** 3).sum().backward()
out += [kept.tolist(), w.grad.tolist()]
""",
    "gradient_by_hand": W + "opt = m.optim.SGD([w], lr=0.1)\nw.grad = m.tensor([1.0, 2.0, "
    "3.0])\nopt.step()\nout.append(w.tolist())",

    "data_element": W + "old = w * 2\nw.data[0] = 5.0\nout += [w.tolist(), (w * 2).tolist(), old.tolist()]",
    "data_slice": W + "w.data[1:] = 0.0\nout += [w.tolist(), (w * 2).tolist()]",
    "data_all": W + "w.data[:] = m.tensor([7.0, 8.0, 9.0])\nout += [w.tolist(), (w * 2).tolist()]",
    "data_in_place": W + "old = w * 2\nw.data -= 0.5\nout += [w.tolist(), (w * 2).tolist(), old.tolist()]",
    "data_add_": W + "w.data.add_(1.0)\nout += [w.tolist(), (w * 2).tolist()]",
    "data_mul_": W + "w.data.mul_(3.0)\nout += [w.tolist(), (w * 2).tolist()]",
    "data_zero_": W + "w.data.zero_()\nout += [w.tolist(), (w * 2).tolist()]",
    "data_copy_": W + "w.data.copy_(m.tensor([7.0, 8.0, 9.0]))\nout += [w.tolist(), (w * 2).tolist()]",
    "no_grad_element": W + "with m.no_grad():\n    w[0] = 5.0\nout += [w.tolist(), (w * 2).tolist()]",
    "no_grad_add_": W + "with m.no_grad():\n    w.add_(1.0)\nout += [w.tolist(), (w * 2).tolist()]",
    "no_grad_copy_": W + "with m.no_grad():\n    w.copy_(m.tensor([7.0, 8.0, 9.0]))\nout += [w.tolist(), (w "
    "* 2).tolist()]",
    "no_grad_clamp_": W + "with m.no_grad():\n    w.clamp_(-1, 0.75)\nout += [w.tolist(), (w * 2).tolist()]",
    "grad_element": W + "(w ** 2).sum().backward()\nw.grad[0] = 5.0\nout.append(w.grad.tolist())",
    "grad_mul_": W + "(w ** 2).sum().backward()\nw.grad.mul_(0.5)\nout.append(w.grad.tolist())",
    "grad_imul": W + "(w ** 2).sum().backward()\nw.grad *= 0.5\nout.append(w.grad.tolist())",
    "grad_data_clamp": W + "(w ** 2).sum().backward()\nw.grad.data.clamp_(-1, "
    "1)\nout.append(w.grad.tolist())",
    "grad_zero_": W + "(w ** 2).sum().backward()\nw.grad.zero_()\n(w ** "
    "3).sum().backward()\nout.append(w.grad.tolist())",
    "leaf_in_place": W + "w -= 0.5\nout.append(w.tolist())",
    "numpy_element": W + "old = w * 2\narray(w)[0] = 9.0\nout += [w.tolist(), (w * 2).tolist(), "
    "old.tolist()]",
    "plain_numpy_element": "x = m.tensor([1.0, 2.0])\ny = x * 2\nx.numpy()[0] = 9.0\nout += [x.tolist(), "
    "y.tolist(), (x * 2).tolist()]",
    "detach_element": W + "w.detach()[0] = 9.0\nout += [w.tolist(), (w * 2).tolist()]",
    "from_numpy": "a = np.array([1.0, 2.0])\nx = m.from_numpy(a)\ny = x * 2\na[0] = 9.0\nout += [x.tolist(), "
    "y.tolist(), (x * 2).tolist()]",
    "as_tensor": "a = np.array([1.0, 2.0])\nx = m.as_tensor(a)\na[0] = 9.0\nout += [x.tolist()]",
    "tensor_copies": "a = np.array([1.0, 2.0])\nx = m.tensor(a)\ny = x * 2\na[0] = 9.0\nout += [x.tolist(), "
    "y.tolist(), (x * 2).tolist()]",
    "data_is_the_array": W + "a = m.tensor([3.0, 4.0, 5.0])\nw.data = a\nwith m.no_grad():\n    w -= 1\nout "
    "+= [a.tolist(), w.tolist()]",
    "data_read_then_changed": W + "d = w.data\nw.data = m.tensor([3.0, 4.0, 5.0])\nout += [list(map(float, "
    "d)), w.tolist()]",

    "ema": NETS + TRAIN + """
net, mean = linear(3, 1, 1), linear(3, 1, 1)
opt = m.optim.SGD(net.parameters(), lr=0.1)
ema = [p.detach().clone() for p in net.parameters()]
for step in range(4):
    fit(net, opt, 1)
    ema = [0.9 * e + 0.1 * p.detach() for e, p in zip(ema, net.parameters())]
out += [e.tolist() for e in ema]
for p, e in zip(mean.parameters(), ema):
    p.data = e
out += [mean(x).tolist(), net(x).tolist()]
""",
    "ema_of_state": NETS + TRAIN + """
net, mean = linear(3, 1, 1), linear(3, 1, 1)
opt = m.optim.SGD(net.parameters(), lr=0.1)
for step in range(4):
    fit(net, opt, 1)
    before = mean(x)
    mean.load_state_dict({k: 0.9 * mean.state_dict()[k] + 0.1 * v for k, v in net.state_dict().items()})
    out += [mean.weight.tolist(), mean(x).tolist(), before.tolist()]
""",
    "ema_in_no_grad": NETS + TRAIN + """
net, mean = linear(3, 1, 1), linear(3, 1, 1)
opt = m.optim.SGD(net.parameters(), lr=0.1)
for step in range(4):
    fit(net, opt, 1)
    with m.no_grad():
        for e, p in zip(mean.parameters(), net.parameters()):
            e *= 0.9
            e += 0.1 * p
    out += [mean.weight.tolist(), mean(x).tolist()]
""",
    "ema_mul_add": NETS + TRAIN + """
net, mean = linear(3, 1, 1), linear(3, 1, 1)
opt = m.optim.SGD(net.parameters(), lr=0.1)
for step in range(3):
    fit(net, opt, 1)
    with m.no_grad():
        for e, p in zip(mean.parameters(), net.parameters()):
            e.mul_(0.9).add_(p, alpha=0.1)
    out += [mean.weight.tolist(), mean(x).tolist()]
""",
    "deepcopy": NETS + TRAIN + """
import copy
net = linear(3, 1, 1)
opt = m.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
fit(net, opt, 2)
twin = copy.deepcopy(net)
other = m.optim.SGD(twin.parameters(), lr=0.1)
out += [twin(x).tolist(), fit(twin, other, 2), twin.weight.tolist(), net.weight.tolist()]
out += [fit(net, opt, 2), net.weight.tolist(), twin(x).tolist()]
""",
    "deepcopy_nested": NETS + TRAIN + """
import copy
net = nn.Sequential(linear(3, 2, 1), nn.Tanh(), linear(2, 1, 4))
nets = [copy.deepcopy(net) for k in range(2)]
opts = [m.optim.Adam(n.parameters(), lr=0.1 * (k + 1)) for k, n in enumerate(nets)]
out += [fit(n, o, 2) for n, o in zip(nets, opts)] + [n(x).tolist() for n in nets] + [net(x).tolist()]
""",
    "best_state": NETS + TRAIN + """
import copy
net = linear(3, 1, 1)
opt = m.optim.SGD(net.parameters(), lr=0.1)
fit(net, opt, 1)
best, seen = copy.deepcopy(net.state_dict()), net(x)
fit(net, opt, 3)
out.append(net(x).tolist())
net.load_state_dict(best)
out += [net(x).tolist(), seen.tolist()]
""",
    "best_state_clone": NETS + TRAIN + """
net = linear(3, 1, 1)
opt = m.optim.SGD(net.parameters(), lr=0.1)
fit(net, opt, 1)
best = {k: v.clone() for k, v in net.state_dict().items()}
fit(net, opt, 3)
net.load_state_dict(best)
out += [net(x).tolist()]
""",
    "state_without_a_copy": NETS + TRAIN + """
net = linear(3, 1, 1)
opt = m.optim.SGD(net.parameters(), lr=0.1)
state = net.state_dict()
fit(net, opt, 2)
out += [state["weight"].tolist(), net.weight.tolist()]
""",
    "load_between_steps": NETS + TRAIN + """
net = linear(3, 1, 1)
opt = m.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
fit(net, opt, 2)
net.load_state_dict({"weight": m.tensor([[1.0, 2.0, 3.0]]), "bias": m.tensor([0.5])})
out += [fit(net, opt, 2), net.weight.tolist()]
""",
    "frozen_then_free": NETS + TRAIN + """
net = nn.Sequential(linear(3, 2, 1), nn.Tanh(), linear(2, 1, 4))
for p in net[0].parameters():
    p.requires_grad = False
opt = m.optim.SGD(net.parameters(), lr=0.1)
out += [fit(net, opt, 2), net[0].weight.tolist(), net[2].weight.tolist()]
for p in net[0].parameters():
    p.requires_grad = True
out += [fit(net, opt, 2), net[0].weight.tolist(), net[2].weight.tolist()]
""",
    "tied": NETS + """
a, b = linear(3, 3, 1), linear(3, 3, 4)
b.weight = a.weight
opt = m.optim.SGD(list(a.parameters()) + [b.bias], lr=0.1)
for step in range(3):
    opt.zero_grad()
    loss = (b(m.tanh(a(x))) ** 2).mean()
    loss.backward()
    opt.step()
    out += [loss.item(), a.weight.tolist(), b.weight.tolist()]
""",
    "changed_in_the_loop": W + """
for step in range(4):
    old = w * 2
    with m.no_grad():
        w *= 0.5
    out += [old.tolist(), (old - w).tolist()]
""",
    "no_grad_old_and_new": W + """
with m.no_grad():
    old = w * 2
    w -= 0.5
    new = w * 2
    out += [new.tolist(), old.tolist(), (new - old).tolist()]
""",
    "no_grad_out_of_no_grad": W + "with m.no_grad():\n    old = w * 2\n    w -= 0.5\nout += [old.tolist(), "
    "((w - old) ** 2).sum().item()]\n((w - old) ** 2).sum().backward()\nout.append(w.grad.tolist())",
    "line_search": W + """
def loss():
    return ((w - 3) ** 2).sum()

first = loss()
first.backward()
start, lr = w.detach().clone(), 4.0
while True:
    with m.no_grad():
        w.data = start - lr * w.grad
        if loss() < first:
            break
    lr = lr / 2
out += [lr, w.tolist(), first.item(), loss().item()]
""",
    "perturbed_and_back": W + """
opt = m.optim.SGD([w], lr=0.1)
for step in range(3):
    opt.zero_grad()
    loss = (w ** 4).sum()
    loss.backward()
    shift = 0.05 * w.grad / w.grad.norm()
    with m.no_grad():
        w += shift
    opt.zero_grad()
    (w ** 4).sum().backward()
    with m.no_grad():
        w -= shift
    opt.step()
    out += [loss.item(), w.tolist()]
""",
}
SINGLES.update(IN_PLACE)
SINGLES["other_alone_detached"] = NETS + SINGLES["other_alone_detached"]


def all_programs():
    """Pairs of a name and a text."""
    yield from crossed()
    yield from SINGLES.items()
