# SPDX-License-Identifier: MIT
"""Transformers of nn.MultiheadAttention, as in "Attention is all you need", or with norm_first."""
import copy

import numpy as np

import wengert as wg

from . import F, Dropout, LayerNorm, Linear, Module, ModuleList, MultiheadAttention

_ACTIVATIONS = ("relu", "gelu")


def _activation(what, f):
    if isinstance(f, str):
        if f not in _ACTIVATIONS:
            raise RuntimeError("wengert: %s: activation is 'relu', 'gelu' or a function, not %r" % (what, f))
        return getattr(F, f)
    if not callable(f):
        raise TypeError("wengert: %s: activation is 'relu', 'gelu' or a function, not %r" % (what, f))
    return f


def _added(mask, causal, size):
    """The mask of scores as attention takes it. causal: a hint that it hides what comes later; without a mask
    it is such a one of this size."""
    if mask is None and causal:
        return wg.tensor(np.triu(np.ones((size, size), bool), 1))
    return mask


class _Layer(Module):
    """What a layer of the encoder and of the decoder share."""
    _norms = 2

    def _begin(self):
        options, d = vars(self), self.d_model
        p, eps, dtype = options.pop("dropout"), options.pop("layer_norm_eps"), options.pop("dtype")
        heads, first = options.pop("nhead"), options.pop("batch_first")
        hidden, activation = options.pop("dim_feedforward"), options.pop("activation")
        del options["d_model"]
        attention = lambda: MultiheadAttention(d, heads, dropout=p, batch_first=first, dtype=dtype)
        self.self_attn = attention()
        if self._norms == 3:
            self.multihead_attn = attention()
        self.linear1 = Linear(d, hidden, dtype=dtype)
        self.dropout = Dropout(p)
        self.linear2 = Linear(hidden, d, dtype=dtype)
        for k in range(1, self._norms + 1):
            setattr(self, "norm%d" % k, LayerNorm(d, eps=eps, dtype=dtype))
        for k in range(1, self._norms + 1):
            setattr(self, "dropout%d" % k, Dropout(p))
        self.activation = _activation(type(self).__name__, activation)

    def _attend(self, attention, x, memory, mask, padding, causal):
        size = x.shape[0 if x.ndim == 2 or not self.self_attn.batch_first else 1]
        return attention(x, memory, memory, attn_mask=_added(mask, causal, size), key_padding_mask=padding,
                         need_weights=False)[0]

    def _feed(self, x):
        return self.linear2(self.dropout(self.activation(self.linear1(x))))

    def _through(self, x, parts):
        """x and what each part makes of it, normalised before the part or behind the sum."""
        for k, part in enumerate(parts, 1):
            norm, drop = getattr(self, "norm%d" % k), getattr(self, "dropout%d" % k)
            x = x + drop(part(norm(x))) if self.norm_first else norm(x + drop(part(x)))
        return x


class TransformerEncoderLayer(_Layer):
    """Attention of x to itself, and two linear layers."""
    _row = ("d_model, nhead, dim_feedforward=2048, dropout=0.1, activation='relu', layer_norm_eps=1e-5, "
            "batch_first=False, norm_first=False, device=None, dtype=None")

    def forward(self, src, src_mask=None, src_key_padding_mask=None, is_causal=False):
        return self._through(src, [
            lambda x: self._attend(self.self_attn, x, x, src_mask, src_key_padding_mask, is_causal),
            self._feed])


class TransformerDecoderLayer(_Layer):
    """Attention of x to itself, then to the memory, and two linear layers."""
    _row = ("d_model, nhead, dim_feedforward=2048, dropout=0.1, activation='relu', layer_norm_eps=1e-5, "
            "batch_first=False, norm_first=False, device=None, dtype=None")
    _norms = 3

    def forward(self, tgt, memory, tgt_mask=None, memory_mask=None, tgt_key_padding_mask=None,
                memory_key_padding_mask=None, tgt_is_causal=False, memory_is_causal=False):
        return self._through(tgt, [
            lambda x: self._attend(self.self_attn, x, x, tgt_mask, tgt_key_padding_mask, tgt_is_causal),
            lambda x: self._attend(self.multihead_attn, x, memory, memory_mask, memory_key_padding_mask,
                                   memory_is_causal),
            self._feed])


def _copies(layer, n):
    """n layers of the same first values, as in PyTorch."""
    if not isinstance(layer, Module):
        raise TypeError("wengert: a layer is expected, as nn.TransformerEncoderLayer(16, 2), not %r" %
                        (layer,))
    return ModuleList([copy.deepcopy(layer) for _ in range(n)])


class TransformerEncoder(Module):
    """Copies of a layer, one behind the other."""
    _row = "encoder_layer, num_layers, norm=None, ~enable_nested_tensor=True, ~mask_check=True"

    def _begin(self):
        layer, norm = vars(self).pop("encoder_layer"), vars(self).pop("norm")
        self.layers, self.norm = _copies(layer, self.num_layers), norm

    def forward(self, src, mask=None, src_key_padding_mask=None, is_causal=None):
        for layer in self.layers:
            src = layer(src, src_mask=mask, src_key_padding_mask=src_key_padding_mask,
                        **({"is_causal": True} if is_causal else {}))
        return src if self.norm is None else self.norm(src)


class TransformerDecoder(Module):
    """Copies of a layer, one behind the other."""
    _row = "decoder_layer, num_layers, norm=None"

    def _begin(self):
        layer, norm = vars(self).pop("decoder_layer"), vars(self).pop("norm")
        self.layers, self.norm = _copies(layer, self.num_layers), norm

    def forward(self, tgt, memory, tgt_mask=None, memory_mask=None, tgt_key_padding_mask=None,
                memory_key_padding_mask=None, tgt_is_causal=None, memory_is_causal=False):
        for layer in self.layers:
            tgt = layer(tgt, memory, tgt_mask=tgt_mask, memory_mask=memory_mask,
                        tgt_key_padding_mask=tgt_key_padding_mask,
                        memory_key_padding_mask=memory_key_padding_mask,
                        **({"tgt_is_causal": True} if tgt_is_causal else {}))
        return tgt if self.norm is None else self.norm(tgt)


class Transformer(Module):
    """An encoder and a decoder: net(source, target)."""
    _row = ("d_model=512, nhead=8, num_encoder_layers=6, num_decoder_layers=6, dim_feedforward=2048, "
            "dropout=0.1, activation='relu', custom_encoder=None, custom_decoder=None, layer_norm_eps=1e-5, "
            "batch_first=False, norm_first=False, device=None, dtype=None")

    def _begin(self):
        pop, d, dtype = vars(self).pop, self.d_model, self.dtype
        of = (d, self.nhead, pop("dim_feedforward"), pop("dropout"), pop("activation"), pop("layer_norm_eps"),
              self.batch_first, pop("norm_first"))
        sizes = pop("num_encoder_layers"), pop("num_decoder_layers")
        for name, given, layer, stack, n in (
                ("encoder", pop("custom_encoder"), TransformerEncoderLayer, TransformerEncoder, sizes[0]),
                ("decoder", pop("custom_decoder"), TransformerDecoderLayer, TransformerDecoder, sizes[1])):
            if given is None:
                given = stack(layer(*of, dtype=dtype), n, LayerNorm(d, eps=of[5], dtype=dtype))
            setattr(self, name, given)
        self._reset_parameters()

    def _reset_parameters(self):
        for w in self.parameters():
            if w.ndim > 1:
                wg.nn.init.xavier_uniform_(w)

    def forward(self, src, tgt, src_mask=None, tgt_mask=None, memory_mask=None, src_key_padding_mask=None,
                tgt_key_padding_mask=None, memory_key_padding_mask=None, src_is_causal=None,
                tgt_is_causal=None,
                memory_is_causal=False):
        if src.shape[-1] != self.d_model or tgt.shape[-1] != self.d_model or src.ndim != tgt.ndim:
            raise ValueError("wengert: Transformer: [..., %d] are expected, not %s and %s" % (
                self.d_model, list(src.shape), list(tgt.shape)))
        memory = self.encoder(src, mask=src_mask, src_key_padding_mask=src_key_padding_mask,
                              **({"is_causal": True} if src_is_causal else {}))
        return self.decoder(tgt, memory, tgt_mask=tgt_mask, memory_mask=memory_mask,
                            tgt_key_padding_mask=tgt_key_padding_mask,
                            memory_key_padding_mask=memory_key_padding_mask,
                            **({"tgt_is_causal": True} if tgt_is_causal else {}))

    @staticmethod
    def generate_square_subsequent_mask(sz, device=None, dtype=None):
        """0 on and below the diagonal, and -inf above it: what comes later is hidden."""
        return wg.tensor(np.triu(np.full((sz, sz), -np.inf), 1), dtype=dtype, device=device)
