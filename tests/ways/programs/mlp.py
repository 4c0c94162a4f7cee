"""A network of three layers on two spirals, in batches, with Adam and a learning rate that falls in steps."""
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from torch.utils.data import DataLoader, Dataset


class Spirals(Dataset):
    """Points of two spirals; the class of a point is its spiral."""

    def __init__(self, n, turn=0.0):
        t = np.linspace(0.5, 4.0, n)
        which = np.arange(n) % 2
        angle = t * 2 + which * np.pi + turn
        points = np.stack([t * np.cos(angle), t * np.sin(angle)], axis=1) / 4
        self.x = torch.tensor(points)
        self.y = torch.tensor(which)

    def __len__(self):
        return len(self.x)

    def __getitem__(self, index):
        return self.x[index], self.y[index]


class MLP(nn.Module):
    def __init__(self, inputs, hidden, classes):
        super().__init__()
        self.fc1 = nn.Linear(inputs, hidden)
        self.fc2 = nn.Linear(hidden, hidden)
        self.out = nn.Linear(hidden, classes)

    def forward(self, x):
        x = F.relu(self.fc1(x))
        x = torch.tanh(self.fc2(x))
        return self.out(x)


def set_weights(model):
    state = {}
    for i, (name, p) in enumerate(model.named_parameters()):
        values = np.sin(1.7 * np.arange(1, p.numel() + 1) + i) * 0.5
        state[name] = torch.tensor(values.reshape(tuple(p.shape)))
    model.load_state_dict(state)


def evaluate(model, loader):
    model.eval()
    correct, total, loss = 0, 0, 0.0
    with torch.no_grad():
        for x, y in loader:
            logits = model(x)
            loss += F.cross_entropy(logits, y, reduction="sum").item()
            correct += (logits.argmax(dim=1) == y).sum().item()
            total += y.size(0)
    model.train()
    return correct / total, loss / total


train_loader = DataLoader(Spirals(90), batch_size=32, shuffle=False)
test_loader = DataLoader(Spirals(50, turn=0.1), batch_size=20)

model = MLP(2, 16, 2)
set_weights(model)
criterion = nn.CrossEntropyLoss()
optimizer = optim.Adam(model.parameters(), lr=0.02, weight_decay=1e-4)
scheduler = optim.lr_scheduler.StepLR(optimizer, step_size=4, gamma=0.5)

losses, seen = [], []
step = 0
for epoch in range(10):
    hits = 0
    for x, y in train_loader:
        old = model.out.weight.detach().clone()
        norm = model.fc2.weight.norm()

        optimizer.zero_grad()
        logits = model(x)
        loss = criterion(logits, y)
        loss.backward()
        optimizer.step()

        step += 1
        losses.append(loss.item())
        hits += (logits.argmax(1) == y).sum().item()
        if step % 10 == 0:
            seen += [norm.item(), (model.out.weight - old).norm().item(),
                     model.fc1.weight.grad.abs().max().item()]
            seen += evaluate(model, test_loader)
    scheduler.step()
    seen += [hits / len(train_loader.dataset), scheduler.get_last_lr()[0], optimizer.param_groups[0]["lr"]]

weights = {name: value.numpy() for name, value in model.state_dict().items()}
