"""Decoder-only transformer: causal self-attention by hand plus nn.TransformerEncoderLayer blocks."""
import io
import math

import numpy as np
import torch
import torch.nn as nn
from torch.nn import functional as F

torch.set_default_dtype(torch.float64)

# hyperparameters
batch_size = 16
block_size = 12
n_embd = 24
n_head = 3
max_iters = 120
eval_interval = 30
learning_rate = 3e-3
dropout = 0.0
vocab_size = 11
# ------------

torch.manual_seed(1337)
rng = np.random.default_rng(1337)


def get_batch(n=batch_size):
    """Arithmetic progressions modulo vocab_size with random start and stride."""
    start = rng.integers(0, vocab_size, size=(n, 1))
    stride = rng.integers(1, 4, size=(n, 1))
    seq = torch.from_numpy((start + stride * np.arange(block_size + 1)) % vocab_size)
    return seq[:, :-1].contiguous(), seq[:, 1:].contiguous()


class CausalSelfAttention(nn.Module):
    def __init__(self, n_embd, n_head):
        super().__init__()
        assert n_embd % n_head == 0
        self.n_head = n_head
        self.qkv = nn.Linear(n_embd, 3 * n_embd, bias=False)
        self.proj = nn.Linear(n_embd, n_embd)
        self.attn_dropout = nn.Dropout(dropout)
        self.register_buffer("tril", torch.tril(torch.ones(block_size, block_size)))

    def forward(self, x):
        B, T, C = x.shape
        q, k, v = self.qkv(x).split(C, dim=2)
        q, k, v = (t.view(B, T, self.n_head, C // self.n_head).transpose(1, 2) for t in (q, k, v))
        att = torch.einsum("bhid,bhjd->bhij", q, k) / math.sqrt(k.size(-1))
        att = att.masked_fill(self.tril[:T, :T] == 0, float("-inf"))
        att = self.attn_dropout(F.softmax(att, dim=-1))
        y = (att @ v).transpose(1, 2).contiguous().view(B, T, C)
        return self.proj(y)


class Block(nn.Module):
    def __init__(self, n_embd, n_head):
        super().__init__()
        self.ln_1 = nn.LayerNorm(n_embd)
        self.attn = CausalSelfAttention(n_embd, n_head)
        self.ln_2 = nn.LayerNorm(n_embd)
        self.mlp = nn.Sequential(nn.Linear(n_embd, 4 * n_embd), nn.GELU(), nn.Linear(4 * n_embd, n_embd), nn.Dropout(dropout))

    def forward(self, x):
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


class LanguageModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.wte = nn.Embedding(vocab_size, n_embd)
        self.wpe = nn.Embedding(block_size, n_embd)
        self.block = Block(n_embd, n_head)
        self.encoder = nn.TransformerEncoderLayer(d_model=n_embd, nhead=n_head, dim_feedforward=48,
                                                  dropout=dropout, activation="gelu", batch_first=True)
        self.ln_f = nn.LayerNorm(n_embd)
        self.head = nn.Linear(n_embd, vocab_size)
        self.apply(self._init_weights)

    def _init_weights(self, module):
        if isinstance(module, (nn.Linear, nn.Embedding)):
            torch.nn.init.normal_(module.weight, mean=0.0, std=0.02)
        if isinstance(module, nn.Linear) and module.bias is not None:
            torch.nn.init.zeros_(module.bias)

    def forward(self, idx, targets=None):
        T = idx.shape[1]
        x = self.wte(idx) + self.wpe(torch.arange(T, device=idx.device))
        mask = torch.triu(torch.full((T, T), float("-inf")), diagonal=1)
        x = self.encoder(self.block(x), src_mask=mask)
        logits = self.head(self.ln_f(x))
        loss = None if targets is None else F.cross_entropy(logits.view(-1, vocab_size), targets.view(-1))
        return logits, loss

    @torch.no_grad()
    def generate(self, idx, max_new_tokens):
        for _ in range(max_new_tokens):
            logits, _ = self(idx[:, -block_size:])
            idx = torch.cat((idx, torch.multinomial(F.softmax(logits[:, -1, :], dim=-1), 1)), dim=1)
        return idx


model = LanguageModel()
for p in model.parameters():
    if p.dim() >= 2:
        p.data = torch.from_numpy(rng.normal(0.0, 0.12, size=tuple(p.shape)))
optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate, betas=(0.9, 0.95), weight_decay=0.01)
scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=2 * learning_rate, total_steps=max_iters)
buffer = io.BytesIO()
for it in range(max_iters):
    xb, yb = get_batch()
    _, loss = model(xb, yb)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    norm = nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    scheduler.step()
    if it % eval_interval == 0 or it == max_iters - 1:
        print(f"step {it}: loss {loss.item():.4f}, grad norm {norm.item():.3f}")
torch.save(model.state_dict(), buffer)
buffer.seek(0)
model.load_state_dict(torch.load(buffer))
print("sample:", model.train().generate(torch.tensor([[0, 2, 4]]), 8)[0].tolist())
print("RESULT loss=%.6g" % loss.item(), " ".join("%s=%.6g,%.6g" % (n, p.sum().item(), p.pow(2).sum().item()) for n, p in model.named_parameters()))
