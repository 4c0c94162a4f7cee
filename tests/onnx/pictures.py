"""Pictures of the twenty models: `wengert draw NAME_named.onnx --depth 1` has a box for each module that
PyTorch's net calls itself. No box turns an image outside of them, unless the net itself does, or takes its
numbers in a row.

    WENGERT_LIBRARY=build/libwengert.so python3 tests/onnx/pictures.py [--keep FOLDER] [NAME...]
"""
import html
import os
import re
import subprocess
import sys

import onnx
import torch.nn as nn

import models
from export import export, made

SILENT = (nn.Dropout, nn.Identity)


def called(net, inputs):
    """The modules that the net itself calls, by name: those that have nodes in the file."""
    names = {part: name for name, part in net.named_modules()}
    stack, found = [], []

    def enter(part, _):
        if not stack and part is not net and not isinstance(part, SILENT):
            found.append(names[part])
        if part is not net:
            stack.append(part)

    def leave(part, *_):
        if part is not net:
            stack.pop()

    for part in net.modules():
        part.register_forward_pre_hook(enter)
        part.register_forward_hook(leave)
    net(*inputs.values())
    return list(dict.fromkeys(found))


def turns_itself(path):
    """Whether a node outside of all modules depends on the order of an image's axes."""
    nodes = onnx.load(path).graph.node
    return any(n.op_type in ('Transpose', 'Reshape') and n.name.count('/') == 1 for n in nodes)


def judged(model, folder):
    export(model, folder)
    path = os.path.join(folder, model.name + '_named.onnx')
    program = os.path.join(os.path.dirname(os.environ['WENGERT_LIBRARY']), 'wengert')
    command = [program, 'draw', path, '--depth', '1', '--no-fold', '-q',
               '--format', 'svg']
    drawn = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding='utf-8')
    if drawn.returncode:
        print('%-12s %s' % (model.name, drawn.stderr.strip()))
        return False
    texts = {html.unescape(t) for t in re.findall('>([^<>]+)</text>', drawn.stdout)}
    wanted = called(*made(model))
    missing = [name for name in wanted if name not in texts]
    turns = 'op · transpose' in texts and not turns_itself(path)
    good = not missing and not turns
    lost = ', no box: ' + ' '.join(missing) if missing else ''
    print('%-12s %d modules%s%s' % (model.name, len(wanted), lost, ', a transpose' if turns else ''))
    return good


if __name__ == '__main__':
    sys.exit(models.each(judged, __doc__))
