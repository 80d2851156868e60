/* S2 as in s2.stan, with theta plugged in and no cost: L1 then depends on alpha alone, so log L1(s|u), E_L1[V|u]
 * and the log evidence are tabulated once and interpolated (Chebyshev, piecewise in log(1 + alpha)). */
functions {
  #include include/cone.stan
  #include include/rsa.stan
  #include include/s2.stan
  #include include/table.stan
}
data {
  #include include/data.stan
}
transformed data {
  #include include/transformed_data.stan
  matrix[U, S] log_l0 = log_literal_listener(log(smoothed));
  vector[U] value = exp(log_l0) * V;
  vector[U] no_cost = rep_vector(0, U);
  array[8] matrix[U * (S + 2), 9] table = tabulate_listener1(log_l0, value, V);
}
parameters {
  #include include/parameters.stan
}
transformed parameters {
  #include include/natural.stan
  log_likelihood = 0;
  {
    #include include/speaker.stan
    vector[U * (S + 2)] at_alpha = interpolate(table, alpha);
    matrix[U, S] log_l1 = to_matrix(head(at_alpha, U * S), U, S);
    vector[U] value1 = segment(at_alpha, U * S + 1, U);
    vector[U] log_evidence = tail(at_alpha, U);
    for (g in 1:G) {
      vector[U] log_density = rep_vector(0, U);
      if (has_phi) {
        log_density = log_phi_density(alpha, phi[g], log_l0, value, no_cost, log_evidence);
      }
      log_likelihood += speaker_kernel(w[g], totals[g],
        speaker2(alpha, omega[g], log_l1, value1, log_density, no_cost));
    }
  }
}
model {
  target += log_prior + log_likelihood;
}
