"""Policy gradient with a baseline: a walker on a line, of plain Python, shall reach the flag; one backward()
an episode."""
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim


class Walk:
    """A line of nine places. Each step costs; the flag at the right end pays, the left end does not."""

    def reset(self):
        self.place, self.time = 4, 0
        return self.state()

    def state(self):
        return np.array([self.place / 4 - 1, np.sin(self.place), self.time / 12])

    def step(self, action):
        self.place += 1 if action == 1 else -1
        self.time += 1
        reward = -0.1
        if self.place == 8:
            reward = 1.0
        elif self.place == 0:
            reward = -1.0
        done = self.place in (0, 8) or self.time == 12
        return self.state(), reward, done


class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.affine = nn.Linear(3, 16)
        self.action_head = nn.Linear(16, 2)
        self.value_head = nn.Linear(16, 1)

    def forward(self, x):
        x = F.relu(self.affine(x))
        return F.log_softmax(self.action_head(x), dim=-1), self.value_head(x)


def set_weights(model):
    state = {}
    for i, (name, p) in enumerate(model.named_parameters()):
        values = np.sin(1.7 * np.arange(1, p.numel() + 1) + i) * 0.4
        state[name] = torch.tensor(values.reshape(tuple(p.shape)))
    model.load_state_dict(state)


class Dice:
    """Numbers between 0 and 1, the same in each run."""

    def __init__(self):
        self.n = 0

    def roll(self):
        self.n += 1
        return (self.n * 0.6180339887498949) % 1


gamma = 0.95
env, dice = Walk(), Dice()
policy = Policy()
set_weights(policy)
optimizer = optim.Adam(policy.parameters(), lr=3e-2)
eps = np.finfo(np.float32).eps.item()

losses, seen = [], []
running_reward = 0.0
for episode in range(30):
    state, done = env.reset(), False
    log_probs, values, rewards, actions = [], [], [], []
    while not done:
        log_prob, value = policy(torch.tensor(state))
        action = 1 if dice.roll() < log_prob[1].exp().item() else 0
        state, reward, done = env.step(action)
        log_probs.append(log_prob[action])
        values.append(value)
        rewards.append(reward)
        actions.append(action)

    R, returns = 0, []
    for r in rewards[::-1]:
        R = r + gamma * R
        returns.insert(0, R)
    returns = torch.tensor(returns)
    returns = (returns - returns.mean()) / (returns.std(unbiased=True) + eps)

    policy_losses, value_losses = [], []
    for log_prob, value, R in zip(log_probs, values, returns):
        advantage = R - value.detach()
        policy_losses.append(-log_prob * advantage)
        value_losses.append(F.smooth_l1_loss(value, torch.tensor([R.item()])))

    optimizer.zero_grad()
    loss = torch.cat(policy_losses).sum() + torch.stack(value_losses).sum()
    loss.backward()
    optimizer.step()

    losses.append(loss.item())
    running_reward = 0.05 * sum(rewards) + 0.95 * running_reward
    # how the step has changed the first action's probability, and what was thought of the first place before
    # it
    with torch.no_grad():
        new_log_prob, _ = policy(torch.tensor(env.reset()))
    seen += [log_probs[0].item(), (new_log_prob[actions[0]] - log_probs[0]).exp().item(), values[0].item(),
             running_reward]

weights = {name: value.numpy() for name, value in policy.state_dict().items()}
