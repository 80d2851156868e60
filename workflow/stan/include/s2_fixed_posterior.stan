// log of the posterior density of z, as natural.stan and speaker.stan say it
real s2_fixed_log_posterior(vector z, data vector centre, data matrix whiten, data array[] int order,
                            data matrix slopes, data vector softness, data array[] int slots,
                            data int n_utilities, data int has_lapse, data matrix log_l0, data vector value,
                            data array[] matrix table, data array[] matrix w) {
  int G = size(w);
  int P = rows(z);
  int D = size(order);
  int has_cost = 0;
  int has_phi = max(slots) == 4;
  #include include/natural.stan
  #include include/speaker.stan
  return log_prior + s2_fixed_log_likelihood(alpha, phi, omega, lapse, log_l0, value, table, w);
}
