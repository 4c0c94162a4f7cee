# SPDX-License-Identifier: MIT
"""Makes the packages of Python that pip installs, with Python's library alone and without network. pip calls
build_wheel, build_editable, build_sdist and prepare_metadata_for_build_wheel (PEP 517 and 660), as
pyproject.toml says. What a package says of itself stands here, but for the version, the text of README.md
and the author of CITATION.cff.

    tools/build/python_wheel.py FOLDER            the wheel: `make wheel`. It refuses what no other system has
    tools/build/python_wheel.py --symbols         which versions of symbols the wheel's libraries need
    tools/build/python_wheel.py --metadata        METADATA of the wheel, PKG-INFO of the sdist
    tools/build/python_wheel.py --dist-info FOLDER  METADATA and what else pip reads of an installed package

Environment: BUILD, the folder of a finished build. Without it make is called first, and the folder is build.
"""
import base64, ctypes, hashlib, os, pathlib, re, shutil, subprocess, sys, sysconfig, tempfile, zipfile

import elf

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = os.environ.get("BUILD", "build")
read = lambda name: (ROOT / name).read_text(encoding="utf-8")
VERSION = re.search(r'define WG_VERSION +"(.*)"', read("include/wengert/base.h")).group(1)
INFO = f"wengert-{VERSION}.dist-info"
# NumPy 1.21.2 is the first that runs with Python 3.10, which python/_c.c needs.
FIELDS = f"""Metadata-Version: 2.1
Name: wengert
Version: {VERSION}
Summary: Computation graphs with automatic differentiation
Author: {re.search(r'authors:.*?name: "(.*?)"', read("CITATION.cff"), re.S).group(1)}
License: MIT
License-File: LICENSE
Keywords: automatic differentiation,computation graph,gradient check,deep learning,teaching
Classifier: Development Status :: 4 - Beta
Classifier: Intended Audience :: Developers
Classifier: Intended Audience :: Education
Classifier: Intended Audience :: Science/Research
Classifier: License :: OSI Approved :: MIT License
Classifier: Operating System :: POSIX :: Linux
Classifier: Programming Language :: C
Classifier: Programming Language :: Python :: 3
Classifier: Topic :: Education
Classifier: Topic :: Scientific/Engineering :: Artificial Intelligence
Classifier: Topic :: Scientific/Engineering :: Mathematics
Requires-Python: >=3.10
Requires-Dist: numpy>=1.21.2
Description-Content-Type: text/markdown
"""

def run(*words):
    # NO_INSTALL: make names the packages that are missing. It does not install them behind pip's back.
    if subprocess.run(words, cwd=ROOT, env={"NO_INSTALL": "1", **os.environ, "BUILD": BUILD}).returncode:
        sys.exit(f"wengert: {' '.join(words)} failed: what it said stands above")

def make():
    if "BUILD" not in os.environ or not (ROOT / BUILD / "libwengert.so").exists():
        run("make")

def metadata():
    return FIELDS + "\n" + read("README.md")

def info(*more, command=False):
    """The files of the folder INFO, as pairs (name, bytes); the last ones are `more`."""
    entries = "[pytest11]\nwengert = wengert_pytest\n"
    if command:
        entries = "[console_scripts]\nwengert = wengert_command:main\n\n" + entries
    return [(f"{INFO}/{name}", data) for name, data in
            [("METADATA", metadata().encode()), ("entry_points.txt", entries.encode()),
             ("licenses/LICENSE", (ROOT / "LICENSE").read_bytes()), *more]]

def put(folder, files):
    for name, data in files:
        (pathlib.Path(folder) / name).parent.mkdir(parents=True, exist_ok=True)
        (pathlib.Path(folder) / name).write_bytes(data)
    return INFO

def write(folder, tag, files):
    """Writes the wheel of the pairs (name, bytes). Its bytes follow from them: no time is in it."""
    head = f"Wheel-Version: 1.0\nGenerator: wengert\nRoot-Is-Purelib: false\nTag: {tag}\n"
    command = any(name == "wengert_command.py" for name, _ in files)
    files = files + info(("WHEEL", head.encode()), command=command)
    digest = lambda data: base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    record = "".join(f"{name},sha256={digest(data)},{len(data)}\n"
                     for name, data in files) + f"{INFO}/RECORD,,\n"
    wheel = f"wengert-{VERSION}-{tag}.whl"
    with zipfile.ZipFile(pathlib.Path(folder) / wheel, "w") as z:
        for name, data in files + [(f"{INFO}/RECORD", record.encode())]:
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.external_attr = (0o100755 if "/bin/" in name else 0o100644) << 16
            z.writestr(entry, data, zipfile.ZIP_DEFLATED)
    return wheel

# ---- on which systems it runs ----

LICENCES = [f"/usr/share/{place}" for place in (
    "doc/libgomp1/copyright", "licenses/libgomp/COPYING.RUNTIME", "licenses/libgcc/COPYING.RUNTIME",
    "licenses/gcc-libs/RUNTIME.LIBRARY.EXCEPTION")]

def libgomp():
    """The library of OpenMP that programs here are started with, and the text of its licence, as files of the
    wheel: systems without a compiler often lack it. Where the text is not here, neither is the library."""
    try:
        ctypes.CDLL("libgomp.so.1")
        with open("/proc/self/maps", encoding="utf-8") as maps:
            library = re.search(r"(/\S*/libgomp\.so\.1\S*)$", maps.read(), re.M).group(1)
        licence = next(p for p in LICENCES if os.path.exists(p))
    except (OSError, AttributeError, StopIteration):
        return []
    return [("wengert/libgomp.so.1", library), ("wengert/libgomp.txt", licence)]

def needs(tree):
    """What each library of the wheel needs: {name: {needed: versions}}."""
    tree = pathlib.Path(tree)
    files = sorted([*tree.rglob("*.so*"), *tree.rglob("bin/*")])
    return {str(p.relative_to(tree)): elf.needs(p) for p in files}

def system(tree):
    """The last part of the wheel's tag; why; whether other systems have what the libraries need."""
    here = re.sub("[-.]", "_", sysconfig.get_platform())
    if not here.startswith("linux"):
        return here, "this is no Linux", True
    all_needs = needs(tree)
    own = {os.path.basename(name) for name in all_needs}
    missing = sorted({f"{name} needs {lib}" for name, libs in all_needs.items() for lib in libs
                      if lib not in own and not elf.GLIBC.match(lib)})
    if any(re.search(r"musl|libc\.so$", word) for word in missing):
        return here, "the C library is musl", True
    if missing:
        return here, f"{'; '.join(missing)}: other systems may lack it (make OPENMP=0 does without)", False
    most = lambda libs: elf.glibc_of(set().union(*libs.values()))
    which = max(all_needs, key=lambda name: most(all_needs[name]))
    major, minor = most(all_needs[which])
    return re.sub("linux", f"manylinux_{major}_{minor}", here), f"{which} needs GLIBC_{major}.{minor}", True

def stage(tree):
    make()
    run("tools/build/stage.sh", tree, "python")
    if "libgomp.so.1" in elf.needs(pathlib.Path(tree) / "wengert/libwengert.so"):
        for name, path in libgomp():
            shutil.copyfile(path, os.path.join(tree, name))

# ---- what pip calls ----

def build_wheel(folder, config_settings=None, metadata_directory=None, strict=False):
    with tempfile.TemporaryDirectory() as tree:
        stage(tree)
        tag, why, fine = system(tree)
        files = [(str(p.relative_to(tree)), p.read_bytes()) for p in sorted(pathlib.Path(tree).rglob("*"))
                 if p.is_file()]
    if strict and not fine:
        sys.exit(f"wheel: {why}. `pip install .` still installs it here")
    # An extension holds for all versions of Python from 3.10 on; without it there is nothing but text and the
    # library.
    python = "cp310-abi3" if any("abi3" in name for name, _ in files) else "py3-none"
    if strict:
        print(f"{python}-{tag}: {why}")
    return write(folder, f"{python}-{tag}", files)

def prepare_metadata_for_build_wheel(folder, config_settings=None):
    """So pip asks for NumPy before anything is compiled."""
    return put(folder, info(command=True))

prepare_metadata_for_build_editable = prepare_metadata_for_build_wheel

def build_editable(folder, config_settings=None, metadata_directory=None):
    make()
    return write(folder, "py3-none-any", [("wengert.pth", f"{ROOT / 'python'}\n".encode())])

def build_sdist(folder, config_settings=None):
    run("make", "dist", "SITE=0")
    return pathlib.Path(shutil.copy(ROOT / BUILD / f"wengert-{VERSION}.tar.gz", folder)).name

# ---- what is typed ----

def print_symbols():
    make()
    files = [(name, ROOT / BUILD / p) for name, p in
             (("wengert/_c.abi3.so", "python/_c.abi3.so"), ("wengert/libwengert.so", "libwengert.so"),
              ("wengert/bin/wengert", "wengert")) if (ROOT / BUILD / p).exists()]
    for name, path in files + libgomp()[:1]:
        for lib, versions in elf.needs(path).items():
            numbers = sorted(versions, key=lambda v: [int(n) for n in re.findall(r"\d+", v)])
            print(name, lib, *numbers)

def main(words):
    if words == ["--symbols"]:
        print_symbols()
    elif words == ["--metadata"]:
        sys.stdout.buffer.write(metadata().encode())
    elif words[:1] == ["--dist-info"] and len(words) == 2:
        put(words[1], info(("INSTALLER", b"make\n")))
    elif len(words) == 1 and words[0][:1] != "-":
        wheel = os.path.join(words[0], build_wheel(words[0], strict=True))
        print(f"{wheel}\ninstall it by: pip install {wheel}")
    else:
        sys.exit(__doc__)

if __name__ == "__main__":
    main(sys.argv[1:])
