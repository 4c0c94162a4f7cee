/* group.h: the private header of group/.
 *
 *   mpi.c        swaps bytes by MPI: a library of its own
 *   link.c       finds the launcher and its library; sums over processes
 *   group.c      the group: start, agreement, errors, end
 *   shards.c     the shards of a batch, and what a batch needs to begin and end
 *   shard_sums.c the sums over shards of gradients and states */
#ifndef WGI_GROUP_H
#define WGI_GROUP_H

#include "wengert/group.h"
#include "wengert/optim.h"

#include "base/base.h"
#include "group/transport.h"
#include "params/params.h"

/* ---- link.c ---- */

/* The connection to the other processes. */
typedef struct wgi_connection {
    const wgi_transport *transport; /* NULL: there is one process */
    int rank, size;
    double timeout;
    wgi_sent how; /* anything but WGI_SENT: nothing can be sent any more */
    int partner;  /* the last one: after a failure the one that did not come */
    void *room;   /* WGI_BUCKET bytes for what comes */
} wgi_connection;
enum { WGI_BUCKET = 4 << 20 };

/* What has started the program: "mpirun of Open MPI", as how many processes; size 0: no launcher has. */
typedef struct wgi_launch {
    const char *name;
    int size, rank;
} wgi_launch;
wgi_launch wgi_launched(void);
/* Connects this process to the others. False: *why says why. */
bool wgi_link_open(wgi_connection *l, wg_context *c, char *why, size_t size);
/* Calls `leave` when the program ends without wg_finish. */
void wgi_link_at_exit(wgi_connection *l, void (*leave)(wg_group *all), wg_group *all);
/* All processes have said goodbye: MPI may be ended when the program ends. */
void wgi_link_part(wgi_connection *l);
/* What doctor says: the libraries that are found here. */
void wgi_link_about(FILE *out);

/* a becomes a and b together, of count elements; the same as b and a. */
typedef void (*wgi_merge)(void *a, const void *b, size_t count);
/* Merges an array over all processes, in pairs of ranks: ((0 1) (2 3)) ... Every process gets the result, the
 * same bits. False: the link is broken. */
bool wgi_link_all(wgi_connection *l, wgi_merge merge, void *array, size_t count, size_t element);
void wgi_merge_or(void *a, const void *b, size_t count); /* of bytes */
void wgi_merge_f32(void *a, const void *b, size_t count);
void wgi_merge_f64(void *a, const void *b, size_t count);
/* Gives bytes of rank `from` to all. */
bool wgi_link_give(wgi_connection *l, int from, void *bytes, size_t size);

/* ---- group.c ---- */

enum { WGI_NOTES = 16, WGI_LEVELS = 13 }; /* WGI_LEVELS: of the tree over up to 4096 shards */

/* What must be the same in all processes. */
enum { WGI_CHECK_GIVEN, WGI_CHECK_LAYOUT, WGI_CHECK_VALUES, WGI_CHECKS };
/* Where a process is, as bits. */
enum {
    WGI_AT_START = 1,
    WGI_AT_BATCH = 2,
    WGI_AT_SUM = 4,
    WGI_AT_SHARE = 8,
    WGI_AT_END = 16,
    WGI_PLACES = 5
};
/* Bits behind those of the notes: a shard has called wg_backward, another has not. */
enum { WGI_BACKWARD = 1 << WGI_NOTES, WGI_NO_BACKWARD = 2 << WGI_NOTES };

/* What processes tell each other before they work together: an error, and whether they are at the same
 * place. */
typedef struct wgi_word {
    unsigned places;        /* bits: where the processes are */
    int32_t at[WGI_PLACES]; /* the lowest rank there; -1: none */
    unsigned noted;         /* bits: numbers that a shard has noted; WGI_BACKWARD */
    int32_t failed;         /* how many have an error */
    int32_t first;          /* the lowest of them; -1: none */
    int32_t lowest;         /* the lowest rank that this word is of */
    uint64_t check[WGI_CHECKS];
    int32_t odd[WGI_CHECKS]; /* the first whose check is another than that of `lowest`; -1: none */
    int32_t most_of;         /* the first that has the most items */
    uint64_t items, fewest;  /* parameters and states: the most, the least */
    uint64_t used;           /* epochs, the most */
    bool unlike, stop;       /* not all errors have the same text; one is asked to stop */
    int32_t status;
    char message[1024];
} wgi_word;

typedef struct wgi_place_of { /* a process, as the others know it */
    char host[64], version[16];
    int32_t isa, shards, dtype, failed; /* failed: it has an error, and its settings may be others */
    uint64_t seed, program, cpus[16];
} wgi_place_of;

typedef struct wgi_open_batch { /* shards.c */
    wg_batch batch;
    int at;          /* the open shard, counted among this process'; -1: no batch is open */
    uint64_t steps;  /* of all optimizers, before the batch */
    uint64_t used;   /* epochs, by the shard that has used most */
    uint64_t items;  /* parameters and states behind the first shard with rows, and 1; 0: none is done */
    uint64_t values; /* WGI_KNOWN_VALUES when the shard began */
    double note[WGI_NOTES]; /* of the open shard; behind it of the whole batch */
    double note_sum[WGI_LEVELS][WGI_NOTES];
    unsigned noted, noted_any; /* bits: by the open shard, by any */
} wgi_open_batch;

struct wg_group {
    wgi_team team; /* must be first */
    wg_context *c;
    wgi_connection link;
    wgi_place_of *place; /* of each process; NULL: there is one */
    int shards, own;     /* own: how many of them this process has; the first is number rank * own */
    bool over;           /* no process waits for this one any more */
    bool asked, stop;    /* this process was asked to stop; all stop */
    bool checked;        /* the first batch was compared */
    wgi_open_batch b;
};

/* Tells the others this process' place and error, and hears theirs. False: there is an error, which every
 * process has then, and the group is over. */
bool wgi_group_meet(wg_group *all, wg_site here, wgi_word *w);
wgi_word wgi_group_word(const wg_group *all, unsigned where);
uint64_t wgi_group_hash(uint64_t h, const void *bytes, size_t n); /* FNV-1a */
#define WGI_REFUSE(all, here, what, ...) (wgi_fail((all)->c, here, what, WG_ERROR_USE, __VA_ARGS__), false)
/* The link has failed: an error. Returns false. */
bool wgi_group_broken(wg_group *all, wg_site here);
/* Gives what wg_save writes from rank `from` to all. */
bool wgi_group_give(wg_group *all, wg_site here, int from);

/* ---- shard_sums.c ---- */

/* Bits of wgi_parameter.in_batch: a shard has given it a gradient; a shard has changed the state; it was
 * there when the open shard began. */
enum { WGI_EVER = 1, WGI_CHANGED = 2, WGI_KNOWN = 4 };

/* A hash of values. WGI_ALL_VALUES: of parameters, states and what the optimizers have done, for the first
 * batch. WGI_SOME_VALUES: three elements of each, since every batch asks. WGI_KNOWN_VALUES: three of each
 * parameter that was there when the open shard began, to find those that the shard has written. */
typedef enum wgi_which { WGI_ALL_VALUES, WGI_SOME_VALUES, WGI_KNOWN_VALUES } wgi_which;
uint64_t wgi_sums_values(const wg_group *all, wgi_which which);
/* The batch begins: the values of states are kept. */
bool wgi_sums_begin(wg_group *all);
void wgi_sums_state_made(wg_context *c, const void *parameter);
/* A shard begins: states as before the batch, no gradients. */
void wgi_sums_reset(wg_group *all);
/* Adds what the open shard of so many rows has left. 0: it is empty, and left nothing. is_first: it has the
 * first row. */
bool wgi_sums_add(wg_group *all, int64_t rows, bool is_first);
void wgi_sums_abandon(wg_group *all); /* the batch has failed: states as before it */
/* Over all processes; sets gradients and states. first: the rank that has the first rows. */
bool wgi_sums_end(wg_group *all, int first);
/* A hash of the names, sizes and places of parameters and states, which say how arrays are cut into messages;
 * *items: how many there are. */
uint64_t wgi_sums_layout(const wg_group *all, uint64_t *items);
void wgi_notes_add(wg_group *all); /* adds the numbers of the open shard */

#endif
