/* tracking.h: W14, the model of a hand that its sides share. The problem has the shape of ADBench's hand
 * tracking; the data are made by bench_value.
 *
 * The pose has 26 numbers: the rotation of the hand (the axis times the angle), its place, and four angles
 * for each of five fingers. There are two bones of the palm and four of each finger. Bone b has its place and
 * direction, base[b], in the frame of its parent, and turns there by its angles about x, y, z (Rz Ry Rx). The
 * position of a vertex is the mean of its positions after each bone, by weights which sum to 1. The residuals
 * are 300 points minus the vertices that belong to them.
 */
#ifndef BENCH_TRACKING_H
#define BENCH_TRACKING_H

#include <string.h>

#include "bench.h"

enum {
    TRACK_POSE = 26,
    TRACK_BONES = 22,
    TRACK_VERTICES = 544,
    TRACK_POINTS = 300,
    TRACK_FINGERS = 5,
    TRACK_NO_ANGLE = TRACK_POSE /* the angle is always zero */
};

typedef struct track_model {
    int32_t parent[TRACK_BONES];   /* lower than the bone; -1: none */
    int32_t angle[TRACK_BONES][3]; /* about x, y, z: the number of the pose */
    double base[TRACK_BONES][4][4];
    double inverse[TRACK_BONES][4][4]; /* of the bone's frame in the pose whose angles are all zero */
    double position[TRACK_VERTICES][4];
    double weight[TRACK_VERTICES][TRACK_BONES];
    int32_t vertex[TRACK_POINTS];
    double point[TRACK_POINTS][3];
    double pose[TRACK_POSE];
} track_model;

static inline double track_value(uint32_t what, uint32_t i)
{
    return (double)bench_value(STREAM_TRACK + what, i);
}

static inline void track_product(const double a[4][4], const double b[4][4], double c[4][4])
{
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++) {
            c[i][j] = 0;
            for (int k = 0; k < 4; k++) c[i][j] += a[i][k] * b[k][j];
        }
}

/* Of a rotation with a translation. */
static inline void track_invert(const double a[4][4], double inverse[4][4])
{
    memset(inverse, 0, 16 * sizeof(double));
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) inverse[i][j] = a[j][i], inverse[i][3] -= a[j][i] * a[j][3];
    inverse[3][3] = 1;
}

static inline void track_bones(track_model *m)
{
    double frame[TRACK_BONES][4][4];
    for (int b = 0; b < TRACK_BONES; b++) {
        int joint = (b - 2) % 4, finger = (b - 2) / 4, first = 6 + 4 * finger;
        double turn = 0.5 * track_value(0, (uint32_t)b), c = cos(turn), s = sin(turn);
        double base[4][4] = { { c, -s, 0, track_value(1, (uint32_t)b) },
                              { s, c, 0, 1 },
                              { 0, 0, 1, 0.1 * track_value(2, (uint32_t)b) },
                              { 0, 0, 0, 1 } };
        memcpy(m->base[b], base, sizeof base);
        m->parent[b] = b < 2 || joint ? b - 1 : 1;
        for (int i = 0; i < 3; i++) m->angle[b][i] = TRACK_NO_ANGLE;
        if (b >= 2 && joint < 3) m->angle[b][0] = first + (joint ? joint + 1 : 0);
        if (b >= 2 && joint == 0) m->angle[b][2] = first + 1;
        if (b == 0) memcpy(frame[0], base, sizeof base);
        else track_product(frame[m->parent[b]], m->base[b], frame[b]);
        track_invert(frame[b], m->inverse[b]);
    }
}

static inline void track_fill(track_model *m)
{
    track_bones(m);
    for (uint32_t v = 0; v < TRACK_VERTICES; v++) {
        double sum = 0;
        for (uint32_t i = 0; i < 3; i++) m->position[v][i] = 4 * track_value(3, 3 * v + i);
        m->position[v][3] = 1;
        for (uint32_t b = 0; b < TRACK_BONES; b++)
            sum += m->weight[v][b] = fmax(0, track_value(4, v * TRACK_BONES + b));
        for (uint32_t b = 0; b < TRACK_BONES; b++) m->weight[v][b] /= sum;
    }
    for (uint32_t i = 0; i < TRACK_POINTS; i++) {
        m->vertex[i] = bench_class(STREAM_TRACK + 5, i, TRACK_VERTICES);
        for (uint32_t j = 0; j < 3; j++) m->point[i][j] = 4 * track_value(6, 3 * i + j);
    }
    for (uint32_t i = 0; i < TRACK_POSE; i++) m->pose[i] = 0.7 * track_value(7, i);
}

/* The derivative by parameter p of all residuals, as one number, with weights that differ. */
static inline double track_weighted(const double *column, int p)
{
    double sum = 0;
    for (int i = 0; i < 3 * TRACK_POINTS; i++) sum += column[i] * (double)((i + p) % 7 - 2);
    return sum;
}

#endif
