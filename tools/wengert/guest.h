/* guest.h: what the files of strangers may make the command do. SECURITY.md has the table of it; what the
 * code allows to such a file it asks here. Programs (.wg, -e) and the words of the command line are the
 * user's own. */
#ifndef GUEST_H
#define GUEST_H

#include "tool.h"

/* The flag of draw, n bytes, in a block of a lesson. Each of them names no file. NULL: it may not stand
 * there. */
const flag *guest_flag(const char *name, size_t n);
/* Whether a page may link there: http, https, a place in a page, or a file by a relative address. A browser
 * runs what stands in javascript: and data:. */
bool guest_address(const char *address, size_t n);
/* The first byte that no text file has: a control character that is no tab or end of a line, or what is no
 * UTF-8. A terminal obeys such bytes. NULL: there is none. */
const char *guest_byte(const char *text, size_t n);
/* The text of a file that a training has left, at most 64 MiB, without such bytes; free() it. NULL: there is
 * no such regular file, or it is a link. */
char *guest_text(const char *path);
/* The files of a folder that `wengert train -o` writes; NULL at the end. */
extern const char *const guest_files[];
/* Whether the path, one of such a file, is a regular file or not there. False: after a message. */
bool guest_file(const args *a, const char *path);
/* Whether each of them that is there is a regular file: a link could lead to another file of the user. False:
 * after a message. */
bool guest_folder(const args *a, const char *folder);
/* Whether a flag of FLAGS_FILE with this value names no file, or one in the folder `around`. False: after a
 * message. */
bool guest_kept(const args *a, const char *around, const char *name, const char *value);
/* The folder around a file or folder; free() it. NULL: out of memory. */
char *guest_around(const char *path);
/* The program reads data in the folder alone, unless --trust is given. */
void guest_limit(wg_program *q, const args *a, const char *folder);

#endif
