/* S2 in several framings, each drawn round their mean (include/framings.stan); theta is plugged in and there is no
 * cost, so L1 is tabulated over alpha as in s2_fixed.stan. */
functions {
  #include include/cone.stan
  #include include/rsa.stan
  #include include/s2.stan
  #include include/table.stan
  #include include/s2_fixed_likelihood.stan
  #include include/framings.stan
}
data {
  #include include/data.stan
  #include include/framings_data.stan
}
transformed data {
  #include include/transformed_data.stan
  matrix[U, S] log_l0 = log_literal_listener(log_inv_logit(usual));
  vector[U] value = exp(log_l0) * V;
  array[8] matrix[U * (S + 2), 9] table = tabulate_listener1(log_l0, value, V, phi_rules());
}
parameters {
  #include include/framings_parameters.stan
}
transformed parameters {
  #include include/framings_natural.stan
  log_likelihood = 0;
  {
    #include include/framings_speakers.stan
    for (f in 1:G) {
      log_likelihood += s2_fixed_log_likelihood(
        alpha[f], has_phi ? phi[f:f] : phi, omega[f:f], lapse, log_l0, value, table, w[f:f]);
    }
  }
}
model {
  target += log_prior + log_likelihood;
}
