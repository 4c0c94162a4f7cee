/* train_files.c: the folder of a training.
 *
 *   settings.json        what the training is: program, data, optimizer, ...
 *   state.safetensors    what it goes on from, to the bit (wg_save)
 *   weights.safetensors  the parameters, for --load
 *   log.jsonl            a JSON object for each epoch
 *   curve.svg            the loss and the first metric by the epoch
 *   trained.wg, trained.txt  the program, and the flags that say on what data, for `wengert plot`
 *   model.wg, fit.txt    of `wengert fit`: the program, and what it found in the table
 *   path.csv             the values of the parameters of --path, before each step
 *   classes.txt          the words of classes, if the data have words; columns.txt: the columns of a CSV file
 * Each file is written whole or not at all. The state is written last, so the others are never older. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest.h"
#include "train.h"

/* ---- files ---- */

enum { PATH_ROOM = PATH_MAX, NAME_ROOM = 64 };
enum { SETTINGS = 1, STATE = 12 }; /* in guest_files */

/* The path of a file in the folder, until the next call. */
static const char *path_of(const training *t, const char *name)
{
    static char path[PATH_ROOM + NAME_ROOM];
    snprintf(path, sizeof path, "%s/%s", t->folder, name);
    return path;
}

static bool write_failed(training *t, const char *path)
{
    if (!t->m.status) model_fail(&t->m, EXIT_OTHER, "%s: %s", path ? path : t->folder, strerror(errno));
    return false;
}

static bool library_wrote(training *t)
{
    if (!wg_failed(t->m.c)) return true;
    return model_fail(&t->m, EXIT_OTHER, "%s", wg_message(t->m.c));
}

static bool write_text(training *t, const char *name, const char *text)
{
    const char *path = path_of(t, name);
    return wgx_file_write_at("", t->m.c, "train", path, text, strlen(text)) == WG_OK || library_wrote(t);
}

/* The program itself, a text or a model. */
static bool write_source(training *t)
{
    size_t size;
    const void *bytes = wgx_program_bytes(t->m.q, &size);
    if (!bytes) return write_text(t, PROGRAM_FILE, wgx_program_source(t->m.q));
    return wgx_file_write_at("", t->m.c, "train", path_of(t, TRAINED_MODEL), bytes, size) == WG_OK ||
           library_wrote(t);
}

static bool no_folder(training *t, const char *what)
{
    return model_fail(&t->m, EXIT_OTHER, "-o %.300s: %s", t->folder, what);
}

/* Makes the folder and those around it. */
static bool make_folder(training *t)
{
    char text[100], *path = *t->folder && strlen(t->folder) < PATH_ROOM ? strdup(t->folder) : NULL;
    if (!*t->folder) return model_wrong(&t->m, "-o: the name of the folder is empty");
    if (!path) return no_folder(t, "the name is too long");
    for (char *at = path; (at = strchr(at + 1, '/'));) {
        *at = 0;
        mkdir(path, 0777);
        *at = '/';
    }
    free(path);
    struct stat about;
    const int failed = mkdir(t->folder, 0777) && errno != EEXIST ? errno : 0;
    snprintf(text, sizeof text, "the folder cannot be made: %s", strerror(failed));
    if (failed) return no_folder(t, text);
    if (stat(t->folder, &about) || !S_ISDIR(about.st_mode)) return no_folder(t, "is no folder");
    snprintf(text, sizeof text, "nothing can be written there: %s", strerror(EACCES));
    return !access(t->folder, W_OK | X_OK) || no_folder(t, text);
}

/* ---- settings ---- */

static uint64_t mix(uint64_t h, const void *bytes, size_t n)
{
    const unsigned char *b = bytes;
    for (size_t i = 0; i < n; i++) h = (h ^ b[i]) * UINT64_C(0x100000001b3);
    return h;
}

static uint64_t hash_of_data(const training *t)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (int i = 0; i < t->data.inputs; i++) {
        const column_rows *r = &t->data.input[i];
        h = mix(h, r->input, strlen(r->input));
        h = mix(h, r->rows.shape.dim, (size_t)r->rows.shape.rank * sizeof r->rows.shape.dim[0]);
        h = mix(h, r->rows.data, (size_t)wg_shape_size(r->rows.shape) * wg_dtype_size(r->rows.dtype));
    }
    return h;
}

static uint64_t hash_of_program(const training *t)
{
    uint64_t h = wgx_program_code(t->m.q);
    const char *text;
    for (int i = 0; (text = args_next(t->m.a, "set", &i));) h = mix(h, text, strlen(text) + 1);
    return h;
}

/* The shortest text that is this number. */
static void put_number(FILE *out, double v) { fprintf(out, "%.*g", digits_needed(v), v); }

static void put_optimizer(FILE *out, const wgx_optim_choice *o)
{
    fputs(o->name, out);
    const char *before = "(";
    if (o->schedule) {
        fprintf(out, "(lr=%s(", o->schedule);
        put_number(out, o->number[0]);
        for (int k = 1; k < 3; k++)
            if (!isnan(o->number[k])) fputs(", ", out), put_number(out, o->number[k]);
        fputc(')', out);
        before = ", ";
    }
    for (int i = 0; i < o->settings; i++, before = ", ") {
        fprintf(out, "%s%s=", before, o->setting[i].name);
        put_number(out, o->setting[i].value);
    }
    fputs(*before == ',' ? ")" : "", out);
}

/* A line of settings.json for each; the names are those of messages. */
static char *settings_text(const training *t)
{
    char *text = NULL;
    size_t size = 0;
    const char *dev = args_value(t->m.a, "dev"), *from = args_value(t->m.a, "load");
    FILE *out = tool_text_begin(&text, &size);
    if (!out) return NULL;
    fprintf(out, "{\"wengert\": 1,\n\"program\": \"%016llx\",\n", (unsigned long long)hash_of_program(t));
    fprintf(out, "\"loss\": \"%s\",\n\"metrics\": \"", t->name[0]);
    for (int i = 1; i < t->measures; i++) fprintf(out, "%s%s", i > 1 ? ", " : "", t->name[i]);
    fprintf(out, "\",\n\"optimizer\": \"");
    put_optimizer(out, &t->choice);
    fprintf(out, "\",\n\"batch\": %lld,\n\"dev\": ", (long long)t->batch);
    put_number(out, dev ? strtod(dev, NULL) : 0);
    fprintf(out, ",\n\"shards\": %d,\n\"seed\": %llu,\n\"dtype\": \"%s\",\n", wg_group_shards(t->all),
            (unsigned long long)wg_context_seed(t->m.c), wg_dtype_name(wg_context_dtype(t->m.c)));
    fprintf(out, "\"data\": \"%016llx\",\n", (unsigned long long)hash_of_data(t));
    if (t->loop.patience) fprintf(out, "\"patience\": %lld,\n", (long long)t->loop.patience);
    if (args_has(t->m.a, "path")) fprintf(out, "\"path\": \"%s\",\n", args_value(t->m.a, "path"));
    fprintf(out, "\"mode\": \"%s\",\n\"load\": \"%s\"\n}\n", t->mode == WG_TRAIN ? "train" : "eval",
            from ? from : "");
    tool_text_end(out, &text);
    return text;
}

/* Compares line by line. A different line is named by the message. */
static bool same_settings(training *t, const char *now, const char *before)
{
    for (const char *a = now, *b = before; *a || *b;) {
        const size_t n = strcspn(a, "\n"), k = strcspn(b, "\n");
        if (n != k || strncmp(a, b, n) != 0) {
            const size_t key = *a == '"' ? strcspn(a + 1, "\"") : 0, value = key + 4;
            if (!key || strncmp(a, b, value) != 0)
                return model_fail(&t->m, EXIT_TEXT, "%s holds another training: --fresh starts over",
                                  t->folder);
            const bool program = !strncmp(a, "\"program", 8), data = !strncmp(a, "\"data", 5);
            if (program || data)
                return model_fail(&t->m, EXIT_TEXT,
                                  "%s holds a training of %s: give another folder, or --fresh to start over",
                                  t->folder, program ? "another program" : "other data");
            return model_fail(
                &t->m, EXIT_TEXT,
                "%s holds a training with %.*s %.*s, not %.*s: give another folder, or --fresh to start "
                "over",
                t->folder, (int)key, a + 1, (int)(k - value - (b[k - 1] == ',')), b + value,
                (int)(n - value - (a[n - 1] == ',')), a + value);
        }
        a += n + (a[n] == '\n'), b += k + (b[k] == '\n');
    }
    return true;
}

/* ---- the log ---- */

/* The numbers that are values in a line of the log, in their order. Texts are NaN. */
static int numbers_in(const char *line, double *to, int room)
{
    int n = 0;
    for (const char *s = line; *s && n < room;) {
        if (*s == '"') {
            const char *end = strchr(s + 1, '"');
            if (!end) break;
            if (end[1] != ':') to[n++] = NAN;
            s = end + 1;
        } else if (strchr("-0123456789", *s)) {
            char *end;
            to[n++] = strtod(s, &end);
            s = end > s ? end : s + 1;
        } else {
            s++;
        }
    }
    return n;
}

static bool add_record(training *t, const epoch_record *r)
{
    if (t->records == t->room) {
        const int64_t room = 2 * t->room + 64;
        epoch_record *more = realloc(t->record, (size_t)room * sizeof *more);
        if (!more) return model_fail(&t->m, EXIT_OTHER, "out of memory");
        t->record = more;
        t->room = room;
    }
    t->record[t->records++] = *r;
    return r->line || model_fail(&t->m, EXIT_OTHER, "out of memory");
}

bool train_record(training *t, const epoch_record *r)
{
    epoch_record with_line = *r;
    with_line.line = train_json(t, r);
    return add_record(t, &with_line);
}

/* Reads the lines up to the epoch of the state. Lines that are none of this training's are left out. */
static bool read_log(training *t)
{
    enum { MOST = 4 + 2 * MEASURES };
    char *log = guest_text(path_of(t, "log.jsonl"));
    const int k = t->measures, want = 4 + k + (t->dev ? k : 0);
    for (char *line = log; line && *line;) {
        const size_t n = strcspn(line, "\n");
        double v[MOST + 1];
        char *copy = strndup(line, n + (line[n] == '\n'));
        line += n + (line[n] == '\n');
        if (!copy) break;
        epoch_record r = { .line = copy };
        const bool fits = numbers_in(copy, v, MOST + 1) == want && v[1] <= wg_data_epoch(t->rows) &&
                          copy[strlen(copy) - 1] == '\n';
        if (fits) {
            r.epoch = (int64_t)v[1];
            memcpy(r.train.value, v + 2, (size_t)k * sizeof *v);
            if (t->dev) memcpy(r.dev.value, v + 2 + k, (size_t)k * sizeof *v);
            r.lr = v[want - 2], r.seconds = v[want - 1];
        }
        if (!fits) free(copy);
        else if (!add_record(t, &r)) break;
    }
    free(log);
    return !t->m.status;
}

static bool write_log(training *t)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = tool_text_begin(&text, &size);
    if (!out) return write_failed(t, NULL);
    for (int64_t i = 0; i < t->records; i++) fputs(t->record[i].line, out);
    if (!tool_text_end(out, &text)) return write_failed(t, NULL);
    const bool fine = write_text(t, "log.jsonl", text);
    free(text);
    return fine;
}

/* ---- the curve ---- */

static void add_curve(const training *t, wg_figure *f, int i)
{
    wg_panel *p =
        wg_panel_new(f, t->name[i], .x.label = "epoch", .y.scale = i ? WG_SCALE_LINEAR : WG_SCALE_AUTO);
    wg_series *train = wg_panel_line(p, "train"), *dev = t->dev ? wg_panel_line(p, "dev") : NULL;
    for (int64_t k = 0; k < t->records; k++) {
        const epoch_record *r = &t->record[k];
        wg_series_add(train, (double)r->epoch, r->train.value[i]);
        if (dev) wg_series_add(dev, (double)r->epoch, r->dev.value[i]);
    }
}

static bool write_curve(training *t)
{
    const char *place = model_place(&t->m), *slash = strrchr(place, '/');
    wg_figure *f = wg_figure_new(t->m.c, slash ? slash + 1 : place);
    for (int i = 0; i < t->measures && i < 2; i++) add_curve(t, f, i);
    wg_figure_save(f, path_of(t, "curve.svg"));
    wg_figure_free(f);
    return library_wrote(t);
}

/* ---- saving ---- */

static bool write_by(training *t, const char *name, bool state)
{
    if (state) wg_save_at("", t->m.c, path_of(t, name));
    else wg_params_save_at("", t->loop.kept && t->loop.best ? t->loop.kept : t->m.p, path_of(t, name));
    return library_wrote(t);
}

/* The files of a long training are large. At most a twentieth of the time is spent on them. */
bool train_save(training *t, bool now)
{
    const double began = tool_now();
    if (!t->folder || !t->leads || (!now && began < t->save_next)) return true;
    const char *path = train_path_text(t);
    const bool fine = (!t->records || (write_log(t) && write_curve(t))) &&
                      (!path || write_text(t, PATH_FILE, path)) &&
                      write_by(t, "weights.safetensors", false) && write_by(t, "state.safetensors", true);
    const double took = tool_now() - began;
    t->save_next = tool_now() + (20 * took > 1 ? 20 * took : 1);
    return fine;
}

bool train_replace(training *t)
{
    t->loop.kept = NULL;
    if (!t->folder || !write_by(t, "weights.safetensors", false)) return false;
    unlink(path_of(t, guest_files[STATE])); /* of another training */
    return true;
}

void train_keep_last(training *t)
{
    const int status = t->m.status;
    const int64_t each = t->steps / t->loop.epochs;
    if (status == EXIT_OTHER) return;
    tool_note(t->m.a, "wengert: stopped in epoch %lld at step %lld; a smaller --lr may help",
              (long long)(t->step / each + 1), (long long)(t->step % each + 1));
    const epoch_record *kept = train_kept(t);
    if (!t->folder || !kept || !(t->last || t->loop.kept)) return;
    wg_recover(t->m.c);
    t->m.status = 0;
    if (t->last) wg_params_restore_at("", t->m.p, t->last);
    if (write_by(t, "weights.safetensors", false) && write_log(t) && write_curve(t))
        tool_note(t->m.a, "wengert: %s/weights.safetensors has the weights of epoch %lld", t->folder,
                  (long long)kept->epoch);
    t->m.status = status;
}

const epoch_record *train_kept(const training *t)
{
    int64_t i = t->records - 1;
    while (t->loop.kept && i >= 0 && t->record[i].epoch != t->loop.best) i--;
    return i < 0 ? NULL : &t->record[i];
}

/* ---- going on ---- */

static bool write_classes(training *t)
{
    char *words = data_lines(&t->data, true), *columns = data_lines(&t->data, false);
    const bool fine = words && columns ? (!*words || write_text(t, CLASSES_FILE, words)) &&
                                             (!*columns || write_text(t, COLUMNS_FILE, columns))
                                       : write_failed(t, NULL);
    free(words), free(columns);
    return fine;
}

const char *const kept_flags[] = { "data", "map", "rows", "set", NULL };

/* For `wengert plot` of the folder: the program, and the flags that say what it was trained on. */
static bool write_program(training *t)
{
    char *text = NULL, *whole;
    size_t size = 0;
    FILE *out = tool_text_begin(&text, &size);
    if (!out) return write_failed(t, NULL);
    for (int k = 0; kept_flags[k]; k++) {
        const char *value;
        for (int i = 0; (value = args_next(t->m.a, kept_flags[k], &i));) {
            whole = k ? NULL : realpath(value, NULL); /* of a file or folder: it may be called from
                                                       * elsewhere */
            fprintf(out, "%s\t%s\n", kept_flags[k], whole ? whole : value);
            free(whole);
        }
    }
    if (!tool_text_end(out, &text)) return write_failed(t, NULL);
    const bool fine = write_source(t) && write_text(t, FLAGS_FILE, text);
    free(text);
    return fine;
}

static bool has_file(const training *t, const char *name) { return !access(path_of(t, name), F_OK); }

/* Refuses to write over files that are not of an earlier start of this training: weights without the state
 * that is written after them, or files of these names without the settings that are written first. */
static bool is_free(training *t)
{
    char *before = guest_text(path_of(t, "settings.json"));
    const bool ours = before && !strncmp(before, "{\"wengert\": 1,", 14);
    free(before);
    for (int i = 0; i < STATE; i++)
        if ((!ours || i == 0) && has_file(t, guest_files[i]))
            return model_fail(
                &t->m, EXIT_TEXT,
                "%s has a file %s, but no training to go on with: give another folder, or --fresh "
                "to write over it",
                t->folder, guest_files[i]);
    return true;
}

/* The folder stays locked until train_unlock, or until the process ends, however it ends. */
static bool lock_folder(training *t)
{
    const int folder = open(t->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    t->locked = folder + 1;
    if (folder < 0 || !flock(folder, LOCK_EX | LOCK_NB) || errno != EWOULDBLOCK) return true;
    t->locked = 0;
    close(folder);
    return model_fail(&t->m, EXIT_OTHER, "-o %s: another training is writing there", t->folder);
}

void train_unlock(training *t)
{
    if (t->locked) close(t->locked - 1);
    t->locked = 0;
}

/* Texts of a process that ended before it gave them their names. */
static void remove_left(const training *t)
{
    char path[PATH_ROOM + NAME_ROOM + 4];
    for (int i = 0; guest_files[i]; i++) {
        snprintf(path, sizeof path, "%s.new", path_of(t, guest_files[i]));
        unlink(path);
    }
}

static bool start_over(training *t, const char *settings)
{
    for (int i = SETTINGS + 1; i <= STATE; i++) unlink(path_of(t, guest_files[i]));
    if (t->file_name[0]) unlink(path_of(t, "weights.safetensors")); /* of another program */
    bool fine = write_text(t, "settings.json", settings) && write_classes(t) && write_program(t);
    for (int i = 0; i < 2 && fine && t->file_name[i]; i++)
        fine = write_text(t, t->file_name[i], t->file_text[i]);
    return fine;
}

static bool go_on(training *t, const char *settings)
{
    char *before = guest_text(path_of(t, "settings.json"));
    if (!before)
        return model_fail(&t->m, EXIT_TEXT, "%s has no settings.json beside it: --fresh starts over",
                          path_of(t, guest_files[STATE]));
    char *columns = guest_text(path_of(t, COLUMNS_FILE));
    const bool same = data_same_columns(&t->m, &t->data, columns) && same_settings(t, settings, before);
    free(columns), free(before);
    if (!same) return false;
    t->was_there = wg_resume_at("", t->m.c, path_of(t, guest_files[STATE]));
    if (wg_failed(t->m.c)) return model_fail(&t->m, EXIT_TEXT, "%s; --fresh starts over", wg_message(t->m.c));
    char *path = guest_text(path_of(t, PATH_FILE));
    const bool fine = train_path_resume(t, path);
    free(path);
    return fine && read_log(t);
}

/* Rank 0 looks at the folder, which may be on its own disk. The others hear of what it finds. */
static bool open_folder(training *t, const char *settings)
{
    bool fine =
        make_folder(t) && lock_folder(t) && (guest_folder(t->m.a, t->folder) || model_ends(&t->m, EXIT_TEXT));
    if (fine) remove_left(t);
    const bool fresh = t->fresh || args_has(t->m.a, "fresh"),
               there = fine && !fresh && has_file(t, guest_files[STATE]);
    fine = fine && (fresh || there || is_free(t));
    if (fine && there) return go_on(t, settings);
    if (fine) fine = start_over(t, settings) && model_ok(&t->m);
    if (fine) wgx_group_share_at("", t->all, false);
    return fine;
}

bool train_resume(training *t)
{
    const wg_tensor means = wg_view_f64(&t->mean[0].value, WG_SHAPE(2 * t->measures));
    char *settings = settings_text(t);
    bool fine = settings || model_fail(&t->m, EXIT_OTHER, "out of memory");
    const uint64_t program = hash_of_program(t), data = hash_of_data(t);
    wgx_group_same_at("", t->all, "program", &program, sizeof program);
    wgx_group_same_at("", t->all, "data set", &data, sizeof data);
    if (fine) wgx_group_same_at("", t->all, "set of options", settings, strlen(settings));
    fine = fine && model_ok(&t->m);
    if (fine && t->folder) {
        wg_save_with_at("", t->m.c, "train.means", means, NULL);
        wg_save_with_at("", t->m.c, "train.step", wg_view_i64(&t->step, WG_SCALAR), NULL);
        if (t->loop.kept) {
            wg_save_with_at("", t->m.c, "train.best", wg_view_i64(&t->loop.best, WG_SCALAR), NULL);
            wg_save_with_at("", t->m.c, "train.least", wg_view_f64(&t->loop.least, WG_SCALAR), NULL);
        }
        if (t->leads) fine = open_folder(t, settings);
        else t->was_there = wg_resume_at("", t->m.c, path_of(t, guest_files[STATE])), fine = model_ok(&t->m);
    }
    free(settings);
    return fine && model_ok(&t->m);
}
