# SPDX-License-Identifier: MIT
"""Makes the package of Python that pip installs, with Python's library alone and without network. pip calls
build_wheel, build_editable and build_sdist (PEP 517 and 660), as pyproject.toml says; `make wheel` calls
`tools/build/python_wheel.py FOLDER`.

Environment: BUILD, the folder of a finished build. Without it make is called first, and the folder is build.
"""
import base64, hashlib, os, pathlib, re, shutil, subprocess, sys, sysconfig, tempfile, zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = os.environ.get("BUILD", "build")
VERSION = re.search(r'define WG_VERSION +"(.*)"', (ROOT / "include/wengert/base.h").read_text()).group(1)
METADATA = f"""Metadata-Version: 2.1
Name: wengert
Version: {VERSION}
Summary: Computation graphs with automatic differentiation
License: MIT
Requires-Python: >=3.10
"""

def run(*words):
    # NO_INSTALL: make names the packages that are missing. It does not install them behind pip's back.
    if subprocess.run(words, cwd=ROOT, env={"NO_INSTALL": "1", **os.environ, "BUILD": BUILD}).returncode:
        sys.exit(f"wengert: {' '.join(words)} failed: what it said stands above")

def make():
    if "BUILD" not in os.environ or not (ROOT / BUILD / "libwengert.so").exists():
        run("make")

def write(folder, tag, files):
    """Writes the wheel of the pairs (name, bytes). Its bytes follow from them: no time is in it."""
    info = f"wengert-{VERSION}.dist-info"
    files = files + [(f"{info}/METADATA", METADATA.encode()),
                     (f"{info}/licenses/LICENSE", (ROOT / "LICENSE").read_bytes()),
                     (f"{info}/WHEEL",
                      f"Wheel-Version: 1.0\nGenerator: wengert\nRoot-Is-Purelib: false\nTag: {tag}\n".encode(
                          ))]
    digest = lambda data: base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    record = "".join(f"{name},sha256={digest(data)},{len(data)}\n"
                     for name, data in files) + f"{info}/RECORD,,\n"
    wheel = f"wengert-{VERSION}-{tag}.whl"
    with zipfile.ZipFile(pathlib.Path(folder) / wheel, "w") as z:
        for name, data in files + [(f"{info}/RECORD", record.encode())]:
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o100644 << 16
            z.writestr(entry, data, zipfile.ZIP_DEFLATED)
    return wheel

def build_wheel(folder, config_settings=None, metadata_directory=None):
    make()
    with tempfile.TemporaryDirectory() as tree:
        run("tools/build/stage.sh", tree, "python")
        files = [(str(p.relative_to(tree)), p.read_bytes()) for p in sorted(pathlib.Path(tree).rglob("*"))
                 if p.is_file()]
    # An extension holds for all versions of Python from 3.10 on; without it there is nothing but text and the
    # library.
    python = "cp310-abi3" if any("abi3" in name for name, _ in files) else "py3-none"
    return write(folder, python + "-" + re.sub("[-.]", "_", sysconfig.get_platform()), files)

def build_editable(folder, config_settings=None, metadata_directory=None):
    make()
    return write(folder, "py3-none-any", [("wengert.pth", f"{ROOT / 'python'}\n".encode())])

def build_sdist(folder, config_settings=None):
    run("make", "dist", "SITE=0")
    return pathlib.Path(shutil.copy(ROOT / BUILD / f"wengert-{VERSION}.tar.gz", folder)).name

if __name__ == "__main__":
    wheel = os.path.join(sys.argv[1], build_wheel(sys.argv[1]))
    print(f"{wheel}\ninstall it by: pip install {wheel}")
