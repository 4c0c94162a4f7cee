/* data_idx.c: data sets from a pair of IDX files (images and labels), and from the four files of MNIST. */
#include "data/dataset.h"

#include <string.h>
#include <unistd.h>

/* Bytes are divided by 255, so that they lie in 0..1. Other elements keep their values. t's dtype may be
 * another than the array's. */
static bool fill(const wgi_array *a, double over, wg_tensor *t)
{
    double part[WGI_ARRAY_PART];
    const uint8_t *byte = (const uint8_t *)part;
    const wg_tensor read = { wgi_elements[a->element].dtype, WG_SHAPE(WGI_ARRAY_PART), part };
    for (size_t at = 0, n; at < a->count; at += n) {
        n = a->count - at < WGI_ARRAY_PART ? a->count - at : WGI_ARRAY_PART;
        if (!wgi_array_copy(a, at, n, part)) return false;
        for (size_t i = 0; i < n; i++) {
            const double v = a->element == WGI_U8 ? byte[i] : wg_tensor_item(&read, (int64_t)i);
            if (t->dtype == WG_I32) ((int32_t *)t->data)[at + i] = (int32_t)v;
            else wgi_put(t, (int64_t)(at + i), v / over);
        }
    }
    return true;
}

static bool are_labels(const wgi_file *f, const wgi_array *a, int64_t rows)
{
    if (a->shape.rank != 1) return wgi_file_bad(f, 3, "labels have rank 1, not %d", a->shape.rank);
    if (wgi_elements[a->element].dtype != WG_I32 && a->element != WGI_U8)
        return wgi_file_bad(f, 2, "labels are integers, not floats");
    return a->shape.dim[0] == rows ||
           wgi_file_bad(f, 4, "%lld labels for %lld images", (long long)a->shape.dim[0], (long long)rows);
}

static bool class_numbers(const wgi_file *f, const wgi_array *a, const int32_t *y)
{
    for (size_t i = 0; i < a->count; i++)
        if (y[i] < 0)
            return wgi_file_bad(f, a->from + i * wgi_elements[a->element].size,
                                "label %d of row %zu is no class number", (int)y[i], i);
    return true;
}

static bool are_images(const wgi_file *f, const wgi_array *a)
{
    return a->shape.rank || wgi_file_bad(f, 3, "rank 0: there is no axis of rows");
}

/* Reads the labels of so many images; rows -1: images. */
static bool read_array(wg_context *c, wg_site here, const char *who, const char *path, int64_t rows,
                       wg_tensor *t)
{
    wgi_file f;
    wgi_array a;
    const bool labels = rows >= 0;
    const bool ok = wgi_file_open(&f, c, here, who, path) && wgi_idx_parse(&f, &a) &&
                    (labels ? are_labels(&f, &a, rows) : are_images(&f, &a)) &&
                    wgi_tensor_new(c, here, labels ? WG_I32 : wg_context_dtype(c), &a.shape, t) &&
                    fill(&a, !labels && a.element == WGI_U8 ? 255 : 1, t) &&
                    (!labels || class_numbers(&f, &a, t->data));
    wgi_file_free(&f);
    return ok;
}

static wg_data *read_pair(wg_context *c, wg_site here, const char *who, const char *images,
                          const char *labels, const char *about)
{
    wg_tensor x = { 0 }, y = { 0 };
    if (read_array(c, here, who, images, -1, &x) && read_array(c, here, who, labels, x.shape.dim[0], &y))
        return wgi_data_new(c, here, about, x, y);
    wg_free(c, x.data);
    wg_free(c, y.data);
    return NULL;
}

wg_data *wg_data_idx_at(wg_site here, wg_context *c, const char *images, const char *labels)
{
    if (!c) return wg_fail(NULL, here, WG_ERROR_USE, "data_idx: the context is NULL"), NULL;
    if (wg_failed(c)) return NULL;
    size_t size = strlen(images ? images : "") + strlen(labels ? labels : "") + 32;
    char *about = wg_alloc(c, size, 1);
    if (!about) return NULL;
    snprintf(about, size, "IDX files %s and %s", images ? images : "", labels ? labels : "");
    return read_pair(c, here, "data_idx", images, labels, about);
}

/* Finds "train-images-idx3-ubyte", or "train-images.idx3-ubyte" as some copies are called. */
static char *find_file(wg_context *c, wg_site here, const char *folder, const char *part, const char *kind)
{
    size_t size = strlen(folder) + 40;
    char *path = wg_alloc(c, size, 1), rank = strcmp(kind, "images") == 0 ? '3' : '1';
    if (!path) return NULL;
    for (const char *dot = "-."; *dot; dot++) {
        snprintf(path, size, "%s/%s-%s%cidx%c-ubyte", folder, part, kind, *dot, rank);
        if (access(path, R_OK) == 0) return path;
    }
    wg_fail(c, here, WG_ERROR_FILE,
            "data_mnist: %s has no %s-%s-idx%c-ubyte that can be read; tools/mnist.sh fetches MNIST into "
            "data/mnist",
            folder, part, kind, rank);
    wg_free(c, path);
    return NULL;
}

/* Lets the test part follow the training part of the same folder, in whichever order they are read. */
static wg_data *join_parts(wg_data *d, const char *folder, wg_mode part)
{
    const size_t size = strlen(folder) + 1;
    if (!d) return NULL;
    wg_data *other = wgi_data_part(d->c, folder, part == WG_EVAL ? WG_TRAIN : WG_EVAL);
    wg_data *test = part == WG_EVAL ? d : other, *train = part == WG_EVAL ? other : d;
    d->part = part == WG_EVAL ? WG_EVAL : WG_TRAIN;
    bool ok = (d->folder = wg_alloc(d->c, size, 1));
    if (ok) memcpy(d->folder, folder, size);
    if (ok && test && train && !test->like && !test->scale[WGI_X].mu && test->x_row == train->x_row)
        ok = wgi_data_take_scale(test, train);
    return ok ? d : (wg_data_free(d), NULL);
}

static wg_data *flat(wg_data *d)
{
    int64_t columns = 1;
    for (int k = 1; d && k < d->x.shape.rank; k++) columns *= d->x.shape.dim[k];
    if (d) d->x.shape = WG_SHAPE(d->now.rows, columns);
    return d;
}

wg_data *wg_data_mnist_at(wg_site here, wg_context *c, const char *folder, wg_mode part)
{
    if (!c) return wg_fail(NULL, here, WG_ERROR_USE, "data_mnist: the context is NULL"), NULL;
    if (wg_failed(c)) return NULL;
    const char *name = part == WG_EVAL ? "t10k" : "train";
    char *images = find_file(c, here, folder ? folder : "", name, "images");
    char *labels = images ? find_file(c, here, folder ? folder : "", name, "labels") : NULL;
    wg_data *d = NULL;
    if (labels)
        d = read_pair(
            c, here, "data_mnist", images, labels,
            "MNIST handwritten digits, 28 by 28 (Y. LeCun, C. Cortes, C. J. C. Burges), CC BY-SA 3.0");
    wg_free(c, images);
    wg_free(c, labels);
    return join_parts(flat(d), folder ? folder : "", part);
}
