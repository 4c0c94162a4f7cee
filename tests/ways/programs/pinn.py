"""A network that solves the heat equation, u_t = k u_xx, and finds k from some measured points."""
import numpy as np
import torch
import torch.nn as nn


class PINN(nn.Module):
    def __init__(self, width=12):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(2, width), nn.Tanh(),
            nn.Linear(width, width), nn.Tanh(),
            nn.Linear(width, 1),
        )
        self.k = nn.Parameter(torch.tensor(0.5))

    def forward(self, x, t):
        return self.net(torch.cat([x, t], dim=1))


def derivative(y, x):
    return torch.autograd.grad(y, x, grad_outputs=torch.ones_like(y), create_graph=True)[0]


def residual(model, x, t):
    u = model(x, t)
    u_t = derivative(u, t)
    u_x = derivative(u, x)
    u_xx = derivative(u_x, x)
    return u_t - model.k * u_xx


def set_weights(model):
    state = {}
    for i, (name, p) in enumerate(model.named_parameters()):
        values = np.sin(1.7 * np.arange(1, p.numel() + 1) + i) * 0.6
        state[name] = torch.tensor(values.reshape(tuple(p.shape)))
    state["k"] = torch.tensor(0.5)
    model.load_state_dict(state)


def column(values):
    return torch.tensor(np.asarray(values).reshape(-1, 1))


def exact(x, t, k=0.2):
    return np.exp(-k * np.pi ** 2 * t) * np.sin(np.pi * x)


# points inside, at the start, at both ends, and some that were measured
gx, gt = np.meshgrid(np.linspace(0.05, 0.95, 8), np.linspace(0.05, 0.95, 6))
x_in, t_in = column(gx), column(gt)
x_in.requires_grad = True
t_in.requires_grad = True
x_0 = column(np.linspace(0, 1, 15))
t_0 = torch.zeros_like(x_0)
u_0 = torch.sin(np.pi * x_0)
t_b = column(np.linspace(0, 1, 9))
x_left, x_right = torch.zeros_like(t_b), torch.ones_like(t_b)
mx, mt = np.linspace(0.2, 0.8, 5), np.linspace(0.1, 0.9, 5)
x_m, t_m, u_m = column(mx), column(mt), column(exact(mx, mt))

model = PINN()
set_weights(model)
mse = nn.MSELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)

losses, seen = [], []
for step in range(30):
    optimizer.zero_grad()
    r = residual(model, x_in, t_in)
    loss_pde = torch.mean(r ** 2)
    loss_start = mse(model(x_0, t_0), u_0)
    loss_ends = (model(x_left, t_b) ** 2).mean() + (model(x_right, t_b) ** 2).mean()
    loss_data = mse(model(x_m, t_m), u_m)
    loss = loss_pde + 10 * loss_start + loss_ends + loss_data
    loss.backward()
    optimizer.step()

    losses.append(loss.item())
    if (step + 1) % 10 == 0:
        seen += [loss_pde.item(), loss_start.item(), loss_ends.item(), loss_data.item(), model.k.item()]
        seen.append(r.abs().max().item())

x = torch.tensor([[0.5]], requires_grad=True)
u = model(x, torch.tensor([[0.25]]))
u.backward()
seen += [u.item(), x.grad.item()]
weights = {name: value.detach().numpy() for name, value in model.state_dict().items()}
