/* torch_rule.h: the rule of torch.autograd.gradcheck in its slow mode with its defaults, on the same
 * functions: central differences with eps 1e-6 in double, and allclose with atol 1e-5 and rtol 1e-3. */
#ifndef CORPUS_TORCH_RULE_H
#define CORPUS_TORCH_RULE_H

#include "wengert/wengert.h"

/* Whether the rule accepts gradient, of n components. user: of f. */
bool wgt_torch_accepts(wg_check_fn f, size_t n, const double *x, const double *gradient, void *user);

#endif
