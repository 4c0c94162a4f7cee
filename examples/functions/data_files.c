/* data_files.c: data in files. These functions read IDX files and words in CSV files. wg_data_idx scales
 * bytes to 0 .. 1, wg_idx_read does not. Words become class numbers in alphabetical order, with numbers
 * before words. */
#include <wengert/wengert.h>

static void write_file(const char *path, const void *bytes, size_t n)
{
    FILE *f = fopen(path, "wb");
    if (f) fwrite(bytes, 1, n, f), fclose(f);
}

int main(void)
{
    wg_context *c = wg_start();
    /* IDX: two zeros, 8 for bytes, the number of axes, each size in four bytes, then the elements. */
    const unsigned char images[] = { 0, 0, 8, 3, 0, 0,  0,   2,   0,   0,   0, 2,
                                     0, 0, 0, 2, 0, 51, 102, 153, 204, 255, 0, 51 };
    const unsigned char labels[] = { 0, 0, 8, 1, 0, 0, 0, 2, 7, 3 };
    write_file("images.idx", images, sizeof images);
    write_file("labels.idx", labels, sizeof labels);
    wg_tensor t = wg_idx_read(c, "images.idx");
    char shape[32];
    printf("as read: %s %s, the last element is %g\n", wg_dtype_name(t.dtype),
           wg_shape_text(t.shape, shape, sizeof shape), wg_tensor_item(&t, 7));
    wg_data *d = wg_data_idx(c, "images.idx", "labels.idx");
    t = wg_data_x(d);
    printf("as data: %s %s, the last element is %g,", wg_dtype_name(t.dtype),
           wg_shape_text(t.shape, shape, sizeof shape), wg_tensor_item(&t, 7));
    t = wg_data_y(d);
    printf(" classes %g and %g\n", wg_tensor_item(&t, 0), wg_tensor_item(&t, 1));

    const char text[] = "length,kind\n5.1,setosa\n7.0,versicolor\n4.9,setosa\n6.3,10\n";
    write_file("plants.csv", text, sizeof text - 1);
    d = wg_data_csv(c, "plants.csv", .y = "kind", .type = "kind=word");
    t = wg_data_y(d);
    for (int i = 0; i < 4; i++) printf("row %d: class %g\n", i, wg_tensor_item(&t, i));
    for (int k = 0; *wg_data_class(d, k); k++) printf("class %d is %s\n", k, wg_data_class(d, k));
    return wg_finish(c, stderr);
}
