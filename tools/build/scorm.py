"""Packs the site of lessons for learning management systems: scorm.py SITE FILE.zip SECONDS.

The package has the files that SITE/imsmanifest.xml names, with the time SECONDS since 1970: the same site
gives the same bytes.
"""
import os
import sys
import time
import xml.etree.ElementTree
import zipfile

site, to, seconds = sys.argv[1:]
when = time.gmtime(max(int(seconds), 315532800))[:6]  # ZIP begins in 1980
manifest = xml.etree.ElementTree.parse(os.path.join(site, "imsmanifest.xml"))
names = {e.get("href") for e in manifest.iter() if e.tag.endswith("}file")} | {"imsmanifest.xml"}
with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as package:
    for name in sorted(names):
        with open(os.path.join(site, name), "rb") as f:
            package.writestr(zipfile.ZipInfo(name, when), f.read(), zipfile.ZIP_DEFLATED, 9)
print(f"{to}  {len(names)} files")
