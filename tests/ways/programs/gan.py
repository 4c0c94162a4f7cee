"""DCGAN's loop: a generator and a discriminator with an optimizer each; the fake pictures are used twice."""
import numpy as np
import torch
import torch.nn as nn
import torch.optim as optim

nz, ngf, ndf, batch = 6, 8, 6, 8


class Generator(nn.Module):
    def __init__(self):
        super(Generator, self).__init__()
        self.main = nn.Sequential(
            nn.ConvTranspose2d(nz, ngf, 4, 1, 0, bias=False),
            nn.BatchNorm2d(ngf),
            nn.ReLU(),
            nn.ConvTranspose2d(ngf, 1, 4, 2, 1, bias=False),
            nn.Tanh()
        )

    def forward(self, input):
        return self.main(input)


class Discriminator(nn.Module):
    def __init__(self):
        super(Discriminator, self).__init__()
        self.main = nn.Sequential(
            nn.Conv2d(1, ndf, 4, 2, 1, bias=False),
            nn.LeakyReLU(0.2),
            nn.Conv2d(ndf, ndf * 2, 3, 1, 1, bias=False),
            nn.BatchNorm2d(ndf * 2),
            nn.LeakyReLU(0.2),
            nn.Conv2d(ndf * 2, 1, 4, 1, 0, bias=False),
            nn.Sigmoid()
        )

    def forward(self, input):
        return self.main(input)


def set_weights(model, scale):
    state = model.state_dict()
    for i, (name, p) in enumerate(model.named_parameters()):
        if p.dim() == 4:
            values = np.sin(1.7 * np.arange(1, p.numel() + 1) + i) * scale
            state[name] = torch.tensor(values.reshape(tuple(p.shape)))
    model.load_state_dict(state)


def waves(first, shape):
    n = int(np.prod(shape))
    return torch.tensor(np.sin(0.9 * np.arange(first, first + n) ** 1.5).reshape(shape))


i, j = np.mgrid[0:8, 0:8]
reals = np.stack([np.sin(0.8 * i + 0.2 * k) * np.cos(0.5 * j - 0.1 * k) for k in range(32)])
dataset = torch.tensor(reals[:, None])
fixed_noise = waves(7, (4, nz, 1, 1))

netG, netD = Generator(), Discriminator()
set_weights(netG, 0.3)
set_weights(netD, 0.2)

criterion = nn.BCELoss()
real_label, fake_label = 1.0, 0.0
optimizerD = optim.Adam(netD.parameters(), lr=0.002, betas=(0.5, 0.999))
optimizerG = optim.Adam(netG.parameters(), lr=0.002, betas=(0.5, 0.999))

losses, seen = [], []
for step in range(30):
    # (1) D: maximize log(D(x)) + log(1 - D(G(z)))
    netD.zero_grad()
    real = dataset[step % 4 * batch:(step % 4 + 1) * batch]
    label = torch.full((batch,), real_label)
    output = netD(real).view(-1)
    errD_real = criterion(output, label)
    errD_real.backward()
    D_x = output.mean().item()

    noise = waves(100 * step + 1, (batch, nz, 1, 1))
    fake = netG(noise)
    label = torch.zeros(batch)
    output = netD(fake.detach()).view(-1)
    errD_fake = criterion(output, label)
    errD_fake.backward()
    D_G_z1 = output.mean()
    errD = errD_real + errD_fake
    optimizerD.step()

    # (2) G: maximize log(D(G(z)))
    netG.zero_grad()
    label = torch.ones_like(label)
    output = netD(fake).view(-1)
    errG = criterion(output, label)
    errG.backward()
    D_G_z2 = output.mean()
    optimizerG.step()

    losses.append(errG.item())
    seen += [errD.item(), D_x, D_G_z1.item(), D_G_z2.item(), fake[0].abs().mean().item()]
    if step % 10 == 9:
        with torch.no_grad():
            pictures = netG(fixed_noise).detach().cpu()
        seen += [pictures.mean().item(), pictures.std(unbiased=True).item()]

weights = {"G." + name: value.numpy() for name, value in netG.state_dict().items()}
weights.update({"D." + name: value.numpy() for name, value in netD.state_dict().items()})
