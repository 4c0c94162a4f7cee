"""The steps of bench/processes.c by PyTorch's DistributedDataParallel with Gloo, one thread in each process
of mpirun; with one process plain PyTorch with THREADS threads. processes_torch.py mlp|gpt THREADS"""
import os
import statistics
import sys
import time

import torch
from torch import nn

LETTERS, TOKENS, WIDTH, LAYERS, HEADS = 96, 128, 256, 4, 4
rank, size = int(os.environ.get("OMPI_COMM_WORLD_RANK", 0)), int(os.environ.get("OMPI_COMM_WORLD_SIZE", 1))
torch.set_num_threads(int(sys.argv[2]))
torch.manual_seed(0)
gpt = sys.argv[1] == "gpt"


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.n1, self.n2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.qkv, self.o = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.f1, self.f2 = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)
        self.mask = torch.triu(torch.full((TOKENS, TOKENS), float("-inf")), 1)

    def forward(self, x):
        q, k, v = (t.view(len(x), TOKENS, HEADS, -1).transpose(1, 2)
                   for t in self.qkv(self.n1(x)).chunk(3, -1))
        a = torch.softmax(q @ k.transpose(2, 3) * (WIDTH / HEADS) ** -0.5 + self.mask, -1) @ v
        x = x + self.o(a.transpose(1, 2).reshape(x.shape))
        return x + self.f2(nn.functional.gelu(self.f1(self.n2(x))))


class GPT(nn.Module):
    def __init__(self):
        super().__init__()
        self.letter, self.place = nn.Embedding(LETTERS, WIDTH), nn.Embedding(TOKENS, WIDTH)
        self.blocks, self.norm = nn.Sequential(*(Block() for _ in range(LAYERS))), nn.LayerNorm(WIDTH)

    def forward(self, x):
        h = self.norm(self.blocks(self.letter(x) + self.place(torch.arange(TOKENS))))
        return (h @ self.letter.weight.T).flatten(0, 1)


net = GPT() if gpt else nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(),
                                      nn.Linear(128, 10))
n = (8 if gpt else 128) // size
x = torch.randint(LETTERS, (n, TOKENS)) if gpt else torch.rand(n, 784)
y = torch.randint(LETTERS, (n * TOKENS,)) if gpt else torch.randint(10, (n,))
if size > 1:
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=os.environ.get("PORT", "29511"))
    torch.distributed.init_process_group("gloo", rank=rank, world_size=size)
    net = nn.parallel.DistributedDataParallel(net)
optimizer = torch.optim.AdamW(net.parameters()) if gpt else torch.optim.Adam(net.parameters())
steps, took = (12 if gpt else 400), []
for i in range(-steps // 4, steps):
    began = time.perf_counter()
    optimizer.zero_grad()
    nn.functional.cross_entropy(net(x), y).backward()
    optimizer.step()
    if i >= 0:
        took.append(time.perf_counter() - began)
if rank == 0:
    print("%.4f %d" % (1e3 * statistics.median(took), torch.get_num_threads()))
