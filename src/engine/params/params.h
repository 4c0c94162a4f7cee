/* params.h: parameters, which are named tensors outside graphs: sets, memory, first values, optimizers. */
#ifndef WGI_PARAMS_H
#define WGI_PARAMS_H

#include "wengert/average.h"
#include "wengert/params.h"

#include "base/base.h"
#include "params/optimizer.h"

/* ---- params.c ---- */

typedef struct wgi_parameter wgi_parameter;
typedef struct wgi_piece wgi_piece;

/* What wg_params_with makes: the nodes, and the sets that stand for p with them. All is one block of
 * memory but the sets of wg_params_in. */
typedef struct wgi_with {
    struct wgi_with *next; /* of the graph */
    wg_params *sets;       /* linked by .next */
    int count;
    struct {
        char *name; /* with all prefixes */
        wg_node value;
    } given[];
} wgi_with;

/* row_list.c: a gradient of a table of which few rows are known to be other than zero. */
typedef struct wgi_row_list {
    bool known;    /* the rows that are not in the list are zero. False: nothing is known */
    bool finite;   /* so are all rows of the list, unless others than row_list.c have written to them */
    int64_t *all;  /* the memory of the four lists */
    int64_t *list; /* in order, each once */
    int64_t count, room;
    int64_t *merged;              /* room for another list */
    struct wgi_added_row *number; /* room for two lists: what is added */
    /* Rows side by side, as wg_backward writes them. is_apart: row list[i] of the gradient is row place[i] of
     * these, and q->grad is not set: wgi_row_list_whole sets it. */
    void *apart;
    bool is_apart;
    int64_t *place, *merged_place;
    int64_t apart_rows, taken; /* room for rows; how many are in use */
    wgi_timing adding;
} wgi_row_list;

/* What is looked at for each of many parameters stands first, in one line of the cache. */
struct wgi_parameter {
    wg_params *owner; /* the root set */
    void *data, *grad;
    wg_graph *in_graph; /* the graph that its node was last found in: a cache */
    uint32_t in_generation, in_index;
    int64_t size;
    wg_dtype dtype;
    bool state;
    bool reached;           /* the last backward gave it a gradient */
    bool frozen;            /* hold.c */
    bool lent;              /* wg_params_grad has said where its gradient is: a user may write to it */
    unsigned char in_batch; /* what the shards of a batch have done: group/ */
    uint32_t number;        /* among the items of the root set, from 1 */
    wg_shape shape;
    uint64_t hash;    /* of the name: it is the random stream of the first values, too */
    wg_site here;     /* where it was made */
    wgi_piece *piece; /* has data and grad, from element `at` on */
    int64_t at;
    wgi_parameter *next_in_piece;
    wgi_row_list *rows; /* NULL: it is no table whose gradient is kept by rows */
    wgi_timing squares; /* of wgi_gradient_squares by threads */
    uint64_t finite_in; /* its gradient is finite if this is the set's `backwards`, but for what a user
                         * writes */
    char name[];        /* with all prefixes */
};

struct wgi_piece {
    wgi_piece *next, *next_shared;
    wg_dtype dtype;
    bool state;
    int64_t size, used;          /* elements */
    wgi_parameter *first, *last; /* the parameters in it, in order */
    void *data, *grad;
    void *moment[WGI_MOMENTS]; /* the optimizer's arrays, in the dtype of data */
    void *sums;                /* over shards, one block of memory: group/shard_sums.c */
};

/* Writes a sentence to buf that says where the NaN or infinities of q's gradient arose, found in the
 * graph of `loss`. Writes "" if that graph is no longer as it was. */
typedef void (*wgi_explain_fn)(wg_node loss, const wgi_parameter *q, char *buf, size_t size);

/* The loss of a wg_backward once more, at other values of the parameters, with the same inputs and
 * random numbers. Values of the graph stay as they are. open: NULL, if the graph of the loss is no
 * longer as it was, or without memory. *seen: the loss at the present values, NaN if it has to be
 * computed. */
typedef struct wgi_loss_calls {
    void *(*open)(wg_node loss, wg_params *p, double *seen);
    /* The loss, and its gradient by the parameters of p as one vector; on failure NaN. */
    double (*at)(void *again, double *gradient);
    void (*close)(void *again);
} wgi_loss_calls;

/* Running averages of parameters. */
struct wg_average {
    wg_average *next; /* of the root's */
    wg_params *p;
    double decay;
    uint64_t steps;
    double *mean; /* of the floats of p, in creation order, states too */
    double *own;  /* the values of the parameters while the averages are in use; NULL: they are not */
    wg_site used; /* where wg_average_use was called */
    size_t count, room;
    uint64_t version; /* of the parameters, since the averages are in use */
};

/* average.c of optim/: for the file of a training. */
double *wgi_average_at(const wg_average *a, const wgi_parameter *q); /* of q; NULL: it has none yet */
bool wgi_average_room(wg_average *a); /* for the floats that are there. False: no memory */
/* Forgets all averages, and begins those of the floats that are there with their values. There must be
 * room. */
void wgi_average_begin(wg_average *a);
/* Sets the averages of q. Those of the parameters before it are there, too, from then on. */
void wgi_average_set(wg_average *a, const wgi_parameter *q, const double *values);

/* An optimizer, as its set sees it. The first field of wg_optim. */
typedef struct wgi_stepper {
    struct wgi_stepper *next; /* of the root's; no two overlap */
    wg_params *p;
    const wgi_optimizer *kind;
    wg_site here;           /* where it was made */
    bool fresh;             /* there are gradients that no step has used */
    bool in_batch;          /* a shard of the batch has left it so (group.h) */
    bool finite;            /* their norm was computed and is finite, so all of them are, but for what a user
                             * writes */
    wgi_timing scaling;     /* of gradients, by threads */
    wg_site used_here;      /* call site of the step that used them; NULL: none did */
    uint64_t steps;         /* that were done */
    double rate[WGI_RATES]; /* of the last one */
    /* What optimizers keep that have a step of their own, by the names of the descriptor: numbers, of
     * which each array has as many as kept_count says. */
    double *kept[WGI_KEEPS];
    size_t kept_count[WGI_KEEPS];
    wg_node loss; /* of the wg_backward that has set all gradients */
    bool whole;   /* there is one such wg_backward: no other has added to gradients or set a part of them */
} wgi_stepper;

typedef struct wgi_walk { /* over the root's items, to number those of a subset */
    size_t item;
    int members; /* of the subset, before this item */
} wgi_walk;

/* Of full names: see wg_params_freeze. */
typedef struct wgi_pattern {
    struct wgi_pattern *next;
    bool on;
    char text[];
} wgi_pattern;

struct wg_params {
    wg_context *c;
    wg_params *next; /* list of the context's sets */
    wg_params *root; /* the set of a subset; a set points to itself */
    char *prefix;    /* of a subset, with the dot at its end; NULL for a set */
    /* The nodes in the place of parameters: graph/params_with.c. Such a set is in no list of subsets. */
    struct wgi_with *with;
    wg_params **sub; /* the subsets of a set */
    size_t subs, sub_capacity;
    wgi_parameter **item;
    size_t count, capacity;
    wgi_table names, prefixes; /* of a set: the numbers of items and of subsets, from 1 */
    uint32_t next_found;       /* of a set: the item behind the one that was found last */
    wgi_walk walk, all;        /* of a subset: to its last parameter that was asked for, and over all items */
    wgi_arena memory;          /* of the parameters */
    wgi_place before_last;     /* its place before the last parameter was made */
    uint64_t version;
    bool trained;          /* wg_params_trained: of a set or subset */
    bool sealed;           /* wg_params_seal: likewise */
    wgi_pattern *patterns; /* of a set: what wg_params_freeze has said, the oldest first */
    wgi_arena patterns_memory;
    size_t frozen;              /* of a set: the number of parameters and states that are frozen */
    wgi_piece *pieces, *shared; /* the newest first; shared: those that have room for several parameters */
    int64_t shared_size;        /* elements of the shared pieces */
    bool lazy;                  /* of a set: an optimizer has a group with .lazy */
    wgi_stepper *steppers;      /* of a set: the optimizers of it and of its subsets */
    bool gradients;             /* a wg_backward has succeeded, and none has failed since */
    uint64_t backwards;         /* of a set: rises when gradients have come, or were lost */
    uint64_t marked;            /* of a set: rises when the `reached` of a parameter may have changed */
    uint64_t reached_by; /* the request that has set the `reached` of the parameters; 0: it may be another */
    wg_node loss;        /* of the last wg_backward */
    wgi_explain_fn explain;         /* set by wg_backward, since this room knows no graph */
    const wgi_loss_calls *again;    /* likewise */
    void (*keeps)(wg_params *root); /* by wgx_params_keep_values: is called before values change; or NULL */
    wg_average *averages;           /* of a set: those of it and of its subsets */
};

/* Whether the call `what` on p can go on. Otherwise there is an error: p is NULL, or one was recorded
 * before. */
bool wgi_set_ok(wg_site here, const wg_params *p, const char *what);
static inline wg_status wgi_set_status(const wg_params *p) { return p ? wg_failed(p->c) : WG_ERROR_USE; }
/* hash: wgi_text_hash of the full name. NULL: there is none. */
wgi_parameter *wgi_params_find(wg_params *root, const char *full, uint64_t hash);
static inline bool wgi_params_holds(const wg_params *p, const wgi_parameter *q)
{
    return p->root == q->owner && (!p->prefix || strncmp(q->name, p->prefix, strlen(p->prefix)) == 0);
}
/* Call it before the values of parameters of p change. */
static inline void wgi_params_will_change(const wg_params *p)
{
    if (p->root->keeps) p->root->keeps(p->root);
}
/* The name of a parameter of the set without the set's prefix. */
static inline const char *wgi_name_in(const wg_params *p, const wgi_parameter *q)
{
    return q->name + (p->prefix ? strlen(p->prefix) : 0);
}
/* The next parameter or state of the set; NULL: there is none.
 *     for (size_t i = 0; (q = wgi_params_next(p, &i));) ... */
static inline wgi_parameter *wgi_params_next(const wg_params *p, size_t *i)
{
    while (*i < p->root->count) {
        wgi_parameter *q = p->root->item[(*i)++];
        if (wgi_params_holds(p, q)) return q;
    }
    return NULL;
}
/* A set that stands for p with other nodes; prefix: from wg_alloc, or NULL. NULL: out of memory. */
wg_params *wgi_with_set(wgi_with *w, const wg_params *p, char *prefix);
/* Whether it is so of a set that would hold the parameter of this full name. */
bool wgi_params_any(const wg_params *root, const char *full, bool (*has)(const wg_params *p));
/* Whether a set that holds the parameter of this full name, if it were there, is trained. */
bool wgi_params_trained(const wg_params *root, const char *full);
/* The name of a parameter of the set that is near to this one; NULL: none is. */
const char *wgi_params_nearest(const wg_params *root, const char *full);
/* The name with the prefix of the subset. It is in buf if there is a prefix. NULL: too long, or not a
 * name. */
const char *wgi_params_full_name(const wg_params *p, const char *name, char *buf, size_t size);
wgi_parameter *wgi_params_make(wg_params *p, wg_site here, const char *full, uint64_t hash, wg_shape s,
                               wg_dtype t, bool state);
void wgi_params_discard(wgi_parameter *q); /* frees the last parameter that was made, before it is entered */
void wgi_params_enter(wg_params *root, wgi_parameter *q); /* adds it to the set; cannot fail */
void wgi_params_release(wg_params *root);                 /* frees the set; no graph may use it any more */
/* A call that makes several parameters, and fails, makes none: it removes those since the mark. No graph has
 * seen them. */
typedef struct wgi_params_mark {
    size_t count;
    wgi_place memory;
    uint64_t version;
} wgi_params_mark;
static inline wgi_params_mark wgi_params_marked(const wg_params *root)
{
    return (wgi_params_mark){ root->count, wgi_arena_place(&root->memory), root->version };
}
void wgi_params_undo(wg_params *root, wgi_params_mark m);

/* ---- params_view.c ---- */

void wgi_params_put(wg_params *p, const double *theta); /* wg_params_set, also after an error */

/* ---- optim.c ---- */

/* Memory for what an optimizer keeps, all zero. An array of this size stays as it is. False: out of
 * memory. */
bool wgi_stepper_keeps(wgi_stepper *s, int i, size_t count);
void wgi_stepper_forget(wgi_stepper *s); /* all of that becomes zero */

/* ---- reached.c ---- */

bool wgi_params_overlap(const wg_params *p, const wg_params *q); /* a parameter of one can be in the other */
/* A wg_backward has set the gradients of p, or added to them: they may be used. */
void wgi_gradients_come(wg_params *p, wg_node loss, bool add);
void wgi_gradients_lost(wg_params *p); /* one has failed: p has none */
/* To be called before the `reached` of parameters of p change. Drops the gradients that a step has used, also
 * those beside p: the next step of that optimizer must not use them. Who then sets them all may note in
 * p->reached_by the request that they follow from. */
void wgi_gradients_change(wg_params *p);
void wgi_gradients_clear(wg_params *p); /* no parameter of p is reached */
/* Whether the same request has set the `reached` of p's parameters, and wgi_gradients_change would drop no
 * gradient beside p. Then there is nothing to do when it sets them again. */
bool wgi_gradients_are_of(const wg_params *p, uint64_t request);
bool wgi_gradients_any(const wg_params *p); /* whether a parameter of p has a gradient */
/* Whether p has gradients to add to: some that no step has used. */
bool wgi_gradients_to_add_to(const wg_params *p);

/* ---- store.c ---- */

bool wgi_store_take(wgi_parameter *q);   /* gets memory for its values, which are not set */
void wgi_store_give(wgi_parameter *q);   /* gives it back: only for the last parameter that took some */
void wgi_store_enter(wgi_parameter *q);  /* adds it to the list of its piece */
void wgi_store_leave(wgi_parameter *q);  /* and removes it: only the last parameter */
void *wgi_grad_memory(wgi_parameter *q); /* NULL: out of memory */
bool wgi_store_moments(wgi_piece *s, wg_context *c,
                       unsigned which); /* which: moments as bits; false: out of memory */
void wgi_store_drop_moments(wg_params *root);
void wgi_store_clear_moments(const wg_params *p); /* those of the parameters of p become zero */
void wgi_store_free(wg_params *root);

/* ---- row_list.c ---- */

/* Whether the optimizer of q shall update only rows of q that have a gradient. */
bool wgi_is_lazy(const wgi_parameter *q);
/* Memory for the gradient, and for the list with so many further rows. What a new gradient holds is not
 * known. False: out of memory. The functions after it need that memory. */
bool wgi_row_list_make(wgi_parameter *q, int64_t numbers);
/* Memory for so many rows of a new gradient, side by side. What it holds of the present one stays until it is
 * written. first: of the new gradient. NULL: the gradient must be whole, or there is no room. */
void *wgi_row_list_apart(wgi_parameter *q, int64_t numbers, bool first);
/* Adds the rows `more`, one for each number, to the gradient. reached: else it is zero before. */
void wgi_row_list_add(wgi_parameter *q, const wg_tensor *numbers, void *more, bool reached);
/* From now on nothing is known of the rows of q's gradient, which is whole. */
void wgi_row_list_none(wgi_parameter *q);
void wgi_row_list_written(wgi_parameter *q); /* the same, when all of q->grad was written, whatever it was */
/* Call this before q->grad is read or written as a whole. */
void wgi_row_list_whole(wgi_parameter *q);
void wgi_row_list_free(wgi_parameter *q);

/* The parts of q's gradient that may be other than zero, in order: how many, and where part i begins. Each
 * has *n elements, at *at. */
static inline int64_t wgi_gradient_parts(const wgi_parameter *q)
{
    return q->rows && q->rows->known ? q->rows->count : 1;
}
static inline int64_t wgi_gradient_part(const wgi_parameter *q, int64_t i, int64_t *n, void **at)
{
    const wgi_row_list *r = q->rows && q->rows->known ? q->rows : NULL;
    *n = r ? q->size / q->shape.dim[0] : q->size;
    const int64_t from = r ? r->list[i] * *n : 0, place = r && r->is_apart ? r->place[i] * *n : from;
    *at = (char *)(r && r->is_apart ? r->apart : q->grad) + (size_t)place * wg_dtype_size(q->dtype);
    return from;
}

/* ---- grad_norm.c ---- */

double wgi_gradient_squares(wgi_parameter *q); /* their sum */

/* ---- hold.c ---- */

bool wgi_params_freeze(wg_params *p, const char *pattern, bool on); /* false: out of memory */
void wgi_params_hold(wgi_parameter *q);                             /* freezes q, if a pattern says so */
/* Whether a set that would hold the parameter of this full name is sealed. */
bool wgi_params_sealed(const wg_params *root, const char *full);

/* ---- first_values.c ---- */

bool wgi_init_fill(wgi_parameter *q, wg_site here, const wg_init *init);

#endif
