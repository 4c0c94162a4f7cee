"""signatures_distributions.py: the calls of signatures.py for distributions: arguments by position and by
name, the numbers of each method and their derivatives, draws by mean and deviation, errors."""

# Of each class: operands, arguments by position and by name, values for log_prob and cdf, ones that it
# refuses.
CASES = {
    "Normal": ("n(3); u(3)", "x, y", "loc=x, scale=y", "n(2, 3, first=7)", "t(float('nan'))"),
    "LogNormal": ("n(3); u(3)", "x, y", "loc=x, scale=y", "u(2, 3, first=7)", "t(-1.0)"),
    "Laplace": ("n(3); u(3)", "x, y", "loc=x, scale=y", "n(2, 3, first=7)", "n(2)"),
    "Cauchy": ("n(3); u(3)", "x, y", "loc=x, scale=y", "n(2, 3, first=7)", "n(2)"),
    "Gumbel": ("n(3); u(3)", "x, y", "loc=x, scale=y", "n(2, 3, first=7)", "n(2)"),
    "Uniform": ("n(3) - 1; u(3) + 1", "x, y", "low=x, high=y", "0.1 * n(2, 3, first=7)", "t(9.0)"),
    "Exponential": ("u(3)", "x", "rate=x", "u(2, 3, first=7)", "t(-1.0)"),
    "HalfNormal": ("u(3)", "x", "scale=x", "u(2, 3, first=7)", "t(-1.0)"),
    "HalfCauchy": ("u(3)", "x", "scale=x", "u(2, 3, first=7)", "n(2)"),
    "Bernoulli": ("u(3)", "x", "probs=x", "b(2, 3).double()", "t(0.5)"),
    "Geometric": ("u(3)", "x", "probs=x", "c(2, 3).double()", "t(-1.0)"),
    "Categorical": ("u(3, 4)", "x", "probs=x", "c(2, 3)", "t(4)"),
    "OneHotCategorical": ("u(3, 4)", "x", "probs=x", "m.eye(4)[c(2, 3)]", "n(3, 4)"),
    "Poisson": ("u(3)", "x", "rate=x", "c(2, 3)", "t(-1.0)"),
    "Binomial": ("u(3)", "4, x", "total_count=4, probs=x", "c(2, 3)", "t(5.0)"),
    "Multinomial": ("u(3, 4)", "6, x", "total_count=6, probs=x", "t([0, 1, 2, 3])",
                    "t([0.0, 1.0, 2.5, 3.0])"),
}
NAMES = [*CASES, "Independent", "MultivariateNormal"]
BY_LOGITS = [("Bernoulli", "n(3)", "", "b(2, 3).double()"), ("Geometric", "n(3)", "", "c(2, 3).double()"),
             ("Categorical", "n(3, 4)", "", "c(2, 3)"), ("OneHotCategorical", "n(3, 4)", "", "m.eye(4)[c(2, "
                                                         "3)]"),
             ("Binomial", "n(3)", "4, ", "c(2, 3)"), ("Multinomial", "n(3, 4)", "6, ",
                                                              "t([0, 1, 2, 3])")]
NUMBERS = "mean variance stddev mode".split()
# Draws: of each class, whose mean, deviation and ends are compared roughly.
DRAWN = ["Normal(2.0, 4.0)", "Laplace(t(2.0), 3.0)", "Uniform(1.0, t(4.0))", "Exponential(2.0)",
         "LogNormal(0.0, 0.25)", "Gumbel(1.0, 2.0)", "HalfNormal(2.0)", "Bernoulli(0.3)",
         "Bernoulli(logits=t(2.0))",
         "Categorical(t([0.5, 0.25, 0.25]))", "Categorical(logits=t([1.0, 0.25, 0.0]))", "Geometric(0.5)",
         "Poisson(2.5)", "Binomial(5, t(0.25))", "Independent(D.Normal(t([1.0, 1.0]), 2.0), 1)",
         "OneHotCategorical(t([0.5, 0.25, 0.25]))", "Multinomial(5, t([0.5, 0.25, 0.25]))",
         "MultivariateNormal(t([1.0, 1.0]), t([[2.0, 0.5], [0.5, 2.0]]))"]
IMPLICIT = ["D.Normal(a, 2.0)", "D.Normal(1.0, a)", "D.Laplace(a, 2.0)", "D.Laplace(1.0, a)", "D.Uniform(a, "
            "2.0)",
            "D.Uniform(-1.0, a)", "D.Exponential(a)", "D.LogNormal(a, 0.5)", "D.LogNormal(0.5, a)",
            "D.Cauchy(a, 2.0)", "D.Cauchy(1.0, a)", "D.Gumbel(a, 2.0)", "D.Gumbel(1.0, a)", "D.HalfNormal(a)"]
PAIRS = ["Normal", "LogNormal", "Laplace", "Cauchy", "Uniform", "Exponential", "HalfNormal", "Bernoulli",
         "Geometric", "Categorical", "OneHotCategorical", "Poisson", "Binomial"]


def of_class(name, operands, by_place, by_name, value, wrong):
    make, k = "D.%s(%s)" % (name, by_place), operands.count(";") + 1
    z = "xyz"[k]
    grows = name not in ("Categorical", "OneHotCategorical", "Multinomial")
    with_value = "%s; %s -> " % (operands, value)
    yield with_value + "%s.log_prob(%s)" % (make, z)
    yield with_value + "D.%s(%s).log_prob(value=%s)" % (name, by_name, z)
    yield with_value + "D.%s(%s, validate_args=False).log_prob(%s)" % (name, by_name, z)
    yield with_value + "%s.cdf(%s)" % (make, z)
    yield "%s; u(2, 3, first=5) -> %s.icdf(%s)" % (operands, make, z)
    yield with_value + "%s.expand((2, 3)).log_prob(%s)" % (make, z)
    for method in ("entropy()", "perplexity()", *NUMBERS, "batch_shape", "event_shape", "sample().shape",
                   "sample((4,)).shape", "sample((4, 1)).shape", "rsample((4,)).shape", "sample_n(2).shape",
                   "has_rsample", "expand((2, 3)).batch_shape",
                   "expand((2, 3)).event_shape", "expand((2, 3)).mean", "expand([2, 3]).sample((4,)).shape",
                   "enumerate_support()", "enumerate_support(False)", "enumerate_support(expand=False)"):
        yield "%s -> %s.%s" % (operands, make, method)
    yield "%s -> %s.sample((9,)).requires_grad" % (operands, make)
    yield "%s -> %s.support.check(%s)" % (operands, make, wrong)
    yield "%s -> %s.log_prob(%s)" % (operands, make, wrong)
    yield "%s -> D.%s(%s, validate_args=False).log_prob(%s)" % (operands, name, by_name, wrong)
    if grows:
        yield "%s -> D.%s(%s).log_prob(%s)" % (operands, name, by_name.replace("=x", "=-x - 9"), value)


def calls():
    for name, case in CASES.items():
        yield from of_class(name, *case)
    for name, operands, first, value in BY_LOGITS:
        make = "D.%s(%slogits=x)" % (name, first)
        yield "%s -> %s.log_prob(%s)" % (operands, make, value)
        yield "%s -> %s.expand((2, 3)).log_prob(%s)" % (operands, make, value)
        for method in ("entropy()", *NUMBERS, "probs", "logits", "batch_shape"):
            yield "%s -> %s.%s" % (operands, make, method)
        yield "%s -> D.%s(%sx.exp() / 9).logits" % (operands, name, first)
        yield "%s -> D.%s(%sprobs=x.exp(), logits=x)" % (operands, name, first)
        yield "%s -> D.%s(%sNone, x).probs" % (operands, name, first)
        yield "-> D.%s(%s).batch_shape" % (name, first.rstrip(", "))
    yield "-> D.Bernoulli(t([0.0, 1.0, 0.5])).log_prob(t([0.0, 1.0, 1.0]))"
    yield "-> D.Bernoulli(t([0.0, 1.0, 0.5])).mode"
    yield "-> D.Bernoulli(logits=t([-800.0, 800.0])).log_prob(t([1.0, 1.0]))"
    yield "-> D.Categorical(logits=t([-800.0, 800.0])).log_prob(t([0, 1]))"
    yield "-> D.Categorical(t([0.0, 2.0])).log_prob(t([0, 1]))"
    yield "-> D.Categorical(t([-1.0, 2.0]))"
    yield "-> D.Categorical(t(0.5))"
    for x in "D.Normal(0, 1)", "D.Normal(0.0, 1)", "D.Uniform(0, 1)", "D.Exponential(1)":
        yield "-> %s.log_prob(0.5 * m.ones(2))" % x
        yield "-> %s.batch_shape" % x
    for x in ("D.Normal(t(0.0), t(-1.0))", "D.Normal(t(0.0), t(0.0))", "D.Normal(n(2), u(3))",
              "D.Normal(t(float('nan')), t(1.0))", "D.Uniform(t(1.0), t(0.5))", "D.Exponential(-1.0)",
              "D.Bernoulli(1.5)", "D.Poisson(-1.0)", "D.Categorical()", "D.Normal(n(3), 1.0).log_prob(n(2))",
              "D.Normal(0.0, 1.0).cdf(t(float('inf')))", "D.Normal(0.0, 1.0).icdf(t([0.0, 1.0, 0.5]))"):
        yield "-> " + x
    yield "n(3) -> D.Normal(x, -1.0, validate_args=False).log_prob(x)"
    yield "n(3) -> D.Normal(x, 1.0, False).log_prob(m.zeros(2, 3))"
    yield "-> D.Normal(single(3), 1.0).log_prob(single(3))"
    yield from ("-> spread(D.%s.sample((20000,)))" % x for x in DRAWN)
    yield from ("-> implicit(lambda a: %s, %s)" % (x, 0.75) for x in IMPLICIT)
    yield from joint()
    yield from divergences()


def joint():
    """Independent and MultivariateNormal."""
    base = "D.Independent(D.Normal(x, y), %s)"
    operands = "n(2, 3); u(2, 3); n(4, 2, 3)"
    for k in "0", "1", "2", "3", "reinterpreted_batch_ndims=1":
        yield "%s -> %s.log_prob(z)" % (operands, base % k)
    for method in ("entropy()", *NUMBERS, "batch_shape", "event_shape", "sample((4,)).shape",
                   "rsample().shape",
                   "expand((5, 2)).batch_shape", "expand((5, 2)).event_shape", "has_rsample"):
        yield "%s -> %s.%s" % (operands, base % 1, method)
    yield ("u(2, 3) -> D.Independent(base_distribution=D.Bernoulli(x), reinterpreted_batch_ndims=1)"
           ".log_prob(b(2, 3).double())")
    yield "u(2, 3) -> D.Independent(D.Categorical(logits=x), 1, False).log_prob(t([0, 2]))"
    matrix = "y @ y.mT + m.eye(3)"
    operands = "n(2, 3); n(3, 3, first=5); n(4, 2, 3)"
    for how in (matrix, "covariance_matrix=" + matrix, "precision_matrix=" + matrix,
                "scale_tril=m.linalg.cholesky(%s)" % matrix, "None, None, m.linalg.cholesky(%s)" % matrix,
                "None, " + matrix, "y", "scale_tril=y", matrix + ", validate_args=False", ""):
        make = "D.MultivariateNormal(x%s)" % (how and ", " + how)
        yield "%s -> %s.log_prob(z)" % (operands, make)
        yield "%s -> %s.entropy()" % (operands, make)
        yield "%s -> %s.rsample((4,)).shape" % (operands, make)
        for part in ("covariance_matrix", "precision_matrix", "scale_tril", "variance", "mean", "mode",
                     "expand((5, 2)).log_prob(z[0])", "batch_shape", "event_shape"):
            yield "%s -> %s.%s" % (operands, make, part)


def divergences():
    """kl_divergence of pairs."""
    for name in PAIRS:
        operands, by_place = CASES[name][:2]
        if operands.count(";"):
            a, b = operands.split("; ")
            wide = "%s; %s; %s" % (a, b, b.replace("u(3)", "u(3, first=5)"))
            yield "%s -> D.kl_divergence(D.%s(x, y), D.%s(0.5 * x, z))" % (wide, name, name)
            yield "%s -> D.kl_divergence(p=D.%s(x, y), q=D.%s(x, y))" % (operands, name, name)
        else:
            more = operands.replace(")", ", first=5)")
            q = by_place.replace("x", "y")
            yield "%s; %s -> D.kl_divergence(D.%s(%s), D.%s(%s))" % (operands, more, name, by_place, name, q)
    for name in "Bernoulli", "Categorical", "OneHotCategorical":
        yield "n(3, 4); n(3, 4, first=5) -> D.kl_divergence(D.%s(logits=x), D.%s(logits=y))" % (name, name)
    yield "-> D.kl_divergence(D.Bernoulli(t([0.0, 1.0, 0.5])), D.Bernoulli(t([0.5, 0.5, 1.0])))"
    yield "-> D.kl_divergence(D.Categorical(t([0.0, 0.5, 0.5])), D.Categorical(t([0.5, 0.5, 0.0])))"
    one, two = "D.Independent(D.Normal(x, y), 1)", "D.Independent(D.Normal(y, z), 1)"
    yield "n(2, 3); u(2, 3); u(3) -> D.kl_divergence(%s, %s)" % (one, two)
    yield "n(2, 3); u(2, 3); u(3) -> D.kl_divergence(%s, D.Independent(D.Normal(x, y), 2))" % one
    yield ("n(2, 3); n(3, 3, first=5); n(3) -> D.kl_divergence(D.MultivariateNormal(x, y @ y.mT + m.eye(3)), "
           "D.MultivariateNormal(z, scale_tril=m.linalg.cholesky(y @ y.mT + 2 * m.eye(3))))")
    for p, q in (("Uniform(x, x + y)", "Normal(z, y)"), ("Laplace(x, y)", "Normal(z, y)"),
                 ("Exponential(y)", "Normal(z, y)"), ("Normal(x, y)", "Uniform(x, x + y)"),
                 ("Laplace(x, y)", "Uniform(x, x + y)"), ("Normal(x, y)", "Bernoulli(y)")):
        yield "n(3); u(3); n(3, first=9) -> D.kl_divergence(D.%s, D.%s)" % (p, q)
