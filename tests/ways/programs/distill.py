"""A student learns from a teacher, from a target that is copied from it, and leaves an average of itself."""
import copy

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, hidden, dropout=0.0):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(5, hidden), nn.LayerNorm(hidden), nn.ReLU(), nn.Dropout(dropout))
        self.head = nn.Linear(hidden, 3)

    def forward(self, x):
        return self.head(self.body(x))


def set_weights(model, phase):
    state = {}
    for i, (name, p) in enumerate(model.named_parameters()):
        values = np.sin(1.7 * np.arange(1, p.numel() + 1) + i + phase) * 0.7
        state[name] = torch.tensor(values.reshape(tuple(p.shape)))
    model.load_state_dict(state)


def distillation_loss(student_logits, teacher_logits, T=2.0):
    """The divergence KL(teacher, student) at the temperature T."""
    p = F.softmax(teacher_logits / T, dim=1)
    log_p = F.log_softmax(teacher_logits / T, dim=1)
    log_q = F.log_softmax(student_logits / T, dim=1)
    return (p * (log_p - log_q)).sum(dim=1).mean() * T * T


teacher = Net(24, dropout=0.5)
set_weights(teacher, 0.0)
teacher.eval()
for p in teacher.parameters():
    p.requires_grad = False

student = Net(8)
set_weights(student, 1.0)
target = Net(8)
target.load_state_dict(student.state_dict())
target.eval()
average = copy.deepcopy(student)
average.requires_grad_(False)

optimizer = torch.optim.Adam(student.parameters(), lr=1e-2)
inputs = torch.tensor(np.sin(np.arange(120 * 5) * 0.77).reshape(120, 5) * 1.5)
labels = torch.tensor((np.arange(120) * 7) % 3)

losses, seen = [], []
for step in range(30):
    x = inputs[step % 6 * 20:step % 6 * 20 + 20]
    y = labels[step % 6 * 20:step % 6 * 20 + 20]

    with torch.no_grad():
        teacher_logits = teacher(x)
        target_logits = target(x)

    logits = student(x)
    soft = distillation_loss(logits, teacher_logits)
    hard = F.cross_entropy(logits, y)
    near = F.mse_loss(logits, target_logits)
    loss = soft + 0.1 * hard + 0.05 * near

    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

    # the average follows the student after each step, the target each five steps
    with torch.no_grad():
        for p, q in zip(average.parameters(), student.parameters()):
            p *= 0.9
            p += 0.1 * q
    before = target(x).mean()
    if (step + 1) % 5 == 0:
        target.load_state_dict(student.state_dict())

    losses.append(loss.item())
    seen += [soft.item(), near.item(), target_logits[0, 0].item(), before.item()]

with torch.no_grad():
    agree = (average(inputs).argmax(dim=1) == teacher(inputs).argmax(dim=1)).sum().item()
seen += [agree / len(inputs), average.head.weight.norm().item()]

weights = {name: value.numpy() for name, value in student.state_dict().items()}
weights.update({"target." + name: value.numpy() for name, value in target.state_dict().items()})
weights.update({"average." + name: value.numpy() for name, value in average.state_dict().items()})
