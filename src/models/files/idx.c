/* idx.c: the IDX format of the MNIST files (Y. LeCun). A file is: two zero bytes, the type of the
 * elements, the rank, the sizes as big-endian u32, the elements, big-endian and row-major. Signed
 * bytes and shorts are read as i32, the dtype of class numbers. */
#include "files/formats.h"
#include "wengert/data.h"
#include "wgx/data.h"

static wgi_element element_of(unsigned char type)
{
    int e = WGI_ELEMENTS - 1;
    while (e > WGI_NO_ELEMENT && (!type || wgi_elements[e].idx != type)) e--;
    return (wgi_element)e;
}

static bool read_magic(const wgi_file *f, wgi_array *a)
{
    const unsigned char *b = f->bytes;
    if (f->size < 4) return wgi_file_bad(f, f->size, "the file ends inside the first 4 bytes");
    if (b[0] == 0x1F && b[1] == 0x8B) return wgi_file_bad(f, 0, "this is a gzip file: decompress it first");
    if (b[0] || b[1])
        return wgi_file_bad(f, 0, "no IDX file: it begins with %02x %02x, not 00 00", b[0], b[1]);
    a->element = element_of(b[2]);
    if (!a->element) return wgi_file_bad(f, 2, "unknown element type 0x%02x", b[2]);
    if (b[3] > WG_MAX_RANK) return wgi_file_bad(f, 3, "rank %d is above %d", b[3], WG_MAX_RANK);
    a->shape.rank = b[3];
    return true;
}

/* The header is among the first bytes, which are there. */
bool wgi_idx_parse(wgi_file *f, wgi_array *a)
{
    *a = (wgi_array){ .big_endian = true };
    if (!read_magic(f, a)) return false;
    size_t start = 4 + 4 * (size_t)a->shape.rank;
    if (f->size < start) return wgi_file_bad(f, f->size, "the file ends inside the %d sizes", a->shape.rank);
    for (int k = 0; k < a->shape.rank; k++)
        a->shape.dim[k] = (int64_t)wgi_number_at(f->bytes + 4 + 4 * k, 4, true);
    return wgi_array_place(f, start, a);
}

wg_tensor wg_idx_read_at(wg_site here, wg_context *c, const char *path)
{
    return wgi_array_of_file(here, c, "idx_read", path, wgi_idx_parse);
}
