/* holes.c: allocates the workspace while a plan is compiled. Holes are parts that were given back. First
 * fit: a request gets the hole with the lowest address that is large enough; if there is none, memory at
 * the top.
 *
 * The holes form a treap by address (Seidel and Aragon 1996). Each hole knows the largest size in its
 * subtree. So every operation takes logarithmic time in the number of holes. Hole 0 means none: its size
 * is 0. */
#include "run/plan/plan.h"

static wgi_hole *hole(const wgi_holes *h, uint32_t i) { return &h->hole[i]; }

static uint32_t updated(const wgi_holes *h, uint32_t i)
{
    wgi_hole *o = hole(h, i);
    o->most = WGI_MAX(o->size, WGI_MAX(hole(h, o->left)->most, hole(h, o->right)->most));
    return i;
}

/* One tree of two. All holes of a must have lower addresses than all holes of b. */
static uint32_t merged(wgi_holes *h, uint32_t a, uint32_t b)
{
    h->probes++;
    if (!a || !b) return a | b;
    if (hole(h, a)->rank > hole(h, b)->rank) {
        hole(h, a)->right = merged(h, hole(h, a)->right, b);
        return updated(h, a);
    }
    hole(h, b)->left = merged(h, a, hole(h, b)->left);
    return updated(h, b);
}

/* Splits the tree of i into the holes below address `at` and the others. */
static void split(wgi_holes *h, uint32_t i, size_t at, uint32_t *below, uint32_t *others)
{
    h->probes++;
    if (!i) {
        *below = *others = 0;
    } else if (hole(h, i)->at < at) {
        uint32_t more;
        split(h, hole(h, i)->right, at, &more, others);
        hole(h, i)->right = more;
        *below = updated(h, i);
    } else {
        uint32_t more;
        split(h, hole(h, i)->left, at, below, &more);
        hole(h, i)->left = more;
        *others = updated(h, i);
    }
}

static void drop(wgi_holes *h, uint32_t i)
{
    hole(h, i)->left = h->spare;
    h->spare = i;
}

/* Takes `size` bytes of the first hole in the subtree of i that is large enough; there must be one.
 * Returns the new root of the subtree. */
static uint32_t taken(wgi_holes *h, uint32_t i, size_t size, size_t *at)
{
    wgi_hole *o = hole(h, i);
    h->probes++;
    if (hole(h, o->left)->most >= size) {
        o->left = taken(h, o->left, size, at);
    } else if (o->size < size) {
        o->right = taken(h, o->right, size, at);
    } else {
        *at = o->at;
        o->at += size, o->size -= size;
        if (!o->size) {
            uint32_t rest = merged(h, o->left, o->right);
            drop(h, i);
            return rest;
        }
    }
    return updated(h, i);
}

size_t wgi_holes_take(wgi_holes *h, size_t size)
{
    size_t at = h->top;
    if (h->root && hole(h, h->root)->most >= size) h->root = taken(h, h->root, size, &at);
    else h->top += size;
    return at;
}

bool wgi_holes_reserve(wgi_holes *h, wgi_work *w)
{
    if (h->spare) return true;
    const size_t had = h->capacity;
    h->hole = wgi_work_grow(w, h->hole, &h->capacity, had + 1, sizeof *h->hole);
    if (w->failed) return false;
    for (size_t i = WGI_MAX(had, 1); i < h->capacity; i++) {
        h->hole[i].rank = (uint32_t)wgi_mix(0, i);
        drop(h, (uint32_t)i);
    }
    return true;
}

/* Before a hole of `size` bytes at `at` is made: if the last hole of *tree ends there, removes it from the
 * tree, and *at and *size cover both. */
static void merge_below(wgi_holes *h, uint32_t *tree, size_t *at, size_t *size)
{
    uint32_t last = *tree;
    while (last && hole(h, last)->right) last = hole(h, last)->right;
    if (!last || hole(h, last)->at + hole(h, last)->size != *at) return;
    *at = hole(h, last)->at, *size += hole(h, last)->size;
    split(h, *tree, *at, tree, &last);
    drop(h, last);
}

/* The same for the first hole of *tree, if it begins where the new hole ends. */
static void merge_above(wgi_holes *h, uint32_t *tree, size_t at, size_t *size)
{
    uint32_t first = *tree;
    while (first && hole(h, first)->left) first = hole(h, first)->left;
    if (!first || hole(h, first)->at != at + *size) return;
    *size += hole(h, first)->size;
    split(h, *tree, hole(h, first)->at + 1, &first, tree);
    drop(h, first);
}

void wgi_holes_give(wgi_holes *h, size_t at, size_t size)
{
    uint32_t below, above, i;
    split(h, h->root, at, &below, &above);
    merge_below(h, &below, &at, &size);
    merge_above(h, &above, at, &size);
    if (at + size == h->top) { /* nothing above is in use */
        h->top = at;
        h->root = below;
        return;
    }
    i = h->spare;
    h->spare = hole(h, i)->left;
    hole(h, i)->at = at, hole(h, i)->size = hole(h, i)->most = size;
    hole(h, i)->left = hole(h, i)->right = 0;
    h->root = merged(h, merged(h, below, i), above);
}
