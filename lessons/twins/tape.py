"""The tape: no backward code. PyTorch records the operations, and walks back over them."""

from course import say
import torch

# Recording: four operations.
w = torch.tensor(3.0, requires_grad=True)
a = w**2
b = 10 * w
c = a - b
J = c + 25
say("a", a)
say("b", b)
say("c", c)
say("J", J)

# Walking back, from the last entry to the first. PyTorch keeps the slope of a result if we ask it to.
for entry in a, b, c:
    entry.retain_grad()
J.backward()
say("grad(J, c)", c.grad)
say("grad(J, a)", a.grad)
say("grad(J, b)", b.grad)

# w gets a part along each of two ways. Their sum is the slope of J along w.
(along_b,) = torch.autograd.grad(10 * w, w, grad_outputs=b.grad)
(along_a,) = torch.autograd.grad(w**2, w, grad_outputs=a.grad)
assert w.grad == along_a + along_b
say("10*grad(J, b)", along_b)
say("2*w*grad(J, a)", along_a)

# A training without backward code: Adam finds the minimum, 5.
w = torch.tensor(0.0, requires_grad=True)
adam = torch.optim.Adam([w], lr=0.1)
for _ in range(1000):
    adam.zero_grad()
    J = w**2 - 10 * w + 25
    J.backward()
    adam.step()
assert abs(w.item() - 5) < 1e-6
