/* The same program gives the same bytes: in repetitions, in four threads at once, in another folder, in
 * another locale, with other fonts, and however memory lies. WG_REPEAT=1000 draws each picture so often. */
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "picture.h"
#include "wglocale.h"
#include "wengert/draw.h"
#include "wengert/lang.h"

static const char *const programs[] = { "logistic",  "net-3-3-2-1", "deep", "batch-norm",
                                        "attention", "residual",    "rnn",  "lenet" };
static const char *const endings[] = { "svg", "html", "tex", "dot", "txt" };
enum { PROGRAMS = 8, ENDINGS = 5, PICTURES = PROGRAMS * ENDINGS, THREADS = 4 };

static char gallery[500], *wanted[PICTURES];

static char *picture_of(int k, const char *folder)
{
    char path[700];
    const bool is_svg = k % ENDINGS == 0;
    WGT_IN_GRAPH(WG_F32, NULL);
    wg_begin(g, WG_TRAIN);
    snprintf(path, sizeof path, "%s/%s.wg", gallery, programs[k / ENDINGS]);
    wg_program *q = wg_program_file(c, path);
    wg_program_build(q, g, wg_params_new(c), WG_TRAIN);
    snprintf(path, sizeof path, "%s/picture.%s", folder, endings[k % ENDINGS]);
    const bool is_scalar = wg_shape_size(wg_node_shape(wg_program_last(q))) == 1;
    const wg_draw_opts o =
        WG_OPTS(wg_draw_opts, .values = true, .backward = is_scalar,
                .source = k % ENDINGS < 4 ? wgx_program_source(q) : NULL, .fit = is_svg ? "slide" : NULL);
    char *text = wg_draw_at(WG_HERE, wg_program_last(q), path, &o) == WG_OK ? pic_read(path)
                                                                            : pic_keep(strdup(wg_message(c)));
    return text;
}

typedef struct worker {
    pthread_t thread;
    int number, times, wrong;
    char folder[200];
} worker;

static void *draw_all(void *to)
{
    worker *w = to;
    for (int i = 0; i < w->times; i++)
        for (int k = 0; k < PICTURES; k++) {
            void *other =
                malloc((size_t)(1 + 977 * i + 131 * k + 17 * w->number)); /* moves what comes next */
            char *text = picture_of(k, w->folder);
            w->wrong += strcmp(text, wanted[k]) != 0;
            free(other);
        }
    return NULL;
}

static void draw_in_threads(const char *phase, int times)
{
    worker w[THREADS];
    for (int i = 0; i < THREADS; i++) {
        w[i] = (worker){ .number = i, .times = times };
        snprintf(w[i].folder, sizeof w[i].folder, "%s/%s-%d", pic_directory(), phase, i);
        cr_assert_eq(mkdir(w[i].folder, 0755), 0);
        cr_assert_eq(pthread_create(&w[i].thread, NULL, draw_all, &w[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        cr_assert_eq(pthread_join(w[i].thread, NULL), 0);
        cr_expect_eq(w[i].wrong, 0, "%s, thread %d: %d pictures of %d differ", phase, i, w[i].wrong,
                     times * PICTURES);
    }
}

Test(same_bytes, in_threads_folders_locales_and_fonts)
{
    const char *wish = getenv("WG_REPEAT");
    const int repeat = wish ? atoi(wish) : 1, times = (repeat + 2 * THREADS - 1) / (2 * THREADS);
    char *real = realpath("docs/drawing", NULL);
    cr_assert(real && strlen(real) < sizeof gallery);
    strcpy(gallery, real), free(real);
    for (int k = 0; k < PICTURES; k++) {
        wanted[k] = picture_of(k, pic_directory());
        cr_assert(strlen(wanted[k]) > (k % ENDINGS < 4 ? 3000 : 200), "%s.%s: %s", programs[k / ENDINGS],
                  endings[k % ENDINGS], wanted[k]);
    }
    draw_in_threads("here", times);
    mallopt(M_PERTURB, 0xa5);
    setenv("FONTCONFIG_FILE", "/dev/null", 1), setenv("HOME", "/", 1);
    wgt_comma_locale();
    cr_assert_eq(chdir("/"), 0);
    draw_in_threads("elsewhere", times);
    pic_clean_up();
}
