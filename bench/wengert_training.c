/* wengert_training.c: what the sides of Wengert share. */
#include "wengert_training.h"

void *training_new(size_t size, bench_setup s, int threads, wg_dtype t, wg_node (*loss_of)(void *self))
{
    training *n = calloc(1, size);
    *n = (training){ .setup = s, .c = wg_start(.threads = threads, .dtype = t), .loss_of = loss_of };
    n->g = wg_graph_new(n->c);
    n->p = wg_params_new(n->c);
    return n;
}

wg_tensor training_values(training *t, uint32_t stream, double scale, double offset, wg_shape s)
{
    const wg_dtype type = wg_context_dtype(t->c);
    const int64_t n = wg_shape_size(s);
    void *v = wg_alloc(t->c, (size_t)n, wg_dtype_size(type));
    for (int64_t i = 0; v && i < n; i++) {
        const double value = offset + scale * (double)bench_value(stream, (uint32_t)i);
        if (type == WG_F64) ((double *)v)[i] = value;
        else ((float *)v)[i] = (float)value;
    }
    return wg_view(type, v, s);
}

wg_tensor training_classes(training *t, int n, int classes)
{
    int32_t *y = wg_alloc(t->c, (size_t)n, sizeof *y);
    for (int i = 0; y && i < n; i++) y[i] = bench_class(STREAM_Y, (uint32_t)i, classes);
    return wg_view_i32(y, WG_SHAPE(n));
}

void training_make(training *t, const char *name, uint32_t stream, double scale, wg_shape s)
{
    const wg_tensor v = training_values(t, stream, scale, 0, s);
    wg_params_make(t->p, name, v, false);
    wg_free(t->c, v.data);
}

void training_weights(training *t, const char *name, uint32_t stream, int in, int out)
{
    training_make(t, name, stream, bench_weight_scale(in), WG_SHAPE(in, out));
}

void training_weights_by(training *t, const char *name, float (*weight)(int array, int i), int array,
                         wg_shape s)
{
    const int n = (int)wg_shape_size(s);
    float *v = wg_alloc(t->c, (size_t)n, sizeof *v);
    for (int i = 0; v && i < n; i++) v[i] = weight(array, i);
    wg_params_make(t->p, name, wg_view_f32(v, s), false);
    wg_free(t->c, v);
}

bool training_run(void *self, int64_t n, double seconds[])
{
    training *t = self;
    (void)seconds;
    for (int64_t k = 0; k < n && !wg_failed(t->c); k++) {
        const wg_node loss = t->loss_of(self);
        wg_backward(loss, t->p);
        if (t->o) wg_optim_step(t->o);
        t->loss = wg_item(loss);
    }
    return !wg_failed(t->c);
}

double training_loss(void *self) { return ((training *)self)->loss; }

/* By the parameters that the order names, or by all. */
size_t training_gradient(void *self, double *to)
{
    const training *t = self;
    const char *order = t->setup.order;
    const bool named = *order;
    char name[32];
    size_t count = 0;
    for (int i = 0, n = 0; named ? sscanf(order, "%31s%n", name, &n) == 1 : i < wg_params_count(t->p); i++) {
        const wg_tensor g = wg_params_grad(t->p, named ? wg_params_find(t->p, name) : i);
        for (int64_t k = 0; k < wg_shape_size(g.shape); k++) to[count++] = wg_tensor_item(&g, k);
        order += n;
    }
    return count;
}

void training_stop(void *self)
{
    wg_finish(((training *)self)->c, stderr);
    free(self);
}
