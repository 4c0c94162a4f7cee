/* fault.c: how a kernel reports that it has failed, and at which element. */
#include "base/base.h"

bool wg_fault_at(const wg_kernel *k, int64_t index, int64_t value, int64_t limit, const char *text)
{
    wg_fault *f = k->fault;
    int64_t was = __atomic_load_n(&f->index, __ATOMIC_RELAXED);
    while (index < was) /* several threads may fail: the lowest index is reported */
        if (__atomic_compare_exchange_n(&f->index, &was, index, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
            f->value = value;
            f->limit = limit;
            f->text = text;
            break;
        }
    return false;
}

bool wg_fault_number(const wg_kernel *k, int64_t index, double number, const char *text)
{
    int64_t bits;
    memcpy(&bits, &number, sizeof bits);
    return wg_fault_at(k, index, bits, WG_FAULT_NUMBER, text);
}
