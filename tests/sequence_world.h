/* sequence_world.h: a context in which a small net is trained, and beside it what sequence_model.h says it
 * must have. run/test_sequences.c makes random calls in it. */
#ifndef SEQUENCE_WORLD_H
#define SEQUENCE_WORLD_H

#include "sequence_model.h"
#include "wengert/group.h"
#include "wgtest.h"

/* ---- ops of the user's own ---- */

typedef enum own { OWN_NONE, OWN_MAP_VJP, OWN_MAP_EXPAND, OWN_COMPOSITE, OWN_CUSTOM, OWN_EXTERN, OWNS } own;
extern const char *const own_names[OWNS];
extern double own_factor; /* that rules and kernels read */
extern bool own_fails;    /* the user's function returns an error */
bool own_value_has_factor(own how);
void world_set_factors(own how, model_net *b);

/* ---- a world: a context, and the model beside it ---- */

typedef struct way {
    int interpret;
    unsigned without;
    int64_t plan_bytes;
} way;

/* A graph with its net. */
typedef struct net {
    model_net b;
    own how;
    wg_graph *g;
    wg_node loss, u, row, other, y;
    bool kept, has_state;
    bool open;      /* there is an evaluation */
    bool read;      /* its loss is a result */
    bool committed; /* its state is stored */
    bool unsure;    /* a call has failed: whether an evaluation is open is not said */
    int64_t version;
    double loss_then, u_then[EXAMPLES][OUT]; /* of the evaluation */
} net;

enum { HELD = 3, MOST_CALLS = 80 };

typedef struct held {
    wgx_held *h;
    wg_tensor t;
    double was[EXAMPLES * OUT];
} held;

typedef struct world {
    wg_dtype dtype;
    way w;
    wg_context *c;
    wg_params *p, *part[2];
    wg_optim *o[2];
    int older; /* the optimizer that was made first */
    net net[2];
    int shards; /* 0: there is no group */
    wg_group *group;
    wg_graph *more;   /* that of wg_fit and of shards */
    double decay;     /* of the average */
    int64_t averaged; /* how many times */
    wg_average *average;
    model_values mean;
    double mean_state[2];
    model m;
    double state[2];
    int64_t version; /* of the parameters */
    held held[HELD];
    wg_snapshot *snapshot;
    model_values snapped;
    double snapped_state[2];
    wgt_random data; /* numbers of this call */
    uint64_t hash;
    char wrong[300], said[120 * MOST_CALLS];
    size_t length;
} world;

extern const char *const world_names[PARAMS], *const world_states[2];

void world_say(world *w, const char *format, ...) WG_PRINTF(2, 3);
/* The first thing that is wrong is kept. */
void world_wrong(world *w, const char *format, ...) WG_PRINTF(2, 3);
void world_add_bits(world *w, double v); /* to the hash of all that the library has given */
/* got is a number that the library gives, and that all ways must give; floats of 32 bits are not compared
 * with the model. */
void world_expect(world *w, double got, double want, const char *what, int i);
void world_expect_params(world *w);
/* Gradients that a step would use. What a used gradient looks like, nobody says. */
void world_expect_gradients(world *w);
void world_expect_held(world *w);

void world_begin(world *w, uint64_t seed, way how);
/* A context with all that is made in it; the model says the values. */
void world_start(world *w);
void world_release_all(world *w);
void world_draw_structure(net *s, wgt_random *r);
void world_draw_numbers(world *w, net *s);
void world_draw_optim(model_optim *o, int lo, int hi, wgt_random *r);
void world_make_optim(world *w, int k);
/* The name of a parameter in the set of optimizer o. */
const char *world_name_for(const model_optim *o, int parameter);
void world_nodes(world *w, int q, net *s); /* builds net q by the numbers of s, and sets the nodes of s */
void world_build(world *w, int q);         /* in its own graph, in a new evaluation */

typedef struct set_of { /* parameters of one call */
    wg_params *p;
    int lo, hi;
    const char *name;
} set_of;
set_of world_whole(world *w);
set_of world_draw_set(world *w, wgt_random *r); /* the whole set or a part */

void world_open_evaluation(world *w, net *s);
bool world_is_stale(const world *w, const net *s);
/* wg_backward and wg_commit end an evaluation whose parameters have changed. */
void world_evaluation_done(world *w, int q);
void world_average(world *w); /* takes the model's values into its averages */
/* Of a stale evaluation results can be read. must: this is one; else it depends on what was read before. */
void world_read(world *w, net *s, wg_node n, bool must, const double *want);
void world_new_numbers(world *w, net *s);
/* A graph whose values have the factor in them gets new numbers, so that its evaluation ends; that of `but`
 * ends anyhow. */
void world_new_factor(world *w, int but);

#endif
