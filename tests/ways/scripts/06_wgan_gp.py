"""Wasserstein GAN with gradient penalty on a ring of 2D Gaussians."""
import argparse

import numpy as np
import torch
import torch.nn as nn
import torch.optim as optim
from torch import autograd

torch.set_default_dtype(torch.float64)

parser = argparse.ArgumentParser()
parser.add_argument("--iters", type=int, default=150, help="generator updates")
parser.add_argument("--critic_iters", type=int, default=3)
parser.add_argument("--batch_size", type=int, default=64)
parser.add_argument("--dim", type=int, default=32)
parser.add_argument("--latent_dim", type=int, default=4)
parser.add_argument("--lambda_gp", type=float, default=1.0)
parser.add_argument("--lr", type=float, default=1e-3)
opt = parser.parse_args()
print(opt)

torch.manual_seed(1)
rng = np.random.default_rng(1)


def weights_init(m):
    classname = m.__class__.__name__
    if classname.find("Linear") != -1:
        nn.init.normal_(m.weight.data, 0.0, 0.02)
        if m.bias is not None:
            nn.init.constant_(m.bias.data, 0)
    elif classname.find("BatchNorm") != -1:
        nn.init.normal_(m.weight.data, 1.0, 0.02)
        nn.init.constant_(m.bias.data, 0)


class Generator(nn.Module):
    def __init__(self):
        super(Generator, self).__init__()

        def block(in_feat, out_feat, normalize=True):
            layers = [nn.Linear(in_feat, out_feat, bias=not normalize)]
            if normalize:
                layers.append(nn.BatchNorm1d(out_feat, momentum=0.2))
            layers.append(nn.LeakyReLU(0.2, inplace=True))
            return layers

        self.model = nn.Sequential(
            *block(opt.latent_dim, opt.dim, normalize=False),
            *block(opt.dim, opt.dim),
            nn.Linear(opt.dim, 2),
        )

    def forward(self, z):
        return self.model(z)


class Critic(nn.Module):
    def __init__(self):
        super(Critic, self).__init__()
        self.net = nn.Sequential(
            nn.Linear(2, opt.dim), nn.LeakyReLU(0.2), nn.Linear(opt.dim, opt.dim), nn.LayerNorm(opt.dim),
            nn.LeakyReLU(0.2), nn.Linear(opt.dim, 1, bias=False))

    def forward(self, x):
        return self.net(x).view(-1)


def gradient_penalty(critic, real, fake):
    alpha = torch.from_numpy(rng.random((real.size(0), 1))).expand(real.size())
    interpolates = (alpha * real + (1 - alpha) * fake).requires_grad_(True)
    score = critic(interpolates)
    gradients = autograd.grad(outputs=score, inputs=interpolates, grad_outputs=torch.ones(score.size()),
                              create_graph=True, retain_graph=True, only_inputs=True)[0]
    return ((gradients.norm(2, dim=1) - 1) ** 2).mean()


def real_batch(n):
    angles = 2 * np.pi * rng.integers(0, 8, size=n) / 8
    points = np.stack([np.cos(angles), np.sin(angles)], axis=1) + 0.05 * rng.normal(size=(n, 2))
    return torch.from_numpy(points)


def noise(n):
    return torch.from_numpy(rng.normal(size=(n, opt.latent_dim)))


netG, netD = Generator(), Critic()
netG.apply(weights_init)
netD.apply(weights_init)
for net in (netG, netD):
    for m in net.modules():
        if isinstance(m, nn.Linear):
            m.weight.data.copy_(torch.from_numpy(rng.normal(0, 0.3, tuple(m.weight.shape))))
        elif isinstance(m, (nn.BatchNorm1d, nn.LayerNorm)):
            m.weight.data.fill_(1.0)

optimizerD = optim.Adam(netD.parameters(), lr=opt.lr, betas=(0.5, 0.9))
optimizerG = optim.Adam(netG.parameters(), lr=opt.lr, betas=(0.5, 0.9))

for iteration in range(opt.iters):
    for p in netD.parameters():
        p.requires_grad = True
    for _ in range(opt.critic_iters):
        real = real_batch(opt.batch_size)
        fake = netG(noise(opt.batch_size)).detach()
        optimizerD.zero_grad()
        gp = gradient_penalty(netD, real.data, fake.data)
        loss_d = netD(fake).mean() - netD(real).mean() + opt.lambda_gp * gp
        loss_d.backward()
        optimizerD.step()
    for p in netD.parameters():
        p.requires_grad = False
    optimizerG.zero_grad()
    loss_g = -netD(netG(noise(opt.batch_size))).mean()
    loss_g.backward()
    optimizerG.step()
    if iteration % 25 == 0 or iteration == opt.iters - 1:
        print("[%d/%d] loss_D: %.4f loss_G: %.4f gp: %.4f" % (iteration, opt.iters, loss_d.item(), loss_g.item(), gp.item()))

netG.eval()
with torch.no_grad():
    radius = netG(torch.randn(256, opt.latent_dim)).norm(dim=1).mean().item()
print("mean radius of generated points: %.1f" % radius)
words = ["loss=%.6g" % (loss_d.item())]
for prefix, net in (("G", netG), ("D", netD)):
    for name, p in net.named_parameters():
        words.append("%s.%s=%.6g,%.6g" % (prefix, name, p.sum().item(), (p ** 2).sum().item()))
print("RESULT " + " ".join(words))
