/* first_values.c: first values of parameters. They depend on (seed, name) alone. */
#include "params/params.h"

wg_init wg_zeros(void) { return (wg_init){ .kind = WG_INIT_CONST }; }
wg_init wg_const(double value) { return (wg_init){ .kind = WG_INIT_CONST, .a = value }; }
wg_init wg_normal(double mean, double deviation)
{
    return (wg_init){ .kind = WG_INIT_NORMAL, .a = mean, .b = deviation };
}
wg_init wg_uniform(double low, double high)
{
    return (wg_init){ .kind = WG_INIT_UNIFORM, .a = low, .b = high };
}
wg_init wg_xavier(void) { return (wg_init){ .kind = WG_INIT_VARIANCE, .a = 1 }; }
wg_init wg_he(void) { return (wg_init){ .kind = WG_INIT_VARIANCE, .a = 2 }; }
wg_init wg_glorot(void) { return (wg_init){ .kind = WG_INIT_VARIANCE, .a = 1, .fan = WG_FAN_AVERAGE }; }
wg_init wg_values(const double *values) { return (wg_init){ .kind = WG_INIT_VALUES, .values = values }; }

/* W is [n_in, n_out]. Further leading axes count as inputs. */
static double deviation(const wg_init *init, const wg_shape *s)
{
    double out = s->rank ? (double)s->dim[s->rank - 1] : 1, in = 1;
    for (int i = 0; i + 1 < s->rank; i++) in *= (double)s->dim[i];
    if (s->rank == 1) in = out;
    double fan = init->fan == WG_FAN_AVERAGE ? (in + out) / 2 : in;
    return sqrt(init->a / fan);
}

bool wgi_init_fill(wg_context *c, wg_site here, const wg_init *init, const char *name, const wg_shape *s,
                   wg_dtype t, void *data)
{
    uint64_t stream = wgi_text_hash(name), seed = c->o.seed;
    int64_t n = wg_shape_size(*s);
    double sd = init->kind == WG_INIT_NORMAL     ? init->b
                : init->kind == WG_INIT_VARIANCE ? deviation(init, s)
                                                 : 0;
    double mean = init->kind == WG_INIT_NORMAL ? init->a : 0;
    if (init->kind == WG_INIT_VALUES && !init->values) {
        wgi_fail(c, here, "param", WG_ERROR_VALUE, "%s: wg_values without values", name);
        return false;
    }
    for (int64_t i = 0; i < n; i++) {
        double v = init->a;
        if (init->kind == WG_INIT_NORMAL || init->kind == WG_INIT_VARIANCE)
            v = mean + sd * wgi_normal_draw(seed, stream, (uint64_t)i);
        else if (init->kind == WG_INIT_UNIFORM)
            v = init->a + (init->b - init->a) * wgi_uniform_draw(seed, stream, (uint64_t)i);
        else if (init->kind == WG_INIT_VALUES) v = ((const double *)init->values)[i];
        wgi_convert(t, (char *)data + (size_t)i * wg_dtype_size(t), WG_F64, &v, 1);
    }
    return true;
}
