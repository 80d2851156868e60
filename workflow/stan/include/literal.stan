vector[U] c = rep_vector(0, U);
matrix[U, S] log_theta = log(smoothed);
if (has_cost) {
  real raw = y[D];
  cost[1] = 1 + 9 * inv_logit(raw);                       // cost ~ U(1, 10)
  log_prior += log_inv_logit(raw) + log1m_inv_logit(raw);
  c = 1 + (cost[1] - 1) * negated;                        // a log prior weight: not times alpha
}
if (joint) {                                              // theta ~ Beta(1, 1), yes ~ Binomial(n, theta)
  matrix[U, S] t = to_matrix(tail(y, U * S), U, S);
  log_theta = log_inv_logit(t);
  log_prior += sum((n + 2) .* log_theta) - sum((n - yes + 1) .* t);
}
