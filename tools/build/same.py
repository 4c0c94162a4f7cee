#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares the machine code of two builds: same.py OBJECTS SOURCES OLD_OBJECTS OLD_SOURCES. Prints the
functions and arrays that differ, by object, or that all are equal; the status is 1 if any differs. `make same
REV=COMMIT` makes the old ones and calls it.

Addresses of strings and numbers differ when others come or go. So what stands at an address is compared: a
named function or array by its name and the offset, a string by its text, anything else by its bytes. An array
without a name, as GCC makes one of first values, belongs to its section, which then differs: .rodata."""
import os
import re
import struct
import sys

PROGBITS, SYMTAB, RELA, NOBITS = 1, 2, 4, 8  # kinds of sections
ALLOC, CODE, MERGED, STRINGS = 2, 4, 0x10, 0x20  # flags of a section: loaded; of strings that end with 0
DATA, FUNCTION, SECTION = 1, 2, 3  # kinds of symbols


class Object:
    """The functions and arrays of an object: name -> what they are."""

    def __init__(self, path):
        with open(path, "rb") as f:
            self.data = f.read()
        if self.data[:6] != b"\x7fELF\x02\x01":
            raise SystemExit("%s: no object of 64 bits in the format ELF, little-endian" % path)
        first, = struct.unpack_from("<Q", self.data, 40)
        size, count, names = struct.unpack_from("<HHH", self.data, 58)
        # of each: name, kind, flags, address, offset, size, link, info, alignment, size of an entry
        self.sections = [struct.unpack_from("<IIQQQQIIQQ", self.data, first + k * size)
                         for k in range(count)]
        self.names = self.bytes_of(names)
        table = next((s for s in self.sections if s[1] == SYMTAB), None)
        self.symbols = self.read_symbols(table) if table else []
        self.places = {}  # section -> [(from, to, name)]
        for name, kind, section, value, size in self.symbols:
            if kind in (DATA, FUNCTION) and size and section < len(self.sections):
                self.places.setdefault(section, []).append((value, value + size, name))
        self.moves = {}  # section -> [(offset, type, symbol, addend)]
        for s in self.sections:
            if s[1] == RELA:
                text = self.data[s[4]:s[4] + s[5]]
                self.moves[s[7]] = sorted((at, info & 0xFFFFFFFF, info >> 32, add)
                                          for at, info, add in struct.iter_unpack("<QQq", text))

    def bytes_of(self, k):
        _, kind, _, _, at, size, *_ = self.sections[k]
        return b"\0" * size if kind == NOBITS else self.data[at:at + size]

    def text(self, table, at):
        return table[at:table.index(b"\0", at)].decode()

    def read_symbols(self, s):
        strings = self.bytes_of(s[6])
        rows = struct.iter_unpack("<IBBHQQ", self.data[s[4]:s[4] + s[5]])
        return [(self.text(strings, name), info & 15, *rest) for name, info, _, *rest in rows]

    def target(self, symbol, addend, back):
        """What stands where a relocation points. back: how far before the place that is meant it points."""
        name, kind, section, value, _ = self.symbols[symbol]
        if section == 0 or section >= len(self.sections):
            return name, addend
        at = value + addend + back
        for start, end, own in self.places.get(section, ()):
            if start <= at < end:
                return own, at - start - back
        if name and kind != SECTION and not name.startswith(".L"):
            return name, addend
        text = self.bytes_of(section)
        if self.sections[section][2] & STRINGS:
            return text[at:text.find(b"\0", at)], -back
        width = min(self.sections[section][9] or 8, 64)
        return text[at:at + width], self.at(section, at, at + width), -back

    def at(self, section, start, end, deep=False):
        """The relocations of a part of a section; deep: with what they point to."""
        out = []
        for at, kind, symbol, addend in self.moves.get(section, ()):
            if start <= at < end:
                # On x86-64 the offset is taken from the end of the instruction, 4 bytes later or more.
                back = 4 if kind in (2, 4, 9, 41, 42) else 0
                out.append((at - start, kind, self.target(symbol, addend, back) if deep else None))
        return tuple(out)

    def parts(self):
        """name -> the bytes and what they point to, of all that is loaded."""
        out = {}
        for k, s in enumerate(self.sections):
            if s[1] not in (PROGBITS, NOBITS) or not s[2] & ALLOC:
                continue
            text = self.bytes_of(k)
            places, last = sorted(self.places.get(k, ())), 0
            if not s[2] & (CODE | MERGED) and (name := self.text(self.names, s[0])) != ".eh_frame":
                for start, end, _ in places + [(len(text), 0, "")]:
                    if text[last:start].strip(b"\0") or start > last and self.at(k, last, start):
                        places.append((last, start, name))
                    last = max(last, end)
            for start, end, name in places:
                out.setdefault(name, []).append((text[start:end], self.at(k, start, end, True)))
        return {name: sorted(found, key=repr) for name, found in out.items()}


def objects(folder, sources):
    """The objects of the library and the command, without those of files that are gone."""
    found = {os.path.relpath(os.path.join(at, f), folder): os.path.join(at, f)
             for at, _, files in os.walk(folder) for f in files if f.endswith(".o")}
    return {name: path for name, path in found.items() if name.startswith(("src/", "isa", "tools/"))
            and os.path.exists(os.path.join(sources, re.sub(r"^isa\d/", "", name[:-2] + ".c")))}


def main(new, sources, old, old_sources):
    old, new = objects(old, old_sources), objects(new, sources)
    differ = 0
    for name in sorted(set(old) | set(new)):
        a, b = (Object(of[name]).parts() if name in of else {} for of in (old, new))
        for part in sorted(set(a) | set(b)):
            if a.get(part) != b.get(part):
                differ += 1
                print("%s: %s" % (name, part + " is new" * (part not in a) + " is gone" * (part not in b)))
    said = "%d functions and arrays differ" % differ if differ else "all are equal"
    print("%d objects: %s" % (len(new), said))
    return differ > 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
