/* nearest.c: finds the word that was probably meant by a mistyped one. The distance of two words is the
 * optimal string alignment distance: insertions, deletions, substitutions, and transpositions of two
 * neighbours. Case is ignored. The limits are narrow: a wrong guess is worse than none. Two faults need seven
 * letters, the first letter is right or exchanged with the second, and of three letters none is another one:
 * else "foo" would be "for", "weight" eigh, "bar" var. */
#include "base/base.h"
#include "wgx/base.h"

enum { LONGEST = 64 };

static int least(int a, int b) { return a < b ? a : b; }
static char lower(char ch) { return ch >= 'A' && ch <= 'Z' ? (char)(ch - 'A' + 'a') : ch; }

/* a has n characters, b has m; at most LONGEST. */
static int distance(const char *a, int n, const char *b, int m)
{
    int rows[3][LONGEST + 1];
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

wgx_nearest_word wgx_nearest_to(const char *word)
{
    int length = word ? (int)strnlen(word, LONGEST + 1) : 0;
    return (wgx_nearest_word){ .word = word ? word : "", .limit = length < 2 ? 0 : length < 7 ? 1 : 2 };
}

/* Whether the beginnings agree, or are exchanged; and words of at most three letters have the same ones. */
static bool is_likely(const char *a, size_t n, const char *b, size_t m)
{
    const bool swapped = n > 1 && m > 1 && lower(a[0]) == lower(b[1]) && lower(a[1]) == lower(b[0]);
    int sum = 0;
    for (size_t i = 0; n < 4 && n == m && i < n; i++) sum += lower(a[i]) - lower(b[i]);
    return (!n || !m || lower(a[0]) == lower(b[0]) || swapped) && sum == 0;
}

bool wgx_nearest_try(wgx_nearest_word *s, const char *candidate, size_t length)
{
    size_t own = s && candidate ? strlen(s->word) : SIZE_MAX;
    if (own > LONGEST || length > LONGEST || length > own + (size_t)s->limit ||
        own > length + (size_t)s->limit || !is_likely(s->word, own, candidate, length))
        return false;
    int d = distance(s->word, (int)own, candidate, (int)length);
    if (d > s->limit || (d == s->limit && s->best)) return false;
    s->best = candidate, s->length = (int)length, s->limit = d;
    return true;
}

const char *wgx_nearest(const char *word, const char *const candidates[], int n)
{
    wgx_nearest_word s = wgx_nearest_to(word);
    for (int i = 0; candidates && i < n; i++)
        if (candidates[i]) wgx_nearest_try(&s, candidates[i], strlen(candidates[i]));
    return s.best;
}
