/* names.h: the names that lines of C on a page use without saying what they are. tests/pages/follow.sh
 * compiles such lines in a function behind this header. */
#include <assert.h>
#include <stdio.h>
#include <wengert/wengert.h>

extern wg_context *c;
extern wg_graph *g;
extern wg_params *p;
extern wg_optim *optim;
extern wg_check *r;
extern wg_node x, y, z, w, b, W, h, L, loss, gx[4], gy, nodes[4];
extern const wg_op my_op;
extern const void *attr;
extern void *user;
extern const double *point, *gradient;
extern int n, steps;
extern size_t nx, ny;
double f(size_t n, const double *x, double *g, void *user);
int forward(size_t n, const double *x, size_t m, double *y, void *user);
int backward(size_t n, const double *x, size_t m, const double *gy, double *gx, void *user);
