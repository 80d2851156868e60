// log L1(phi|u): a log density over phi, from evidence(u) = sum_s integral of S1(u|s,phi)
vector log_phi_density(real alpha, real phi, matrix log_l0, vector value, vector c, vector log_evidence) {
  return log(speaker1(alpha, phi, log_l0, value, c) * rep_vector(1, cols(log_l0))) - log_evidence;
}

// log S2(u|s) up to a term of s
matrix speaker2(real alpha, row_vector omega, matrix log_l1, vector value1, vector log_density, vector c) {
  vector[rows(log_l1)] of_u = (alpha * omega[2]) * value1 + (alpha * omega[3]) * log_density - c;
  return (alpha * omega[1]) * log_l1 + rep_matrix(of_u, cols(log_l1));
}
