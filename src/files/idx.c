/* idx.c: the IDX format of the MNIST files (Y. LeCun): two zero bytes, the elements' type, the rank, the sizes as big-endian
 * u32, then the elements, big-endian, row-major. Bytes and shorts become i32, the dtype for class numbers. */
#include "files/idx.h"

static wgi_element element_of(unsigned char type)
{
    switch (type) {
    case 0x08: return WGI_U8;
    case 0x09: return WGI_I8;
    case 0x0B: return WGI_I16;
    case 0x0C: return WGI_I32;
    case 0x0D: return WGI_F32;
    case 0x0E: return WGI_F64;
    default: return WGI_NO_ELEMENT;
    }
}

static bool read_magic(const wgi_file *f, wgi_idx *x)
{
    const unsigned char *b = f->bytes;
    if (f->size < 4) return wgi_file_bad(f, f->size, "the file ends inside the first 4 bytes");
    if (b[0] == 0x1F && b[1] == 0x8B) return wgi_file_bad(f, 0, "this is a gzip file: decompress it first");
    if (b[0] || b[1])
        return wgi_file_bad(f, 0, "no IDX file: it begins with %02x %02x, not 00 00", b[0], b[1]);
    x->element = element_of(b[2]);
    if (!x->element) return wgi_file_bad(f, 2, "unknown element type 0x%02x", b[2]);
    if (b[3] > WG_MAX_RANK) return wgi_file_bad(f, 3, "rank %d is above %d", b[3], WG_MAX_RANK);
    x->shape.rank = b[3];
    return true;
}

static bool read_sizes(const wgi_file *f, wgi_idx *x)
{
    x->start = 4 + 4 * (size_t)x->shape.rank;
    if (f->size < x->start)
        return wgi_file_bad(f, f->size, "the file ends inside the %d sizes", x->shape.rank);
    for (int k = 0; k < x->shape.rank; k++) {
        const unsigned char *b = f->bytes + 4 + 4 * k;
        x->shape.dim[k] = (int64_t)b[0] << 24 | (int64_t)b[1] << 16 | (int64_t)b[2] << 8 | (int64_t)b[3];
    }
    return true;
}

bool wgi_idx_parse(const wgi_file *f, wgi_idx *x)
{
    char text[200];
    size_t bytes;
    *x = (wgi_idx){ 0 };
    if (!read_magic(f, x) || !read_sizes(f, x)) return false;
    wg_shape_text(x->shape, text, sizeof text);
    if (!wgi_shape_bytes(&x->shape, wgi_element_size(x->element), &bytes))
        return wgi_file_bad(f, 4, "the sizes %s are more than can be counted", text);
    if (bytes != f->size - x->start)
        return wgi_file_bad(f, x->start, "the sizes %s need %zu bytes from here, the file has %zu", text,
                            bytes, f->size - x->start);
    x->count = bytes / wgi_element_size(x->element);
    x->from = f->bytes + x->start;
    return true;
}

wg_tensor wg_idx_read(wg_context *c, const char *path)
{
    wgi_file f;
    wgi_idx x;
    wg_tensor t = { 0 };
    if (wgi_file_read(&f, c, "idx_read", path) && wgi_idx_parse(&f, &x) &&
        wgi_tensor_new(c, wgi_element_dtype(x.element), &x.shape, &t))
        wgi_element_read(x.element, true, x.from, x.count, t.data);
    wgi_file_free(&f);
    return t;
}
