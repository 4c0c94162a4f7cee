"""Small U-Net that segments noisy discs; keeps the weights with the best validation loss."""
import copy

import numpy as np
import torch
from torch import nn, optim
from torch.utils.data import DataLoader, Dataset
from torch.optim.lr_scheduler import ReduceLROnPlateau


class DiscDataset(Dataset):
    def __init__(self, count, size=24, seed=0, transform=None):
        rng = np.random.default_rng(seed)
        yy, xx = np.mgrid[:size, :size]
        self.images, self.masks = [], []
        for _ in range(count):
            cy, cx, r = rng.uniform(6, size - 6), rng.uniform(6, size - 6), rng.uniform(3, 6)
            mask = ((yy - cy) ** 2 + (xx - cx) ** 2 < r ** 2).astype(np.float32)
            self.images.append((mask + 0.4 * rng.normal(size=mask.shape)).astype(np.float32))
            self.masks.append(mask)
        self.transform = transform

    def __len__(self):
        return len(self.images)

    def __getitem__(self, idx):
        image, mask = torch.from_numpy(self.images[idx][None]), torch.from_numpy(self.masks[idx][None])
        return (self.transform(image) if self.transform else image), mask


class DoubleConv(nn.Module):
    """(conv => GN => ELU) * 2"""

    def __init__(self, in_ch, out_ch):
        super().__init__()
        self.double_conv = nn.Sequential(
            nn.Conv2d(in_ch, out_ch, kernel_size=3, padding=1, bias=False),
            nn.GroupNorm(4, out_ch),
            nn.ELU(inplace=True),
            nn.Conv2d(out_ch, out_ch, kernel_size=3, padding=1, bias=False),
            nn.GroupNorm(4, out_ch),
            nn.ELU(inplace=True),
        )

    def forward(self, x):
        return self.double_conv(x)


class UNet(nn.Module):
    def __init__(self, in_channels=1, out_channels=1, features=(8, 16)):
        super().__init__()
        self.downs = nn.ModuleList()
        self.ups = nn.ModuleList()
        self.pool = nn.MaxPool2d(kernel_size=2, stride=2)
        for feature in features:
            self.downs.append(DoubleConv(in_channels, feature))
            in_channels = feature
        for feature in reversed(features):
            self.ups.append(nn.ConvTranspose2d(feature * 2, feature, kernel_size=2, stride=2))
            self.ups.append(DoubleConv(feature * 2, feature))
        self.bottleneck = DoubleConv(features[-1], features[-1] * 2)
        self.dropout = nn.Dropout2d(p=0.0)
        self.final_conv = nn.Conv2d(features[0], out_channels, kernel_size=1)

    def forward(self, x):
        skips = []
        for down in self.downs:
            x = down(x)
            skips.append(x)
            x = self.pool(x)
        x = self.dropout(self.bottleneck(x))
        skips = skips[::-1]
        for idx in range(0, len(self.ups), 2):
            x = self.ups[idx](x)
            x = self.ups[idx + 1](torch.cat((skips[idx // 2], x), dim=1))
        return self.final_conv(x)


def dice_loss(logits, target, smooth=1.0):
    pred = torch.sigmoid(logits).contiguous().flatten(1)
    target = target.flatten(1)
    intersection = (pred * target).sum(1)
    return (1 - (2 * intersection + smooth) / (pred.sum(1) + target.sum(1) + smooth)).mean()


def run_epoch(model, loader, criterion, optimizer=None):
    model.train(optimizer is not None)
    total = 0.0
    with torch.set_grad_enabled(optimizer is not None):
        for x, y in loader:
            logits = model(x)
            loss = criterion(logits, y) + dice_loss(logits, y)
            if optimizer is not None:
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            total += loss.item() * x.size(0)
    return total / len(loader.dataset)


def main():
    torch.manual_seed(0)
    model = UNet()
    rng = np.random.default_rng(42)
    for m in model.modules():
        if isinstance(m, (nn.Conv2d, nn.ConvTranspose2d)):
            nn.init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")
            std = np.sqrt(2.0 / (m.weight[0].numel()))
            m.weight.data.copy_(torch.from_numpy(rng.normal(0.0, std, size=m.weight.shape)))
            if m.bias is not None:
                nn.init.zeros_(m.bias)
    train_loader = DataLoader(DiscDataset(48, seed=1), batch_size=8, shuffle=False)
    val_loader = DataLoader(DiscDataset(16, seed=2), batch_size=16)
    criterion = nn.BCEWithLogitsLoss(pos_weight=torch.tensor([2.0]))
    optimizer = optim.Adam(model.parameters(), lr=5e-3)
    scheduler = ReduceLROnPlateau(optimizer, mode="min", factor=0.5, patience=0, threshold=0.16)
    best_loss, best_weights = float("inf"), None
    for epoch in range(8):
        train_loss = run_epoch(model, train_loader, criterion, optimizer)
        val_loss = run_epoch(model, val_loader, criterion)
        scheduler.step(val_loss)
        if val_loss < best_loss:
            best_loss, best_weights = val_loss, copy.deepcopy(model.state_dict())
        print(f"epoch {epoch}: train {train_loss:.4f} val {val_loss:.4f} lr {optimizer.param_groups[0]['lr']:.5f}")
    model.load_state_dict(best_weights)
    print(f"RESULT loss={best_loss:.6g}", " ".join(f"{n}={p.sum():.6g},{(p ** 2).sum():.6g}" for n, p in model.named_parameters()))


if __name__ == "__main__":
    main()
