vector[U] c = rep_vector(0, U);
matrix[U, S] log_theta;
if (has_cost) {
  real raw = y[D];
  cost[1] = 1 + 9 * inv_logit(raw);                       // cost ~ U(1, 10)
  log_prior += log_inv_logit(raw) + log1m_inv_logit(raw);
  c = 1 + (cost[1] - 1) * negated;                        // a log prior weight: not times alpha
}
if (joint) {                                              // theta ~ Beta(1, 1), yes ~ Binomial(n, theta)
  // the root of the odds of the rarer answer, in units of the smoothed ones, is softplus(2 x) / 2 (tactometer.roots)
  vector[U * S] x2 = 2 * tail(y, U * S);
  vector[U * S] root2 = log1p_exp(x2);
  vector[U * S] log_root2 = log(root2);
  vector[U * S] t = to_vector(usual) + rarer(usual) .* (log_root2 - log2());
  vector[U * S] log_t = log_inv_logit(t);
  log_theta = to_matrix(log_t, U, S);
  log_prior += dot_product(to_vector(n + 2), log_t) - dot_product(to_vector(n - yes + 1), t);
  log_prior += sum(x2) - sum(root2) - sum(log_root2);     // |dt/dx|, up to a constant
} else {
  log_theta = log_inv_logit(usual);
}
