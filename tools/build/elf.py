# SPDX-License-Identifier: MIT
"""What a shared library of 64 bits needs to be loaded, read from its file: neither readelf nor objdump is
asked. The wheel's tag follows from it (tools/build/python_wheel.py)."""
import re
import struct

LOAD, DYNAMIC = 1, 2  # kinds of segments
NEEDED, STRTAB, VERNEED, VERNEEDNUM = 1, 5, 0x6FFFFFFE, 0x6FFFFFFF  # kinds of entries of the dynamic segment
# The libraries of glibc, and what PEP 600 lets a wheel take from the system beside them.
GLIBC = re.compile(r"(lib(c|m|dl|rt|pthread|util|resolv|gcc_s|stdc\+\+)|ld-linux.*|ld64)\.so\.\d+$")

def needs(path):
    """The libraries that the file names, in their order, each with the versions of symbols it takes there."""
    with open(path, "rb") as f:
        data = f.read()
    if data[:5] != b"\x7fELF\x02":
        raise ValueError(f"{path} is no library of 64 bits in the format ELF")
    order = "<" if data[5] == 1 else ">"
    at = lambda form, place: struct.unpack_from(order + form, data, place)
    first, size, count = at("Q", 32)[0], *at("HH", 54)
    segments = [at("IIQQQQ", first + k * size) for k in range(count)]  # kind, flags, offset, address, -, size
    place = lambda address: next(s[2] + address - s[3] for s in segments
                                 if s[0] == LOAD and s[3] <= address < s[3] + s[5])
    entries = [at("QQ", s[2] + k) for s in segments if s[0] == DYNAMIC for k in range(0, s[5], 16)]
    one = dict(entries)
    start = place(one[STRTAB])
    text = lambda offset: data[start + offset:data.index(b"\0", start + offset)].decode()
    found = {text(value): set() for kind, value in entries if kind == NEEDED}
    here = place(one[VERNEED]) if VERNEED in one else 0
    for _ in range(one.get(VERNEEDNUM, 0)):
        _, names, file, name, following = at("HHIII", here)
        name += here
        for _ in range(names):
            _, _, _, version, behind = at("IHHII", name)
            found.setdefault(text(file), set()).add(text(version))
            name += behind
        here += following
    return found

def glibc_of(versions):
    """The version of glibc that has all these versions of symbols: (2, 35)."""
    numbers = [re.fullmatch(r"GLIBC_(\d+)\.(\d+)(\.\d+)?", v) for v in versions]
    later = [(2, 36)] if "GLIBC_ABI_DT_RELR" in versions else []
    return max([(int(m[1]), int(m[2])) for m in numbers if m] + later, default=(2, 17))
