"""Deep Q-learning on a small grid world with a replay buffer and a target network."""
import copy
from collections import deque, namedtuple

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim

torch.set_default_dtype(torch.float64)

Transition = namedtuple("Transition", ("state", "action", "next_state", "reward", "done"))
GAMMA, BATCH_SIZE, TAU, LR = 0.95, 32, 0.05, 2e-3
EPS_START, EPS_END, EPS_DECAY = 1.0, 0.05, 300


class GridWorld:
    """A 5x5 grid: start in a corner, reach the opposite one, avoid the pit."""
    moves = [(0, 1), (0, -1), (1, 0), (-1, 0)]

    n, max_steps = 5, 30

    def reset(self):
        self.pos, self.t = (0, 0), 0
        return self._obs()

    def _obs(self):
        obs = np.zeros(2 * self.n)
        obs[[self.pos[0], self.n + self.pos[1]]] = 1.0
        return obs

    def step(self, action):
        dx, dy = self.moves[action]
        self.pos = (min(max(self.pos[0] + dx, 0), self.n - 1), min(max(self.pos[1] + dy, 0), self.n - 1))
        self.t += 1
        if self.pos == (self.n - 1, self.n - 1):
            return self._obs(), 1.0, True
        if self.pos == (2, 2):
            return self._obs(), -1.0, True
        return self._obs(), -0.02, self.t >= self.max_steps


class ReplayMemory(object):
    def __init__(self, capacity, seed):
        self.memory = deque([], maxlen=capacity)
        self.rng = np.random.RandomState(seed)

    def push(self, *args):
        self.memory.append(Transition(*args))

    def sample(self, batch_size):
        idx = self.rng.choice(len(self.memory), batch_size, replace=False)
        return [self.memory[i] for i in idx]

    def __len__(self):
        return len(self.memory)


class DQN(nn.Module):
    def __init__(self, n_observations, n_actions):
        super().__init__()
        self.layer1 = nn.Linear(n_observations, 48)
        self.layer2 = nn.Linear(48, 48)
        self.value = nn.Linear(48, 1)
        self.advantage = nn.Linear(48, n_actions)

    def forward(self, x):
        x = F.relu(self.layer2(F.relu(self.layer1(x))))
        adv = self.advantage(x)
        return self.value(x) + adv - adv.mean(dim=1, keepdim=True)


def optimize_model(policy_net, target_net, optimizer, memory):
    batch = Transition(*zip(*memory.sample(BATCH_SIZE)))
    state = torch.stack(batch.state)
    next_state = torch.stack(batch.next_state)
    action = torch.tensor(batch.action).unsqueeze(1)
    reward = torch.tensor(batch.reward)
    done = torch.tensor(batch.done, dtype=torch.bool)
    q = policy_net(state).gather(1, action).squeeze(1)
    with torch.no_grad():
        best = policy_net(next_state).argmax(dim=1, keepdim=True)
        next_q = target_net(next_state).gather(1, best).squeeze(1)
        next_q[done] = 0.0
        target = reward + GAMMA * next_q
    loss = F.smooth_l1_loss(q, target)
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_value_(policy_net.parameters(), 1.0)
    optimizer.step()
    for tp, p in zip(target_net.parameters(), policy_net.parameters()):
        tp.data.mul_(1.0 - TAU).add_(p.data, alpha=TAU)
    return loss.item()


if __name__ == "__main__":
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    env, memory, policy_net = GridWorld(), ReplayMemory(2000, seed=0), DQN(10, 4)
    with torch.no_grad():
        for p in policy_net.parameters():
            p.copy_(torch.tensor(rng.normal(0, 0.2, size=tuple(p.shape))))
    target_net = copy.deepcopy(policy_net).eval()
    optimizer = optim.AdamW(policy_net.parameters(), lr=LR, amsgrad=True)

    steps_done, loss, returns = 0, 0.0, []
    for episode in range(70):
        state, done, total = torch.tensor(env.reset()), False, 0.0
        while not done:
            eps = EPS_END + (EPS_START - EPS_END) * np.exp(-steps_done / EPS_DECAY)
            steps_done += 1
            if rng.random() > eps:
                with torch.no_grad():
                    action = policy_net(state.unsqueeze(0)).max(1)[1].item()
            else:
                action = int(rng.integers(4))
            obs, reward, done = env.step(action)
            next_state = torch.from_numpy(obs)
            memory.push(state, action, next_state, reward, done)
            state, total = next_state, total + reward
            if len(memory) >= BATCH_SIZE:
                loss = optimize_model(policy_net, target_net, optimizer, memory)
        returns.append(total)
        if (episode + 1) % 10 == 0:
            print(f"episode {episode + 1}: mean return {np.mean(returns[-10:]):.3f}, loss {loss:.5f}, steps {steps_done}")

    parts = [f"{prefix}.{n}={p.sum().item():.6g},{(p ** 2).sum().item():.6g}"
             for prefix, net in (("policy", policy_net), ("target", target_net)) for n, p in net.named_parameters()]
    print(f"RESULT loss={loss:.6g}", *parts)
