/* lang_suggest.c: what was meant by a mistyped word.
 * The distance is that of optimal string alignment: insertions, deletions, changes and transpositions of neighbours. */
#include "lang/lang.h"

#include <string.h>

enum { LONGEST = 64 };

static int least(int a, int b) { return a < b ? a : b; }
static char lower(char ch) { return ch >= 'A' && ch <= 'Z' ? (char)(ch - 'A' + 'a') : ch; }

static int distance(const char *a, const char *b)
{
    int rows[3][LONGEST + 1], n = (int)strlen(a), m = (int)strlen(b);
    int *two = rows[0], *one = rows[1], *now = rows[2];
    for (int j = 0; j <= m; j++) one[j] = j;
    for (int i = 1; i <= n; i++) {
        now[0] = i;
        for (int j = 1; j <= m; j++) {
            bool same = lower(a[i - 1]) == lower(b[j - 1]);
            now[j] = least(least(one[j], now[j - 1]) + 1, one[j - 1] + !same);
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]))
                now[j] = least(now[j], two[j - 2] + 1);
        }
        int *oldest = two;
        two = one, one = now, now = oldest;
    }
    return one[m];
}

const char *wg_nearest(const char *word, const char *const candidates[], int n)
{
    const char *best = NULL;
    size_t length = strlen(word);
    int limit = length < 2 ? 0 : length < 6 ? 1 : (int)length / 3;
    if (length > LONGEST) return NULL;
    for (int i = 0; i < n; i++) {
        size_t other = strlen(candidates[i]);
        if (other > LONGEST || other > length + (size_t)limit || length > other + (size_t)limit) continue;
        int d = distance(word, candidates[i]);
        if (d < limit || (d == limit && !best)) best = candidates[i], limit = d;
    }
    return best;
}

const char *wgi_did_you_mean(const char *word, const char *const others[], int n, const char *instead,
                             char *buf, size_t size)
{
    const char *near = wg_nearest(word, others, n);
    if (near) snprintf(buf, size, "; did you mean '%s'?", near);
    else snprintf(buf, size, "%s", instead);
    return buf;
}
