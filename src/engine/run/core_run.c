/* core_run.c: what the core (`make CORE=1`) has in place of the files in run/fast and run/plan: the
 * interpreter answers every request, node by node. */
#ifdef WG_CORE
#include "run/run.h"

/* ---- fast ---- */

wgi_kind_call *wgi_kind_call_of(wg_graph *g, const wgi_node *n) { return NULL; }
bool wgi_kind_call_run(wg_graph *g, uint32_t i, wgi_kind_call *c) { return false; }
wgi_tape *wgi_tape_begin(wg_graph *g) { return NULL; }
uint32_t wgi_tape_forward(wgi_tape *t, uint32_t i, uint32_t last, bool all) { return i; }
bool wgi_tape_backward(wg_graph *g, wgi_request *r) { return false; }

/* ---- plan ---- */

bool wgi_plan_answer(wg_graph *g, wgi_request *r) { return wgi_run_without_plan(g, r); }
bool wgi_plan_is_repeatable(wg_graph *g, wgi_request *r) { return false; }
bool wgi_plan_repeat(wg_graph *g, wgi_request *r) { return false; }
wgi_request *wgi_last_request(wg_graph *g, const wg_params *p, uint32_t loss) { return NULL; }
void wgi_last_remember(wg_graph *g, const wg_params *p, const wgi_request *r) {}
void wgi_wish(wg_graph *g, uint32_t i) {}
bool wgi_wish_for(wg_graph *g, const uint32_t *node, int n) { return true; }
#endif
