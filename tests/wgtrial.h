/* wgtrial.h: the op of a sample beside its formula, whose names have the values of the sample's operands. */
#ifndef WGTRIAL_H
#define WGTRIAL_H

#include "wgformula.h"

enum { WGF_OPERANDS = 32 };

typedef struct wgf_trial {
    op_case k;
    wg_node x[WGF_OPERANDS]; /* the operands; wg_none: left out */
    int operands;
    const void *attr;
    wgf_scope s; /* its first names are the operands */
    wgi_formula f, adjoint;
} wgf_trial;

/* For an open case. false: the sample made no call of the op, or the formula is words. */
bool wgf_set_up(wgf_trial *t);
wgf_array wgf_array_of(wg_node n);
wgf_name *wgf_add_name(wgf_scope *s, const char *text, int length, int primes);
/* The name on the left side of an equation. */
const wgi_formula_node *wgf_left_name(const wgi_formula *f, int equation);

#endif
