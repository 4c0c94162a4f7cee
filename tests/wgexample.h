/* wgexample.h: runs the programs of examples/ as a user does, and reads numbers from what they print.
 * build/tests/tools/NAME runs build/examples/EXAMPLE. Where this build has no examples, it runs those of
 * WG_BUILD. */
#ifndef WGEXAMPLE_H
#define WGEXAMPLE_H

enum { WGT_TEXT = 1 << 16 }; /* room for what an example prints */

/* Each returns the exit status; text gets output and errors. */
int wgt_example(const char *name, const char *arguments, char text[WGT_TEXT]);
int wgt_example_at(const char *name, const char *arguments, const char *dir, char text[WGT_TEXT]);
/* In a new directory, which it leaves behind in dir (64 bytes). */
int wgt_example_in(const char *name, const char *arguments, char *dir, char text[WGT_TEXT]);

/* Lines of the source; -1 where the sources are not here: an out-of-tree run. */
int wgt_example_lines(const char *name);

/* The number after the last `label` in the text; NaN: there is none. */
double wgt_last_number(const char *text, const char *label);
int wgt_count_of(const char *text, const char *what);

#endif
