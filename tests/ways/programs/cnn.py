"""A convolutional network with batch normalization on pictures of four patterns, with SGD and momentum."""
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F


def pictures(n, phase):
    """Stripes in four directions, with some waves that disturb them."""
    i, j = np.mgrid[0:12, 0:12]
    labels = np.arange(n) % 4
    x = np.zeros((n, 1, 12, 12))
    for k in range(n):
        along = [i, j, i + j, i - j][labels[k]]
        x[k, 0] = np.sin(along * 1.1 + phase * k) + 0.7 * np.sin(3.7 * i + 1.3 * j * k + k)
    return torch.tensor(x), torch.tensor(labels)


class Net(nn.Module):
    def __init__(self, num_classes=4):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 6, kernel_size=3, padding=1),
            nn.BatchNorm2d(6),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(6, 8, kernel_size=3),
            nn.BatchNorm2d(8),
            nn.ReLU(),
            nn.MaxPool2d(kernel_size=2, stride=2),
        )
        self.fc1 = nn.Linear(8 * 2 * 2, 16)
        self.fc2 = nn.Linear(16, num_classes)

    def forward(self, x):
        x = self.features(x)
        x = x.view(x.size(0), -1)
        x = F.relu(self.fc1(x))
        return self.fc2(x)


def set_weights(model):
    state = model.state_dict()
    for i, (name, p) in enumerate(model.named_parameters()):
        values = np.sin(1.7 * np.arange(1, p.numel() + 1) + i) * 0.4
        if p.dim() == 1 and name.endswith("weight"):
            values = 1 + values / 4
        state[name] = torch.tensor(values.reshape(tuple(p.shape)))
    model.load_state_dict(state)


def train(x, y):
    model.train()
    optimizer.zero_grad()
    output = model(x)
    loss = criterion(output, y)
    loss.backward()
    optimizer.step()
    return loss.item()


def test(x, y):
    model.eval()
    with torch.no_grad():
        output = model(x)
        loss = criterion(output, y)
        _, predicted = output.max(dim=1)
        accuracy = (predicted == y).float().mean()
    return loss.item(), accuracy.item()


train_x, train_y = pictures(96, 0.3)
test_x, test_y = pictures(32, 0.5)

model = Net()
set_weights(model)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=5e-4)

losses, seen = [], []
batch_size = 16
for epoch in range(5):
    for start in range(0, len(train_x), batch_size):
        losses.append(train(train_x[start:start + batch_size], train_y[start:start + batch_size]))
        if len(losses) % 10 == 0:
            seen += test(test_x, test_y)

weights = {name: value.numpy() for name, value in model.state_dict().items()}
