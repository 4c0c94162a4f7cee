"""Sequence-to-sequence GRU with additive attention that learns to reverse digit strings."""
import numpy as np
import torch
from torch import nn, optim
import torch.nn.functional as F
from torch.nn.utils.rnn import pad_sequence, pack_padded_sequence, pad_packed_sequence

PAD, SOS, EOS = 0, 1, 2
VOCAB = 9
HIDDEN = 32
torch.set_default_dtype(torch.float64)
rng = np.random.RandomState(3)
torch.manual_seed(3)


def make_batch(n):
    lengths = np.sort(rng.randint(3, 7, size=n))[::-1]
    src, trg = [], []
    for length in lengths:
        digits = rng.randint(3, VOCAB, size=length)
        src.append(torch.tensor(digits.tolist() + [EOS]))
        trg.append(torch.tensor([SOS] + digits[::-1].tolist() + [EOS]))
    src_len = torch.tensor([len(s) for s in src])
    return pad_sequence(src, padding_value=PAD), src_len, pad_sequence(trg, padding_value=PAD)


class Encoder(nn.Module):
    def __init__(self, vocab, emb, hid):
        super().__init__()
        self.embedding = nn.Embedding(vocab, emb, padding_idx=PAD)
        self.rnn = nn.GRU(emb, hid)
        self.fc = nn.Linear(hid, hid)

    def forward(self, src, src_len):
        packed = pack_padded_sequence(self.embedding(src), src_len)
        outputs, hidden = self.rnn(packed)
        outputs, _ = pad_packed_sequence(outputs)
        return outputs, torch.tanh(self.fc(hidden[-1]))


class Attention(nn.Module):
    def __init__(self, hid):
        super().__init__()
        self.attn = nn.Linear(hid * 2, hid)
        self.v = nn.Linear(hid, 1, bias=False)

    def forward(self, hidden, encoder_outputs, mask):
        src_len = encoder_outputs.shape[0]
        hidden = hidden.unsqueeze(1).repeat(1, src_len, 1)
        encoder_outputs = encoder_outputs.permute(1, 0, 2)
        energy = torch.tanh(self.attn(torch.cat((hidden, encoder_outputs), dim=2)))
        scores = self.v(energy).squeeze(2)
        scores = scores.masked_fill(mask == 0, -1e10)
        return F.softmax(scores, dim=1)


class Decoder(nn.Module):
    def __init__(self, vocab, emb, hid):
        super().__init__()
        self.embedding = nn.Embedding(vocab, emb)
        self.attention = Attention(hid)
        self.rnn = nn.GRU(hid + emb, hid)
        self.out = nn.Linear(hid * 2 + emb, vocab)

    def forward(self, token, hidden, encoder_outputs, mask):
        embedded = self.embedding(token.unsqueeze(0))
        a = self.attention(hidden, encoder_outputs, mask)
        weighted = torch.bmm(a.unsqueeze(1), encoder_outputs.permute(1, 0, 2)).permute(1, 0, 2)
        output, hidden = self.rnn(torch.cat((embedded, weighted), dim=2), hidden.unsqueeze(0))
        logits = self.out(torch.cat((output.squeeze(0), weighted.squeeze(0), embedded.squeeze(0)), dim=1))
        return logits, hidden.squeeze(0), a


class Seq2Seq(nn.Module):
    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder

    def forward(self, src, src_len, trg, teacher_forcing=True):
        encoder_outputs, hidden = self.encoder(src, src_len)
        mask = (src != PAD).permute(1, 0)
        outputs = []
        token = trg[0]
        for t in range(1, trg.shape[0]):
            logits, hidden, _ = self.decoder(token, hidden, encoder_outputs, mask)
            outputs.append(logits)
            token = trg[t] if teacher_forcing else logits.argmax(1)
        return torch.stack(outputs)


def init_weights(m):
    for name, param in m.named_parameters(recurse=False):
        if "weight" in name:
            nn.init.normal_(param, mean=0, std=0.01)
        else:
            nn.init.constant_(param, 0)


model = Seq2Seq(Encoder(VOCAB, 16, HIDDEN), Decoder(VOCAB, 16, HIDDEN))
model.apply(init_weights)
with torch.no_grad():
    for p in model.parameters():
        if p.dim() > 1:
            p.copy_(torch.tensor(rng.normal(0, 0.15, size=p.shape), dtype=p.dtype))
    model.encoder.embedding.weight[PAD].fill_(0)
print(f"The model has {sum(p.numel() for p in model.parameters() if p.requires_grad):,} parameters")

optimizer = optim.Adam(model.parameters(), lr=2e-3)
criterion = nn.CrossEntropyLoss(ignore_index=PAD)
model.train()
for step in range(1, 161):
    src, src_len, trg = make_batch(32)
    optimizer.zero_grad()
    output = model(src, src_len, trg)
    loss = criterion(output.view(-1, VOCAB), trg[1:].reshape(-1))
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    if step % 20 == 0 or step == 1:
        print(f"step {step:4d} | loss {loss.item():.4f}")

model.eval()
with torch.no_grad():
    src, src_len, trg = make_batch(64)
    pred = model(src, src_len, trg, teacher_forcing=False).argmax(-1)
    valid = trg[1:].ne(PAD)
    acc = pred.eq(trg[1:]).masked_select(valid).double().mean()
print(f"greedy token accuracy {acc.item():.3f}")
print(f"RESULT loss={loss.item():.6g}", *["%s=%.6g,%.6g" % (n, p.sum(), (p * p).sum()) for n, p in model.named_parameters()])
