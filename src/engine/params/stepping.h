/* stepping.h: how optimizers are stepped: what optim.c, stretches.c, groups.c and clip.c share. */
#ifndef WGI_STEPPING_H
#define WGI_STEPPING_H

#include "params/params.h"

/* How the elements of a parameter are updated. */
typedef struct wgi_manner {
    double lr, keep;
    double coupled; /* decay that is a part of the gradient */
    double shrink;  /* the soft threshold after the step */
    bool lazy;
    uint64_t missed; /* steps of the optimizer that the parameter did not take: ages.c */
} wgi_manner;

/* Elements [from, to) of a piece that are updated in one pass. */
typedef struct wgi_stretch {
    int64_t from, to;
    wgi_manner how;
    wgi_update u; /* the update of all these elements */
    const wgi_parameter *first;
    const wgi_parameter *table; /* only the rows of its gradient are updated; NULL: all elements */
    bool known;                 /* its gradients are finite: this step need not look at them */
} wgi_stretch;

/* wg_optim_group: options for the parameters whose names match the pattern. */
typedef struct wgi_group {
    struct wgi_group *next; /* in the order of the calls */
    wg_site here;
    bool tried; /* whether a parameter matches has been looked at */
    const char *pattern;
    wg_group_opts o;
} wgi_group;

/* A parameter, by its place in the root set: ages.c. */
typedef struct wgi_age {
    int64_t missed; /* of the optimizer's first aged_at steps */
    bool steps_now; /* it is in the list of what a step updates */
} wgi_age;

/* The rates of parameters that have missed so many steps. */
typedef struct wgi_late {
    uint64_t missed;
    bool used; /* a stretch of the list has them */
    double rate[WGI_RATES];
} wgi_late;

struct wg_optim {
    wgi_stepper s;
    wgi_age *age;
    size_t ages, age_room;
    uint64_t aged_at;
    wgi_late *late; /* while the list stands, its entries keep their places */
    size_t late_count, late_room;
    wgi_group *groups;
    bool keeps;        /* gradients stay: wgx_optim_keep_gradients */
    wgi_stretch *list; /* what a step updates; made by wgi_stretches_make */
    int *chunks;       /* of the parts of a step: wgi_stretches_step */
    size_t room;
    int stretches;
    bool wide;         /* a stretch is long enough for several threads */
    bool in_blocks;    /* a stretch has coupled decay or a threshold, or is a table */
    wgi_timing timing; /* of steps of several threads */
    bool known;        /* the gradients of this step are finite: it need not look at them */
    bool overflows;    /* this step has made a parameter NaN or infinite */
    uint64_t list_of;  /* the list was made when the set's `marked` was this, and for list_lr; 0: none is */
    double list_lr;
    uint64_t options[]; /* wg_x_opts of the kind, with defaults filled in */
};

static inline double *wgi_optim_number(const wg_optim *o, size_t offset)
{
    return (double *)(void *)((char *)(uintptr_t)o->options + offset);
}
static inline bool wgi_optim_switch(const wg_optim *o, size_t offset)
{
    return *(const bool *)(const void *)((const char *)o->options + offset);
}
static inline double wgi_optim_rate(const wg_optim *o) { return *wgi_optim_number(o, o->s.kind->lr); }
static inline bool wgi_optim_updates(const wg_optim *o, const wgi_parameter *q)
{
    return q->reached && wgi_params_holds(o->s.p, q);
}

/* ---- stretches.c ---- */

/* Makes the list of what a step updates. False: out of memory, or a group has no parameter. */
bool wgi_stretches_make(wg_optim *o);
/* Updates all stretches, in one pass over the memory. False: a gradient is not finite, and nothing has
 * changed. */
bool wgi_stretches_step(wg_optim *o);

/* ---- ages.c ---- */

/* Brings the counts of missed steps up to date. False: out of memory. */
bool wgi_ages_update(wg_optim *o);
/* From now on every parameter has taken all steps, as many as they are. False: out of memory. */
bool wgi_ages_forget(wg_optim *o);
/* The steps that q has missed, as of the last update. */
uint64_t wgi_age_missed(const wg_optim *o, const wgi_parameter *q);
/* Gives the stretches of the list the rates of their parameters. False: out of memory. */
bool wgi_late_rates_make(wg_optim *o);
void wgi_late_rates(wg_optim *o); /* computes those rates for the next step */
void wgi_ages_free(wg_optim *o);

/* ---- groups.c ---- */

wgi_manner wgi_manner_of(const wg_optim *o, const wgi_parameter *q);
/* Whether each group has a parameter. If not, says which has none. */
bool wgi_groups_are_met(wg_optim *o);
void wgi_groups_free(wg_optim *o);

/* ---- not_finite.c ---- */

/* Refuses gradients that are NaN or infinite. `then`: what the call does not do. */
wg_status wgi_optim_refuse(wg_site here, const wg_optim *o, const char *what, const char *then);
/* The step has been done, but it made parameters NaN or infinite. */
wg_status wgi_optim_overflow(wg_site here, wg_optim *o);

#endif
