"""Character-level language model with a two-layer LSTM (truncated BPTT)."""
import argparse
import math

import numpy as np
import torch
import torch.nn as nn
import torch.optim as optim

TEXT = (
    "the wind blows over the hill and the rain falls on the field. "
    "the river runs to the sea and the sea gives its water to the sky. "
    "in the morning the sun is low, at noon the sun is high, "
    "in the evening the sun goes down behind the hill. "
) * 6


class CharLSTM(nn.Module):
    def __init__(self, vocab_size, embed_size, hidden_size, num_layers, dropout=0.0):
        super(CharLSTM, self).__init__()
        self.num_layers = num_layers
        self.hidden_size = hidden_size
        self.embed = nn.Embedding(vocab_size, embed_size)
        self.drop = nn.Dropout(dropout)
        self.lstm = nn.LSTM(embed_size, hidden_size, num_layers, batch_first=True, dropout=dropout)
        self.linear = nn.Linear(hidden_size, vocab_size)
        self.init_weights()

    def init_weights(self):
        nn.init.normal_(self.embed.weight, mean=0.0, std=0.1)
        for name, param in self.lstm.named_parameters():
            if "weight_hh" in name:
                nn.init.orthogonal_(param)
            elif "weight_ih" in name:
                nn.init.xavier_uniform_(param)
            else:
                nn.init.zeros_(param)
        nn.init.xavier_uniform_(self.linear.weight)
        nn.init.constant_(self.linear.bias, 0.0)

    def forward(self, x, hidden):
        x = self.drop(self.embed(x))
        out, (h, c) = self.lstm(x, hidden)
        out = out.reshape(out.size(0) * out.size(1), out.size(2))
        return self.linear(self.drop(out)), (h, c)

    def init_hidden(self, batch_size):
        weight = next(self.parameters())
        return (weight.new_zeros(self.num_layers, batch_size, self.hidden_size),
                weight.new_zeros(self.num_layers, batch_size, self.hidden_size))


def detach(states):
    return tuple(state.detach() for state in states)


def generate(model, stoi, itos, prime="the ", length=40):
    model.eval()
    out = list(prime)
    with torch.no_grad():
        hidden = model.init_hidden(1)
        x = torch.tensor([[stoi[ch] for ch in prime]])
        for _ in range(length):
            logits, hidden = model(x, hidden)
            prob = torch.softmax(logits[-1] / 0.8, dim=-1)
            word_id = torch.multinomial(prob, num_samples=1).item()
            out.append(itos[word_id])
            x = torch.tensor([[word_id]])
    return "".join(out)


def main():
    parser = argparse.ArgumentParser(description="char LSTM")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--seq-length", type=int, default=16)
    parser.add_argument("--hidden", type=int, default=48)
    parser.add_argument("--lr", type=float, default=5e-3)
    parser.add_argument("--clip", type=float, default=0.5)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()

    torch.manual_seed(args.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

    chars = sorted(set(TEXT))
    stoi = {ch: i for i, ch in enumerate(chars)}
    itos = {i: ch for ch, i in stoi.items()}
    ids = torch.LongTensor([stoi[ch] for ch in TEXT])
    num_batches = ids.size(0) // args.batch_size
    ids = ids[:num_batches * args.batch_size].view(args.batch_size, -1).to(device)

    model = CharLSTM(len(chars), 16, args.hidden, 2).to(device)
    rng = np.random.default_rng(args.seed)
    for p in model.parameters():
        p.data = torch.from_numpy(rng.uniform(-0.15, 0.15, tuple(p.shape))).float()
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.Adam(model.parameters(), lr=args.lr)

    for epoch in range(args.epochs):
        model.train()
        states = model.init_hidden(args.batch_size)
        total, count = 0.0, 0
        for i in range(0, ids.size(1) - args.seq_length, args.seq_length):
            inputs = ids[:, i:i + args.seq_length]
            targets = ids[:, (i + 1):(i + 1) + args.seq_length]
            states = detach(states)
            outputs, states = model(inputs, states)
            loss = criterion(outputs, targets.reshape(-1))
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), args.clip)
            optimizer.step()
            total += loss.item()
            count += 1
        print("Epoch [{}/{}], Loss: {:.4f}, Perplexity: {:5.2f}".format(
            epoch + 1, args.epochs, total / count, math.exp(total / count)))

    print("sample:", generate(model, stoi, itos))
    stats = " ".join(f"{n}={p.sum().item():.6g},{p.pow(2).sum().item():.6g}"
                     for n, p in model.named_parameters())
    print(f"RESULT loss={loss.item():.6g} {stats}")


if __name__ == "__main__":
    main()
