// log of the posterior density of z, as natural.stan, speaker.stan and literal.stan say it
real s1_log_posterior(vector z, data vector centre, data matrix whiten, data array[] int order,
                      data matrix slopes, data vector softness, data array[] int slots,
                      data int n_utilities, data int joint, data int has_cost, data int has_lapse,
                      data matrix yes, data matrix n, data matrix usual, data vector negated, data vector V,
                      data array[] matrix w) {
  int G = size(w);
  int U = rows(usual);
  int S = cols(usual);
  int P = rows(z);
  int D = size(order) + has_cost;
  int has_phi = max(slots) == 4;
  #include include/natural.stan
  #include include/speaker.stan
  #include include/literal.stan
  matrix[U, S] log_l0 = log_literal_listener(log_theta);
  vector[U] value = exp(log_l0) * V;
  real log_likelihood = 0;
  for (g in 1:G) {
    log_likelihood += speaker_kernel(w[g],
      (alpha * phi[g]) * log_l0 + rep_matrix((alpha * (1 - phi[g])) * value - c, S), lapse);
  }
  return log_prior + log_likelihood;
}
