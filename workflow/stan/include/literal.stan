vector[U] c = rep_vector(0, U);
matrix[U, S] log_theta;
if (has_cost) {
  real raw = y[D];
  cost[1] = 1 + 9 * inv_logit(raw);                       // cost ~ U(1, 10)
  log_prior += log_inv_logit(raw) + log1m_inv_logit(raw);
  c = 1 + (cost[1] - 1) * negated;                        // a log prior weight: not times alpha
}
if (joint) {                                              // theta ~ Beta(1, 1), yes ~ Binomial(n, theta)
  vector[U * S] t = tail(y, U * S);
  vector[U * S] log_t = log_inv_logit(t);
  log_theta = to_matrix(log_t, U, S);
  log_prior += dot_product(to_vector(n + 2), log_t) - dot_product(to_vector(n - yes + 1), t);
} else {
  log_theta = log(smoothed);
}
