/* test_table.c: the hash table of base.h against a plain list, with few different hashes, so that entries of
 * several hashes stand among each other and around the end of the table. */
#include "base/base.h"
#include "wgtest.h"

enum { MOST = 200, HASHES = 12 };

static const uint64_t hashes[HASHES] = { 0, 1, 2, 3, 14, 15, 16, 17, 31, 255, UINT32_MAX - 1, UINT32_MAX };

typedef struct list {
    int hash[MOST + 1]; /* by item: an index of hashes[], -1: it is not in the table */
    int count;
} list;

static void expect_same(const wgi_table *t, const list *l)
{
    cr_assert_eq(t->count, (size_t)l->count);
    for (int h = 0; h < HASHES; h++) {
        bool seen[MOST + 1] = { 0 };
        uint32_t item;
        for (size_t at = WGI_FIRST; (item = wgi_table_next(t, hashes[h], &at));) {
            cr_assert(item <= MOST && l->hash[item] == h && !seen[item], "item %u of hash %d", item, h);
            seen[item] = true;
        }
        for (int i = 1; i <= MOST; i++) cr_assert(seen[i] == (l->hash[i] == h), "item %d of hash %d", i, h);
    }
}

static void change(wg_context *c, wgi_table *t, list *l, wgt_random *r)
{
    const int item = 1 + (int)wgt_below(r, MOST), h = (int)wgt_below(r, HASHES);
    if (l->hash[item] >= 0) {
        wgi_table_remove(t, hashes[l->hash[item]], (uint32_t)item);
        l->hash[item] = -1, l->count--;
    } else if (wgi_table_room(c, t)) {
        wgi_table_add(t, hashes[h], (uint32_t)item);
        l->hash[item] = h, l->count++;
    }
}

Test(table, has_what_was_added_and_not_removed)
{
    wgt_random r = { wgt_seed() };
    wg_context *c = wgt_start(NULL, WG_F32, NULL);
    for (int run = 0; run < 20; run++) {
        wgi_table t = { 0 };
        list l = { .count = 0 };
        memset(l.hash, -1, sizeof l.hash);
        expect_same(&t, &l);
        for (int i = 0; i < 1000; i++) {
            change(c, &t, &l, &r);
            if (wgt_below(&r, 10) == 0) expect_same(&t, &l);
            if (wgt_below(&r, 300)) continue;
            wgi_table_clear(c, &t);
            memset(l.hash, -1, sizeof l.hash);
            l.count = 0;
            expect_same(&t, &l);
        }
        expect_same(&t, &l);
        wgi_table_free(c, &t);
    }
    wgt_finish(c, NULL);
}

/* Without memory the table stays as it is. */
Test(table, a_table_that_cannot_grow_keeps_its_entries)
{
    wgt_memory m = { 0 };
    wg_context *c = wgt_start(&m, WG_F32, NULL);
    wgi_table t = { 0 };
    uint32_t n = 0;
    m.fail_at = m.calls + 3, m.for_ever = true;
    while (wgi_table_room(c, &t)) wgi_table_add(&t, hashes[n % HASHES], n + 1), n++;
    cr_assert_eq(n, 16);
    for (uint32_t i = 0; i < n; i++) {
        size_t at = WGI_FIRST;
        uint32_t item;
        while ((item = wgi_table_next(&t, hashes[i % HASHES], &at)) && item != i + 1) continue;
        cr_assert_eq(item, i + 1);
    }
    wgi_table_free(c, &t);
    wgt_drop(c, &m);
}
