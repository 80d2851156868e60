/* S1: S1(u|s,phi) ∝ exp(alpha (phi log L0(s|u) + (1 - phi) E_L0[V|u]) - c(u)), phi for each goal,
 * alpha (and the cost) shared by all; theta plugged in or inferred with the rest. */
functions {
  #include include/cone.stan
  #include include/rsa.stan
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
  #include include/natural.stan
  log_likelihood = 0;
  {
    #include include/speaker.stan
    #include include/literal.stan
    matrix[U, S] log_l0 = log_literal_listener(log_theta);
    vector[U] value = exp(log_l0) * V;
    for (g in 1:G) {
      log_likelihood += speaker_kernel(w[g],
        (alpha * phi[g]) * log_l0 + rep_matrix((alpha * (1 - phi[g])) * value - c, S));
    }
  }
  target += log_prior + log_likelihood;
}
