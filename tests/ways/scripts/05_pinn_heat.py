"""Physics-informed network for the 1D heat equation u_t = alpha * u_xx on [0, 1]."""
import numpy as np
import torch
import torch.nn as nn
from torch.autograd import grad
from torch.optim.lr_scheduler import StepLR

torch.set_default_dtype(torch.float64)
torch.manual_seed(1234)
np.random.seed(1234)

ALPHA = 0.1


class PINN(nn.Module):
    def __init__(self, layers):
        super().__init__()
        self.activation = nn.Tanh()
        self.linears = nn.ModuleList([nn.Linear(layers[i], layers[i + 1]) for i in range(len(layers) - 1)])
        for i, layer in enumerate(self.linears):
            nn.init.xavier_normal_(layer.weight.data, gain=1.0)
            nn.init.zeros_(layer.bias.data)

    def forward(self, x, t):
        a = torch.cat([x, t], dim=1)
        for layer in self.linears[:-1]:
            a = self.activation(layer(a))
        return self.linears[-1](a)

    def residual(self, x, t):
        x = x.clone().requires_grad_(True)
        t = t.clone().requires_grad_(True)
        u = self.forward(x, t)
        ones = torch.ones_like(u)
        u_x, u_t = grad(u, (x, t), grad_outputs=ones, create_graph=True)
        u_xx = grad(u_x, x, grad_outputs=torch.ones_like(u_x), create_graph=True)[0]
        return u_t - ALPHA * u_xx


def exact(x, t):
    return torch.exp(-ALPHA * np.pi ** 2 * t) * torch.sin(np.pi * x)


def column(values):
    return torch.tensor(values).view(-1, 1)


# collocation, initial and boundary points
rng = np.random.RandomState(1234)
x_f, t_f = column(rng.rand(200)), column(rng.rand(200))
x_0 = torch.linspace(0, 1, 40).view(-1, 1)
t_0 = torch.zeros_like(x_0)
u_0 = torch.sin(np.pi * x_0)
t_b = torch.linspace(0, 1, 20).unsqueeze(1)
x_left, x_right = torch.zeros_like(t_b), torch.ones_like(t_b)

model = PINN([2, 20, 20, 20, 1])
for name, p in model.named_parameters():
    if "weight" in name:
        fan_out, fan_in = p.shape
        std = np.sqrt(2.0 / (fan_in + fan_out))
        p.data = torch.from_numpy(np.random.normal(0.0, std, size=(fan_out, fan_in)))
mse = nn.MSELoss()


def loss_fn():
    f = model.residual(x_f, t_f)
    loss_f = mse(f, torch.zeros_like(f))
    loss_i = mse(model(x_0, t_0), u_0)
    loss_b = (model(x_left, t_b) ** 2).mean() + (model(x_right, t_b) ** 2).mean()
    return loss_f + 5 * loss_i + loss_b


optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
scheduler = StepLR(optimizer, step_size=100, gamma=0.5)
for it in range(300):
    optimizer.zero_grad()
    loss = loss_fn()
    loss.backward()
    optimizer.step()
    scheduler.step()
    if it % 50 == 0:
        print("It: %d, Loss: %.3e, lr: %.2e" % (it, loss.item(), optimizer.param_groups[0]["lr"]))

# refine with L-BFGS
lbfgs = torch.optim.LBFGS(model.parameters(), lr=1.0, max_iter=15, history_size=10, line_search_fn="strong_wolfe")


def closure():
    lbfgs.zero_grad()
    l = loss_fn()
    l.backward()
    return l


before = loss.item()
lbfgs.step(closure)
final = loss_fn()
print("L-BFGS: %.3e -> %.3e" % (before, final.item()))

with torch.no_grad():
    xx, tt = torch.meshgrid(torch.linspace(0, 1, 21), torch.linspace(0, 1, 21), indexing="ij")
    x_test, t_test = xx.reshape(-1, 1), tt.reshape(-1, 1)
    u_pred = model(x_test, t_test)
    u_true = exact(x_test, t_test)
    err = torch.norm(u_pred - u_true, 2) / torch.norm(u_true, 2)
print("Relative L2 error: %.3e" % err.item())

out = "RESULT loss=%.6g" % final.item()
for name, p in model.named_parameters():
    out += " %s=%.6g,%.6g" % (name, p.data.sum().item(), p.data.pow(2).sum().item())
print(out)
