# odd_calls.awk: from the preprocessed public headers, C code that calls each function of the library with
# arguments that test_odd_calls.c chooses. A function that is added to a header needs no edit here.
#
# Each argument, and each field of a struct of arguments or options, is a slot. ODD(word, k) is the value of
# slot k, of the type that the word stands for. The table `calls` has the words of each function, the names of
# the slots that are options, and the call as a text, from which tests/fuzz/fuzz_api.c prints programs.

BEGIN {
    # Those that end what a test stands on, take what the library alone makes, give what another library
    # frees, or have a format.
    n = split("wg_finish wg_start_at wg_free wg_fail wg_warn wg_rule_fail wg_rule_who wg_rule_shape " \
              "wg_rule_float wg_rule_rank wg_rule_axis wg_rule_axes wg_options_fit wg_rule_broadcast " \
              "wg_fault_at wg_fault_number wg_alloc wg_user_call_begin " \
              "wg_user_call_end wg_draw_agraph_at", list, " ")
    for (i = 1; i <= n; i++) left_out[list[i]] = 1
    # What pointers may point to.
    n = split("wg_context wg_graph wg_params wg_optim wg_data wg_program wg_figure wg_panel wg_series " \
              "wg_check wg_plan wg_average wg_nn_cache wg_snapshot wg_op char FILE double float int64_t " \
              "int wg_shape wg_init wg_given wg_tensor wg_batch wg_limits wg_mean " \
              "wg_node wg_save_checks wg_node_mark wg_optim_setting", list, " ")
    for (i = 1; i <= n; i++) known[list[i]] = 1
    # Objects that calls make and free.
    n = split("wg_graph wg_params wg_optim wg_data wg_program wg_figure wg_panel wg_series wg_check " \
              "wg_plan wg_average wg_nn_cache wg_snapshot", list, " ")
    for (i = 1; i <= n; i++) object[list[i]] = 1
    RS = ";"
}

# A statement ends at a semicolon outside of braces.
{
    statement = statement $0
    open += gsub(/{/, "{") - gsub(/}/, "}")
    if (open > 0) { statement = statement ";"; next }
    gsub(/[ \t\n]+/, " ", statement)
    if ((at = index(statement, "typedef struct wg_")) && index(statement, "{"))
        take_struct(substr(statement, at))
    else if ((at = index(statement, "visibility(\"default\")))"))) take_function(substr(statement, at + 24))
    statement = ""
}

function trim(s) { gsub(/^ +| +$/, "", s); return s }

# The word of a type. counts: it says how many elements the array before it has, so it must not be larger.
function word_of(type, counts)
{
    gsub(/_Bool/, "truth", type)
    gsub(/wg_maybe/, "int", type)
    gsub(/const| /, "", type)
    if (type ~ /\(|\*\*|wg_(names|ends|progress_fn|each_fn)$/) return "nothing"
    if (counts && type ~ /^(int|size_t|int64_t)$/) return "count"
    if (type !~ /\*$/) return type
    sub(/\*$/, "", type)
    return type in known ? "p_" type : "nothing"
}

function is_array(type)
{
    return type ~ /\*/ && type !~ /char|void|wg_(params|data|graph|context|op|.*_opts|.*_args) /
}

function take_struct(s,    name, field, part, n, m, i, k, type)
{
    name = s; sub(/^typedef struct /, "", name); sub(/ ?{.*/, "", name)
    if (name !~ /_(args|opts)$/ && name != "wg_pattern") return
    sub(/^[^{]*{/, "", s); sub(/}[^}]*$/, "", s)
    gsub(/ *__attribute__ *\(\(aligned\(8\)\)\)/, "", s)
    fields[name] = given[name] = 0
    begins[name] = s ~ /size_t mark/ ? "WG_OPTS(" name ")" : "{ 0 }"
    n = split(s, field, ";")
    for (i = 1; i <= n; i++) {
        if (field[i] ~ /an_option_needs_its_name/ && begins[name] !~ /OPTS/) given[name] = fields[name]
        if (field[i] ~ /no_name_before_operands/) behind[name] = fields[name]
        if (field[i] ~ /an_option_needs_its_name|no_name_before|size_t mark|\(|reserved|{|\[/) continue
        m = split(field[i], part, ",")
        for (k = 1; k <= m; k++) {
            part[k] = trim(part[k])
            if (part[k] == "") continue
            if (k == 1) { type = part[1]; sub(/[A-Za-z_0-9]+$/, "", type) }
            sub(/^.*[ *]/, "", part[k])
            field_name[name, ++fields[name]] = part[k]
            field_type[name, fields[name]] = type
            if (name in behind) given[name]++
        }
    }
}

# Cuts a list of parameters at the commas outside of brackets.
function cut(list, into,    i, ch, depth, n, text)
{
    for (i = 1; i <= length(list); i++) {
        ch = substr(list, i, 1)
        depth += (ch == "(") - (ch == ")")
        if (ch == "," && !depth) { into[++n] = trim(text); text = "" }
        else text = text ch
    }
    if (trim(text) != "" && trim(text) != "void") into[++n] = trim(text)
    return n + 0
}

# Operands stand before the options, or in a struct with a mark behind them.
function is_operand(struct, i) { return struct in behind ? i > behind[struct] : i <= given[struct] }

# needed: without it the call means nothing. option: the name of a field that may be left out.
function slot(word, needed, option)
{
    slots = slots (count ? ", " : "") "SLOT_" word
    options = options (count ? ", " : "") (option == "" ? "NULL" : "\"" option "\"")
    needs = needs (needed ? "1" : "0")
    used[word] = 1
    return count++
}

# Sets the fields of the struct `name`, an argument. within: "x." of options in options.
function set_fields(struct, name, within,    i, word, before, code)
{
    for (i = 1; i <= fields[struct]; i++) {
        word = trim(field_type[struct, i])
        if (word in fields) {
            code = code set_fields(word, name "." field_name[struct, i], field_name[struct, i] ".")
            continue
        }
        word = field_name[struct, i] == "parts" ? "count" : word_of(field_type[struct, i], before)
        before = is_array(field_type[struct, i])
        if (word == "nothing" || word == "p_void") continue
        # A function says what is meant: without it the rest of the options means nothing.
        operand = is_operand(struct, i)
        code = code "\n    " (!operand && word != "wg_field" ? "if (!LEFT_OUT(" count ")) " : "") \
               name "." field_name[struct, i] " = GIVEN(" word ", " \
               slot(word, operand, operand ? "" : within field_name[struct, i]) ", " \
               (operand ? "true" : "false") ");"
    }
    return code
}

function take_function(s,    name, result, list, arg, n, a, type, struct, before, locals, pass, word, \
                       pointer, code, made, rows)
{
    sub(/ ?__attribute__.*$/, "", s)
    name = trim(s); sub(/\(.*/, "", name); result = name
    sub(/.*[ *]/, "", name); sub(/[A-Za-z_0-9]+$/, "", result)
    if (name in left_out) return
    list = substr(s, index(s, "(") + 1); sub(/\) *$/, "", list)
    n = cut(list, arg)
    slots = needs = options = locals = pass = before = ""; count = operands = 0; rows = "NULL"
    for (a = 1; a <= n; a++) {
        type = arg[a]
        if (type ~ /\]$/) { sub(/[A-Za-z_0-9]+\[[^\]]*\]$/, "*", type) }
        else if (type !~ /\(/) sub(/[A-Za-z_0-9]+$/, "", type)
        struct = type; gsub(/const|\*| /, "", struct)
        pass = pass (a > 1 ? ", " : "")
        if (struct in fields) {
            pointer = type ~ /\*/ ? slot("struct", given[struct]) : -1
            operands = given[struct]
            if (begins[struct] ~ /OPTS/) rows = "\"" struct "\""
            locals = locals "\n    " struct " a" a " = " begins[struct] ";" set_fields(struct, "a" a)
            pass = pass (pointer < 0 ? "a" a : "ODD(struct, " pointer ") ? NULL : &a" a)
            before = 0
            continue
        }
        word = word_of(type, before)
        before = is_array(type)
        if (type ~ /(^| )char ?\*/ && type !~ /const/) { word = "buffer"; before = 1 }
        pass = pass (word == "nothing" ? "NULL" : "ODD(" word ", " slot(word, 1) ")")
    }
    code = name "(" pass ")"
    made = result; gsub(/[ *]/, "", made)
    if (trim(result) == "wg_node") code = "use(w, " code ");"
    else if (made == "double") code = "use_number(w, " code ");"
    else if (made == "char" && name ~ /_at$/) code = "use_text(w, " code ");"
    else if (made in object) code = "keep(w, OBJECT_" made ", " code ");"
    else if (name ~ /_free$|^wg_check_passes/ && word ~ /^p_wg_/ && substr(word, 3) in object) {
        struct = "ODD(" word ", " count - 1 ")"
        sub(/ODD\([a-z_]*, [0-9]*\)$/, "gone", pass)
        code = "void *gone = " struct "; forget(w, gone); " name "(" pass "); renew(w);"
    }
    else code = "(void)" code ";"
    code = locals "\n    " code
    print "static void call_" name "(world *w, const choice *t)\n{\n    (void)w, (void)t;" code "\n}"
    gsub(/if \(!LEFT_OUT\([0-9]*\)\) /, "", code)
    gsub(/\n */, " ", code)
    gsub(/"/, "\\\"", code)
    table = table "    { \"" name "\", call_" name ", \"" substr(code, 2) "\", " count ", \"" needs "\", " \
            "(const slot_word[]){ " (count ? slots : "SLOT_none") " }, (const char *const[]){ " \
            (count ? options : "NULL") " }, " operands ", " \
            (trim(result) == "wg_node" ? "true" : "false") ", " rows " },\n"
}

END {
    printf "static const odd_call calls[] = {\n%s};\n", table
    for (word in used) words = words (words == "" ? "" : " ") "X(" word ")"
    print "#define WORDS(X) " words > words_file
}
