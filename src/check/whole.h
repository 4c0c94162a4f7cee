/* whole.h: the gradient against slopes of the whole function.
 *
 * A slope is taken along one component, or in a random direction in which all components of a part move, each
 * by its own scale. A wrong component among n shows in the direction as clearly as alone, as the bars are
 * about 1e-11 of the slope. If a direction differs, its components are halved until one is left.
 *
 * The error of the gradient itself is measured too: its change when the point moves by units in the last
 * place, and its second differences over a longer way.
 *
 * A direction that crosses several kinks says nothing: only a component alone is compared with the slopes to
 * both sides of a kink.
 */
#ifndef WGI_CHECK_WHOLE_H
#define WGI_CHECK_WHOLE_H

#include "check/check_private.h"
#include "check/slope.h"

/* The point where the comparisons are made, and what was measured there. */
typedef struct wgi_place {
    wg_check *r;
    const wgi_check_target *t;
    double f;
    wgi_noise noise; /* in a direction in which all components of all parts move */
    double **u;      /* by part: that direction */
    double **drift;  /* by part, for each of some small moves: the change of the gradient; or NULL */
} wgi_place;

/* Measures at part.point, where part.analytic is the gradient. False: f has no value there; the report says
 * why, unless it has a reason. */
bool wgi_place_open(wgi_place *p, wg_check *r, const wgi_check_target *t);
void wgi_place_close(wgi_place *p);

/* Component i of part k. */
wgi_compared wgi_place_component(wgi_place *p, int k, int64_t i);
/* All components of part k in a random direction, one for each draw. *element: if they differ, the component
 * that does; -1: none differs alone. */
wgi_compared wgi_place_direction(wgi_place *p, int k, int draw, int64_t *element);

#endif
