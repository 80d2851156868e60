/* Rational speech acts: utterances are rows, states are columns. */

// On which side of the smoothed proportions the rarer answer is: 2 (yes) or -2 (no)
vector rarer(matrix usual) {
  vector[num_elements(usual)] side = to_vector(usual);
  for (i in 1:num_elements(side)) {
    side[i] = side[i] > 0 ? -2 : 2;
  }
  return side;
}

// log L0(s|u) = log theta[u,s] - log sum_s' theta[u,s']
matrix log_literal_listener(matrix log_theta) {
  matrix[rows(log_theta), cols(log_theta)] log_l0;
  for (u in 1:rows(log_theta)) {
    log_l0[u] = log_theta[u] - log_sum_exp(log_theta[u]);
  }
  return log_l0;
}

// S1(u|s,phi) ∝ exp(alpha (phi log L0(s|u) + (1 - phi) E_L0[V|u]) - c(u))
matrix speaker1(real alpha, real phi, matrix log_l0, vector value, vector c) {
  int S = cols(log_l0);
  matrix[rows(log_l0), S] e
    = exp((alpha * phi) * log_l0 + rep_matrix((alpha * (1 - phi)) * value - c, S));
  return e ./ rep_matrix(rep_row_vector(1, rows(log_l0)) * e, rows(log_l0));
}

// Gauss-Legendre on (-1,1), K nodes, K even: columns node, weight (Newton on the Legendre polynomial)
matrix gauss_legendre(int K) {
  matrix[K, 2] rule;
  for (k in 1:(K %/% 2)) {
    real x = cos(pi() * (k - 0.25) / (K + 0.5));
    real slope;
    for (step in 1:5) {
      real p0 = 1;
      real p1 = x;
      for (j in 2:K) {
        real p2 = ((2 * j - 1) * x * p1 - (j - 1) * p0) / j;
        p0 = p1;
        p1 = p2;
      }
      slope = K * (x * p1 - p0) / (x * x - 1);
      x -= p1 / slope;
    }
    rule[k] = [x, 2 / ((1 - x * x) * slope * slope)];
    rule[K + 1 - k] = [-x, rule[k, 2]];
  }
  return rule;
}

// Rules on (0,1) for ever sharper S1, one below the other: columns phi, 1 - phi, weight and the sharpness, alpha
// times the range over u of log L0(s|u) - E_L0[V|u], up to which a rule keeps the integral within 1e-6 and its log
// within 3e-6 (measured). The poles of S1 in phi come as close to (0,1) as pi / sharpness, all along it: for such,
// nodes drawn from the ends by x -> asin(c x) / asin(c) do with a quarter fewer (Kosloff & Tal-Ezer 1993,
// J. Comput. Phys. 104, 457; c = sech(9 / K) for errors of about exp(-18)).
matrix phi_rules() {
  array[12] int sizes = {8, 12, 16, 20, 24, 32, 40, 48, 56, 64, 96, 160};
  array[12] real limits = {8, 14, 18, 25, 30, 41, 53, 64, 75, 86, 138, positive_infinity()};
  matrix[sum(sizes), 4] rules;
  int end = 0;
  for (i in 1:12) {
    matrix[sizes[i], 2] rule = gauss_legendre(sizes[i]);
    real c = inv(cosh(9.0 / sizes[i]));
    for (k in 1:sizes[i]) {
      real x = c * rule[k, 1];
      real phi = 0.5 + 0.5 * asin(x) / asin(c);
      rules[end + k] = [phi, 1 - phi, 0.5 * c * rule[k, 2] / (asin(c) * sqrt(1 - x * x)), limits[i]];
    }
    end += sizes[i];
  }
  return rules;
}

// First and last row of the rule for that sharpness
array[] int choose_rule(real sharpness, matrix rules) {
  int first = 1;
  int last;
  while (first < rows(rules) && sharpness > rules[first, 4]) {
    first += 1;
  }
  last = first;
  while (last < rows(rules) && rules[last + 1, 4] == rules[first, 4]) {
    last += 1;
  }
  return {first, last};
}

// m[u,s] = integral of S1(u|s,phi) over phi in (0,1), each state by the one of `phi_rules` that it needs
matrix integrate_speaker1(real alpha, matrix log_l0, vector value, vector c, matrix rules) {
  int U = rows(log_l0);
  matrix[U, cols(log_l0)] m;
  row_vector[U] kind = (alpha * value - c)';
  for (s in 1:cols(log_l0)) {
    vector[U] slope = log_l0[, s] - value;
    array[2] int at = choose_rule(alpha * (max(slope) - min(slope)), rules);
    matrix[at[2] - at[1] + 1, U] e
      = exp(rules[at[1]:at[2], 1:2] * append_row((alpha * log_l0[, s] - c)', kind));
    m[, s] = e' * (rules[at[1]:at[2], 3] ./ (e * rep_vector(1, U)));
  }
  return m;
}

// sum of w[u,s] log S(u|s), S(u|s) ∝ exp eta[u,s]: multinomial kernel, real-valued weights; with a lapse, the
// speaker says (1 - lapse) S(u|s) + lapse / U
real speaker_kernel(data matrix w, matrix eta, vector lapse) {
  real lp = 0;
  if (size(lapse) == 0) {
    lp += sum(w .* eta);
    for (s in 1:cols(eta)) {
      lp -= sum(w[, s]) * log_sum_exp(eta[, s]);
    }
  } else {
    for (s in 1:cols(eta)) {
      lp += dot_product(w[, s], log((1 - lapse[1]) * softmax(eta[, s]) + lapse[1] / rows(eta)));
    }
  }
  return lp;
}
