/* latex.c: what latex.h promises. */
#include "latex.h"

#include <stdlib.h>
#include <string.h>

#include "picture.h"

void latex_needed(const char *files)
{
    wgt_needs("pdflatex");
    char command[300];
    snprintf(command, sizeof command, "kpsewhich %s | wc -l | grep -qx %d", files, 1 + pic_count(files, " "));
    if (system(command) != 0) cr_skip_test("pdflatex with %s is not here", files);
}

int latex_pages(const char *document)
{
    char command[2000], *main = pic_path("main.tex"), *log = pic_path("main.log");
    pic_write(main, document, 0600);
    snprintf(
        command, sizeof command,
        "cd '%s' && timeout 1000 pdflatex -interaction=nonstopmode -halt-on-error -no-shell-escape main.tex "
        ">said.txt 2>&1",
        pic_directory());
    const int status = system(command);
    char *said = pic_read(log), *mistake = said ? strstr(said, "\n! ") : NULL,
         *at = said ? strstr(said, "main.pdf (") : NULL;
    cr_assert_eq(status, 0, "%.1000s", mistake ? mistake : "no log");
    const int pages = at ? atoi(at + 10) : -1;
    return pages;
}

int latex_pages_of_picture(const char *tikz, const char *class)
{
    const bool slides = strcmp(class, "beamer") == 0;
    char *path = pic_path("picture.tex"), text[600];
    pic_write(path, tikz, 0600);
    snprintf(text, sizeof text,
             "\\documentclass{%s}\\usepackage{tikz,amsmath}\\begin{document}%s\\resizebox{\\linewidth}{!}{"
             "\\input{picture}}%s\\end{document}\n",
             class, slides ? "\\begin{frame}" : "", slides ? "\\end{frame}" : "");
    return latex_pages(text);
}

wg_node latex_hostile_graph(wg_context *c)
{
    static const char *const names[] = { "a_b{}%$#&~^\\",
                                         "x\ny\x01",
                                         "\\input{/etc/passwd}",
                                         "日本ж",
                                         "é«þÐ",
                                         "}\\end{document}",
                                         "\"\\\"'`<>|",
                                         "a\xff_1",
                                         "x_1_2",
                                         "_x",
                                         "%",
                                         "$",
                                         "θ",
                                         "â",
                                         "Σ_1",
                                         "🙂",
                                         "x̂",
                                         "θ̂",
                                         "W_θ",
                                         "ŷ_2",
                                         "theta_hat",
                                         "xβ",
                                         "ℝ",
                                         "∂L",
                                         "a′",
                                         "x²",
                                         "z⁽²⁾",
                                         "ąęđ",
                                         "ŠščřĦ",
                                         "a b",
                                         "-",
                                         "1x",
                                         "[0]",
                                         "½",
                                         "Ελ",
                                         "𝐖",
                                         "“q”",
                                         "a…b—",
                                         "\\",
                                         "{",
                                         "^",
                                         "a|b",
                                         "✓↑" };
    wg_graph *g = wg_graph_new(c);
    double v = 0.5;
    wg_node sum = wg_none;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        wg_scope_push(g, names[i]);
        wg_node x = wg_input(g, names[i], wg_view_f64(&v, WG_SCALAR)), s = wg_sigmoid(x);
        wg_name(s, names[sizeof names / sizeof *names - 1 - i]);
        wg_scope_pop(g);
        sum = wg_node_ok(sum) ? wg_add(sum, s) : s;
    }
    return sum;
}
