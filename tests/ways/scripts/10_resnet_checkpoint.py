"""Small residual CNN for synthetic textures, with parameter groups, checkpoints and resume."""
import argparse
import os
import tempfile

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR
from torch.utils.data import DataLoader, TensorDataset


def make_textures(n, seed):
    rng = np.random.RandomState(seed)
    yy, xx = np.meshgrid(np.arange(16), np.arange(16), indexing="ij")
    labels = np.arange(n) % 4
    angles = labels * np.pi / 4
    phase = rng.uniform(0, 2 * np.pi, size=n)
    waves = np.cos(0.9 * (np.cos(angles)[:, None, None] * xx + np.sin(angles)[:, None, None] * yy) + phase[:, None, None])
    images = waves[:, None] + 0.5 * rng.randn(n, 1, 16, 16)
    return TensorDataset(torch.from_numpy(images).float(), torch.from_numpy(labels).long())


class BasicBlock(nn.Module):
    def __init__(self, in_planes, planes, stride=1):
        super(BasicBlock, self).__init__()
        self.conv1 = nn.Conv2d(in_planes, planes, kernel_size=3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(planes, planes, kernel_size=3, stride=1, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.shortcut = nn.Sequential()
        if stride != 1 or in_planes != planes:
            self.shortcut = nn.Sequential(
                nn.Conv2d(in_planes, planes, kernel_size=1, stride=stride, bias=False), nn.BatchNorm2d(planes))

    def forward(self, x):
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += self.shortcut(x)
        return self.relu(out)


class ResNet(nn.Module):
    def __init__(self, num_classes=4, width=8):
        super(ResNet, self).__init__()
        self.stem = nn.Sequential(nn.Conv2d(1, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace=True))
        self.layer1 = BasicBlock(width, width)
        self.layer2 = BasicBlock(width, 2 * width, stride=2)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(2 * width, num_classes)

    def forward(self, x):
        x = self.layer2(self.layer1(self.stem(x)))
        x = torch.flatten(self.avgpool(x), 1)
        return self.fc(x)


def init_weights(m):
    if isinstance(m, nn.Conv2d):
        nn.init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")
    elif isinstance(m, nn.BatchNorm2d):
        nn.init.constant_(m.weight, 1)
        nn.init.constant_(m.bias, 0)


def build(lr, epochs):
    model = ResNet().apply(init_weights)
    rng = np.random.RandomState(11)
    with torch.no_grad():
        for p in model.parameters():
            if p.dim() > 1:
                p.copy_(torch.tensor(rng.normal(0, np.sqrt(2.0 / np.prod(p.shape[1:])), size=p.shape), dtype=p.dtype))
        model.fc.bias.fill_(0.1)
    decay = [p for p in model.parameters() if p.ndim > 1]
    no_decay = [p for p in model.parameters() if p.ndim <= 1]
    optimizer = SGD([{"params": decay, "weight_decay": 5e-4}, {"params": no_decay, "weight_decay": 0.0, "lr": lr * 2}],
                    lr=lr, momentum=0.9, nesterov=True)
    return model, optimizer, CosineAnnealingLR(optimizer, T_max=epochs)


def train(model, loader, optimizer):
    model.train()
    for data, target in loader:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(data), target, label_smoothing=0.05)
        loss.backward()
        optimizer.step()
    return loss.item()


@torch.no_grad()
def test(model, loader):
    model.eval()
    correct = sum((model(x).argmax(dim=1) == y).sum().item() for x, y in loader)
    return 100.0 * correct / len(loader.dataset)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lr", type=float, default=0.02)
    parser.add_argument("--epochs", type=int, default=6)
    args = parser.parse_args()
    torch.manual_seed(args.epochs)
    train_loader = DataLoader(make_textures(192, 0), batch_size=32, shuffle=False)
    test_loader = DataLoader(make_textures(64, 1), batch_size=64, shuffle=False)
    model, optimizer, scheduler = build(args.lr, args.epochs)
    path = os.path.join(tempfile.mkdtemp(), "checkpoint.pth")
    for epoch in range(args.epochs):
        if epoch == args.epochs // 2:
            print("resuming from", os.path.basename(path))
            model, optimizer, scheduler = build(args.lr, args.epochs)
            checkpoint = torch.load(path, map_location="cpu")
            model.load_state_dict(checkpoint["state_dict"])
            optimizer.load_state_dict(checkpoint["optimizer"])
            scheduler.load_state_dict(checkpoint["scheduler"])
        loss = train(model, train_loader, optimizer)
        scheduler.step()
        print("Epoch %d loss %.4f acc %.1f%% lr %.4f" % (epoch + 1, loss, test(model, test_loader), scheduler.get_last_lr()[0]))
        torch.save({"epoch": epoch + 1, "state_dict": model.state_dict(), "optimizer": optimizer.state_dict(),
                    "scheduler": scheduler.state_dict()}, path)
    os.remove(path)
    print("RESULT loss=%.6g" % loss, *["%s=%.6g,%.6g" % (k, v.sum().item(), v.pow(2).sum().item()) for k, v in model.named_parameters()])


if __name__ == "__main__":
    main()
