/* S2 over any subset of the utilities, with everything that may depend on theta or the cost computed anew:
 *   L1(s,phi|u) ∝ S1(u|s,phi)
 *   S2(u|s)     ∝ exp(alpha (w_inf log L1(s|u) + w_soc E_L1[V|u] + w_pre log L1(phi*|u)) - c(u))
 * phi and w for each goal, alpha (and the cost) shared by all; theta plugged in or inferred with the rest. */
functions {
  #include include/cone.stan
  #include include/rsa.stan
  #include include/s2.stan
}
data {
  #include include/data.stan
}
transformed data {
  #include include/transformed_data.stan
  matrix[sum(rule_sizes()), 3] rules = legendre_rules();
}
parameters {
  #include include/parameters.stan
}
transformed parameters {
  #include include/natural.stan
  log_likelihood = 0;
  {
    #include include/speaker.stan
    #include include/literal.stan
    matrix[U, S] log_l0 = log_literal_listener(log_theta);
    vector[U] value = exp(log_l0) * V;
    matrix[U, S] m = integrate_speaker1(alpha, log_l0, value, c, rules);
    vector[U] evidence = m * rep_vector(1, S);
    matrix[U, S] log_l1 = log(m) - rep_matrix(log(evidence), S);
    vector[U] value1 = (m * V) ./ evidence;
    for (g in 1:G) {
      vector[U] log_density = rep_vector(0, U);
      if (has_phi) {
        log_density = log_phi_density(alpha, phi[g], log_l0, value, c, log(evidence));
      }
      log_likelihood += speaker_kernel(w[g], totals[g],
        speaker2(alpha, omega[g], log_l1, value1, log_density, c));
    }
  }
}
model {
  target += log_prior + log_likelihood;
}
