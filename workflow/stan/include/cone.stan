/* The cone: coordinates y in which the posterior of a speaker is nearly Gaussian.
 *
 * A goal's speaker is the point x = R (w_inf, w_soc, w_pre phi, w_pre (1 - phi)), R > 0, of which only the
 * entries in `slots` exist (without w_pre there is no phi; s1 is the pair R (phi, 1 - phi)). The first of them
 * is the reference, the same number for all goals. The first goal's length R sets the alpha that all goals
 * share: nearly R, with a knee before 20, and never a wall.
 *
 * The answers bind sums of x, and leave others free as far as the cone's sides: a ridge that softplus alone would
 * bend. So each entry, in `order`, takes along what those before it say, and only then bends:
 *   x[order[k]] = softness[k] * softplus((y[k] + sum over j < k of slopes[k,j] x[order[j]]) / softness[k]) */

// the entries of x (the reference, then the others by goal), and log |dx/dy|
vector shear(vector y, array[] int order, matrix slopes, vector softness) {
  int C = num_elements(y);
  vector[C] made;
  vector[C] bend;
  vector[C + 1] x;
  for (k in 1:C) {
    bend[k] = y[k];
    if (k > 1) {
      bend[k] += slopes[k, 1:(k - 1)] * head(made, k - 1);
    }
    bend[k] /= softness[k];
    made[k] = softness[k] * log1p_exp(bend[k]);
  }
  x[order] = made;
  x[C + 1] = sum(log_inv_logit(bend));
  return x;
}

// x: one row per goal, zero where a slot is not active
matrix cone(vector entries, int G, array[] int slots) {
  int C = size(slots);
  matrix[G, 4] x = rep_matrix(0, G, 4);
  for (g in 1:G) {
    x[g, slots[1]] = entries[1];
    for (j in 2:C) {
      x[g, slots[j]] = entries[(g - 1) * (C - 1) + j];
    }
  }
  return x;
}

// alpha of a length R > 0: 20 (1 - softplus((20 - R) / 2) / softplus(10))
real alpha_of(real R) {
  return 20 - 20 * log1p_exp(10 - R / 2) / log1p_exp(10);
}

// log p(x) such that alpha ~ U(0, 20), w ~ Dirichlet(1) over n utilities and phi ~ U(0, 1):
//   first goal    |dx/d(R, w, phi)| = R^(n-1) x_pre        and dalpha/dR ~ 1 / (1 + exp(R / 2 - 10))
//   other goals   |d(x/R)/dx|       = x_ref / R^C          (the reference is given), w_pre for phi
real cone_log_prior(matrix x, int n, int has_phi, int reference) {
  int G = rows(x);
  vector[G] R = x * rep_vector(1, 4);
  real lp = (G - 1) * log(x[1, reference]) + log(R[1]) - n * sum(log(R));
  lp += log(10 / log1p_exp(10)) - log1p_exp(R[1] / 2 - 10);
  if (has_phi) {
    lp -= sum(log(x[, 3] + x[, 4]));
  }
  return lp;
}
