/* optimizer.h: what an optimizer is: a descriptor and a function that updates a stretch of elements. Each has a file of its own
 * in src/optim/; optim.c makes and steps them all and names none. */
#ifndef WGI_OPTIMIZER_H
#define WGI_OPTIMIZER_H

#include "wengert/op.h"
#include "wengert/params.h"

enum { WGI_MOMENTS = 3, WGI_RATES = 4 };

/* One call of an update: n elements of parameters that lie in one array. */
typedef struct wgi_update {
    int64_t n;
    wg_dtype dtype;
    void *w;
    const void *g;
    void *moment[WGI_MOMENTS]; /* NULL: not used */
    const void *options;       /* the optimizer's wg_x_opts, defaults filled in */
    const double *rate;        /* made by .rates for this step */
    double lr, keep;           /* keep = 1 - lr weight_decay, or 1 */
} wgi_update;
typedef void (*wgi_update_fn)(const wgi_update *u);

/* A field of wg_x_opts: a double in [0, below), or a bool. */
typedef struct wgi_optim_option {
    const char *name;
    size_t offset;
    bool is_bool;
    double standard, below;
} wgi_optim_option;

typedef struct wgi_optimizer {
    const char *name, *formula;
    /* Arrays as long as the parameters', kept between steps, zero before the first. */
    const char *moment[WGI_MOMENTS];
    unsigned (*moments)(
        const void *options); /* which of them are used, as bits; NULL: all that have a name */
    /* Numbers of the whole step, in double, from its count t (1 at the first); *rate is as the step before left it, at first 0. */
    void (*rates)(const void *options, double t, double *rate);
    wgi_update_fn update[WG_ISAS];

    /* Filled in by OPTIMIZER of src/optim/optim.h. */
    size_t size; /* of wg_x_opts */
    const wgi_optim_option *option;
    int options;
    size_t lr, weight_decay, decay_all; /* offsets */
} wgi_optimizer;

wg_optim *wgi_optim_new(wg_params *p, const wgi_optimizer *kind, const void *options);

#endif
