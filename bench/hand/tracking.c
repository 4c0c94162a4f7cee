/* tracking.c: W14, the Jacobian of the residuals of the hand by the 26 numbers of its pose, in forward mode;
 * double, one thread.
 *
 * An angle moves no bones but those of its finger from its joint on. The derivative of a vertex by it is the
 * weighted sum of the derivatives of those bones' matrices times the position. The vertices that no point
 * belongs to are left out.
 */
#include <stdlib.h>

#include "../tracking.h"
#include "hand.h"
#include "hand_vmath.h"

enum { BONES = TRACK_BONES, POINTS = TRACK_POINTS, ALIKE = 12 };

typedef double matrix[4][4];

typedef struct tracking {
    track_model m;
    matrix own[BONES], frame[BONES], move[BONES]; /* in the parent's frame; in the hand's; times inverse */
    matrix d_frame[BONES];
    double weight[BONES][POINTS], position[4][POINTS]; /* of the points' vertices */
    double sum[3][4][POINTS], placed[3][POINTS];
    double turn[3][3], d_turn[3][3][3]; /* the rotation of the hand, and its derivatives */
    double residual[POINTS][3];
    double jacobian[TRACK_POSE][POINTS][3];
} tracking;

static double angle_of(const track_model *m, int b, int axis)
{
    int p = m->angle[b][axis];
    return p == TRACK_NO_ANGLE ? 0 : m->pose[p];
}

/* Rz Ry Rx; with d >= 0 its derivative by the angle about axis d. */
static void rotation(const track_model *m, int b, int d, matrix r)
{
    matrix part[3], product;
    for (int axis = 0; axis < 3; axis++) {
        double a = angle_of(m, b, axis), c = cos(a), s = sin(a);
        int i = (axis + 1) % 3, j = (axis + 2) % 3;
        memset(part[axis], 0, sizeof(matrix));
        part[axis][axis][axis] = part[axis][3][3] = d == axis ? 0 : 1;
        part[axis][i][i] = part[axis][j][j] = d == axis ? -s : c;
        part[axis][i][j] = d == axis ? -c : -s;
        part[axis][j][i] = d == axis ? c : s;
    }
    track_product(part[2], part[1], product);
    track_product(product, part[0], r);
}

/* Sets the rotation by its axis times its angle, w: 1 + sin(t)/t [w]x + (1 - cos t)/t^2 (w w' - t^2), and its
 * derivatives. */
static void turn_hand(tracking *s)
{
    const double *w = s->m.pose;
    double tt = w[0] * w[0] + w[1] * w[1] + w[2] * w[2], t = sqrt(tt), a = sin(t) / t, b = (1 - cos(t)) / tt;
    double da = (cos(t) - a) / tt, db = (a - 2 * b) / tt; /* by w, divided by w */
    double cross[3][3] = { { 0, -w[2], w[1] }, { w[2], 0, -w[0] }, { -w[1], w[0], 0 } };
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) {
            double outer = w[i] * w[j] - (i == j ? tt : 0);
            s->turn[i][j] = (i == j) + a * cross[i][j] + b * outer;
            for (int p = 0; p < 3; p++) {
                double d_cross = (p + 1) % 3 == i && (p + 2) % 3 == j   ? -1
                                 : (p + 2) % 3 == i && (p + 1) % 3 == j ? 1
                                                                        : 0;
                double d_outer = (p == i ? w[j] : 0) + (p == j ? w[i] : 0) - (i == j ? 2 * w[p] : 0);
                s->d_turn[p][i][j] = da * w[p] * cross[i][j] + a * d_cross + db * w[p] * outer + b * d_outer;
            }
        }
}

/* to[i][point] = sum over the bones [first, end) of weight * (move[b] * position)[i] */
static void skin(tracking *s, const matrix move[BONES], int first, int end, double to[3][POINTS])
{
    for (int i = 0; i < 3; i++) {
        double sum[4][POINTS] = { { 0 } };
        for (int b = first; b < end; b++)
            for (int j = 0; j < 4; j++) {
                VECTOR_LOOP
                for (int k = 0; k < POINTS; k++) sum[j][k] += s->weight[b][k] * move[b][i][j];
            }
        VECTOR_LOOP
        for (int k = 0; k < POINTS; k++)
            to[i][k] = sum[0][k] * s->position[0][k] + sum[1][k] * s->position[1][k] +
                       sum[2][k] * s->position[2][k] + sum[3][k];
    }
}

/* to[point] = -turn placed[point] */
static void turned(const double turn[3][3], const double placed[3][POINTS], double to[POINTS][3])
{
    for (int k = 0; k < POINTS; k++)
        for (int i = 0; i < 3; i++)
            to[k][i] = -(turn[i][0] * placed[0][k] + turn[i][1] * placed[1][k] + turn[i][2] * placed[2][k]);
}

static void pose(tracking *s)
{
    matrix r;
    for (int b = 0; b < BONES; b++) {
        int parent = s->m.parent[b];
        rotation(&s->m, b, -1, r);
        track_product(s->m.base[b], r, s->own[b]);
        if (parent < 0) memcpy(s->frame[b], s->own[b], sizeof(matrix));
        else track_product(s->frame[parent], s->own[b], s->frame[b]);
        track_product(s->frame[b], s->m.inverse[b], s->move[b]);
    }
    turn_hand(s);
    skin(s, s->move, 0, BONES, s->placed);
    turned(s->turn, s->placed, s->residual);
    for (int k = 0; k < POINTS; k++)
        for (int i = 0; i < 3; i++) s->residual[k][i] += s->m.point[k][i] - s->m.pose[3 + i];
}

/* The column of the angle of bone b about an axis. The bones [b, end) are the rest of the finger. */
static void finger(tracking *s, int b, int axis, double column[POINTS][3])
{
    int end = b + 4 - (b - 2) % 4;
    matrix r, own, d_move[BONES];
    double placed[3][POINTS];
    rotation(&s->m, b, axis, r);
    track_product(s->m.base[b], r, own);
    track_product(s->frame[s->m.parent[b]], own, s->d_frame[b]);
    for (int i = b; i < end; i++) {
        if (i > b) track_product(s->d_frame[i - 1], s->own[i], s->d_frame[i]);
        track_product(s->d_frame[i], s->m.inverse[i], d_move[i]);
    }
    skin(s, d_move, b, end, placed);
    turned(s->turn, placed, column);
}

static bool jacobian(void *self)
{
    tracking *s = self;
    pose(s);
    for (int p = 0; p < 3; p++) {
        turned(s->d_turn[p], s->placed, s->jacobian[p]);
        for (int k = 0; k < POINTS; k++) s->jacobian[3 + p][k][p] = -1;
    }
    for (int b = 2; b < BONES; b++)
        for (int axis = 0; axis < 3; axis++)
            if (s->m.angle[b][axis] != TRACK_NO_ANGLE) finger(s, b, axis, s->jacobian[s->m.angle[b][axis]]);
    return true;
}

static void *start(bench_setup setup)
{
    tracking *s = hand_zeroed(sizeof *s);
    (void)setup;
    track_fill(&s->m);
    for (int k = 0; k < POINTS; k++) {
        int v = s->m.vertex[k];
        for (int b = 0; b < BONES; b++) s->weight[b][k] = s->m.weight[v][b];
        for (int j = 0; j < 4; j++) s->position[j][k] = s->m.position[v][j];
    }
    return s;
}

static double answer(void *self)
{
    const tracking *s = self;
    double sum = 0;
    for (int p = 0; p < TRACK_POSE; p++) sum += track_weighted(&s->jacobian[p][0][0], p);
    return sum;
}

const bench_side hand_tracking = { start, jacobian, hand_stop, 1, .answer = answer };
