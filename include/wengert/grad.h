/* grad.h: derivatives. Those that return nodes append ordinary ones: they can be read, drawn, checked, differentiated.
 *
 *     wg_backward(loss, p);                        runs; sets the gradients of p, commits assignments
 *     wg_node g  = wg_grad(y, x);                  d y / d x, y a scalar
 *     wg_node g2 = wg_grad(wg_sum(g), x);          second order
 */
#ifndef WENGERT_GRAD_H
#define WENGERT_GRAD_H

#include "graph.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The gradients of the scalar loss with respect to every parameter of p that it reaches; appends no node. */
WG_API wg_status wg_backward_at(wg_site here, wg_node loss, wg_params *p);
#define wg_backward(loss, p) wg_backward_at(WG_AT(#loss), loss, p)
/* Adds to gradients not yet used by a step; the first after a step starts from nothing. */
WG_API wg_status wg_backward_add_at(wg_site here, wg_node loss, wg_params *p);
#define wg_backward_add(loss, p) wg_backward_add_at(WG_AT(#loss), loss, p)

/* d y / d x for a scalar y; shape of x. Zeros where y does not depend on x; an error where every path ends at an op
 * without a derivative. */
WG_API wg_node wg_grad_at(wg_site here, wg_node y, wg_node x);
#define wg_grad(y, x) wg_grad_at(WG_AT(#y ", " #x), y, x)
/* The same for many x at once: one reverse sweep. gx takes n nodes. */
WG_API wg_status wg_grads_at(wg_site here, wg_node y, const wg_node x[], int n, wg_node gx[]);
#define wg_grads(y, ...) wg_grads_at(WG_AT(#y ", " #__VA_ARGS__), y, __VA_ARGS__) /* y, x, n, gx */
/* gy' J: y of any shape, gy shaped as y. */
WG_API wg_status wg_vjp_at(wg_site here, wg_node y, wg_node gy, const wg_node x[], int n, wg_node gx[]);
#define wg_vjp(y, gy, ...) wg_vjp_at(WG_AT(#y ", " #gy ", " #__VA_ARGS__), y, gy, __VA_ARGS__) /* y, gy, x, n, gx */
/* J v: shape of y. By the ops' own forward rules, where one has none by two reverse ones. */
WG_API wg_node wg_jvp_at(wg_site here, wg_node y, const wg_node x[], const wg_node v[], int n);
#define wg_jvp(y, ...) wg_jvp_at(WG_AT(#y ", " #__VA_ARGS__), y, __VA_ARGS__) /* y, x, v, n */
/* H v of a scalar y: hv takes n nodes. */
WG_API wg_status wg_hvp_at(wg_site here, wg_node y, const wg_node x[], const wg_node v[], int n, wg_node hv[]);
#define wg_hvp(y, ...) wg_hvp_at(WG_AT(#y ", " #__VA_ARGS__), y, __VA_ARGS__) /* y, x, v, n, hv */
/* The whole Jacobian, shape of y followed by shape of x; the Hessian of a scalar, shape of a followed by shape of b. */
WG_API wg_node wg_jacobian_at(wg_site here, wg_node y, wg_node x);
#define wg_jacobian(y, x) wg_jacobian_at(WG_AT(#y ", " #x), y, x)
WG_API wg_node wg_hessian_at(wg_site here, wg_node y, wg_node a, wg_node b);
#define wg_hessian(y, a, b) wg_hessian_at(WG_AT(#y ", " #a ", " #b), y, a, b)

/* H v over the flat vector of p (params.h), without any graph vocabulary; v and out are wg_params_size(p) long. */
WG_API wg_status wg_params_hvp_at(wg_site here, wg_params *p, wg_node loss, const double *v, double *out);
#define wg_params_hvp(p, loss, v, out) wg_params_hvp_at(WG_AT(#p ", " #loss), p, loss, v, out)

/* y as it is, with a derivative of the caller's: rule fills gx for x[0..n) (op.h has the type wg_vjp_rule). y is made
 * from x by ordinary ops; gradients do not flow through them. The rule may use x, y, gy and numbers; it may make no input,
 * parameter or state. */
typedef void (*wg_vjp_rule)(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[]);
WG_API wg_node wg_custom_vjp_at(wg_site here, wg_node y, const wg_node x[], int n, wg_vjp_rule rule);
#define wg_custom_vjp(y, ...) wg_custom_vjp_at(WG_AT(#y), y, __VA_ARGS__) /* y, x, n, rule */

#ifdef __cplusplus
}
#endif
#endif
