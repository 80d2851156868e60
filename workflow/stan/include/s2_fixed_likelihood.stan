// sum of counts[s,u] log S2(u|s) over the goals, with L1 from its table
real s2_fixed_log_likelihood(real alpha, vector phi, matrix omega, vector lapse,
                             data matrix log_l0, data vector value, data array[] matrix table, data array[] matrix w) {
  int U = rows(log_l0);
  int S = cols(log_l0);
  real lp = 0;
  vector[U] no_cost = rep_vector(0, U);
  vector[U * (S + 2)] at_alpha = interpolate(table, alpha);
  matrix[U, S] log_l1 = to_matrix(head(at_alpha, U * S), U, S);
  vector[U] value1 = segment(at_alpha, U * S + 1, U);
  vector[U] log_evidence = tail(at_alpha, U);
  for (g in 1:size(w)) {
    vector[U] log_density = rep_vector(0, U);
    if (size(phi) > 0) {
      log_density = log_phi_density(alpha, phi[g], log_l0, value, no_cost, log_evidence);
    }
    lp += speaker_kernel(w[g], speaker2(alpha, omega[g], log_l1, value1, log_density, no_cost), lapse);
  }
  return lp;
}
