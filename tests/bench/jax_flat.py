"""JAX on the reference workloads, in the form that was found the fastest: the parameters of a player
in one flat vector, gradients written by hand, 1,000 steps to a compiled scan, one thread.

    python jax_flat.py FOLDER w1|w2

It speaks as every contender does: a line that says where it lands after 200 steps, then for each
line with a number of steps the seconds of CPU time that they took.
"""

import os
import sys

os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["JAX_PLATFORMS"] = "cpu"

import jax
import jax.numpy as jnp
import numpy as np
from workload import BATCH, BATCHES, land, read, serve

CHUNK = 1000


def leaves(flat, shapes):
    out = []
    for shape in shapes:
        count = int(np.prod(shape))
        out.append(flat[:count].reshape(shape))
        flat = flat[count:]
    return out


def leaky(z):
    slope = jnp.where(z > 0, 1.0, 0.2)
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
    return jnp.concatenate([part.ravel() for part in parts])


def adam(player, g, powers):
    p, m, v = player
    m, v = 0.5 * m + 0.5 * g, 0.9 * v + 0.1 * g * g
    first, second = powers
    return p - 1e-3 * (m / (1 - first)) / (jnp.sqrt(v / (1 - second)) + 1e-8), m, v


def main(folder, name):
    ((g_shapes, g_start), (d_shapes, d_start)), pools = read(folder, name)
    real, for_d, for_g = map(jnp.asarray, pools)

    def step(state, i):
        g, d, (first, second) = state
        powers = first * 0.5, second * 0.9
        i = i % BATCHES
        pg, pd = leaves(g[0], g_shapes), leaves(d[0], d_shapes)
        fake, _ = forward(pg, for_d[i])
        logits, tape = forward(pd, jnp.concatenate([real[i], fake]))
        on_real, on_fake = logits[:BATCH], logits[BATCH:]
        d_loss = jax.nn.softplus(-on_real).mean() + jax.nn.softplus(on_fake).mean()
        dy = jnp.concatenate([jax.nn.sigmoid(on_real) - 1, jax.nn.sigmoid(on_fake)]) / BATCH
        d = adam(d, gradient(pd, tape, dy), powers)

        pd = leaves(d[0], d_shapes)
        fake, g_tape = forward(pg, for_g[i])
        logits, tape = forward(pd, fake)
        g_loss = jax.nn.softplus(-logits).mean()
        d0, _ = adjoints(pd, tape, (jax.nn.sigmoid(logits) - 1) / BATCH)
        g = adam(g, gradient(pg, g_tape, d0 @ pd[0].T), powers)
        return (g, d, powers), (d_loss, g_loss)

    def start():
        player = lambda p: (jnp.array(p), jnp.zeros_like(p), jnp.zeros_like(p))
        return player(g_start), player(d_start), (jnp.float32(1), jnp.float32(1))

    def steps(state, first, count):
        state, losses = jax.lax.scan(step, state, first + jnp.arange(count))
        return state, [loss[-1] for loss in losses]

    steps = jax.jit(steps, static_argnums=2, donate_argnums=0)
    state, losses = steps(start(), 0, 200)
    land(losses, [player[0] for player in state[:2]])

    state, done = start(), 0
    state, _ = steps(state, done, CHUNK)

    def run(count):
        nonlocal state, done
        for _ in range(max(1, count // CHUNK)):
            state, _ = steps(state, done, CHUNK)
            done += CHUNK
        jax.block_until_ready(state)

    serve(run)


main(*sys.argv[1:])
