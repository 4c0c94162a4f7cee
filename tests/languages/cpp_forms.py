#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the forms of cpp_forms.txt and compares what they print.
cpp_forms.py FOLDER COMPILER FLAGS... -- LINK FLAGS...

Those that compile are one program. What is refused is another one, and its errors must have the line to
write; one has the compiler's words alone."""
import os
import re
import subprocess
import sys

HEADERS = """algorithm array cmath cstdio filesystem fstream functional iostream iterator map numeric span
string thread vector""".split()
REFUSED = {"25": "cannot convert 'wg::value' to 'double'", "45": 'write wg::nn::dense(x, p, "fc1", 8)',
           "50": "write A = {{1, 2, 3}, {4, 5, 6}}"}
TOP = "".join("#include <%s>\n" % h for h in HEADERS) + (
    "#include <eigen3/Eigen/Dense>\n#include <wengert/wengert.hpp>\n")
RUN = """static void run(const char *number, void (*form)())
{
    std::cout << "\\n== " << number << "\\n";
    try {
        form();
    } catch (const std::exception &e) {
        std::cout << "thrown: " << e.what() << "\\n";
    }
    std::cout.flush();
}
"""


def forms(path):
    """Number, title, what is expected, lines before the function, lines of it."""
    for part in re.split(r"(?m)^== ", open(path, encoding="utf-8").read())[1:]:
        head, expect, *lines = part.rstrip().split("\n")
        text = "\n".join(lines)
        outside, inside = "", text
        if "-- outside:" in text:
            outside, inside = re.match(r"-- outside:\n(.*?)-- inside:\n(.*)", text, re.S).groups()
        want = re.search(r"prints `(.*?)`", expect)[1].rstrip()
        yield head[:2], head[3:], want, "namespace form_%s\n{\n%s\nvoid form()\n{\n%s\n}\n}\n" % (
            head[:2], outside, inside)


def compiled(folder, text, compiler, more):
    source = os.path.join(folder, "forms.cpp")
    with open(source, "w", encoding="utf-8") as f:
        f.write(text)
    made = subprocess.run(compiler + [source] + more, capture_output=True, text=True)
    return made.returncode == 0, made.stderr.replace("\u2018", "'").replace("\u2019", "'")


def main():
    folder, rest = sys.argv[1], sys.argv[2:]
    at = rest.index("--")
    compiler, link = rest[:at], rest[at + 1:]
    here = os.path.dirname(os.path.abspath(__file__))
    all_forms = list(forms(os.path.join(here, "cpp_forms.txt")))
    right = [x for x in all_forms if x[0] not in REFUSED]
    text = TOP + "".join(x[3] for x in right) + RUN + "int main()\n{\n%s}\n" % "".join(
        '    run("%s", form_%s::form);\n' % (x[0], x[0]) for x in right)
    binary = os.path.join(folder, "forms")
    done, said = compiled(folder, text, compiler, ["-o", binary] + link)
    if not done:
        sys.exit(said[:3000])
    ran = subprocess.run([binary], capture_output=True, text=True, timeout=60, cwd=folder)
    got = dict(re.findall(r"(?ms)^== (\d\d)\n(.*?)\n?(?=^== |\Z)", ran.stdout))
    wrong = [x for x in right if got.get(x[0], "nothing").rstrip() != x[2]]
    for number, title, want, _ in wrong:
        print("%s %s\n  prints %s\n  is     %s" % (number, title, got.get(number, "nothing")[:900], want))
    text = "#include <iostream>\n#include <wengert/wengert.hpp>\n" + "".join(
        x[3] for x in all_forms if x[0] in REFUSED)
    _, said = compiled(folder, text, compiler, ["-fsyntax-only"])
    for number, sentence in REFUSED.items():
        if sentence not in said:
            wrong.append(number)
            print("%s is not refused by %s: %s" % (number, sentence, said[:900]))
    print("%d print what they must, %d are refused, %d wrong, status %d" %
          (len(right), len(REFUSED), len(wrong), ran.returncode))
    return bool(wrong) or ran.returncode != 0


if __name__ == "__main__":
    sys.exit(main())
