"""Contrastive learning (InfoNCE) with a momentum encoder, then a siamese margin head."""
import copy

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(5)
rng = np.random.default_rng(5)


class Encoder(nn.Module):
    def __init__(self, in_dim, feat_dim=32, proj_dim=16):
        super().__init__()
        self.parts = nn.ModuleDict({
            "backbone": nn.Sequential(
                nn.Linear(in_dim, 64, bias=False),
                nn.BatchNorm1d(64),
                nn.ReLU(inplace=True),
                nn.Linear(64, feat_dim),
            ),
            "projector": nn.Sequential(
                nn.Linear(feat_dim, feat_dim),
                nn.ELU(inplace=True),
                nn.Linear(feat_dim, proj_dim),
            ),
        })

    def forward(self, x, return_features=False):
        h = self.parts["backbone"](x)
        return h if return_features else F.normalize(self.parts["projector"](h), dim=-1)


class MomentumUpdater:
    def __init__(self, net, decay=0.95):
        self.decay = decay
        self.shadow = copy.deepcopy(net).requires_grad_(False)

    @torch.no_grad()
    def update(self, net):
        for k, q in zip(self.shadow.parameters(), net.parameters()):
            k.copy_(self.decay * k + (1 - self.decay) * q)
        for k, q in zip(self.shadow.buffers(), net.buffers()):
            k.copy_(q)


def nt_xent(z1, z2, temperature=0.3):
    """Normalized temperature-scaled cross entropy over both views."""
    n = z1.size(0)
    z = torch.cat([z1, z2], dim=0)
    sim = z @ z.t() / temperature
    self_mask = torch.eye(2 * n, dtype=torch.bool)
    sim = sim.masked_fill(self_mask, float("-inf"))
    targets = torch.cat([torch.arange(n, 2 * n), torch.arange(n)])
    return F.cross_entropy(sim, targets)


def info_nce(query, key, temperature=0.3):
    logits = torch.einsum("nc,mc->nm", query, key.detach()) / temperature
    return F.cross_entropy(logits, torch.arange(query.shape[0]))


def contrastive_margin(a, b, same, margin=1.0):
    dist = F.pairwise_distance(a, b)
    return (same * dist.pow(2) + (1 - same) * torch.clamp(margin - dist, min=0).pow(2)).mean()


def augment(x):
    scale = torch.from_numpy(rng.uniform(0.8, 1.2, size=(x.size(0), 1))).float()
    noise = torch.from_numpy(rng.normal(0, 0.2, size=tuple(x.shape))).float()
    return x * scale + noise


# data: noisy sine waves, the class is the frequency
labels = torch.arange(240) % 4
phase = rng.uniform(0, 1.0, size=(240, 1))
grid = np.linspace(0, 2 * np.pi, 20)[None]
waves = np.sin((labels.numpy()[:, None] + 1) * grid + phase)
data = torch.from_numpy(waves.astype(np.float32))

net = Encoder(20)
for m in net.modules():
    if isinstance(m, nn.Linear):
        nn.init.xavier_uniform_(m.weight, gain=nn.init.calculate_gain("relu"))
        bound = (6.0 / sum(m.weight.shape)) ** 0.5
        m.weight.data = torch.as_tensor(rng.uniform(-bound, bound, m.weight.shape), dtype=torch.float32)
        if m.bias is not None:
            nn.init.zeros_(m.bias)
ema = MomentumUpdater(net)
optimizer = torch.optim.AdamW(net.parameters(), lr=2e-3, weight_decay=1e-2)

net.train()
for epoch in range(15):
    order = rng.permutation(len(data))
    losses = []
    for chunk in np.array_split(order, 5):
        x = data[torch.from_numpy(chunk)]
        v1, v2 = augment(x), augment(x)
        z1, z2 = net(v1), net(v2)
        loss = nt_xent(z1, z2) + 0.5 * info_nce(z1, ema.shadow(v2))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        ema.update(net)
        losses.append(loss.item())
    if epoch % 3 == 0 or epoch == 14:
        print(f"epoch {epoch:2d} contrastive loss {np.mean(losses):.4f}")

# siamese fine-tuning of the backbone only
optimizer = torch.optim.SGD(net.parts["backbone"].parameters(), lr=0.01)
for step in range(20):
    i, j = torch.from_numpy(rng.integers(0, 240, size=(2, 64)))
    siamese = contrastive_margin(net(data[i], True), net(data[j], True), (labels[i] == labels[j]).float())
    optimizer.zero_grad()
    siamese.backward()
    optimizer.step()
    if step % 5 == 4:
        print(f"siamese step {step + 1} loss {siamese.item():.4f}")

net.eval()
with torch.no_grad():
    dist = torch.cdist(net(data, True), net(data, True)).fill_diagonal_(float("inf"))
    knn_acc = (labels[dist.argmin(dim=1)] == labels).float().mean()
print(f"nearest neighbour accuracy {knn_acc:.3f}")
print(f"RESULT loss={loss.item() + siamese.item():.6g}", " ".join(
    f"{prefix}.{n}={p.sum().item():.6g},{p.pow(2).sum().item():.6g}"
    for prefix, m in [("net", net), ("ema", ema.shadow)] for n, p in m.named_parameters()))
