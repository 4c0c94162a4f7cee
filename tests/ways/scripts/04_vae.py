"""Variational autoencoder on small synthetic bar images."""
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.distributions import Normal, kl_divergence
from torch.utils.data import Dataset, DataLoader

torch.set_default_dtype(torch.float64)


@dataclass
class Config:
    size: int = 12
    n_train: int = 256
    n_test: int = 64
    batch_size: int = 32
    hidden: int = 64
    latent: int = 4
    epochs: int = 12
    lr: float = 2e-3
    beta: float = 0.5
    seed: int = 7


class Bars(Dataset):
    """Images with one horizontal and one vertical soft bar."""

    def __init__(self, n, size, seed):
        rng = np.random.default_rng(seed)
        self.pos = rng.uniform(2, size - 2, size=(n, 2))
        self.grid = np.arange(size)
        self.size = size

    def __len__(self):
        return len(self.pos)

    def __getitem__(self, idx):
        r, c = self.pos[idx]
        row = np.exp(-0.5 * (self.grid - r) ** 2)
        col = np.exp(-0.5 * (self.grid - c) ** 2)
        img = np.maximum(row[:, None], col[None, :])
        return torch.from_numpy(img).unsqueeze(0), int(r > c)


class VAE(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        d = cfg.size * cfg.size
        self.encoder = nn.Sequential(
            nn.Flatten(),
            nn.Linear(d, cfg.hidden),
            nn.ReLU(inplace=True),
        )
        self.fc_mu = nn.Linear(cfg.hidden, cfg.latent)
        self.fc_logvar = nn.Linear(cfg.hidden, cfg.latent)
        self.decoder = nn.Sequential(
            nn.Linear(cfg.latent, cfg.hidden),
            nn.ReLU(inplace=True),
            nn.Linear(cfg.hidden, d),
            nn.Sigmoid(),
        )

    def encode(self, x):
        h = self.encoder(x)
        return Normal(self.fc_mu(h), torch.exp(0.5 * self.fc_logvar(h)))

    def forward(self, x, eps=None):
        q = self.encode(x)
        z = q.rsample() if eps is None else q.loc + q.scale * eps
        return self.decoder(z).view_as(x), q


def elbo_loss(recon, x, q, beta):
    bce = F.binary_cross_entropy(recon, x, reduction="sum")
    prior = Normal(torch.zeros_like(q.loc), torch.ones_like(q.scale))
    kld = kl_divergence(q, prior).sum()
    return (bce + beta * kld) / x.size(0), kld / x.size(0)


def init_weights(m):
    if isinstance(m, nn.Linear):
        nn.init.xavier_uniform_(m.weight)
        nn.init.zeros_(m.bias)


def main(cfg):
    torch.manual_seed(cfg.seed)
    rng = np.random.default_rng(cfg.seed)
    train_loader = DataLoader(Bars(cfg.n_train, cfg.size, 0), batch_size=cfg.batch_size, shuffle=False, drop_last=True)
    test_loader = DataLoader(Bars(cfg.n_test, cfg.size, 1), batch_size=cfg.batch_size)

    model = VAE(cfg)
    model.apply(init_weights)
    with torch.no_grad():
        for name, p in model.named_parameters():
            if name.endswith("weight"):
                p.copy_(torch.from_numpy(rng.normal(0, 1 / np.sqrt(p.shape[1]), tuple(p.shape))))
    optimizer = torch.optim.Adam(model.parameters(), lr=cfg.lr)

    for epoch in range(1, cfg.epochs + 1):
        model.train()
        running = 0.0
        for x, _ in train_loader:
            eps = torch.from_numpy(rng.standard_normal((x.size(0), cfg.latent)))
            recon, q = model(x, eps)
            loss, kld = elbo_loss(recon, x, q, cfg.beta)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            running += loss.item() * x.size(0)
        print(f"====> Epoch: {epoch} average loss: {running / cfg.n_train:.4f}  kl: {kld.item():.3f}")

    model.eval()
    with torch.no_grad():
        test = sum(F.mse_loss(model(x)[0], x).item() for x, _ in test_loader) / len(test_loader)
        samples = model.decoder(torch.randn(8, cfg.latent)).view(8, 1, cfg.size, cfg.size)
    print(f"test reconstruction mse {test:.2f}, samples {tuple(samples.shape)}")

    summary = [f"{n}={p.sum().item():.6g},{p.square().sum().item():.6g}" for n, p in model.named_parameters()]
    print("RESULT", f"loss={loss.item():.6g}", " ".join(summary))


if __name__ == "__main__":
    main(Config())
