// A mixed model of what the fits say of one parameter, with each fit's own uncertainty.
//   y_i ~ normal(mu_i, sqrt(se_i^2 + sigma^2)),  mu = intercept + X beta + family + framing
// A fit's posterior stands in by its mean y_i and standard deviation se_i (measurement error);
// sigma is what differs between fits beside. Given the spreads, all of mu's coefficients c are
// normal: they are integrated out, which leaves no funnel to sample, and drawn afterwards.
data {
  int<lower=1> N;
  int<lower=0> K;
  int<lower=0> F;  // families, 0 if there is one alone
  int<lower=0> R;  // framings, likewise
  vector[N] y;
  vector<lower=0>[N] se;
  matrix[N, K] X;
  array[N] int<lower=0, upper=F> family;
  array[N] int<lower=0, upper=R> framing;
}
transformed data {
  int Q = 1 + K + F + R;
  real middle = 0.5;  // all parameters of a speaker lie in (0, 1)
  vector[N] r = y - middle;
  matrix[N, Q] W = rep_matrix(0, N, Q);
  // Weakly informative on that scale: intercept and beta ~ normal(0, 0.5); effects of groups are
  // in units of their spread.
  vector[Q] precision = append_row(rep_vector(inv_square(0.5), 1 + K), rep_vector(1, F + R));
  for (i in 1:N) {
    W[i, 1] = 1;
    W[i, 2:(1 + K)] = X[i];
    if (F > 0) {
      W[i, 1 + K + family[i]] = 1;
    }
    if (R > 0) {
      W[i, 1 + K + F + framing[i]] = 1;
    }
  }
}
parameters {
  real<lower=0> sigma;
  vector<lower=0>[F > 0 ? 1 : 0] tau_family;
  vector<lower=0>[R > 0 ? 1 : 0] tau_framing;
}
transformed parameters {
  vector[N] weight = inv(square(se) + square(sigma));
  matrix[Q, Q] L;  // of the posterior precision of c: L L' = precision + V' diag(weight) V
  vector[Q] h;     // L h = V' diag(weight) r, so that c ~ normal(L'^-1 h, (L L')^-1)
  {
    vector[Q] scale = rep_vector(1, Q);
    matrix[N, Q] V;
    if (F > 0) {
      scale[(2 + K):(1 + K + F)] = rep_vector(tau_family[1], F);
    }
    if (R > 0) {
      scale[(2 + K + F):Q] = rep_vector(tau_framing[1], R);
    }
    V = diag_post_multiply(W, scale);
    L = cholesky_decompose(
      add_diag(crossprod(diag_pre_multiply(sqrt(weight), V)), precision)
    );
    h = mdivide_left_tri_low(L, V' * (weight .* r));
  }
}
model {
  sigma ~ normal(0, 0.2);
  tau_family ~ normal(0, 0.2);
  tau_framing ~ normal(0, 0.2);
  // r ~ multi_normal(0, V diag(1 / precision) V' + diag(1 / weight)), by Woodbury's identity
  target += 0.5 * (sum(log(weight)) - dot_product(weight, square(r)) + dot_self(h))
            - sum(log(diagonal(L)));
}
generated quantities {
  vector[K] beta;
  {
    vector[Q] noise;
    for (q in 1:Q) {
      noise[q] = normal_rng(0, 1);
    }
    beta = mdivide_right_tri_low((h + noise)', L)[2:(1 + K)]';
  }
}
