"""Time-series forecasting with several recurrent cells kept in one nn.ModuleDict."""
import io

import numpy as np
import torch
import torch.nn as nn
from torch.optim import Adam
from torch.optim.lr_scheduler import MultiStepLR
from torch.utils.data import DataLoader, Dataset, SubsetRandomSampler

WINDOW, HIDDEN = 20, 16


class WindowDataset(Dataset):
    def __init__(self, series, window):
        self.series = torch.as_tensor(series, dtype=torch.float32)
        self.window = window

    def __len__(self):
        return len(self.series) - self.window

    def __getitem__(self, i):
        return {"x": self.series[i:i + self.window].unsqueeze(-1), "y": self.series[i + 1:i + self.window + 1].unsqueeze(-1)}


class Forecaster(nn.Module):
    def __init__(self, hidden_size=HIDDEN, num_layers=2):
        super().__init__()
        self.cells = nn.ModuleDict({
            "rnn": nn.RNN(1, hidden_size, num_layers=num_layers, nonlinearity="tanh"),
            "gru": nn.GRU(1, hidden_size, num_layers, batch_first=True),
            "lstm": nn.LSTM(1, hidden_size, num_layers, batch_first=True, dropout=0.0),
            "bigru": nn.GRU(1, hidden_size // 2, batch_first=True, bidirectional=True),
        })
        self.norm = nn.LayerNorm(hidden_size)
        self.heads = nn.ModuleDict({name: nn.Linear(hidden_size, 1) for name in self.cells})

    def forward(self, x, kind, hidden=None):
        if kind == "rnn":
            out, hidden = self.cells[kind](x.transpose(0, 1), hidden)
            out = out.transpose(0, 1)
        else:
            out, hidden = self.cells[kind](x, hidden)
        return self.heads[kind](self.norm(out)), hidden


def init_weights(m):
    if isinstance(m, (nn.RNN, nn.GRU, nn.LSTM)):
        for name, param in m.named_parameters():
            if "weight_ih" in name:
                nn.init.xavier_uniform_(param.data)
            elif "weight_hh" in name:
                nn.init.orthogonal_(param.data)
            elif "bias" in name:
                param.data.fill_(0)
    elif isinstance(m, nn.Linear):
        nn.init.kaiming_normal_(m.weight)
        nn.init.zeros_(m.bias)


def fill_from(net, rng):
    with torch.no_grad():
        for name, p in net.named_parameters():
            if "norm" not in name:
                p.copy_(torch.tensor(rng.normal(0, 0.2, p.shape), dtype=p.dtype))


def make_optimizer(net):
    groups = [{"params": net.cells.parameters()}, {"params": net.heads.parameters(), "lr": 2e-2},
              {"params": net.norm.parameters(), "weight_decay": 1e-3}]
    optimizer = Adam(groups, lr=1e-2)
    return optimizer, MultiStepLR(optimizer, milestones=[3, 5], gamma=0.3)


def train_epoch(net, loader, optimizer, criterion):
    net.train()
    totals = {kind: 0.0 for kind in net.cells}
    for batch in loader:
        optimizer.zero_grad()
        losses = {}
        for kind in net.cells.keys():
            pred, _ = net(batch["x"], kind)
            losses[kind] = criterion(pred, batch["y"])
        loss = sum(losses.values())
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), max_norm=1.0)
        optimizer.step()
        for kind, value in losses.items():
            totals[kind] += value.item() / len(loader)
    return totals


def forecast(net, history, steps, kind="gru"):
    net.eval()
    preds = []
    with torch.no_grad():
        out, hidden = net(history.view(1, -1, 1), kind)
        value = out[:, -1:]
        for _ in range(steps):
            preds.append(value.item())
            value, hidden = net(value, kind, hidden)
    return torch.tensor(preds)


if __name__ == "__main__":
    torch.manual_seed(8)
    rng = np.random.default_rng(8)
    t = np.arange(180)
    series = np.sin(0.25 * t) + 0.3 * np.sin(0.6 * t + 1) + 0.02 * rng.normal(size=t.shape)
    dataset = WindowDataset(series[:150], WINDOW)
    preview = DataLoader(dataset, batch_size=26, sampler=SubsetRandomSampler(range(len(dataset))))
    print("windows:", len(dataset), "batch shape:", tuple(next(iter(preview))["x"].shape))
    loader = DataLoader([dataset[int(i)] for i in rng.permutation(len(dataset))], batch_size=26)
    net = Forecaster()
    net.apply(init_weights)
    fill_from(net, rng)
    optimizer, scheduler = make_optimizer(net)
    criterion, stash = nn.SmoothL1Loss(beta=0.5), io.BytesIO()
    for epoch in range(6):
        totals = train_epoch(net, loader, optimizer, criterion)
        scheduler.step()
        print(f"epoch {epoch}", {k: round(v, 4) for k, v in totals.items()}, "lr", [round(g["lr"], 5) for g in optimizer.param_groups])
        if epoch == 2:
            torch.save({"net": net.state_dict(), "opt": optimizer.state_dict(), "epoch": epoch}, stash)
            ckpt = torch.load(io.BytesIO(stash.getvalue()))
            net.load_state_dict(ckpt["net"])
            optimizer.load_state_dict(ckpt["opt"])
    future = forecast(net, torch.tensor(series[:150], dtype=torch.float32), 10)
    print("forecast mae: %.3f" % (future - torch.from_numpy(series[150:160]).float()).abs().mean().item())
    print(f"RESULT loss={sum(totals.values()):.6g}", *(f"{n}={p.sum().item():.6g},{p.square().sum().item():.6g}" for n, p in net.named_parameters()))
