"""Networks on sequences, graphs and vectors in PyTorch, as people write them."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class MLP(nn.Module):
    def __init__(self, sizes=(16, 32, 24, 4)):
        super().__init__()
        self.fc1 = nn.Linear(sizes[0], sizes[1])
        self.bn1 = nn.BatchNorm1d(sizes[1])
        self.fc2 = nn.Linear(sizes[1], sizes[2])
        self.dropout = nn.Dropout(0.5)
        self.fc3 = nn.Linear(sizes[2], sizes[3])

    def forward(self, x):
        x = F.relu(self.bn1(self.fc1(x)))
        x = self.dropout(torch.tanh(self.fc2(x)))
        return self.fc3(x)


class LSTMTagger(nn.Module):
    """Words to tags: two layers, every step has an output."""

    def __init__(self, words=30, dim=12, hidden=16, tags=5):
        super().__init__()
        self.embed = nn.Embedding(words, dim)
        self.lstm = nn.LSTM(dim, hidden, num_layers=2, batch_first=True)
        self.tag = nn.Linear(hidden, tags)

    def forward(self, words):
        out, (h, c) = self.lstm(self.embed(words))
        return self.tag(out), h, c


class GRUNet(nn.Module):
    """The last state decides. The first state is an input."""

    def __init__(self, inputs=6, hidden=14):
        super().__init__()
        self.gru = nn.GRU(inputs, hidden, num_layers=1)
        self.fc = nn.Linear(hidden, 3)

    def forward(self, x, h0):
        out, h = self.gru(x, h0)
        return self.fc(out[-1]), h


class BiLSTM(nn.Module):
    """Both directions, and a plain RNN in both directions after it."""

    def __init__(self, inputs=5, hidden=8):
        super().__init__()
        self.lstm = nn.LSTM(inputs, hidden, bidirectional=True)
        self.rnn = nn.RNN(2 * hidden, hidden, bidirectional=True)
        self.fc = nn.Linear(2 * hidden, 2)

    def forward(self, x):
        out, _ = self.lstm(x)
        out, _ = self.rnn(out)
        return self.fc(torch.max(out, dim=0)[0])


class PositionalEncoding(nn.Module):
    """Sines and cosines, a buffer and not a parameter."""

    def __init__(self, dim, length=32):
        super().__init__()
        position = torch.arange(length).unsqueeze(1)
        rate = torch.exp(torch.arange(0, dim, 2) * (-math.log(10000.0) / dim))
        pe = torch.zeros(length, 1, dim)
        pe[:, 0, 0::2] = torch.sin(position * rate)
        pe[:, 0, 1::2] = torch.cos(position * rate)
        self.register_buffer('pe', pe)

    def forward(self, x):
        return x + self.pe[:x.size(0)]


class Encoder(nn.Module):
    """nn.TransformerEncoder; with the batch in the second axis PyTorch's fused path is not taken."""

    def __init__(self, dim=16, heads=4, layers=2):
        super().__init__()
        self.pos = PositionalEncoding(dim)
        layer = nn.TransformerEncoderLayer(dim, heads, dim_feedforward=32, dropout=0.1)
        self.encoder = nn.TransformerEncoder(layer, layers)
        self.fc = nn.Linear(dim, 3)

    def forward(self, x):
        return self.fc(self.encoder(self.pos(x)).mean(dim=0))


class Decoder(nn.Module):
    """nn.TransformerDecoder with a causal mask; the memory is an input."""

    def __init__(self, words=20, dim=16, heads=2, layers=2):
        super().__init__()
        self.dim = dim
        self.embed = nn.Embedding(words, dim)
        self.pos = PositionalEncoding(dim)
        layer = nn.TransformerDecoderLayer(dim, heads, dim_feedforward=24, activation='gelu', norm_first=True)
        self.decoder = nn.TransformerDecoder(layer, layers, norm=nn.LayerNorm(dim))
        self.fc = nn.Linear(dim, words)

    def forward(self, words, memory):
        size = words.size(0)
        mask = torch.triu(torch.full((size, size), float('-inf')), diagonal=1)
        x = self.pos(self.embed(words) * math.sqrt(self.dim))
        return self.fc(self.decoder(x, memory, tgt_mask=mask))


class CausalSelfAttention(nn.Module):
    def __init__(self, dim, heads, length):
        super().__init__()
        self.n_head = heads
        self.c_attn = nn.Linear(dim, 3 * dim)
        self.c_proj = nn.Linear(dim, dim)
        self.register_buffer('bias', torch.tril(torch.ones(length, length)).view(1, 1, length, length))

    def forward(self, x):
        B, T, C = x.size()
        q, k, v = self.c_attn(x).split(C, dim=2)
        k = k.view(B, T, self.n_head, C // self.n_head).transpose(1, 2)
        q = q.view(B, T, self.n_head, C // self.n_head).transpose(1, 2)
        v = v.view(B, T, self.n_head, C // self.n_head).transpose(1, 2)
        att = (q @ k.transpose(-2, -1)) * (1.0 / math.sqrt(k.size(-1)))
        att = att.masked_fill(self.bias[:, :, :T, :T] == 0, float('-inf'))
        y = F.softmax(att, dim=-1) @ v
        return self.c_proj(y.transpose(1, 2).contiguous().view(B, T, C))


class GPTBlock(nn.Module):
    def __init__(self, dim, heads, length):
        super().__init__()
        self.ln_1 = nn.LayerNorm(dim)
        self.attn = CausalSelfAttention(dim, heads, length)
        self.ln_2 = nn.LayerNorm(dim)
        self.mlp = nn.ModuleDict(dict(c_fc=nn.Linear(dim, 4 * dim), c_proj=nn.Linear(4 * dim, dim)))

    def new_gelu(self, x):
        return 0.5 * x * (1.0 + torch.tanh(math.sqrt(2.0 / math.pi) * (x + 0.044715 * torch.pow(x, 3.0))))

    def forward(self, x):
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp.c_proj(self.new_gelu(self.mlp.c_fc(self.ln_2(x))))


class GPT(nn.Module):
    def __init__(self, words=27, length=12, dim=24, heads=3, layers=2):
        super().__init__()
        self.wte = nn.Embedding(words, dim)
        self.wpe = nn.Embedding(length, dim)
        self.h = nn.ModuleList([GPTBlock(dim, heads, length) for _ in range(layers)])
        self.ln_f = nn.LayerNorm(dim)
        self.lm_head = nn.Linear(dim, words, bias=False)

    def forward(self, idx):
        pos = torch.arange(0, idx.size(1), dtype=torch.long, device=idx.device).unsqueeze(0)
        x = self.wte(idx) + self.wpe(pos)
        for block in self.h:
            x = block(x)
        return self.lm_head(self.ln_f(x))


class MaskedAttention(nn.Module):
    """Attention by einsum with a mask of padding as an input; layer norm; GELU."""

    def __init__(self, dim=18, heads=3):
        super().__init__()
        self.heads = heads
        self.to_q = nn.Linear(dim, dim, bias=False)
        self.to_kv = nn.Linear(dim, 2 * dim, bias=False)
        self.to_out = nn.Linear(dim, dim)
        self.norm = nn.LayerNorm(dim)
        self.ff = nn.Sequential(nn.Linear(dim, 2 * dim), nn.GELU(), nn.Linear(2 * dim, dim))

    def forward(self, x, mask):
        b, n, d = x.shape
        h = self.heads
        q = self.to_q(x).reshape(b, n, h, d // h)
        k, v = self.to_kv(x).reshape(b, n, 2, h, d // h).unbind(2)
        scores = torch.einsum('bihd,bjhd->bhij', q, k) / math.sqrt(d // h)
        scores = scores.masked_fill(~mask[:, None, None, :], -1e9)
        weights = scores.softmax(dim=-1)
        out = torch.einsum('bhij,bjhd->bihd', weights, v).reshape(b, n, d)
        x = self.norm(x + self.to_out(out))
        x = x + self.ff(x)
        keep = mask.unsqueeze(-1).to(x.dtype)
        return (x * keep).sum(1) / keep.sum(1).clamp(min=1.0), weights


class TextCNN(nn.Module):
    """Kim's net of 2014: windows of 3, 4 and 5 words, the maximum over time. A padding_idx, whose word has no
    gradient, would not stand in the file."""

    def __init__(self, words=40, length=12, dim=10, maps=6, classes=2):
        super().__init__()
        self.length = length
        self.embedding = nn.Embedding(words, dim)
        self.convs = nn.ModuleList([nn.Conv1d(dim, maps, k) for k in (3, 4, 5)])
        self.fc = nn.Linear(3 * maps, classes)

    def forward(self, text):
        x = self.embedding(text).permute(0, 2, 1)
        maps = [F.relu(conv(x)) for conv in self.convs]
        pooled = [F.max_pool1d(m, self.length - k + 1).squeeze(2) for k, m in zip((3, 4, 5), maps)]
        return self.fc(torch.cat(pooled, dim=1))


class GraphConvolution(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(inputs, outputs) / math.sqrt(inputs))
        self.bias = nn.Parameter(torch.randn(outputs) * 0.1)

    def forward(self, x, adj):
        return torch.matmul(adj, torch.matmul(x, self.weight)) + self.bias


class GCN(nn.Module):
    """Kipf and Welling's net of 2017 on a dense adjacency that it normalises."""

    def __init__(self, inputs=8, hidden=12, classes=4):
        super().__init__()
        self.gc1 = GraphConvolution(inputs, hidden)
        self.gc2 = GraphConvolution(hidden, classes)

    def forward(self, x, adj):
        adj = adj + torch.eye(adj.size(0))
        rate = adj.sum(dim=1).rsqrt()
        adj = rate[:, None] * adj * rate[None, :]
        x = F.relu(self.gc1(x, adj))
        return F.log_softmax(self.gc2(x, adj), dim=-1)
