# SPDX-License-Identifier: MIT
"""In PyTorch's way. mypy --strict finds nothing here."""
from collections.abc import Iterator

import numpy as np

import wengert as wg
import wengert.nn.functional as F
from wengert import distributions, nn, optim
from wengert.nn.utils import rnn
from wengert.optim.lr_scheduler import CosineAnnealingLR, LambdaLR, StepLR
from wengert.utils.data import DataLoader, TensorDataset, random_split


class Net(nn.Module):
    def __init__(self, inputs: int, classes: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(inputs, 8)
        self.norm = nn.BatchNorm1d(8)
        self.out = nn.Sequential(nn.ReLU(), nn.Dropout(p=0.1), nn.Linear(8, classes, bias=False))
        self.scale = nn.Parameter(np.ones(1))

    def forward(self, x: wg.Value) -> wg.Value:
        y: wg.Value = self.out(self.norm(self.hidden(x)))
        return y * self.scale


def batches(loader: DataLoader) -> Iterator[tuple[wg.Value, wg.Value]]:
    for x, y in loader:
        yield x, y


def train(net: Net, loader: DataLoader, epochs: int) -> float:
    optimizer = optim.AdamW(net.parameters(), lr=0.01, betas=(0.9, 0.99), weight_decay=0.1)
    schedule = CosineAnnealingLR(optimizer, T_max=epochs)
    loss_of, last = nn.CrossEntropyLoss(label_smoothing=0.1), 0.0
    net.train()
    for _ in range(epochs):
        for x, y in batches(loader):
            optimizer.zero_grad()
            loss = loss_of(net(x), y)
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            last = loss.item()
        schedule.step()
    return last


def by_hand() -> wg.Parameter:
    w = wg.tensor([1.0, 2.0], requires_grad=True)
    sgd = optim.SGD([w], lr=0.1, momentum=0.9, nesterov=True)
    for schedule in (StepLR(sgd, step_size=2, gamma=0.5), LambdaLR(sgd, lambda t: 0.9 ** t)):
        sgd.zero_grad(set_to_none=True)
        (w ** 2).sum().backward()
        sgd.step()
        schedule.step()
    with wg.no_grad():
        w -= 0.1 * w
    if w.grad is not None:
        w.grad *= 2
    return w


class Tagger(nn.Module):
    """Sequences of several lengths."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(3, 4, num_layers=2, batch_first=True, bidirectional=True)
        self.out = nn.ModuleDict({"tags": nn.Linear(8, 2)})
        for w in self.parameters():
            nn.init.uniform_(w, -0.1, 0.1)
        nn.init.xavier_normal_(self.lstm.weight_ih_l0, gain=2)

    def forward(self, x: wg.Value, lengths: list[int]) -> wg.Value:
        packed = rnn.pack_padded_sequence(x, lengths, batch_first=True)
        y, (h, _) = self.lstm(packed)
        padded, n = rnn.pad_packed_sequence(y, batch_first=True)
        tags: wg.Value = self.out["tags"](padded)
        return tags.log_softmax(dim=-1) + 0 * h.sum() + 0 * n.sum()


def in_place() -> wg.Value:
    x = wg.zeros(2, 2)
    x[0] = 5
    x += 1
    x.add_(wg.ones(2), alpha=0.5).mul_(2).clamp_(max=8.0)
    x.requires_grad = True
    y = F.relu(x * 1, inplace=True)
    with wg.no_grad():
        x.data.fill_(1.0)
    return wg.where(wg.isnan(y), 0.0, y).masked_fill_(y > 10, 0.0)


def drawn() -> wg.Value:
    loc = wg.tensor([0.0, 1.0], requires_grad=True)
    p, q = distributions.Normal(loc, 1.0), distributions.Laplace(0.0, wg.ones(2))
    each = distributions.Categorical(logits=wg.zeros(3)).sample((4,))
    return distributions.kl_divergence(p, p.expand((2,))) + q.log_prob(p.rsample()).detach() + 0 * each.sum()


def main() -> None:
    wg.manual_seed(1)
    x, y = wg.randn(24, 3), wg.randint(0, 2, (24,))
    first, _ = random_split(TensorDataset(x, y), [20, 4])
    net = Net(3, 2)
    print(train(net, DataLoader(first, batch_size=10, shuffle=True, drop_last=True), 2) > 0)
    net.eval().load_state_dict(net.state_dict(), strict=True)
    names = [name for name, w in net.named_parameters() if w.requires_grad]
    print(len(names), net.hidden.weight.shape, by_hand().tolist() != [1.0, 2.0])
    print(Tagger()(wg.randn(2, 3, 3), [3, 1]).shape, in_place().tolist(), drawn().shape, wg.__version__ != "")
    picture = F.max_pool2d(F.conv2d(wg.randn(1, 3, 8, 8), wg.randn(4, 3, 3, 3), stride=1, padding="same"), 2)
    both: wg.Tensor = wg.Tensor([1, 2])
    print(picture.shape, isinstance(both, wg.Tensor), F.softmax(picture, dim=1).view(-1).size(0),
          F.mse_loss(x, x, reduction="sum").item())


main()
