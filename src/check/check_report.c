/* check_report.c: prints the report of a gradient check. The same check prints the same bytes, so print no
 * times, no addresses, and numbers as in the C locale. */
#include "check/check_private.h"

enum { MOST_ROWS = 8, MOST_POINT = 8 };

/* ---- rows: the components that are printed ---- */

static bool before(const wg_check *r, const wgi_check_part *in, int64_t i, int64_t j)
{
    bool wrong_i = wgi_check_wrong(r, in, i), wrong_j = wgi_check_wrong(r, in, j);
    return wrong_i != wrong_j ? wrong_i : wgi_check_deviation(in, i) > wgi_check_deviation(in, j);
}

/* Chooses the components of a part to print: wrong ones first, then by falling difference. If the report has
 * several parts, each prints one row. */
static int choose_rows(const wg_check *r, const wgi_check_part *in, int64_t row[MOST_ROWS])
{
    int count = 0, most = r->parts == 1 ? MOST_ROWS : 1;
    for (int64_t i = 0; i < in->size; i++) {
        if (isnan(in->numeric[i]) || isnan(in->analytic[i])) continue;
        int at = count;
        while (at > 0 && before(r, in, i, row[at - 1])) at--;
        if (at == most) continue;
        if (count < most) count++;
        memmove(row + at + 1, row + at, (size_t)(count - 1 - at) * sizeof *row);
        row[at] = i;
    }
    return count;
}

static const char *row_word(const wg_check *r, const wgi_check_part *in, int64_t i)
{
    if (in->verdict == WG_PASS) return "pass";
    if (wgi_check_wrong(r, in, i)) return "FAIL";
    bool explained = wgi_check_deviation(in, i) <= 1e-5 * wgi_check_size(in, i) ||
                     wgi_check_deviation(in, i) <= 10 * in->step_noise;
    if (explained && in->verdict == WG_FAIL) return "pass";
    return in->verdict == WG_FAIL ? "FAIL" : "inconclusive";
}

static void print_row(const wg_check *r, const wgi_check_part *in, int64_t i, int width, FILE *out)
{
    char place[WGI_CHECK_TEXT];
    const char *word = row_word(r, in, i);
    wgi_check_place(in, i, place);
    fprintf(out, "  %-*s  yours %+.6e   numeric %+.6e \302\261 %.0e   ", width, place, in->analytic[i],
            in->numeric[i], in->step_noise);
    if (!strcmp(word, "pass") || in->numeric[i] == 0) fprintf(out, "%15s", "");
    else fprintf(out, "ratio %-8.4f ", in->analytic[i] / in->numeric[i] + 0.0);
    fprintf(out, "%s%s%s\n", word, !strcmp(word, "FAIL") && in->hint[0] ? "  " : "",
            !strcmp(word, "FAIL") ? in->hint : "");
}

static void print_part(const wg_check *r, const wgi_check_part *in, int width, FILE *out)
{
    int64_t row[MOST_ROWS + 1];
    int rows = in->left_out ? 0 : choose_rows(r, in, row);
    for (int k = 0; k < rows; k++) print_row(r, in, row[k], width, out);
    if (r->parts == 1 && in->compared > rows)
        fprintf(out, "  and %lld more\n", (long long)(in->compared - rows));
    if (in->left_out) fprintf(out, "  %-*s  not checked: %s\n", width, in->name, in->reason);
    else if (in->reason[0] && strcmp(in->reason, r->reason))
        fprintf(out, "  %-*s  %s: %s\n", width, in->name, wg_verdict_name(in->verdict), in->reason);
}

/* ---- the whole ---- */

static int width_of(const wg_check *r)
{
    int width = 0;
    for (int k = 0; k < r->parts; k++) {
        int64_t row[MOST_ROWS + 1];
        char place[WGI_CHECK_TEXT] = "";
        int rows = choose_rows(r, &r->part[k], row), length = (int)strlen(r->part[k].name);
        for (int j = 0; j < rows; j++) {
            wgi_check_place(&r->part[k], row[j], place);
            if ((int)strlen(place) > length) length = (int)strlen(place);
        }
        if (length > width) width = length;
    }
    return width;
}

static void print_head(const wg_check *r, FILE *out)
{
    int64_t n = 0;
    for (int k = 0; k < r->parts; k++) n += r->part[k].size;
    fprintf(out, "gradcheck %s  n %lld", r->name, (long long)n);
    if (r->parts > 1) fprintf(out, " in %d", r->parts);
    if (isnan(r->f)) fprintf(out, "  f nan");
    else fprintf(out, "  f %.8g", r->f);
    if (!r->is_graph && r->parts == 1 && n > 0 && n <= MOST_POINT) {
        fprintf(out, "  at %s = [", r->part[0].name);
        for (int64_t i = 0; i < n; i++) fprintf(out, "%s%.6g", i ? ", " : "", r->part[0].point[i]);
        fprintf(out, "]");
    }
    if (r->is_graph) fprintf(out, "  at %s  in double, random draws frozen", r->where);
    if (isfinite(r->noise)) fprintf(out, "  noise %.1e (measured, 9 evaluations)", r->noise);
    fprintf(out, "\n");
}

static void print_ratio(const wg_check *r, FILE *out)
{
    if (!isfinite(r->ratio)) return;
    fprintf(out, "course's ratio at eps %g%s: %.1e  ", r->eps, r->one_sided ? ", one-sided" : "", r->ratio);
    if (r->floor > 1e-7 && r->ratio <= 10 * r->floor) fprintf(out, "not resolvable below %.1e\n", r->floor);
    else fprintf(out, "%s  (floor %.0e)\n", wg_check_word(r->ratio), r->floor);
}

static void print_all(const wg_check *r, FILE *out)
{
    static const char *const verdict[] = { "PASS", "FAIL", "INCONCLUSIVE" };
    int width = width_of(r);
    print_head(r, out);
    for (int k = 0; k < r->parts && !isnan(r->noise); k++) print_part(r, &r->part[k], width, out);
    print_ratio(r, out);
    fprintf(out, "verdict %s%s%s   %lld evaluations\n", verdict[r->verdict], r->reason[0] ? ": " : "",
            r->reason, (long long)r->evaluations);
}

void wg_check_print(const wg_check *r, FILE *out)
{
    wgi_check_locale l = wgi_check_locale_begin();
    print_all(r, out);
    wgi_check_locale_end(l);
}
