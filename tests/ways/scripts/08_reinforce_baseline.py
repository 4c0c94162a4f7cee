"""REINFORCE with a learned baseline on a simple cart-on-a-rail environment."""
import argparse

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from torch.distributions import Categorical

parser = argparse.ArgumentParser(description="PyTorch REINFORCE example")
parser.add_argument("--gamma", type=float, default=0.95, metavar="G", help="discount factor (default: 0.95)")
parser.add_argument("--seed", type=int, default=543, metavar="N", help="random seed (default: 543)")
parser.add_argument("--episodes", type=int, default=60)
parser.add_argument("--log-interval", type=int, default=10, metavar="N")
parser.add_argument("--entropy-coef", type=float, default=0.01)
args = parser.parse_args()

torch.manual_seed(args.seed)
rng = np.random.RandomState(args.seed)
eps = np.finfo(np.float32).eps.item()


class Rail:
    """Push a cart left, right or not at all; stay close to the middle."""

    def reset(self):
        self.x = rng.uniform(-1, 1)
        self.v = 0.0
        self.t = 0
        return np.array([self.x, self.v], dtype=np.float32)

    def step(self, action):
        self.v = 0.9 * self.v + 0.15 * (action - 1)
        self.x += self.v
        self.t += 1
        reward = 1.0 - min(abs(self.x), 2.0)
        done = self.t >= 25 or abs(self.x) > 2.0
        return np.array([self.x, self.v], dtype=np.float32), reward, done, {}


class Policy(nn.Module):
    def __init__(self):
        super(Policy, self).__init__()
        self.affine1 = nn.Linear(2, 32)
        self.dropout = nn.Dropout(p=0.0)
        self.affine2 = nn.Linear(32, 3)
        self.value_head = nn.Linear(32, 1)
        self.saved_log_probs, self.saved_values = [], []
        self.entropies, self.rewards = [], []

    def forward(self, x):
        x = F.relu(self.dropout(self.affine1(x)))
        return F.softmax(self.affine2(x), dim=1), self.value_head(x)


def init_weights(m):
    if type(m) == nn.Linear:
        nn.init.orthogonal_(m.weight, gain=np.sqrt(2))
        m.bias.data.fill_(0.01)


policy = Policy()
policy.apply(init_weights)
for name, param in policy.named_parameters():
    if name.endswith(".weight"):
        param.data = torch.tensor(rng.randn(*param.shape) * 0.3, dtype=torch.float32)
optimizer = optim.RMSprop(policy.parameters(), lr=3e-3, alpha=0.95, eps=1e-5)


def select_action(state):
    state = torch.from_numpy(state).float().unsqueeze(0)
    probs, value = policy(state)
    m = Categorical(probs)
    cdf = probs.detach().cumsum(dim=1).numpy()[0]
    action = torch.tensor([min(int(np.searchsorted(cdf, rng.rand())), 2)])
    policy.saved_log_probs.append(m.log_prob(action))
    policy.saved_values.append(value.squeeze(1))
    policy.entropies.append(m.entropy())
    return action.item()


def finish_episode():
    R = 0
    returns = []
    for r in policy.rewards[::-1]:
        R = r + args.gamma * R
        returns.insert(0, R)
    returns = torch.tensor(returns, dtype=torch.float32)
    returns = (returns - returns.mean()) / (returns.std() + eps)
    values = torch.cat(policy.saved_values)
    advantage = returns - values.detach()
    policy_loss = (-torch.cat(policy.saved_log_probs) * advantage).mean()
    value_loss = F.mse_loss(values, returns)
    loss = policy_loss + 0.5 * value_loss - args.entropy_coef * torch.cat(policy.entropies).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    for buf in (policy.rewards, policy.saved_log_probs, policy.saved_values, policy.entropies):
        del buf[:]
    return value_loss.item()


def evaluate(env, n=5):
    policy.eval()
    total = 0.0
    with torch.no_grad():
        for _ in range(n):
            state, done = env.reset(), False
            while not done:
                probs, _ = policy(torch.from_numpy(state)[None])
                state, reward, done, _ = env.step(Categorical(probs).sample().item())
                total += reward
    return total / n


env, running_reward = Rail(), 0.0
for i_episode in range(1, args.episodes + 1):
    state, ep_reward, done = env.reset(), 0.0, False
    while not done:
        state, reward, done, _ = env.step(select_action(state))
        policy.rewards.append(reward)
        ep_reward += reward
    running_reward = 0.05 * ep_reward + 0.95 * running_reward
    loss = finish_episode()
    if i_episode % args.log_interval == 0:
        print("Episode {}\tLast reward: {:.2f}\tAverage reward: {:.2f}\tValue loss {:.4f}".format(i_episode, ep_reward, running_reward, loss))
print("evaluation reward: %.1f" % evaluate(env))
print("RESULT loss=%.6g" % loss, " ".join("%s=%.6g,%.6g" % (n, p.sum().item(), p.pow(2).sum().item()) for n, p in policy.named_parameters()))
