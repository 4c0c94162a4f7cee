/* data_idx.c: data sets from pairs of IDX files, and the four files of MNIST. */
#include "data/dataset.h"
#include "files/idx.h"

#include <string.h>
#include <unistd.h>

/* Bytes become 0..1, other elements keep their values; both in the context's float dtype. */
static double value_of(const wgi_idx *x, size_t i)
{
    if (x->element == WGI_U8) return x->from[i] / 255.0;
    return wgi_element_value(x->element, true, x->from + i * wgi_element_size(x->element));
}

static bool read_images(wg_context *c, const char *who, const char *path, wg_tensor *t)
{
    wgi_file f;
    wgi_idx x;
    bool ok = wgi_file_read(&f, c, who, path) && wgi_idx_parse(&f, &x);
    if (ok && x.shape.rank == 0) ok = wgi_file_bad(&f, 3, "rank 0: there is no axis of rows");
    ok = ok && wgi_tensor_new(c, wg_context_dtype(c), &x.shape, t);
    for (size_t i = 0; ok && i < x.count; i++)
        if (t->dtype == WG_F32) ((float *)t->data)[i] = (float)value_of(&x, i);
        else ((double *)t->data)[i] = value_of(&x, i);
    wgi_file_free(&f);
    return ok;
}

static bool class_numbers(const wgi_file *f, const wgi_idx *x, const int32_t *y)
{
    for (size_t i = 0; i < x->count; i++)
        if (y[i] < 0)
            return wgi_file_bad(f, x->start + i * wgi_element_size(x->element),
                                "label %d of row %zu is no class number", (int)y[i], i);
    return true;
}

static bool read_labels(wg_context *c, const char *who, const char *path, int64_t rows, wg_tensor *t)
{
    wgi_file f;
    wgi_idx x;
    bool ok = wgi_file_read(&f, c, who, path) && wgi_idx_parse(&f, &x);
    if (ok && x.shape.rank != 1) ok = wgi_file_bad(&f, 3, "labels have rank 1, not %d", x.shape.rank);
    if (ok && wgi_element_dtype(x.element) != WG_I32)
        ok = wgi_file_bad(&f, 2, "labels are integers, not floats");
    if (ok && x.shape.dim[0] != rows)
        ok = wgi_file_bad(&f, 4, "%lld labels for %lld images", (long long)x.shape.dim[0], (long long)rows);
    ok = ok && wgi_tensor_new(c, WG_I32, &x.shape, t);
    if (ok) wgi_element_read(x.element, true, x.from, x.count, t->data);
    ok = ok && class_numbers(&f, &x, t->data);
    wgi_file_free(&f);
    return ok;
}

static wg_data *read_pair(wg_context *c, const char *who, const char *images, const char *labels,
                          const char *about)
{
    wg_tensor x = { 0 }, y = { 0 };
    if (read_images(c, who, images, &x) && read_labels(c, who, labels, x.shape.dim[0], &y))
        return wgi_data_new(c, about, x, y);
    wg_free(c, x.data);
    wg_free(c, y.data);
    return NULL;
}

wg_data *wg_data_idx(wg_context *c, const char *images, const char *labels)
{
    if (wg_failed(c)) return NULL;
    size_t size = strlen(images ? images : "") + strlen(labels ? labels : "") + 32;
    char *about = wg_alloc(c, size, 1);
    if (!about) return NULL;
    snprintf(about, size, "IDX files %s and %s", images ? images : "", labels ? labels : "");
    return read_pair(c, "data_idx", images, labels, about);
}

/* "train-images-idx3-ubyte", or as some copies are called, "train-images.idx3-ubyte". */
static char *find_file(wg_context *c, const char *folder, const char *part, const char *kind)
{
    size_t size = strlen(folder) + 40;
    char *path = wg_alloc(c, size, 1);
    if (!path) return NULL;
    for (const char *dot = "-."; *dot; dot++) {
        snprintf(path, size, "%s/%s-%s%c%s-ubyte", folder, part, kind, *dot,
                 strcmp(kind, "images") == 0 ? "idx3" : "idx1");
        if (access(path, R_OK) == 0) return path;
    }
    wg_fail(c, NULL, WG_ERROR_FILE,
            "data_mnist: %s has no %s-%s-idx%c-ubyte that can be read; tools/mnist.sh fetches MNIST into "
            "data/mnist",
            folder, part, kind, strcmp(kind, "images") == 0 ? '3' : '1');
    wg_free(c, path);
    return NULL;
}

static wg_data *flat(wg_data *d)
{
    int64_t columns = 1;
    for (int k = 1; d && k < d->x.shape.rank; k++) columns *= d->x.shape.dim[k];
    if (d) d->x.shape = WG_SHAPE(d->rows, columns);
    return d;
}

wg_data *wg_data_mnist(wg_context *c, const char *folder, wg_mode part)
{
    if (wg_failed(c)) return NULL;
    const char *name = part == WG_EVAL ? "t10k" : "train";
    char *images = find_file(c, folder ? folder : "", name, "images");
    char *labels = images ? find_file(c, folder ? folder : "", name, "labels") : NULL;
    wg_data *d = NULL;
    if (labels)
        d = read_pair(
            c, "data_mnist", images, labels,
            "MNIST handwritten digits, 28 by 28 (Y. LeCun, C. Cortes, C. J. C. Burges), CC BY-SA 3.0");
    wg_free(c, images);
    wg_free(c, labels);
    return flat(d);
}
