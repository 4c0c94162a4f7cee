"""Places in a source file at which a small mistake can be made."""
import collections, re

SWAP = {"+": "-", "-": "+", "*": "/", "/": "*", "<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=",
        "!=": "==",
        "&&": "||", "||": "&&", "+=": "-=", "-=": "+="}
TOKEN = re.compile(r'/\*.*?\*/|"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])+\''
                   r'|[A-Za-z_]\w*|(?:\d|\.\d)(?:[eEpP][+-]|[\w.])*'
                   r'|->|\+\+|--|<<=|>>=|<<|>>|[-+*/%&|^<>=!]=|&&|\|\||[^\s\w]', re.S)
STOP = {",", ";", "{", "}", "?", ":", "=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=",
        "return", "case", "else", "do", "goto"}
KEYWORDS = {"if", "else", "for", "while", "do", "switch", "case", "default", "return", "goto", "break",
            "continue",
            "static", "const", "typedef", "struct", "enum", "union", "extern", "_Static_assert"}
OPEN, CLOSE = "([{", ")]}"

Site = collections.namedtuple("Site", "file start end kind wrong line")


def blank(text):
    """The text with blanks in place of the preprocessor's lines and of samples, which are the tests' own
    data."""
    def spaces(m): return re.sub(r"[^\n]", " ", m.group())
    text = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", spaces, text, flags=re.M)
    lists = r"^(?:\w*SAMPLES|\w*ERRORS|(?!DEFINE_)\w+_OP)\(.*?\);$"
    functions = r"^(?:ERROR_)?SAMPLE\(.*?^\}|^(?:ERROR_)?SAMPLE\([^\n]*|^static [^\n]*sample[^\n;]*\n\{.*?^\}"
    return re.sub(f"{lists}|{functions}", spaces, text, flags=re.M | re.S)


def tokens_of(code):
    """The tokens of a text, with their places."""
    return [(m.group(), m.start(), m.end()) for m in TOKEN.finditer(code) if not m.group().startswith("/*")]


def region(tokens, i):
    """The first and last token of the expression around token i."""
    ends = []
    for step, enter, leave in ((-1, CLOSE, OPEN), (1, OPEN, CLOSE)):
        depth, j = 0, i
        while 0 <= j + step < len(tokens):
            t = tokens[j + step][0]
            if t in leave and depth == 0 or depth == 0 and t in STOP: break
            depth += (t in enter) - (t in leave)
            j += step
        ends.append(j)
    return ends


def sites_of(file):
    text = open(file).read()
    tokens = tokens_of(blank(text))
    braces = parens = 0
    for i, (t, start, end) in enumerate(tokens):
        def site(kind, first, last, wrong):
            a, b = tokens[first][1], tokens[last][2]
            return Site(file, a, b, kind, wrong, text.count("\n", 0, start) + 1)
        braces += (t == "{") - (t == "}")
        parens += (t == "(") - (t == ")")
        if braces == 0: continue
        before = tokens[i - 1][0]
        if t in SWAP and text[start - 1].isspace() and text[end].isspace():
            first, last = region(tokens, i)
            a, b = tokens[first][1], tokens[last][2]
            if t in ("+=", "-="):
                first, last = i, i
                while tokens[first - 1][0] not in (";", "{", "}", ")", "else"): first -= 1
                while tokens[last][0] not in (";", ")"): last += 1
                if tokens[last][0] != ";" or parens: continue
                a, b = tokens[first][1], tokens[last][2]
                yield site("assign", first, last, text[a:start] + SWAP[t] + text[end:b])
            else:
                yield site(f"{t} is {SWAP[t]}", first, last, text[a:start] + SWAP[t] + text[end:b])
        elif re.fullmatch(r"\d+(\.\d*)?", t):
            wrong = {"0": "1", "1": "0"}.get(t, f"({t} + 1)")
            yield site(f"{t} is {wrong}", i, i, wrong)
        elif t == "(" and before == "if":
            first, last = region(tokens, i + 1)
            a, b = tokens[i + 1][1], tokens[last][2]
            if tokens[last + 1][0] == ")": yield site("negated", i + 1, last, f"!({text[a:b]})")
        elif before in (";", "{", "}") and parens == 0 and re.match(r"[A-Za-z_*]", t) and t not in KEYWORDS:
            last = i
            while tokens[last][0] not in ";{}": last += 1
            if tokens[last][0] == ";" and (tokens[i + 1][0] in "([.+"
                                           or tokens[i + 1][0] in ("->", "++", "--", "=", "+=", "-=", "*=")):
                yield site("deleted", i, last, "")


def one_line(text): return re.sub(r"\s*\n\s*", " ", text)


NAMED = re.compile(r"^( *)(?:static const (?:double|float)|enum \{) ([^;{}()\[\]]*?) ?\}?;", re.M)
BAR = re.compile(r"\d[\d.]*e-?\d+|0x\w+p-?\d+|0\.\d+")


def constants(text):
    """Constants that a text defines: name, whether it is of an enum, the part of the text that knows it."""
    for m in NAMED.finditer(blank(text)):
        to = text.find("\n}", m.end()) if m.group(1) else len(text)
        for name in re.findall(r"([A-Z_0-9]+) = [\w.*+ -]+", m.group(2)):
            yield name, "enum" in m.group(), m.end(), to
    for m in re.finditer(r"^#define (\w+) +[\d.e+-]+$", text, re.M):
        yield m.group(1), False, m.end(), len(text)


def bars_of(file, known):
    """The expressions that are constants, of the file or `known` ones of headers, as name and place."""
    text = open(file).read()
    known = known + list(constants(text))
    tokens = tokens_of(blank(text))
    braces = parens = 0
    of_static = False
    for i, (t, start, end) in enumerate(tokens):
        braces += (t == "{") - (t == "}")
        parens += (t == "(") - (t == ")")
        of_static = t == "static" or of_static and t != ";"
        if braces == 0 or of_static or tokens[i - 1][0] in (".", "->"): continue
        if BAR.fullmatch(t) and t not in ("0.0", "0.5"): yield f"{file}:{start}", start, end
        for name, is_int, begin, stop in known:
            if t != name or not begin <= start < stop: continue
            first, last = region(tokens, i)
            compared = {"<", ">", "<=", ">="} & {o[0] for o in tokens[first:last + 1]}
            if not is_int or compared and not (tokens[first - 1][0] == ";" and parens):
                yield f"{file if begin else ''}:{name}:{begin}", start, end


def thresholds_of(files, headers):
    """Each constant ten times as large, and a tenth of it, wherever the files use it."""
    known = [(name, is_int, 0, 1 << 30) for h in headers for name, is_int, _, _ in constants(open(h).read())]
    uses = collections.defaultdict(list)
    for file in files:
        for key, start, end in bars_of(file, known): uses[key].append((file, start, end))
    for places in uses.values():
        for kind, wrong in (("times 10", "10 * {}"), ("a tenth", "{} / 10")):
            found = []
            for file, a, b in places:
                text = open(file).read()
                found.append(Site(file, a, b, kind, wrong.format(text[a:b]), text.count("\n", 0, a) + 1))
            yield tuple(found)


def mutated(file, chosen):
    """The text of a file with its sites, as (number, site), switched. A site may be within another one."""
    text, pieces = open(file).read(), []
    for k, s in chosen:
        head, tail = ("if (wgm({})) {{ {} }} else {{ ", " }") if s.kind in ("deleted", "assign") else \
            ("(wgm({}) ? ({}) : (", "))")
        pieces += [(s.start, 1, -s.end, k, head.format(k, one_line(s.wrong))), (s.end, 0, -s.start, k, tail)]
    for at, *_, piece in sorted(pieces, reverse=True): text = text[:at] + piece + text[at:]
    return text
