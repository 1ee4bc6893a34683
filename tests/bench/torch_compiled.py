"""PyTorch on the reference workloads, in the form that was found the fastest: the parameters of a player
in one flat vector, gradients written by hand, eight steps to a compiled graph, one thread.

    python torch_compiled.py FOLDER w1|w2

It speaks as every contender does: a line that says where it lands after 200 steps, then for each
line with a number of steps the seconds of CPU time that they took.
"""

import math
import sys

import torch
from workload import BATCH, BATCHES, land, read, serve

GRAPH = 8

torch.set_num_threads(1)


def leaves(flat, shapes):
    counts = [math.prod(shape) for shape in shapes]
    return [part.reshape(shape) for part, shape in zip(flat.split(counts), shapes)]


def leaky(z):
    slope = torch.where(z > 0, 1.0, 0.2)
    return z * slope, slope


def forward(p, x):
    a, s0 = leaky(x @ p[0] + p[1])
    b, s1 = leaky(a @ p[2] + p[3])
    return b @ p[4] + p[5], (x, a, s0, b, s1)


def adjoints(p, tape, dy):
    _, _, s0, _, s1 = tape
    d1 = (dy @ p[4].T) * s1
    return (d1 @ p[2].T) * s0, d1


def gradient(p, tape, dy):
    x, a, _, b, _ = tape
    d0, d1 = adjoints(p, tape, dy)
    parts = (x.T @ d0, d0.sum(0), a.T @ d1, d1.sum(0), b.T @ dy, dy.sum(0))
    return torch.cat([part.reshape(-1) for part in parts])


def adam(player, g, powers):
    p, m, v = player
    m = 0.5 * m + 0.5 * g
    v = 0.9 * v + 0.1 * g * g
    m_hat, v_hat = m / (1 - powers[0]), v / (1 - powers[1])
    return p - 1e-3 * m_hat / (v_hat.sqrt() + 1e-8), m, v


def main(folder, name):
    ((g_shapes, g_start), (d_shapes, d_start)), pools = read(folder, name)
    g_start, d_start, *pools = map(torch.from_numpy, (g_start, d_start, *pools))
    softplus = torch.nn.functional.softplus

    def step(g, d, powers, real, for_d, for_g):
        powers = (powers[0] * 0.5, powers[1] * 0.9)
        pg, pd = leaves(g[0], g_shapes), leaves(d[0], d_shapes)
        fake, _ = forward(pg, for_d)
        logits, tape = forward(pd, torch.cat([real, fake]))
        on_real, on_fake = logits[:BATCH], logits[BATCH:]
        d_loss = softplus(-on_real).mean() + softplus(on_fake).mean()
        dy = torch.cat([on_real.sigmoid() - 1, on_fake.sigmoid()]) / BATCH
        d = adam(d, gradient(pd, tape, dy), powers)

        pd = leaves(d[0], d_shapes)
        fake, g_tape = forward(pg, for_g)
        logits, tape = forward(pd, fake)
        g_loss = softplus(-logits).mean()
        d0, _ = adjoints(pd, tape, (logits.sigmoid() - 1) / BATCH)
        g = adam(g, gradient(pg, g_tape, d0 @ pd[0].T), powers)
        return g, d, powers, (d_loss, g_loss)

    @torch.compile(fullgraph=True)
    def graph(g, d, powers, real, for_d, for_g):
        for i in range(GRAPH):
            g, d, powers, losses = step(g, d, powers, real[i], for_d[i], for_g[i])
        return g, d, powers, losses

    cut = [[pool[i : i + GRAPH] for pool in pools] for i in range(0, BATCHES, GRAPH)]

    def steps(state, done, count):
        for i in range(done // GRAPH, (done + count) // GRAPH):
            *state, losses = graph(*state, *cut[i % len(cut)])
        return state, losses

    def start():
        player = lambda p: (p.clone(), torch.zeros_like(p), torch.zeros_like(p))
        return player(g_start), player(d_start), (torch.tensor(1.0), torch.tensor(1.0))

    state, losses = steps(start(), 0, 200)
    land(losses, [player[0] for player in state[:2]])

    state, done = start(), 0

    def run(count):
        nonlocal state, done
        count = count // GRAPH * GRAPH
        state, _ = steps(state, done, count)
        done += count

    serve(run)


with torch.inference_mode():
    main(*sys.argv[1:])
