// Chebyshev polynomials T_0..T_(K-1) at x
vector chebyshev(real x, int K) {
  vector[K] t;
  t[1] = 1;
  t[2] = x;
  for (k in 3:K) {
    t[k] = 2 * x * t[k - 1] - t[k - 2];
  }
  return t;
}

// rows: log L1(s|u) (states outside), E_L1[V|u], log evidence(u); columns: coefficients of T_k on each of the
// 8 equal cells of log(1 + alpha), alpha in (0, 20)
array[] matrix tabulate_listener1(matrix log_l0, vector value, vector V, matrix rules) {
  int U = rows(log_l0);
  int S = cols(log_l0);
  int K = 9;
  array[8] matrix[U * (S + 2), K] table;
  vector[U] no_cost = rep_vector(0, U);
  for (cell in 1:8) {
    matrix[U * (S + 2), K] f;
    matrix[K, K] basis;
    for (k in 1:K) {
      real x = cos(pi() * (k - 0.5) / K);
      real alpha = expm1(log(21) / 8 * (cell - 0.5 + 0.5 * x));
      matrix[U, S] m = integrate_speaker1(alpha, log_l0, value, no_cost, rules);
      vector[U] evidence = m * rep_vector(1, S);
      f[, k] = append_row(to_vector(log(m) - rep_matrix(log(evidence), S)),
                          append_row((m * V) ./ evidence, log(evidence)));
      basis[k] = chebyshev(x, K)' * 2 / K;
      basis[k, 1] = 1.0 / K;
    }
    table[cell] = f * basis;
  }
  return table;
}

vector interpolate(array[] matrix table, real alpha) {
  real position = log1p(alpha) * (8 / log(21));
  int cell = 1;
  while (cell < 8 && position > cell) {
    cell += 1;
  }
  return table[cell] * chebyshev(2 * (position - cell) + 1, cols(table[cell]));
}
