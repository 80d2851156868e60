/* S2 as in s2.stan, with theta plugged in and no cost: L1 then depends on alpha alone, so log L1(s|u), E_L1[V|u]
 * and the log evidence are tabulated once and interpolated (Chebyshev, piecewise in log(1 + alpha)). */
functions {
  #include include/cone.stan
  #include include/rsa.stan
  #include include/s2.stan
  #include include/table.stan
  #include include/s2_fixed_likelihood.stan
  #include include/s2_fixed_posterior.stan
}
data {
  #include include/data.stan
  #include include/coordinates.stan
}
transformed data {
  #include include/transformed_data.stan
  matrix[U, S] log_l0 = log_literal_listener(log_inv_logit(usual));
  vector[U] value = exp(log_l0) * V;
  array[8] matrix[U * (S + 2), 9] table = tabulate_listener1(log_l0, value, V, phi_rules());
}
parameters {
  #include include/parameters.stan
}
model {
  target += s2_fixed_log_posterior(z, centre, whiten, order, slopes, softness, slots, n_utilities,
                                   has_lapse, log_l0, value, table, w);
}
