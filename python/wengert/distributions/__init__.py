# SPDX-License-Identifier: MIT
"""Distributions under PyTorch's names: Normal(loc, scale).log_prob(x), .rsample(), .entropy(), and
kl_divergence(p, q)."""
from wengert._words import _CALL, _near

from . import constraints, kl
from ._base import Distribution
from ._continuous import Cauchy, Exponential, Gumbel, HalfCauchy, HalfNormal, Laplace
from ._continuous import LogNormal, Normal, Uniform
from ._discrete import Bernoulli, Binomial, Categorical, Geometric, Multinomial, OneHotCategorical, Poisson
from ._joint import Independent, MultivariateNormal
from .kl import kl_divergence, register_kl

_OF_GAMMA = "Beta Gamma Dirichlet StudentT Chi2 FisherSnedecor InverseGamma Wishart NegativeBinomial".split()


def __getattr__(name):
    if name in _OF_GAMMA:
        raise AttributeError("wengert.distributions has no %s: it takes the derivative of ln Gamma, which is "
                             "no "
                             "operation here: write its log_prob with math.lgamma(x) for arguments that are "
                             "numbers" % name)
    known = [n for n in globals() if n[0] != "_"]
    raise AttributeError("wengert.distributions has no %s%s" % (name, "" if name[0] == "_"
                                                               else _near(name, known, _CALL)))
