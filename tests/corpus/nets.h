/* nets.h: correct nets, those of nets.txt. The check is asked at the start, after 300 and after 3,000
 * steps of training. */
#ifndef CORPUS_NETS_H
#define CORPUS_NETS_H

#include "wengert/wengert.h"

enum { WGT_NETS = 200 /* room for all nets */ };

typedef struct wgt_net {
    const char *kind;
    int activation, loss; /* rows of the tables in nets.c */
    double deviation;     /* of the first weights; 0: by He */
    double l2;
    bool adam;
    uint64_t seed;
} wgt_net;

/* Writes all nets to `to`, which has room for WGT_NETS, and returns their number. */
int wgt_nets(wgt_net *to, uint64_t seed);

const char *wgt_net_name(const wgt_net *n, char *buf, size_t size); /* returns buf */

/* Calls see after each number of steps in `steps`, which rise. The context may have failed: see r. */
typedef void (*wgt_net_seer)(void *self, const wgt_net *n, int steps, const wg_check *r);
void wgt_net_check(const wgt_net *n, const int *steps, int count, wgt_net_seer see, void *self);

#endif
