"""The same S2 with theta plugged in for NumPyro's NUTS, compiled and vectorised: benchmarks/fit.py.

    python benchmarks/numpyro_s2.py SETS.npz DRAWS.npz     # in the environment of envs/numpyro.lock

SETS.npz has counts [set, state, utterance], theta [set, utterance, state], values [state], chains,
warmup, draws, delta. One compilation serves all sets, before the clock runs. DRAWS.npz gets alpha,
phi [set, chain, draw], omega [set, chain, draw, 3], divergences, processor seconds and the seconds
of compilation. Before anything is timed, the likelihood is held to the reference in numpy.
"""

import sys
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import numpyro
import numpyro.distributions as dist
from numpyro.infer import MCMC, NUTS

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "workflow"))

from tactometer.speaker_model import reference

NODES = 40  # Gauss-Legendre: within 2e-6 of the integral at alpha 6


def s1(alpha, phi, log_l0, values):
    """log S1 [..., state, utterance] for phi [...]; log_l0 [utterance, state]."""
    kind = jnp.exp(log_l0) @ values
    p = jnp.asarray(phi)[..., None, None]
    return jax.nn.log_softmax(alpha * (p * log_l0.T + (1 - p) * kind), axis=-1)


def s2(alpha, phi, omega, theta, values):
    """log S2 [state, utterance]."""
    x, weight = np.polynomial.legendre.leggauss(NODES)
    log_l0 = jnp.log(theta) - jnp.log(theta.sum(axis=1, keepdims=True))
    grid = s1(alpha, jnp.asarray((x + 1) / 2), log_l0, values)
    joint = jax.nn.logsumexp(grid + jnp.log(weight / 2)[:, None, None], axis=0)
    evidence = jax.nn.logsumexp(joint, axis=0)
    log_l1 = joint - evidence
    looks = jax.nn.logsumexp(s1(alpha, phi, log_l0, values), axis=0) - evidence
    of_u = omega[1] * (values @ jnp.exp(log_l1)) + omega[2] * looks
    return jax.nn.log_softmax(alpha * (omega[0] * log_l1 + of_u), axis=-1)


def model(counts, theta, values):
    """The priors of the speaker (Yoon and others 2020), and the multinomial likelihood."""
    alpha = numpyro.sample("alpha", dist.Uniform(0, 20))
    phi = numpyro.sample("phi", dist.Uniform(0, 1))
    omega = numpyro.sample("omega", dist.Dirichlet(jnp.ones(3)))
    numpyro.factor("answers", (counts * s2(alpha, phi, omega, theta, values)).sum())


def check(theta, values):
    """The worst difference to the reference over speakers up to alpha 8; exits if it is large."""
    rng = np.random.default_rng(1)
    worst = 0.0
    for _ in range(50):
        at = rng.uniform(0.1, 8), rng.uniform(), rng.dirichlet(np.ones(3))
        mine = np.asarray(s2(*at, jnp.asarray(theta), jnp.asarray(values)))
        worst = max(worst, float(np.abs(mine - reference.s2(*at, theta, values)).max()))
    if worst > 1e-4:
        sys.exit(f"the model for NumPyro differs from the reference by {worst:.2g}")
    return worst


def main() -> None:
    """Check, compile, sample each set, write what was drawn."""
    numpyro.enable_x64()
    given = np.load(sys.argv[1])
    worst = check(given["theta"][0], given["values"])
    numbers = {key: int(given[key]) for key in ("warmup", "draws", "chains")}
    sampler = MCMC(
        NUTS(model, target_accept_prob=float(given["delta"]), dense_mass=True),
        num_warmup=numbers["warmup"], num_samples=numbers["draws"], num_chains=numbers["chains"],
        chain_method="vectorized", progress_bar=False, jit_model_args=True,
    )  # fmt: skip
    values = jnp.asarray(given["values"])
    found: dict[str, list[object]] = {}
    start = time.monotonic()
    for index in (-1, *range(len(given["counts"]))):  # the first is to compile
        counts, theta = (jnp.asarray(given[key][index]) for key in ("counts", "theta"))
        before = time.process_time()
        sampler.run(jax.random.PRNGKey(2 + index), counts, theta, values)
        drawn = {k: np.asarray(x) for k, x in sampler.get_samples(group_by_chain=True).items()}
        seconds = time.process_time() - before
        if index < 0:
            compiling = time.monotonic() - start
            continue
        diverging = np.asarray(sampler.get_extra_fields()["diverging"]).sum()
        for key, x in {**drawn, "seconds": seconds, "divergences": diverging}.items():
            found.setdefault(key, []).append(x)
    arrays = {key: np.array(x) for key, x in found.items()}
    np.savez(sys.argv[2], **arrays, compiling=compiling, worst=worst)


main()
