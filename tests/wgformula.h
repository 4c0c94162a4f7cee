/* wgformula.h: evaluates formulas (src/show/formula/) over small arrays of the numbers of wgnumber.h, which
 * have derivatives, written from mathematics. No op is called. */
#ifndef WGFORMULA_H
#define WGFORMULA_H

#include "formula/formula.h"
#include "op_case.h"
#include "wgnumber.h"

enum { WGF_NAMES = 48, WGF_OPTIONS = 16 };

typedef struct wgf_array {
    int rank;
    int64_t dim[WG_MAX_RANK];
    wgf_number *at; /* of the pool: wgf_clear frees all */
} wgf_array;

typedef struct wgf_option {
    const wg_attr_row *row;
    double number;  /* of a number, a bool, a choice */
    wg_axes axes;   /* of AXIS and AXES, with positive numbers */
    wg_shape shape; /* of SHAPE */
    bool given;     /* differs from the default */
} wgf_option;

typedef struct wgf_name {
    char text[24];
    int primes, index; /* index of the operand, or -1 */
    bool missing;
    wgf_array value;
} wgf_name;

typedef struct wgf_tuple { /* an index, or several: i... */
    const char *text;
    int length, count;
    int64_t at[WG_MAX_RANK];
} wgf_tuple;

typedef struct wgf_scope {
    const wgi_formula *f, *also; /* also: its definitions hold, too; or NULL */
    wgf_name name[WGF_NAMES];
    int names, operands;
    wgf_option option[WGF_OPTIONS];
    int options;
    wgf_tuple index[24];
    int indices;
    bool rest_of; /* the indices of "..." are in rest */
    wgf_tuple rest;
    int component; /* of a tuple, in a subscript */
    int axis;      /* of equations along an axis; -1: none */
    int depth;
    bool outside;            /* a subscript was outside of its tensor */
    const char *why;         /* it cannot be evaluated; NULL: so far it can */
    const wgf_array *target; /* the array on the left side, for its shape */
} wgf_scope;

void wgf_clear(void);
wgf_array wgf_make(int rank, const int64_t *dim);
int64_t wgf_size(const wgf_array *a);
/* Where element i of y is in a, which broadcasts to y. */
int64_t wgf_place(const wgf_array *a, const wgf_array *y, int64_t i);
/* The value of equation k, in the shape of target. false: s->why says why there is none. */
bool wgf_equation(wgf_scope *s, int equation, const wgf_array *target, wgf_array *to);

#endif
