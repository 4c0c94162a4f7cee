/* latex.h: what the tests of LaTeX share. */
#ifndef LATEX_H
#define LATEX_H

#include "wengert/graph.h"

/* Skips the test where pdflatex or one of these files is not installed: "tikz.sty beamer.cls". */
void latex_needed(const char *files);
/* Compiles a document in the folder of picture.h, with no command that it could run. How many pages it has;
 * an error of LaTeX fails the test. */
int latex_pages(const char *document);
/* The same for a picture as TikZ, in a document of the class article or beamer. */
int latex_pages_of_picture(const char *tikz, const char *class);
/* A scalar whose nodes have names that LaTeX would read as commands, or has no letters for. */
wg_node latex_hostile_graph(wg_context *c);

#endif
