/* S2 over any subset of the utilities, with everything that may depend on theta or the cost computed anew:
 *   L1(s,phi|u) ∝ S1(u|s,phi)
 *   S2(u|s)     ∝ exp(alpha (w_inf log L1(s|u) + w_soc E_L1[V|u] + w_pre log L1(phi*|u)) - c(u))
 * phi and w for each goal, alpha (and the cost) shared by all; theta plugged in or inferred with the rest. */
functions {
  #include include/cone.stan
  #include include/rsa.stan
  #include include/s2.stan
  #include include/s2_likelihood.stan
  #include include/s2_posterior.stan
}
data {
  #include include/data.stan
  #include include/coordinates.stan
}
transformed data {
  #include include/transformed_data.stan
  matrix[576, 4] rules = phi_rules();
}
parameters {
  #include include/parameters.stan
}
model {
  target += s2_log_posterior(z, centre, whiten, order, slopes, softness, slots, n_utilities, joint, has_cost, has_lapse,
                             yes, n, usual, negated, V, rules, w);
}
