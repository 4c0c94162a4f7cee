/* nn.h: layers that own parameters, on the public API alone. The name is the parameters' prefix.
 *
 *     wg_node h = wg_relu(wg_nn_dense(x, p, "fc1", 64));          fc1.W [in, 64], fc1.b [64]
 *
 * The same layer name twice in a graph is an error that names both lines, unless .share is given.
 */
#ifndef WENGERT_NN_H
#define WENGERT_NN_H

#include "ops.h"
#include "params.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct wg_nn_dense_args {
    wg_node     x; /* [..., in] */
    wg_params  *p;
    const char *name;
    int64_t     units;
    WG_BY_NAME;
    bool           no_bias;
    bool           share;
    const wg_init *W_init; /* default: wg_he() */
    const wg_init *b_init; /* default: zeros */
    uint64_t       reserved[4];
} wg_nn_dense_args;
WG_API wg_node wg_nn_dense_at(wg_site here, const wg_nn_dense_args *a);
#define wg_nn_dense(...) wg_nn_dense_at(WG_AT(#__VA_ARGS__), &(wg_nn_dense_args){ .x = __VA_ARGS__ })

/* Parameters NAME.gamma, NAME.beta; states NAME.mean, NAME.variance (exponentially weighted, bias-corrected by
 * NAME.count). In WG_EVAL it uses the states. */
typedef struct wg_nn_batch_norm_args {
    wg_node     x;
    wg_params  *p;
    const char *name;
    WG_BY_NAME;
    double   momentum; /* of the moving averages: v = momentum v + (1 - momentum) new; default 0.9 */
    double   eps;      /* default 1e-5 */
    bool     share;
    uint64_t reserved[4];
} wg_nn_batch_norm_args;
WG_API wg_node wg_nn_batch_norm_at(wg_site here, const wg_nn_batch_norm_args *a);
#define wg_nn_batch_norm(...) wg_nn_batch_norm_at(WG_AT(#__VA_ARGS__), &(wg_nn_batch_norm_args){ .x = __VA_ARGS__ })

/* Parameters NAME.gamma, NAME.beta, one element a feature of the last axis. */
typedef struct wg_nn_layer_norm_args {
    wg_node     x;
    wg_params  *p;
    const char *name;
    WG_BY_NAME;
    double   eps; /* default 1e-5 */
    bool     share;
    uint64_t reserved[4];
} wg_nn_layer_norm_args;
WG_API wg_node wg_nn_layer_norm_at(wg_site here, const wg_nn_layer_norm_args *a);
#define wg_nn_layer_norm(...) wg_nn_layer_norm_at(WG_AT(#__VA_ARGS__), &(wg_nn_layer_norm_args){ .x = __VA_ARGS__ })

#ifdef __cplusplus
}
#endif
#endif
