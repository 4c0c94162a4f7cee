"""Graph convolution for node labels and matrix factorization for edge strengths on one random graph."""
import math
from dataclasses import dataclass, field
from typing import List

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor
from torch.nn.parameter import Parameter
from torch.optim.lr_scheduler import LambdaLR


@dataclass
class Config:
    nodes: int = 90
    classes: int = 3
    feats: int = 8
    hidden: List[int] = field(default_factory=lambda: [16, 16])
    dropout: float = 0.0
    epochs: int = 80
    lr: float = 0.02


class GraphConvolution(nn.Module):
    def __init__(self, in_features: int, out_features: int, bias: bool = True):
        super().__init__()
        self.weight = Parameter(torch.FloatTensor(in_features, out_features))
        if bias:
            self.bias = Parameter(torch.FloatTensor(out_features))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self):
        stdv = 1.0 / math.sqrt(self.weight.size(1))
        self.weight.data.uniform_(-stdv, stdv)
        if self.bias is not None:
            self.bias.data.uniform_(-stdv, stdv)

    def forward(self, x: Tensor, adj: Tensor) -> Tensor:
        out = torch.mm(adj, torch.mm(x, self.weight))
        return out + self.bias if self.bias is not None else out


class GCN(nn.Module):
    def __init__(self, cfg: Config, adj: Tensor):
        super().__init__()
        dims = [cfg.feats] + cfg.hidden + [cfg.classes]
        self.convs = nn.ModuleList(GraphConvolution(i, o) for i, o in zip(dims[:-1], dims[1:]))
        self.norms = nn.ModuleList(nn.LayerNorm(h) for h in cfg.hidden)
        self.dropout = cfg.dropout
        self.register_buffer("adj", adj)

    def forward(self, x: Tensor) -> Tensor:
        for conv, norm in zip(self.convs, self.norms):
            x = F.relu(norm(conv(x, self.adj)), inplace=True)
            x = F.dropout(x, self.dropout, training=self.training)
        return F.log_softmax(self.convs[-1](x, self.adj), dim=1)


class MatrixFactorization(nn.Module):
    def __init__(self, n: int, k: int = 6):
        super().__init__()
        self.factors = nn.Embedding(n, k)
        self.bias = nn.Embedding(n, 1)

    def forward(self, u: Tensor, v: Tensor) -> Tensor:
        return (self.factors(u) * self.factors(v)).sum(-1) + (self.bias(u) + self.bias(v)).squeeze(-1)


def make_graph(cfg: Config, rng):
    labels = np.repeat(np.arange(cfg.classes), cfg.nodes // cfg.classes)
    prob = np.where(labels[:, None] == labels[None, :], 0.2, 0.03)
    upper = np.triu(rng.random((cfg.nodes, cfg.nodes)) < prob, 1)
    a = (upper | upper.T).astype(np.float32)
    x = rng.normal(size=(cfg.nodes, cfg.feats)) + 0.8 * np.eye(cfg.classes, cfg.feats)[labels]
    a_hat = torch.from_numpy(a) + torch.eye(cfg.nodes)
    d_inv_sqrt = a_hat.sum(1).pow(-0.5)
    return torch.tensor(x).float(), torch.from_numpy(labels), d_inv_sqrt[:, None] * a_hat * d_inv_sqrt[None, :], torch.from_numpy(a)


def randomize(module: nn.Module, rng, std: float):
    state = module.state_dict()
    for key, value in state.items():
        if key.startswith("convs") or key.startswith("factors"):
            state[key] = torch.from_numpy(rng.normal(0.0, std, tuple(value.shape))).to(value.dtype)
    module.load_state_dict(state)


cfg = Config()
torch.manual_seed(21)
rng = np.random.default_rng(21)
features, labels, adj, a = make_graph(cfg, rng)
perm = torch.from_numpy(rng.permutation(cfg.nodes))
idx_train, idx_test = perm[:30], perm[30:]

gcn = GCN(cfg, adj)
print(gcn)
randomize(gcn, rng, 0.3)
optimizer = torch.optim.Adam(gcn.parameters(), lr=cfg.lr, weight_decay=5e-4)
scheduler = LambdaLR(optimizer, lr_lambda=lambda e: min(1.0, (e + 1) / 10) * 0.99 ** e)
for epoch in range(cfg.epochs):
    gcn.train()
    optimizer.zero_grad()
    loss_train = F.nll_loss(gcn(features)[idx_train], labels[idx_train])
    loss_train.backward()
    optimizer.step()
    scheduler.step()
    if (epoch + 1) % 20 == 0:
        gcn.eval()
        acc = gcn(features)[idx_test].max(1)[1].eq(labels[idx_test]).double().mean()
        print(f"Epoch {epoch + 1:03d} loss {loss_train.item():.4f} test acc {acc.item():.3f} lr {scheduler.get_last_lr()[0]:.4f}")

mf = MatrixFactorization(cfg.nodes)
nn.init.normal_(mf.factors.weight, std=0.1)
nn.init.constant_(mf.bias.weight, -0.2)
randomize(mf, rng, 0.1)
opt_mf = torch.optim.Adagrad([{"params": mf.factors.parameters(), "lr": 0.1}, {"params": mf.bias.parameters()}], lr=0.05)
u, v = torch.triu_indices(cfg.nodes, cfg.nodes, offset=1)
for epoch in range(40):
    loss_mf = F.binary_cross_entropy_with_logits(mf(u, v), a[u, v])
    opt_mf.zero_grad()
    loss_mf.backward()
    opt_mf.step()
    if epoch % 10 == 0:
        print("mf epoch", epoch, "loss", round(loss_mf.item(), 4))
print(f"RESULT loss={loss_train.item() + loss_mf.item():.6g}", *[f"{k}.{n}={p.sum().item():.6g},{(p * p).sum().item():.6g}" for k, m in {"gcn": gcn, "mf": mf}.items() for n, p in m.named_parameters()])
