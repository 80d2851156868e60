/* The cone: coordinates y in which the posterior of a speaker is nearly Gaussian.
 *
 * A goal's speaker is the point x = R (w_inf, w_soc, w_pre phi, w_pre (1 - phi)), R > 0, of which only the
 * entries in `slots` exist (without w_pre there is no phi; s1 is the pair R (phi, 1 - phi)). The first of them
 * is the reference: exp(y[1]), the same number for all goals; the others are softness * softplus(y / softness).
 * The first goal's length R sets the alpha that all goals share, alpha = 20 tanh(R / 20): nearly R, and never a wall. */

// x: one row per goal, zero where a slot is not active
matrix cone(vector y, int G, array[] int slots, real softness) {
  int C = size(slots);
  matrix[G, 4] x = rep_matrix(0, G, 4);
  for (g in 1:G) {
    x[g, slots[1]] = exp(y[1]);
    for (j in 2:C) {
      x[g, slots[j]] = softness * log1p_exp(y[(g - 1) * (C - 1) + j] / softness);
    }
  }
  return x;
}

// log p(y) such that alpha ~ U(0, 20), w ~ Dirichlet(1) over n utilities and phi ~ U(0, 1):
//   first goal    |dx/d(R, w, phi)| = R^(n-1) x_pre        and dalpha/dR = sech(R / 20)^2
//   other goals   |d(x/T)/dx|       = x_ref / T^C          (the reference is given), w_pre for phi
//   every goal    dx/dy             = x_ref or inv_logit(y / softness)
real cone_log_prior(vector y, matrix x, int n, int has_phi, real softness) {
  int G = rows(x);
  vector[G] R = x * rep_vector(1, 4);
  real lp = G * y[1] + log(R[1]) - n * sum(log(R));
  lp += log(4) - R[1] / 10 - 2 * log1p_exp(-R[1] / 10);
  if (has_phi) {
    lp -= sum(log(x[, 3] + x[, 4]));
  }
  return lp + sum(log_inv_logit(tail(y, num_elements(y) - 1) / softness));
}
