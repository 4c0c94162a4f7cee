/* coverage.c: what the report says of a gradient that passes: how large an error could still hide, and what
 * was compared. And the colours of verdicts on a terminal. */
#include "check/check_private.h"

#include <stdlib.h>
#include <unistd.h>

/* ---- colour ---- */

static bool wants_colour(FILE *out)
{
    const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
    return !(no && *no) && !(term && !strcmp(term, "dumb")) && fileno(out) >= 0 && isatty(fileno(out));
}

const char *wgi_check_colored(const char *word, FILE *out)
{
    static const char *const words[][2] = { { "FAIL", "\033[1;31mFAIL\033[0m" },
                                            { "PASS", "\033[1;32mPASS\033[0m" },
                                            { "INCONCLUSIVE", "\033[1;33mINCONCLUSIVE\033[0m" } };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(word, words[i][0]) && wants_colour(out)) return words[i][1];
    return word;
}

/* ---- coverage ---- */

/* Compared components that their bars hide: an error as large as themselves would not be seen. */
static int64_t hidden(const wgi_check_part *in)
{
    int64_t n = 0;
    for (int64_t i = 0; i < in->size; i++)
        n += !isnan(in->slope[i]) && in->analytic[i] != 0 && 10 * in->bar[i] > fabs(in->analytic[i]);
    return n;
}

/* " (12 compared, each alone and in 6 directions)" */
static void print_compared(const wgi_check_part *in, FILE *out)
{
    int64_t wrong;
    const long long alone = wgi_check_alone(in, &wrong), n = in->size, directions = in->directions;
    if (n == 1) return;
    if (!directions) fprintf(out, alone < n ? " (%lld of %lld compared" : " (%lld compared", alone, n);
    else fprintf(out, " (%lld compared, ", n);
    if (directions && alone == n) fprintf(out, "each alone and ");
    if (directions) fprintf(out, "together in %lld direction%s", directions, directions == 1 ? "" : "s");
    if (directions && alone && alone < n) fprintf(out, ", %lld alone", alone);
    fprintf(out, ")");
}

static void print_nothing_shown(const wg_check *r, const wgi_check_part *in, FILE *out)
{
    const long long zeros = wgi_check_zeros(r, in), small = hidden(in);
    if (zeros)
        fprintf(out, "; %lld of its components %s zero everywhere and show%s nothing", zeros,
                zeros == 1 ? "is" : "are", zeros == 1 ? "s" : "");
    if (small)
        fprintf(out, "; %lld %s so small beside the noise of f that nothing is shown", small,
                small == 1 ? "is" : "are");
}

static void print_part(const wg_check *r, const wgi_check_part *in, FILE *out)
{
    fprintf(out, "  nothing above %.1e of ", in->resolution);
    if (in->size == 1) fprintf(out, "%s", in->name);
    else fprintf(out, "a typical component of %s", in->name);
    fprintf(out, " could hide");
    print_compared(in, out);
    print_nothing_shown(r, in, out);
    fprintf(out, "\n");
}

static void print_unreached(const wg_check *r, FILE *out)
{
    if (!r->unreached_count) return;
    fprintf(out, "  not reached, %s does not depend on %s:", r->name,
            r->unreached_count == 1 ? "it" : "them");
    for (int i = 0; i < r->unreached_count; i++) fprintf(out, "%s %s", i ? "," : "", r->unreached[i]);
    fprintf(out, "\n");
}

static void print_stored(const wg_check *r, FILE *out)
{
    if (!r->stored_count) return;
    fprintf(out, "  not checked, f16 and bf16 are not trained:");
    for (int i = 0; i < r->stored_count; i++) fprintf(out, "%s %s", i ? "," : "", r->stored[i]);
    fprintf(out, "; freeze by wg_params_freeze, or keep in f32 and use wg_cast\n");
}

void wgi_check_print_coverage(const wg_check *r, FILE *out)
{
    for (int k = 0; k < r->parts; k++) {
        const wgi_check_part *in = &r->part[k];
        if (in->verdict == WG_PASS && !in->left_out && in->resolution < INFINITY) print_part(r, in, out);
    }
    print_unreached(r, out);
    print_stored(r, out);
}
