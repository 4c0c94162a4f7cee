"""nets.py PROGRAM: trains the nets of nets.c with PyTorch, from the same first weights on the same text, and
compares the losses of all steps: at 2 % the nets learn equally well. In f64 they should agree much better."""

import json
import os
import struct
import subprocess
import sys
import tempfile

import torch
import torch.nn.functional as F

STEPS, TOKENS, BATCH, WIDTH, LAYERS, HEADS, BOUND = 300, 32, 8, 64, 2, 4, 0.02
TEXT = "docs/inside/arithmetic.md"


def safetensors(path):
    data = open(path, "rb").read()
    (n,) = struct.unpack("<Q", data[:8])
    types = {"F32": torch.float32, "F64": torch.float64}
    weights = {}
    for name, t in json.loads(data[8 : 8 + n]).items():
        if name == "__metadata__":
            continue
        low, high = t["data_offsets"]
        v = torch.frombuffer(bytearray(data[8 + n + low : 8 + n + high]), dtype=types[t["dtype"]])
        weights[name] = v.reshape(t["shape"]).clone().requires_grad_()
    return weights


def dense(x, w, name):
    return x @ w[name + ".W"] + w[name + ".b"]


def norm(x, w, name):
    return F.layer_norm(x, x.shape[-1:], w[name + ".gamma"], w[name + ".beta"])


def lstm(x, w):
    x = w["letter.W"][x]
    net = torch.nn.LSTM(x.shape[-1], WIDTH, batch_first=True).to(x.dtype)
    state = (x.new_zeros(1, len(x), WIDTH),) * 2
    flat = [w["lstm.W"].t(), w["lstm.U"].t(), w["lstm.b"], torch.zeros_like(w["lstm.b"])]
    y, _, _ = torch._VF.lstm(x, state, [v.contiguous() for v in flat], True, 1, 0.0, True, False, True)
    return dense(y, w, "out")


def attention(x, w, name):
    n, t, _ = x.shape
    qkv = x @ w[name + ".W"] + w[name + ".b"]
    q, k, v = (a.reshape(n, t, HEADS, -1).transpose(1, 2) for a in qkv.chunk(3, -1))
    scores = q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5
    scores = scores.masked_fill(torch.ones(t, t).triu(1).bool(), float("-inf"))
    y = (scores.softmax(-1) @ v).transpose(1, 2).reshape(n, t, -1)
    return y @ w[name + ".Wo"] + w[name + ".bo"]


def gelu(x):
    return x / 2 * (1 + torch.tanh((2 / torch.pi) ** 0.5 * (x + 0.044715 * x**3)))


def gpt(x, w):
    x = w["letter.W"][x] + w["place.W"]
    for i in range(LAYERS):
        b = f"block.{i}"
        x = x + attention(norm(x, w, b + ".ln1"), w, b + ".attn")
        x = x + dense(gelu(dense(norm(x, w, b + ".ln2"), w, b + ".fc1")), w, b + ".fc2")
    return dense(norm(x, w, "norm"), w, "out")


def train(net, w):
    text = open(TEXT, "rb").read()[: 1 << 16]
    o, losses = torch.optim.Adam(w.values(), 3e-3), []
    for step in range(STEPS):
        at = [[step * 7 + b * (len(text) // BATCH) + i for i in range(TOKENS + 1)] for b in range(BATCH)]
        letters = torch.tensor([[text[i % len(text)] for i in row] for row in at])
        y = net(letters[:, :-1], w)
        loss = F.cross_entropy(y.reshape(-1, y.shape[-1]), letters[:, 1:].reshape(-1))
        o.zero_grad()
        loss.backward()
        o.step()
        losses.append(loss.item())
    return losses


bad = 0
for name, net in ("lstm", lstm), ("gpt", gpt):
    for dtype in "f32", "f64":
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "w.safetensors")
            out = subprocess.run([sys.argv[1], name, dtype, TEXT, path], capture_output=True, text=True,
                                 check=True)
            ours = [float(v) for v in out.stdout.split()]
            theirs = train(net, safetensors(path))
        off = [abs(a - b) / b for a, b in zip(ours, theirs)]
        good = len(ours) == STEPS and all(o <= BOUND for o in off)
        bad += not good
        print(f"{name:5} {dtype}  last loss {ours[-1]:.4f}, PyTorch {theirs[-1]:.4f}, largest difference "
              f"of a step {max(off):.1e}{'' if good else '  WRONG'}")
sys.exit(bad > 0)
