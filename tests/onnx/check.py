# check.py: what the checker of ONNX says of each file of a folder: python3 check.py FOLDER
import glob
import os
import sys

import onnx

bad = 0
files = sorted(glob.glob(os.path.join(sys.argv[1], "*.onnx")))
for path in files:
    try:
        onnx.checker.check_model(onnx.load(path), full_check=True)
    except Exception as e:  # each kind of mistake has a class of its own
        bad += 1
        print(f"{os.path.basename(path)}: {str(e).strip()[:400]}")
print(f"{len(files) - bad} right, {bad} wrong")
sys.exit(bad > 0 or not files)
