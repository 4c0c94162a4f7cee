"""A mean that moves: one number remembers ten days. A moving average of temperatures, and its correction."""

import math

from course import say, temperatures
import torch


def average(x, beta):
    """V after each day; it begins at 0."""
    v, all_days = torch.tensor(0.0), []
    for today in x:
        v = beta * v + (1 - beta) * today
        all_days.append(v)
    return torch.stack(all_days)


def roughness(v):
    """By how much V moves from day to day, on average."""
    return (v[200:] - v[199:364]).abs().mean()


day, x = temperatures()
beta = 0.9
V = average(x, beta)
quick = average(x, 0.5)
slow = average(x, 0.98)
corrected = V / (1 - beta**day)

say("x[0]", x[0])
say("x[1]", x[1])
say("x[2]", x[2])
say("V[1]", V[1])

# What is left of the weight of a day, after 1/(1 − β) days.
say("0.9^10", 0.9**10)
say("exp(-1)", math.exp(-1))
say("0.98^50", 0.98**50)

# The wrong beginning: how long V is more than 1 % too low, for β = 0.98.
say("right(V, beta)[1]", corrected[1])
say("late_day - 1", (0.98**day > 0.01).sum())

# Smooth, but late: days 261 to 290.
say("higher", (slow - quick)[260:290].mean())
say("rough(0.5)", roughness(quick))
say("rough(0.98)", roughness(slow))

# If `move` were b*v + x: ten times as much.
weights_sum = 1 / (1 - beta)
say("10*V[364]", weights_sum * V[364])
say("V[364]", V[364])
