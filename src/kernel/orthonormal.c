/* orthonormal.c: orthonormal columns by Householder's reflections (Golub and Van Loan, Matrix
 * Computations, 5.2). Some columns at a time are copied to a panel, which stays in the cache while all
 * reflections go over it. Each column has the operations and the order that it has alone. */
#include "kernel/orthonormal.h"
#include "kernel/kernel.h"

enum { PANEL = 32 };

/* Columns [first, first + PANEL) of A in rows of PANEL elements; beyond A they are 0. */
typedef struct panel {
    int64_t first, rows, count;
    double *v;
} panel;

static void begin_panel(const wgi_columns *a, panel *p, int64_t first)
{
    p->first = first;
    p->count = a->cols - first < PANEL ? a->cols - first : PANEL;
    memset(p->v, 0, (size_t)(a->rows * PANEL) * sizeof *p->v);
}
static void copy_panel(const wgi_columns *a, const panel *p)
{
    for (int64_t i = 0; i < a->rows; i++)
        memcpy(p->v + i * PANEL, a->v + i * a->cols + p->first, (size_t)p->count * sizeof *p->v);
}
/* Column k of the panel below the diagonal becomes the vector of the reflection that makes it zero. Returns
 * the factor tau of I - tau v v^T, and the diagonal of R. v[k] = 1 is not written. */
static double reflection(const panel *p, int64_t k, double *diagonal)
{
    double below = 0, *v = p->v + k - p->first;
    for (int64_t i = k + 1; i < p->rows; i++) below += v[i * PANEL] * v[i * PANEL];
    const double first = v[k * PANEL], length = sqrt(first * first + below);
    *diagonal = first > 0 ? -length : length;
    if (length == 0) return 0;
    for (int64_t i = k + 1; i < p->rows; i++) v[i * PANEL] /= first - *diagonal;
    return (*diagonal - first) / *diagonal;
}

/* Column k of the panel holds the vector of reflection k. */
static void take_vector(const panel *p, int64_t k, double *v)
{
    v[k] = 1;
    for (int64_t i = k + 1; i < p->rows; i++) v[i] = p->v[i * PANEL + k - p->first];
}

/* Applies reflection k to the panel's columns [from, PANEL). */
ALWAYS_INLINE void reflect(const panel *p, int64_t k, double tau, const double *restrict v, const int from)
{
    double sums[PANEL] = { 0 };
    for (int64_t i = k; i < p->rows; i++) {
        const double *restrict r = p->v + i * PANEL;
        for (int j = from; j < PANEL; j++) sums[j] += v[i] * r[j];
    }
    for (int64_t i = k; i < p->rows; i++) {
        double *restrict r = p->v + i * PANEL;
        const double w = tau * v[i];
        for (int j = from; j < PANEL; j++) r[j] -= w * sums[j];
    }
}
static void reflect_all(const panel *p, int64_t k, double tau, const double *v) { reflect(p, k, tau, v, 0); }

/* Column k of Q: the reflection applied to the k-th unit vector. */
static void unit_column(const panel *p, int64_t k, double tau, const double *v)
{
    double *q = p->v + k - p->first;
    q[k * PANEL] = 1 - tau;
    for (int64_t i = k + 1; i < p->rows; i++) q[i * PANEL] = v[i] * -tau;
}

/* vectors: those of the reflections, one behind the other. */
static void factor(const wgi_columns *a, panel p, double *tau, double *diagonal, double *vectors)
{
    for (int64_t first = 0; first < a->cols; first += PANEL) {
        begin_panel(a, &p, first);
        copy_panel(a, &p);
        for (int64_t k = 0; k < first; k++) reflect_all(&p, k, tau[k], vectors + k * a->rows);
        for (int64_t k = first; k < first + p.count; k++) {
            double *v = vectors + k * a->rows;
            tau[k] = reflection(&p, k, &diagonal[k]);
            take_vector(&p, k, v);
            reflect(&p, k, tau[k], v, (int)(k - first + 1));
        }
    }
}

/* A becomes Q, with the signs that make the diagonal of R positive. */
static void form(const wgi_columns *a, panel p, const double *tau, const double *diagonal,
                 const double *vectors)
{
    for (int64_t first = 0; first < a->cols; first += PANEL) {
        begin_panel(a, &p, first);
        for (int64_t k = first + p.count; k-- > first;) {
            reflect(&p, k, tau[k], vectors + k * a->rows, (int)(k - first + 1));
            unit_column(&p, k, tau[k], vectors + k * a->rows);
        }
        for (int64_t k = first; k-- > 0;) reflect_all(&p, k, tau[k], vectors + k * a->rows);
        for (int64_t i = 0; i < a->rows; i++)
            for (int64_t j = 0; j < p.count; j++) {
                const double q = p.v[i * PANEL + j];
                a->v[i * a->cols + first + j] = diagonal[first + j] < 0 ? -q : q;
            }
    }
}

void WG_ISA_NAME_(wgi_orthonormal_columns)(const wgi_columns *a);
void WG_ISA_NAME_(wgi_orthonormal_columns)(const wgi_columns *a)
{
    double *tau = a->room, *diagonal = tau + a->cols, *vectors = diagonal + a->cols;
    const panel p = { .rows = a->rows, .v = vectors + a->rows * a->cols };
    factor(a, p, tau, diagonal, vectors);
    form(a, p, tau, diagonal, vectors);
}

#if WG_BASE

WG_ISA_DECLARE_(void, wgi_orthonormal_columns, const wgi_columns *a);
const wgi_orthonormal_fn wgi_orthonormal[WG_ISAS] = WG_ISA_NAMES_(wgi_orthonormal_columns);

int64_t wgi_orthonormal_room(const wgi_columns *a) { return 2 * a->cols + a->rows * (a->cols + PANEL); }

#endif
