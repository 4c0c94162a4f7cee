"""Linear regression and softmax regression with plain tensors and autograd."""
import numpy as np
import torch
import torch.nn.functional as F

torch.manual_seed(0)
rng = np.random.default_rng(0)


def make_regression(n=200, d=4):
    X = rng.normal(size=(n, d))
    true_w = np.array([[1.5], [-2.0], [0.7], [3.0]])
    y = X @ true_w + 0.4 + 0.05 * rng.normal(size=(n, 1))
    return torch.from_numpy(X).float(), torch.from_numpy(y).float()


def make_blobs(n_per_class=60, k=3):
    centers = np.array([[2.0, 0.0], [-1.0, 1.8], [-1.0, -1.8]])
    xs = np.concatenate([rng.normal(c, 0.6, size=(n_per_class, 2)) for c in centers])
    ys = np.repeat(np.arange(k), n_per_class)
    perm = rng.permutation(len(xs))
    return torch.tensor(xs[perm], dtype=torch.float32), torch.tensor(ys[perm], dtype=torch.long)


def data_iter(batch_size, features, labels):
    indices = rng.permutation(len(features))
    for i in range(0, len(indices), batch_size):
        batch = torch.tensor(indices[i:min(i + batch_size, len(indices))])
        yield features[batch], labels[batch]


def squared_loss(y_hat, y):
    return (y_hat - y.view(y_hat.size())) ** 2 / 2


def sgd(params, lr):
    with torch.no_grad():
        for p in params:
            p -= lr * p.grad
            p.grad.zero_()


# ---- linear regression, full batch ----
X, y = make_regression()
w = torch.randn(4, 1) * 0.01
w.zero_()
w.requires_grad_(True)
b = torch.zeros(1, requires_grad=True)
lr = 0.1
for epoch in range(60):
    y_pred = X.mm(w) + b
    loss = (y_pred - y).pow(2).mean()
    loss.backward()
    w.data -= lr * w.grad
    b.data -= lr * b.grad
    w.grad.zero_()
    b.grad.zero_()
    if epoch % 10 == 0:
        print(f"epoch {epoch:3d}  mse {loss.item():.5f}")

# normal equation, with a column of ones for the intercept
Xb = torch.cat([X, torch.ones(X.shape[0], 1)], dim=1)
theta = torch.inverse(Xb.t() @ Xb) @ (Xb.t() @ y)
print("closed form:", [round(v, 3) for v in theta.view(-1).tolist()])
print("max gap to gradient descent:", "%.4f" % (theta[:4] - w.detach()).abs().max().item())
assert torch.allclose(theta[:4], w.detach(), atol=1e-2)

# ---- the same, with minibatches ----
w2 = torch.zeros((4, 1), requires_grad=True)
b2 = torch.zeros(1, requires_grad=True)
for epoch in range(4):
    for xb, yb in data_iter(20, X, y):
        l = squared_loss(torch.matmul(xb, w2) + b2, yb).mean()
        l.backward()
        sgd([w2, b2], lr=0.1)
    with torch.no_grad():
        train_l = squared_loss(torch.matmul(X, w2) + b2, y)
    print(f"minibatch epoch {epoch + 1}, loss {float(train_l.mean()):f}")

# ---- softmax regression ----
xs, ys = make_blobs()
W = torch.tensor(rng.normal(0.2, 0.1, (2, 3)), dtype=torch.float32, requires_grad=True)
c = torch.full((3,), 0.1, requires_grad=True)
for epoch in range(80):
    logits = xs @ W + c
    log_probs = logits - logits.exp().sum(dim=1, keepdim=True).log()
    nll = -log_probs[torch.arange(len(ys)), ys].mean()
    nll = nll + 1e-3 * (W ** 2).sum()
    nll.backward()
    with torch.no_grad():
        W.sub_(0.5 * W.grad)
        c.add_(c.grad, alpha=-0.5)
    W.grad = None
    c.grad = None
    if (epoch + 1) % 20 == 0:
        acc = (logits.argmax(1) == ys).float().mean().item()
        print(f"softmax epoch {epoch + 1}: nll={nll.item():.4f} acc={acc:.3f}")

onehot = F.one_hot(ys, num_classes=3).float()
brier = ((F.softmax(xs @ W + c, dim=1) - onehot) ** 2).sum(1).mean()
print("brier score: %.4f" % brier.item())

params = {"w": w, "b": b, "w2": w2, "b2": b2, "W": W, "c": c}
parts = ["%s=%.6g,%.6g" % (k, v.sum().item(), (v ** 2).sum().item()) for k, v in params.items()]
print("RESULT loss=%.6g %s" % (loss.item() + nll.item(), " ".join(parts)))
