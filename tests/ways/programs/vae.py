"""A variational autoencoder of small pictures. The noise is given, so that two runs are the same."""
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import optim


class VAE(nn.Module):
    def __init__(self, pixels=36, hidden=20, latent=3):
        super().__init__()
        self.fc1 = nn.Linear(pixels, hidden)
        self.fc21 = nn.Linear(hidden, latent)
        self.fc22 = nn.Linear(hidden, latent)
        self.fc3 = nn.Linear(latent, hidden)
        self.fc4 = nn.Linear(hidden, pixels)

    def encode(self, x):
        h1 = F.relu(self.fc1(x))
        return self.fc21(h1), self.fc22(h1)

    def reparameterize(self, mu, logvar, eps):
        std = torch.exp(0.5 * logvar)
        return mu + eps * std

    def decode(self, z):
        h3 = F.relu(self.fc3(z))
        return torch.sigmoid(self.fc4(h3))

    def forward(self, x, eps):
        mu, logvar = self.encode(x.view(-1, 36))
        z = self.reparameterize(mu, logvar, eps)
        return self.decode(z), mu, logvar


def loss_function(recon_x, x, mu, logvar):
    BCE = F.binary_cross_entropy(recon_x, x.view(-1, 36), reduction="sum")
    KLD = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return BCE + KLD, KLD


def set_weights(model):
    state = {}
    for i, (name, p) in enumerate(model.named_parameters()):
        values = np.sin(1.7 * np.arange(1, p.numel() + 1) + i) * 0.3
        state[name] = torch.tensor(values.reshape(tuple(p.shape)))
    model.load_state_dict(state)


def blobs(n):
    """Pictures of 6 x 6 with a blob each, between 0 and 1."""
    i, j = np.mgrid[0:6, 0:6]
    k = np.arange(n).reshape(n, 1, 1)
    row, column = 2.5 + 2 * np.sin(1.3 * k), 2.5 + 2 * np.cos(2.1 * k)
    return np.exp(-((i - row) ** 2 + (j - column) ** 2) / 2)[:, None]


data = torch.tensor(blobs(60))
noise = torch.tensor(np.sin(np.arange(30 * 20 * 3) * 2.3).reshape(30, 20, 3) * 1.4)

model = VAE()
set_weights(model)
optimizer = optim.Adam(model.parameters(), lr=1e-2)

losses, seen = [], []
step = 0
for epoch in range(10):
    model.train()
    train_loss = 0
    for x in data.chunk(3):
        optimizer.zero_grad()
        recon, mu, logvar = model(x, noise[step])
        loss, kld = loss_function(recon, x, mu, logvar)
        loss.backward()
        train_loss += loss.item()
        optimizer.step()
        losses.append(loss.item() / len(x))
        seen.append(kld.item() / len(x))
        step += 1
    seen.append(train_loss / len(data))

model.eval()
with torch.no_grad():
    z = torch.tensor([[0.0, 1.0, -0.5]])
    sample = model.decode(z).view(6, 6)
seen += [sample.min().item(), sample.max().item(), sample[2, 3].item()]
weights = {name: value.numpy() for name, value in model.state_dict().items()}
