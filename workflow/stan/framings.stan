/* S1 or S2 in several framings, each drawn round their mean (include/framings.stan); theta is plugged in or inferred
 * with the rest, with the cost and the lapse the same in all framings. */
functions {
  #include include/cone.stan
  #include include/rsa.stan
  #include include/s2.stan
  #include include/s2_likelihood.stan
  #include include/framings.stan
}
data {
  #include include/data.stan
  int<lower=1, upper=2> level;                 // S1 or S2
  #include include/framings_data.stan
}
transformed data {
  #include include/transformed_data.stan
  matrix[576, 4] rules = phi_rules();
}
parameters {
  #include include/framings_parameters.stan
}
transformed parameters {
  #include include/framings_natural.stan
  log_likelihood = 0;
  {
    #include include/framings_speakers.stan
    #include include/literal.stan
    if (level == 1) {
      matrix[U, S] log_l0 = log_literal_listener(log_theta);
      vector[U] value = exp(log_l0) * V;
      for (f in 1:G) {
        log_likelihood += speaker_kernel(w[f],
          (alpha[f] * phi[f]) * log_l0 + rep_matrix((alpha[f] * (1 - phi[f])) * value - c, S), lapse);
      }
    } else {
      for (f in 1:G) {
        log_likelihood += s2_log_likelihood(
          alpha[f], has_phi ? phi[f:f] : phi, omega[f:f], log_theta, c, lapse, V, rules, w[f:f]);
      }
    }
  }
}
model {
  target += log_prior + log_likelihood;
}
