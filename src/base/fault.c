/* fault.c: where a kernel says that it has failed. */
#include "base/base.h"

bool wg_fault_at(const wg_kernel *k, int64_t index, int64_t value, int64_t limit, const char *text)
{
    wg_fault *f = k->fault;
    int64_t was = __atomic_load_n(&f->index, __ATOMIC_RELAXED);
    while (index < was) /* of several shares the lowest index wins */
        if (__atomic_compare_exchange_n(&f->index, &was, index, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
            f->value = value;
            f->limit = limit;
            f->text = text;
            break;
        }
    return false;
}
