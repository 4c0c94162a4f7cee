/* sequence_model.c: see sequence_model.h. */
#include "sequence_model.h"

#include <math.h>
#include <string.h>

const int model_numbers[PARAMS] = { ROWS * IN, IN *OUT, OUT, OUT *OUT };

/* ---- the loss ---- */

static int row_of(const model_net *b, int which, int i)
{
    const int r = b->row[which][i];
    return r < 0 ? r + ROWS : r;
}

/* z before V, and u, of one example. */
static void forward(const model_net *b, const model_values *p, const double *h, double z[OUT], double u[OUT])
{
    for (int k = 0; k < OUT; k++) {
        z[k] = p->at[BIAS][k];
        for (int d = 0; d < IN; d++) z[k] += h[d] * p->at[WEIGHT][d * OUT + k];
    }
    for (int k = 0; k < OUT; k++) {
        u[k] = z[k];
        for (int j = 0; j < OUT && (b->terms & WITH_SECOND); j++)
            u[k] += tanh(z[j]) * p->at[SECOND][j * OUT + k];
        u[k] *= b->scale;
    }
}

/* Adds what one example gives to the gradients; du: the gradient of its u. */
static void backward(const model_net *b, const model_values *p, int row, const double z[OUT],
                     const double du[OUT], model_values *g)
{
    double dz[OUT];
    for (int k = 0; k < OUT; k++) dz[k] = b->slope * du[k];
    for (int j = 0; j < OUT && (b->terms & WITH_SECOND); j++) {
        const double t = tanh(z[j]);
        double sum = 0;
        for (int k = 0; k < OUT; k++) {
            g->at[SECOND][j * OUT + k] += t * b->slope * du[k];
            sum += b->slope * du[k] * p->at[SECOND][j * OUT + k];
        }
        dz[j] += sum * (1 - t * t);
    }
    for (int k = 0; k < OUT; k++) {
        g->at[BIAS][k] += dz[k];
        for (int d = 0; d < IN; d++) {
            g->at[WEIGHT][d * OUT + k] += p->at[TABLE][row * IN + d] * dz[k];
            g->at[TABLE][row * IN + d] += p->at[WEIGHT][d * OUT + k] * dz[k];
        }
    }
}

/* factor sum(x^2) of a parameter. */
static double squares(const model_values *p, int i, double factor, model_values *g)
{
    double sum = 0;
    for (int k = 0; k < model_numbers[i]; k++) {
        sum += factor * p->at[i][k] * p->at[i][k];
        g->at[i][k] += 2 * factor * p->at[i][k];
    }
    return sum;
}

static double others(const model_net *b, const model_values *p, model_values *g)
{
    double sum = 0;
    for (int i = 0; i < b->n; i++)
        for (int d = 0; d < IN; d++) {
            const int at = row_of(b, 1, i) * IN + d;
            const double t = tanh(p->at[TABLE][at]), factor = 0.3 / (b->n * IN);
            sum += factor * t;
            g->at[TABLE][at] += factor * (1 - t * t);
        }
    return sum;
}

double model_loss(const model_net *b, const model_values *p, double u[EXAMPLES][OUT], model_values *g)
{
    model_values unused;
    double loss = 0, z[OUT], du[OUT];
    if (!g) g = &unused;
    memset(g, 0, sizeof *g);
    for (int i = 0; i < b->n; i++) {
        const int row = row_of(b, 0, i);
        forward(b, p, &p->at[TABLE][row * IN], z, u[i]);
        for (int k = 0; k < OUT; k++) {
            const double t = tanh(u[i][k]), e = t - b->y[i][k];
            loss += e * e / (b->n * OUT);
            du[k] = 2 * e * (1 - t * t) / (b->n * OUT);
        }
        backward(b, p, row, z, du, g);
    }
    if (b->terms & WITH_PENALTY) loss += squares(p, WEIGHT, 0.01, g);
    if (b->terms & WITH_OTHERS) loss += others(b, p, g);
    if (b->terms & WITH_ALL) loss += squares(p, TABLE, 0.001, g);
    return loss;
}

/* ---- gradients ---- */

model_optim *model_optim_of(model *m, int parameter) { return &m->o[parameter >= m->o[0].hi]; }

static bool overlap(const model_optim *o, int lo, int hi) { return o->lo < hi && lo < o->hi; }

static bool can_reach(const model *m, const model_net *b, int i)
{
    return !m->frozen[i] && (i != SECOND || (b->terms & WITH_SECOND));
}

bool model_reaches(const model *m, const model_net *b, int lo, int hi)
{
    for (int i = lo; i < hi; i++)
        if (can_reach(m, b, i)) return true;
    return false;
}

/* Gradients that a step has used are gone with the next that come. */
static void forget_used(model *m, int lo, int hi)
{
    for (int s = 0; s < 2; s++)
        for (int i = m->o[s].lo; i < m->o[s].hi && !m->o[s].fresh && overlap(&m->o[s], lo, hi); i++)
            m->reached[i] = false;
}

static void touch(model *m, const model_net *b, bool more)
{
    if (!more) memset(m->touched, 0, sizeof m->touched), m->dense = false;
    for (int i = 0; i < b->n; i++) {
        m->touched[row_of(b, 0, i)] = true;
        if (b->terms & WITH_OTHERS) m->touched[row_of(b, 1, i)] = true;
    }
    m->dense |= (b->terms & WITH_ALL) != 0;
}

void model_backward(model *m, const model_net *b, int lo, int hi, bool add)
{
    double u[EXAMPLES][OUT];
    model_values g;
    model_loss(b, &m->p, u, &g);
    forget_used(m, lo, hi);
    for (int i = lo; i < hi; i++) {
        const bool more = add && m->reached[i];
        if (can_reach(m, b, i)) {
            if (i == TABLE) touch(m, b, more);
            for (int k = 0; k < model_numbers[i]; k++)
                m->g.at[i][k] = g.at[i][k] + (more ? m->g.at[i][k] : 0);
        }
        m->reached[i] = can_reach(m, b, i) || more;
    }
    for (int s = 0; s < 2; s++) m->o[s].fresh |= overlap(&m->o[s], lo, hi);
}

void model_lost(model *m, int lo, int hi)
{
    forget_used(m, lo, hi);
    for (int i = lo; i < hi; i++) m->reached[i] = false;
    for (int s = 0; s < 2; s++)
        if (overlap(&m->o[s], lo, hi)) m->o[s].fresh = false;
}

double model_norm(const model *m, const model_optim *o)
{
    double sum = 0;
    for (int i = o->lo; i < o->hi; i++)
        for (int k = 0; k < model_numbers[i] && m->reached[i]; k++) sum += m->g.at[i][k] * m->g.at[i][k];
    return sqrt(sum);
}

void model_clip(model *m, const model_optim *o, double most)
{
    for (int i = o->lo; i < o->hi; i++)
        for (int k = 0; k < model_numbers[i]; k++) m->g.at[i][k] = fmax(-most, fmin(m->g.at[i][k], most));
}

/* ---- steps ---- */

static void update(model *m, model_optim *o, int i, int k)
{
    const double lr = o->lr * o->scale[i], t = (double)o->steps[i], g = m->g.at[i][k];
    double *w = &m->p.at[i][k], *a = &o->m.at[i][k], *v = &o->v.at[i][k];
    *w *= 1 - lr * (i == BIAS ? 0 : o->decay);
    switch (o->rule) {
    case SGD: *w -= lr * g; break;
    case MOMENTUM:
        *a = o->beta * *a + (1 - o->beta) * g;
        *w -= lr * *a;
        break;
    default:
        *a = o->beta1 * *a + (1 - o->beta1) * g;
        *v = o->beta2 * *v + (1 - o->beta2) * g * g;
        *w -= lr * (*a / (1 - pow(o->beta1, t))) / (sqrt(*v / (1 - pow(o->beta2, t))) + o->eps);
    }
}

void model_step(model *m, model_optim *o)
{
    for (int i = o->lo; i < o->hi; i++) {
        const bool by_rows = i == TABLE && o->lazy && !m->dense;
        if (!m->reached[i] || m->frozen[i]) continue;
        o->steps[i]++;
        for (int k = 0; k < model_numbers[i]; k++)
            if (!by_rows || m->touched[k / IN]) update(m, o, i, k);
    }
    o->fresh = false;
}
