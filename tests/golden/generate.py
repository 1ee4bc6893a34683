"""Golden cases: one network each, a few steps, and the answers of float64 automatic differentiation.

    pip install jax numpy && python generate.py

writes `NN-*.case.json` and `NN-*.expected.json` beside itself. The gradients are JAX's; nothing here
knows how the core computes them.
"""

import json
import pathlib

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)

LOSSES = ["minimax", "non-saturating", "least-squares", "hinge", "wasserstein", "relativistic"]
WIDTHS = {
    "scalar": ([6, 16, 16, 1], [1, 16, 16, 1]),
    "window32": ([8, 32, 32, 32], [32, 32, 32, 1]),
}
SGD = {"kind": "sgd", "rate": 0.02}
ADAM = {"kind": "adam", "rate": 0.01, "beta1": 0.5, "beta2": 0.99, "epsilon": 1e-3}


# ---- the game, as the table of losses states it


def mlp(net, x):
    *hidden, (w, b) = net["layers"]
    for w_hidden, b_hidden in hidden:
        x = x @ w_hidden.T + b_hidden
        x = jnp.where(x > 0, x, 0.2 * x)
    return x @ w.T + b


def generated(generator, step):
    x = mlp(generator, step["latent"])
    return x + generator["skip"] * step["noise"] if "skip" in generator else x


def logit(discriminator, x):
    return mlp(discriminator, x)[0]


def discriminator_loss(loss, a, b):
    s = jax.nn.softplus
    match loss:
        case "minimax" | "non-saturating":
            return jnp.mean(s(-a)) + jnp.mean(s(b))
        case "least-squares":
            return jnp.mean((a - 1) ** 2) / 2 + jnp.mean(b**2) / 2
        case "hinge":
            return jnp.mean(jnp.maximum(0, 1 - a)) + jnp.mean(jnp.maximum(0, 1 + b))
        case "wasserstein":
            return jnp.mean(b) - jnp.mean(a)
        case "relativistic":
            return jnp.mean(s(-(a - b)))


def generator_loss(loss, a, b):
    s = jax.nn.softplus
    match loss:
        case "minimax":
            return -jnp.mean(s(b))
        case "non-saturating":
            return jnp.mean(s(-b))
        case "least-squares":
            return jnp.mean((b - 1) ** 2) / 2
        case "hinge" | "wasserstein":
            return -jnp.mean(b)
        case "relativistic":
            return jnp.mean(s(-(b - a)))


def penalty(discriminator, gamma, samples):
    slopes = jax.vmap(jax.grad(logit, argnums=1), (None, 0))(discriminator, samples)
    return gamma / 2 * jnp.mean(jnp.sum(slopes**2, axis=1))


def objective(player, nets, case, step):
    """The player's loss, with the penalty beside it."""
    logits = jax.vmap(logit, (None, 0))
    fake = generated(nets["generator"], step)
    a, b = (logits(nets["discriminator"], x) for x in (step["real"], fake))
    if player == "generator":
        return generator_loss(case["loss"], a, b), 0.0
    regularizer = case["regularizer"]
    penalties = sum(
        penalty(nets["discriminator"], regularizer.get(name, 0.0), samples)
        for name, samples in (("r1", step["real"]), ("r2", fake))
    )
    return discriminator_loss(case["loss"], a, b), penalties


# ---- the two optimizers


def update(optimizer, net, gradient, moments):
    if optimizer["kind"] == "sgd":
        return jax.tree.map(lambda p, g: p - optimizer["rate"] * g, net, gradient), moments
    beta1, beta2 = optimizer["beta1"], optimizer["beta2"]
    first, second, t = moments
    first = jax.tree.map(lambda m, g: beta1 * m + (1 - beta1) * g, first, gradient)
    second = jax.tree.map(lambda v, g: beta2 * v + (1 - beta2) * g**2, second, gradient)
    t += 1

    def moved(p, m, v):
        m, v = m / (1 - beta1**t), v / (1 - beta2**t)
        return p - optimizer["rate"] * m / (jnp.sqrt(v) + optimizer["epsilon"])

    return jax.tree.map(moved, net, first, second), (first, second, t)


def answer(case, nets):
    zero = lambda net: jax.tree.map(jnp.zeros_like, net)
    moments = {player: (zero(net), zero(net), 0) for player, net in nets.items()}
    steps = []
    for step in case["steps"]:
        player = step["player"]

        def total(net):
            loss, penalties = objective(player, nets | {player: net}, case, step)
            return loss + penalties, (loss, penalties)

        gradient, (loss, penalties) = jax.grad(total, has_aux=True)(nets[player])
        net, moments[player] = update(case["optimizer"], nets[player], gradient, moments[player])
        nets = nets | {player: net}
        steps.append({"loss": float(loss), "penalty": float(penalties)})
    return nets, steps


# ---- drawing and writing


def drawn(rng, *shape, scale=1.0):
    """Numbers of three decimals, as the `f32` that they are read as."""
    return np.float64(np.float32(np.round(scale * rng.standard_normal(shape), 3)))


def network(rng, widths, skip=False):
    layers = [
        (drawn(rng, o, i, scale=(2 / i) ** 0.5), drawn(rng, o, scale=0.3))
        for i, o in zip(widths[:-1], widths[1:])
    ]
    return {"layers": layers} | ({"skip": drawn(rng, widths[-1])} if skip else {})


def batch(rng, model, player, size):
    (latent, *_, width), _ = WIDTHS[model]
    step = {"player": player, "real": drawn(rng, size, width), "latent": drawn(rng, size, latent)}
    return step | ({"noise": drawn(rng, size, width)} if model == "window32" else {})


def plain(value, number):
    """Lists and dictionaries of numbers as `number` writes them."""
    match value:
        case dict():
            return {key: plain(entry, number) for key, entry in value.items()}
        case tuple():
            return {"w": plain(value[0], number), "b": plain(value[1], number)}
        case list():
            return [plain(entry, number) for entry in value]
        case np.ndarray() | jax.Array():
            return np.vectorize(number, otypes=[object])(np.asarray(value)).tolist()
        case _:
            return value


def write(index, model, loss, optimizer, regularizer, players, size):
    rng = np.random.default_rng(index)
    wide = model == "window32"
    g_widths, d_widths = WIDTHS[model]
    nets = {"generator": network(rng, g_widths, skip=wide), "discriminator": network(rng, d_widths)}
    names = {"d": "discriminator", "g": "generator"}
    case = {
        "model": model,
        "loss": loss,
        "optimizer": optimizer,
        "regularizer": regularizer,
        "steps": [batch(rng, model, names[player], size) for player in players],
    }
    after, steps = answer(case, nets)
    stem = pathlib.Path(__file__).parent / f"{index:02}-{model}-{loss}-{optimizer['kind']}"
    as_f32 = lambda x: float(str(np.float32(x)))
    nine_digits = lambda x: float(f"{x:.9g}")
    for suffix, value in (
        ("case", plain(case | nets, as_f32)),
        ("expected", plain(after, nine_digits) | {"steps": steps}),
    ):
        text = json.dumps(value, separators=(",", ":"))
        stem.with_name(f"{stem.name}.{suffix}.json").write_text(text + "\n")


def main():
    index = 0
    # Every loss with both optimizers; R1 and R2 each with every loss, both players twice.
    for i, loss in enumerate(LOSSES):
        one, other = ({"r1": 0.7}, {"r2": 0.4}) if i % 2 == 0 else ({"r2": 0.4}, {"r1": 0.7})
        write(index, "scalar", loss, SGD, one, "dgdg", 3 + i)
        write(index + 1, "scalar", loss, ADAM, other, "dgdg", 9 - i)
        index += 2
    write(index, "scalar", "relativistic", ADAM, {"r1": 0.5, "r2": 0.5}, "dddgdddg", 16)
    write(index + 1, "window32", "relativistic", SGD, {"r1": 0.5, "r2": 0.5}, "dg", 5)
    write(index + 2, "window32", "least-squares", ADAM, {}, "gdgd", 3)


main()
