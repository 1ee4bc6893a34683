"""What the contenders in Python share: they read a workload, say where it lands after 200 steps, then
answer each line with a number of steps by the seconds of CPU time that they took."""

import os
import sys
import time

import numpy as np

BATCH, BATCHES = 16, 64
WIDTHS = {"w1": (4, 16, 1), "w2": (8, 32, 32)}


def read(folder, name):
    """Shapes and flat parameters of G and D, then the three pools."""
    numbers = np.fromfile(os.path.join(folder, name + ".bin"), "<f4")
    latent, width, sample = WIDTHS[name]
    players, pools = [], []
    for widths in ((latent, width, width, sample), (sample, width, width, 1)):
        shapes = [s for pair in zip(widths, widths[1:]) for s in (pair, pair[1:])]
        count = sum(int(np.prod(s)) for s in shapes)
        players.append((shapes, numbers[:count]))
        numbers = numbers[count:]
    for columns in (sample, latent, latent):
        count = BATCHES * BATCH * columns
        pools.append(numbers[:count].reshape(BATCHES, BATCH, columns))
        numbers = numbers[count:]
    assert numbers.size == 0
    return players, pools


def land(losses, players):
    """The last losses and the parameters after 200 steps."""
    total = sum(float(np.abs(np.asarray(p, "f8")).sum()) for p in players)
    print(*[float(loss) for loss in losses], total, flush=True)


def serve(run):
    for line in sys.stdin:
        before = time.process_time()
        run(int(line))
        print(time.process_time() - before, flush=True)
