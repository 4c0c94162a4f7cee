/* sort_line.h: one line of items in increasing order, for an item type ITEM (32 bits of key above 32
 * bits of index, or both with 64); sort.c includes it twice. Items are different, since their indices
 * are. */

/* Bucket b of pass p gets the items whose key has the byte b at place p. A pass whose items are all in
 * one bucket changes nothing. Returns where the items are then: in a or in b. */
static ITEM *N(by_radix)(ITEM *a, ITEM *b, int64_t n)
{
    int64_t count[KEY_BYTES][256];
    memset(count, 0, sizeof count);
    for (int64_t i = 0; i < n; i++)
        for (int p = 0; p < KEY_BYTES; p++) count[p][KEY(a[i]) >> (8 * p) & 255]++;
    for (int p = 0; p < KEY_BYTES; p++) {
        int64_t *c = count[p], at = 0;
        if (c[KEY(a[0]) >> (8 * p) & 255] == n) continue;
        for (int j = 0; j < 256; j++) {
            const int64_t here = c[j];
            c[j] = at;
            at += here;
        }
        for (int64_t i = 0; i < n; i++) b[c[KEY(a[i]) >> (8 * p) & 255]++] = a[i];
        ITEM *t = a;
        a = b, b = t;
    }
    return a;
}

static void N(by_insertion)(ITEM *a, int64_t n)
{
    for (int64_t i = 1; i < n; i++) {
        const ITEM v = a[i];
        int64_t j = i;
        for (; j > 0 && BEFORE(v, a[j - 1]); j--) a[j] = a[j - 1];
        a[j] = v;
    }
}

static ITEM *N(sorted)(ITEM *a, ITEM *b, int64_t n)
{
    enum { FEW = 64 }; /* fewer items take less time than the counts of the buckets */
    if (n >= FEW) return N(by_radix)(a, b, n);
    N(by_insertion)(a, n);
    return a;
}

/* Moves v down a heap of n items whose item 0, now missing, comes last. */
static void N(sift)(ITEM *h, int64_t n, ITEM v)
{
    int64_t i = 0;
    for (int64_t child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && BEFORE(h[child], h[child + 1])) child++;
        if (!BEFORE(v, h[child])) break;
        h[i] = h[child];
    }
    h[i] = v;
}

/* The first o->count items of a line, in order. a and b have room for the items of the line. */
static ITEM *N(first_items)(const wg_kernel *k, const order *o, int64_t line, ITEM *a, ITEM *b)
{
    const int64_t n = o->l.n;
    if (o->count > n / 8) {
        N(items)(k, o, line, a);
        return N(sorted)(a, b, n);
    }
    int64_t held = 0;
    if (o->count) N(items)(k, o, line, b);
    for (int64_t i = 0; i < n && o->count; i++) {
        const ITEM v = b[i];
        if (held == o->count) {
            if (BEFORE(v, a[0])) N(sift)(a, held, v);
        } else { /* an item of a growing heap moves up */
            int64_t at = held++;
            for (; at && BEFORE(a[(at - 1) / 2], v); at = (at - 1) / 2) a[at] = a[(at - 1) / 2];
            a[at] = v;
        }
    }
    return N(sorted)(a, b, held);
}
