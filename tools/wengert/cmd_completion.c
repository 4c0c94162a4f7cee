/* cmd_completion.c: the command completion. It prints a script for a shell. The script asks the command, by
 * --words, which words can follow: they come from the tables of commands and flags. */
#include <string.h>

#include "tool.h"

/* ---- the scripts ---- */

static const char bash_script[] = "_wengert() {\n"
                                  "    local IFS=$'\\n'\n"
                                  "    COMPREPLY=($(compgen -W \"$(\"${COMP_WORDS[0]}\" completion --words "
                                  "-- \"${COMP_WORDS[@]:1:COMP_CWORD}\""
                                  " 2>/dev/null | cut -f 1)\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n"
                                  "}\n"
                                  "complete -o default -F _wengert wengert\n";

static const char zsh_script[] =
    "#compdef wengert\n"
    "_wengert() {\n"
    "    local -a lines described\n"
    "    local line\n"
    "    lines=(\"${(@f)$(\"${words[1]}\" completion --words -- \"${(@)words[2,CURRENT]}\" 2>/dev/null)}\")\n"
    "    if [[ -z $lines[1] ]]; then _files; return; fi\n"
    "    for line in $lines; do described+=(\"${${line%%$'\\t'*}//:/\\\\:}:${line#*$'\\t'}\"); done\n"
    "    _describe -o wengert described\n"
    "}\n"
    "if [[ $funcstack[1] = _wengert ]]; then _wengert \"$@\"; else compdef _wengert wengert; fi\n";

static const char fish_script[] =
    "function __wengert_words\n"
    "    set -l words (commandline -opc) (commandline -ct)\n"
    "    $words[1] completion --words -- $words[2..-1] 2>/dev/null\n"
    "end\n"
    "complete -c wengert -n 'count (__wengert_words) >/dev/null' -f -a '(__wengert_words)'\n";

static const struct shell {
    const char *name, *script, *use;
} shells[] = {
    { "bash", bash_script, "source <(wengert completion bash)" },
    { "zsh", zsh_script, "source <(wengert completion zsh)" },
    { "fish", fish_script, "wengert completion fish | source" },
};
enum { SHELLS = sizeof shells / sizeof *shells };

/* ---- the words that can follow ---- */

static void put_word(const char *word, const char *help)
{
    printf("%s\t%.*s\n", word, (int)strcspn(help, "\n"), help);
}

/* Prints the words of "f32|f64". Values that are no such list have no words: the shell then offers files. */
static void put_choice(const flag *f)
{
    const char *at = f->value;
    if (!strchr(at, '|')) return;
    for (size_t n; *at; at += n + (at[n] == '|')) {
        n = strcspn(at, "|");
        printf("%.*s\t%s\n", (int)n, at, f->help);
    }
}

static void put_operands(const command *c)
{
    if (c == &cmd_completion)
        for (int i = 0; i < SHELLS; i++) put_word(shells[i].name, shells[i].use);
    if (c == &cmd_help) {
        for (int i = 0; command_at(i); i++) put_word(command_at(i)->name, command_at(i)->summary);
        put_word("language", "how programs are written");
    }
    if (c == &cmd_ops)
        for (int i = 0; i < wg_op_count(); i++)
            if (wg_op_at(i)->summary && wg_op_at(i)->kind != WG_LEAF)
                put_word(wg_op_at(i)->name, wg_op_at(i)->summary);
    for (int i = 0; c == &cmd_ops && i < wgx_builtin_count(); i++)
        if (!wg_op_find(wgx_builtin_at(i).name)) put_word(wgx_builtin_at(i).name, wgx_builtin_at(i).summary);
}

/* The flag that is the word: --dtype, or -e. NULL: the word is none, or the flag has no value. */
static const flag *flag_with_value(const command *c, const char *word)
{
    const flag *f;
    for (int i = 0; (f = command_flag(c, i)); i++) {
        const bool is_long = word[0] == '-' && word[1] == '-' && !strcmp(word + 2, f->name);
        const bool is_short = word[0] == '-' && f->letter && word[1] == f->letter && !word[2];
        if ((is_long || is_short) && f->value) return f;
    }
    return NULL;
}

/* word: the last operand, which is being typed. */
static void put_words(const args *a)
{
    const int n = a->operands;
    const char *word = n ? a->operand[n - 1] : "";
    const command *c = n > 1 ? command_find(a->operand[0]) : NULL;
    const flag *before = c ? flag_with_value(c, a->operand[n - 2]) : NULL;
    if (n < 2)
        for (int i = 0; command_at(i); i++) put_word(command_at(i)->name, command_at(i)->summary);
    if (before) put_choice(before);
    else if (c && word[0] != '-') put_operands(c);
    if (!c || before || word[0] != '-') return;
    for (int i = 0; command_flag(c, i); i++) {
        char flag_word[80];
        snprintf(flag_word, sizeof flag_word, "--%s", command_flag(c, i)->name);
        put_word(flag_word, command_flag(c, i)->help);
    }
}

/* ---- the command ---- */

static int completion(const args *a)
{
    if (args_has(a, "words") && a->json) return tool_wrong(a, "completion: --words or --json, not both");
    if (args_has(a, "words")) return put_words(a), EXIT_DONE;
    const char *name = a->operands ? a->operand[0] : "";
    for (int i = 0; i < SHELLS; i++)
        if (!strcmp(name, shells[i].name) && a->json) return json_only_text("script", shells[i].script);
        else if (!strcmp(name, shells[i].name))
            return fputs(shells[i].script, stdout) < 0 ? EXIT_OTHER : EXIT_DONE;
    return tool_wrong(a, "completion: '%s' is no shell that it knows: bash, zsh or fish", name);
}

static const flag completion_flags[] = {
    { 0, "words", NULL,
      "instead: what can stand for the last word of the line that follows --, with its help" },
    { 0, NULL, NULL, NULL },
};

const command cmd_completion = {
    "completion",
    "completion bash|zsh|fish",
    "A script with which a shell completes commands and flags.",
    { completion_flags },
    "  source <(wengert completion bash)\n"
    "  wengert completion --words -- eval --dtype ''\n",
    completion,
};
