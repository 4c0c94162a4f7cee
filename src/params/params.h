/* params.h: parameters outside graphs: named tensors, their memory in pieces, their first values, the optimizers. */
#ifndef WGI_PARAMS_H
#define WGI_PARAMS_H

#include "wengert/params.h"

#include "base/base.h"
#include "params/optimizer.h"

/* ---- params.c ---- */

typedef struct wgi_parameter wgi_parameter;
typedef struct wgi_piece wgi_piece;

struct wgi_parameter {
    char *name;
    wg_params *owner; /* the root set */
    wg_shape shape;
    wg_dtype dtype;
    bool state;
    int64_t size;
    void *data, *grad;
    bool reached;       /* by the last backward */
    wg_site here;       /* where it was made */
    wg_graph *in_graph; /* its node: a cache */
    uint32_t in_generation, in_index;
    wgi_piece *piece; /* where data and grad lie, from element `at` on */
    int64_t at;
    wgi_parameter *next_in_piece;
};

struct wgi_piece {
    wgi_piece *next;
    wg_dtype dtype;
    bool state;
    int64_t size, used;          /* elements */
    wgi_parameter *first, *last; /* in it, in order */
    void *data, *grad;
    void *moment[WGI_MOMENTS]; /* of the optimizer, in f32 or f64 as data */
};

typedef enum wgi_gradients { WGI_GRAD_NONE, WGI_GRAD_READY, WGI_GRAD_USED } wgi_gradients;

struct wg_params {
    wg_context *c;
    wg_params *next; /* of the context's sets */
    wg_params *root; /* of a subset; itself for a set */
    char *prefix;    /* of a subset, with the final dot */
    wg_params *subs; /* of a set, to free */
    wgi_parameter **item;
    size_t count, capacity;
    uint32_t *index; /* hash of names */
    size_t index_size;
    uint64_t version;
    wgi_piece *pieces;
    int64_t piece_size; /* of the last that several share */
    wgi_gradients gradients;
    wg_site used_here; /* of the step that used them */
    bool optimized;
    uint64_t reached_by; /* the request that the parameters' `reached` are of, 0: of none */
};

wgi_parameter *wgi_params_find(const wg_params *root, const char *full);
static inline bool wgi_params_holds(const wg_params *p, const wgi_parameter *q)
{
    return p->root == q->owner && (!p->prefix || strncmp(q->name, p->prefix, strlen(p->prefix)) == 0);
}
wg_params *wgi_params_root(wg_params *p);
/* The name with the subset's prefix, in buf when there is one; NULL when it is too long or no name. */
const char *wgi_params_full_name(const wg_params *p, const char *name, char *buf, size_t size);
wgi_parameter *wgi_params_make(wg_params *p, wg_site here, const char *full, wg_shape s, wg_dtype t,
                               bool state);
void wgi_params_discard(wgi_parameter *q);                /* made, but not entered */
void wgi_params_enter(wg_params *root, wgi_parameter *q); /* into the set: after this nothing can fail */
void wgi_params_release(wg_params *root);                 /* frees the set; no graph may know it any more */

/* ---- store.c ---- */

bool wgi_store_take(wgi_parameter *q);                               /* memory for its values, zeroed */
void wgi_store_give(wgi_parameter *q);                               /* back: of the last that took */
void wgi_store_enter(wgi_parameter *q);                              /* among those of its piece */
void *wgi_grad_memory(wgi_parameter *q);                             /* NULL: out of memory */
bool wgi_store_moments(wgi_piece *s, wg_context *c, unsigned which); /* as bits */
void wgi_store_drop_moments(wg_params *root);
void wgi_store_free(wg_params *root);

/* ---- first_values.c ---- */

bool wgi_init_fill(wg_context *c, const wg_init *init, const char *name, const wg_shape *s, wg_dtype t,
                   void *data);

#endif
