"""L2: a line that is pulled flat. What a price for large weights does, to a line and to networks."""

from course import moons, normal, say
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

# A line through two points, whose slope has a price.
x = torch.tensor([0.4, 1.2])
y = torch.tensor([0.92, 1.96])
dx = x - x.mean()
dy = y - y.mean()


def cost(height, slope, price):
    return ((height + slope * x - y) ** 2).sum() + price * slope**2


def best_slope(price):
    """The cost is quadratic, so one step of Newton from (0, 0) finds where its slopes are 0."""
    def of_line(line):
        return cost(line[0], line[1], price)

    start = torch.zeros(2)
    slopes = torch.autograd.functional.jacobian(of_line, start)
    curvatures = torch.autograd.functional.hessian(of_line, start)
    return -torch.linalg.solve(curvatures, slopes)[1]


say("y[1]", y[1])
say("1.3^2", cost(0.4, 1.3, 1))
say("cost([0.9, 0.8], 1)", cost(0.9, 0.8, 1))
say("mean(y)", y.mean())
say("sum(dx^2)", (dx**2).sum())
say("sum(dx*dy)", (dx * dy).sum())
for price in 1, 2, 3:
    say(f"slope({price})", best_slope(price))

# L1: 60 examples of 20 features, of which the first five matter. A step of gradient descent, and then each
# weight goes nearer to 0 by the rate times λ/m, and stops there.
features = normal(60, 20, seed=1, name="F")
true_w = torch.cat([2 * normal(5, seed=2), torch.zeros(15)])
target = (features @ true_w + 0.5 * normal(60, seed=3) > 0).double()
w = torch.zeros(20, requires_grad=True)
for _ in range(400):
    J = binary_cross_entropy_with_logits(features @ w, target)
    (dw,) = torch.autograd.grad(J, w)
    with torch.no_grad():
        w -= 0.5 * dw
        w.copy_(w.sign() * (w.abs() - 0.5 * 10 / 60).clamp(min=0))

say("20 - sum(w1 == 0)", (w != 0).sum())
say("sum(w1[:5] == 0)", (w[:5] == 0).sum())

# L2: six networks of 16 neurons with tanh, one for each λ, are trained at once. The first axis: the network.
lambdas = torch.tensor([0.001, 0.01, 0.1, 1, 10, 30])
points, classes = moons(60, noise=0.35, seed=1)
dev_points, dev_classes = moons(400, noise=0.35, seed=2)
start = [normal(2, 16, seed=4), torch.zeros(1, 16), 0.3 * normal(16, 1, seed=5), torch.zeros(1, 1)]
V, k, v, d = parameters = [p.repeat(6, 1, 1).requires_grad_() for p in start]


def losses(x, y):
    """The loss of each network."""
    z = (torch.tanh(x @ V + k) @ v + d)[:, :, 0]
    y = y.double().expand(6, -1)
    return binary_cross_entropy_with_logits(z, y, reduction="none").mean(dim=1)


optimizer = torch.optim.SGD(parameters, lr=0.5)
for _ in range(1500):
    optimizer.zero_grad()
    squares = (V**2).sum(dim=(1, 2)) + (v**2).sum(dim=(1, 2))
    (losses(points, classes) + lambdas / (2 * 60) * squares).sum().backward()
    optimizer.step()

say("lambdas[argmin(dev)]", lambdas[losses(dev_points, dev_classes).argmin()])
