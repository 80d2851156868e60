// log of the posterior density of z, as natural.stan, speaker.stan and literal.stan say it
real s2_log_posterior(vector z, data vector centre, data matrix whiten, data array[] int order,
                      data matrix slopes, data vector softness, data array[] int slots,
                      data int n_utilities, data int joint, data int has_cost, data int has_lapse,
                      data matrix yes, data matrix n, data matrix usual, data vector negated, data vector V,
                      data matrix rules, data array[] matrix w) {
  int G = size(w);
  int U = rows(usual);
  int S = cols(usual);
  int P = rows(z);
  int D = size(order) + has_cost;
  int has_phi = max(slots) == 4;
  #include include/natural.stan
  #include include/speaker.stan
  #include include/literal.stan
  return log_prior + s2_log_likelihood(alpha, phi, omega, log_theta, c, lapse, V, rules, w);
}
