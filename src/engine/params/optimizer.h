/* optimizer.h: an optimizer is a descriptor with a function that updates a range of elements. Each has its
 * own file in src/engine/optim/. optim.c makes and steps every optimizer and names none. */
#ifndef WGI_OPTIMIZER_H
#define WGI_OPTIMIZER_H

#include "wengert/kernel.h"
#include "wengert/optim.h"

enum { WGI_MOMENTS = 3, WGI_RATES = 4, WGI_KEEPS = 4 };

enum { WGI_LINE = 16 }; /* elements: a parameter begins at a line */

/* One call of an update: n consecutive elements of one array of parameters. n is a multiple of WGI_LINE.
 * Elements between the end of a parameter and the next line are 0, and are updated too. Coupled decay is in g
 * already, and the soft threshold comes afterwards: an update knows of neither. */
typedef struct wgi_update {
    int64_t n;
    wg_dtype dtype;
    bool look;  /* look at the gradients first, and do nothing if one is NaN or infinite */
    bool write; /* update */
    void *w;
    const void *g;
    void *moment[WGI_MOMENTS]; /* NULL: not used */
    const void *options;       /* the optimizer's wg_x_opts */
    const double *rate;        /* what .rates has computed for this step */
    double lr, keep;           /* keep = 1 - lr weight_decay, or 1 */
} wgi_update;
typedef enum wgi_updated {
    WGI_UPDATED,
    WGI_REFUSED,   /* a gradient is NaN or infinite */
    WGI_OVERFLOWED /* updated, but a new parameter is NaN or infinite */
} wgi_updated;
typedef wgi_updated (*wgi_update_fn)(const wgi_update *u);

struct wgi_stepper;

typedef struct wgi_optimizer {
    const char *name, *formula;
    /* NULL, or the step of an optimizer that is no update of element by element. Such a one has no update, no
     * moments and no options of decay. */
    wg_status (*step)(wg_site here, struct wgi_stepper *s, const void *options);
    /* Names of what it keeps between steps: wgi_stepper.kept. NULL: not to be saved. */
    const char *kept[WGI_KEEPS];
    /* Names of arrays as long as the parameters'. They are kept between steps, and zero before the first. */
    const char *moment[WGI_MOMENTS];
    /* Which moments are used, as bits. NULL: all that have a name. */
    unsigned (*moments)(const void *options);
    /* What is wrong with options that are each in their ranges, as a sentence; NULL: nothing. NULL: nothing
     * ever is. */
    const char *(*clash)(const void *options);
    /* Computes the numbers of a step, in double, from its count t (1 for the first step). rate has the
     * numbers of the step before, at first 0. */
    void (*rates)(const void *options, double t, double *rate);
    wgi_update_fn update[WG_ISAS];
    bool divides; /* by a root of squares of gradients, plus eps */

    /* Filled in by OPTIMIZER of src/engine/optim/optim.h. */
    const wg_option_list *(*options)(void);
    size_t lr, weight_decay, decay_all, coupled, l1; /* offsets of these fields */
} wgi_optimizer;

/* What an optimizer goes on from, beside its arrays. */
typedef struct wgi_optim_state {
    uint64_t *steps;
    double *rate, *lr; /* rate: WGI_RATES numbers */
    unsigned moments;  /* the arrays that it uses, as bits */
} wgi_optim_state;
wgi_optim_state wgi_optim_state_of(wg_optim *o);

wg_optim *wgi_optim_new(wg_site here, wg_params *p, const wgi_optimizer *kind, const void *options);

#endif
