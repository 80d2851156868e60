/* S1: S1(u|s,phi) ∝ exp(alpha (phi log L0(s|u) + (1 - phi) E_L0[V|u]) - c(u)), phi for each goal,
 * alpha (and the cost) shared by all; theta plugged in or inferred with the rest. */
functions {
  #include include/cone.stan
  #include include/rsa.stan
  #include include/s1_posterior.stan
}
data {
  #include include/data.stan
  #include include/coordinates.stan
}
transformed data {
  #include include/transformed_data.stan
}
parameters {
  #include include/parameters.stan
}
model {
  target += s1_log_posterior(z, centre, whiten, order, slopes, softness, slots, n_utilities, joint, has_cost, has_lapse,
                             yes, n, usual, negated, V, w);
}
