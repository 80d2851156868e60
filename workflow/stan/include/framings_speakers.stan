vector[P] y = centre + whiten * tail(z, P);  // the rest
real tightness = inv_square(spread);
vector[K] mean_y;
vector[5] found;
log_prior = z[1] - 0.5 * square(spread / spread_scale);
{
  array[G] vector[K] b;                      // of the answers, given the rest
  vector[K] b_mean = rep_vector(0, K);
  matrix[K, K] L = diag_matrix(rep_vector(prior_precision, K));
  matrix[1, 4] x;
  for (f in 1:G) {
    vector[K] give = tightness ./ (curvature[f] + tightness);
    b[f] = pull[f];
    if (P > 0) {
      b[f] -= lean[f] * (y - centre);
    }
    b_mean += rotation[f] * (give .* b[f]);
    L += diag_post_multiply(rotation[f], give .* curvature[f]) * rotation[f]';
  }
  L = cholesky_decompose(0.5 * (L + L'));
  mean_y = mdivide_right_tri_low((mdivide_left_tri_low(L, b_mean) + segment(z, 2, K))', L)';
  x = cone(softness * log1p_exp(mean_y / softness), 1, slots);
  log_prior += cone_log_prior(x, n_utilities, has_phi, slots[1]) + sum(log_inv_logit(mean_y / softness))
               - sum(log(diagonal(L)));
  found = natural_of(x);
  mean_alpha = found[1];
  mean_phi = rep_vector(found[2], has_phi);
  mean_omega = found[3:5]';
  for (f in 1:G) {
    vector[K] precision = curvature[f] + tightness;
    vector[K] away = (b[f] - curvature[f] .* (rotation[f]' * mean_y)) ./ precision
                     + segment(z, 2 + K * f, K) ./ sqrt(precision);
    x = cone(softness * log1p_exp((mean_y + rotation[f] * away) / softness), 1, slots);
    log_prior += 0.5 * (K * log(tightness) - tightness * dot_self(away) - sum(log(precision)));
    found = natural_of(x);
    alpha[f] = found[1];
    omega[f] = found[3:5]';
    if (has_phi) {
      phi[f] = found[2];
    }
  }
}
#include include/lapse.stan
