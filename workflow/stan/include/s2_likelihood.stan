// sum of counts[s,u] log S2(u|s) over the goals
real s2_log_likelihood(real alpha, vector phi, matrix omega, matrix log_theta, vector c,
                       vector lapse, data vector V, data matrix rules, data array[] matrix w) {
  int U = rows(log_theta);
  int S = cols(log_theta);
  real lp = 0;
  matrix[U, S] log_l0 = log_literal_listener(log_theta);
  vector[U] value = exp(log_l0) * V;
  matrix[U, S] m = integrate_speaker1(alpha, log_l0, value, c, rules);
  vector[U] evidence = m * rep_vector(1, S);
  matrix[U, S] log_l1 = log(m) - rep_matrix(log(evidence), S);
  vector[U] value1 = (m * V) ./ evidence;
  for (g in 1:size(w)) {
    vector[U] log_density = rep_vector(0, U);
    if (size(phi) > 0) {
      log_density = log_phi_density(alpha, phi[g], log_l0, value, c, log(evidence));
    }
    lp += speaker_kernel(w[g], speaker2(alpha, omega[g], log_l1, value1, log_density, c), lapse);
  }
  return lp;
}
