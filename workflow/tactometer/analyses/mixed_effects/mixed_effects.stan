// A mixed model of what the fits say of one parameter, with the fits' own uncertainty.
//   y ~ multi_normal(W c, E + sigma^2 I),  c_q ~ normal(0, .5 if fixed, else tau of its group)
// E is the covariance of the fits' posteriors (measurement error); sigma is what differs between
// fits beside. y and W are rotated beforehand onto the axes of E, on which errors do not hang
// together: error is its sd there. Given the spreads all coefficients c are normal: they are
// integrated out, which leaves no funnel to sample, and drawn afterwards.
data {
  int<lower=1> N;
  int<lower=1> K;                          // fixed columns of W, the first ones
  int<lower=K> Q;
  int<lower=0> G;                          // groups of random effects
  array[Q] int<lower=0, upper=G> group;    // of each column; 0 is fixed
  vector[N] y;
  vector<lower=0>[N] error;
  matrix[N, Q] W;
}
transformed data {
  // Weakly informative for parameters from 0 to 1; random effects are in units of their spread.
  vector[Q] precision = append_row(rep_vector(inv_square(0.5), K), rep_vector(1, Q - K));
}
parameters {
  real<lower=0> sigma;
  vector<lower=0>[G] tau;
}
transformed parameters {
  vector[N] weight = inv(square(error) + square(sigma));
  matrix[Q, Q] L;  // of the posterior precision of c: L L' = precision + V' diag(weight) V
  vector[Q] h;     // L h = V' diag(weight) y, so that c ~ normal(L'^-1 h, (L L')^-1)
  {
    vector[Q] scale = rep_vector(1, Q);
    matrix[N, Q] V;
    for (q in (K + 1):Q) {
      scale[q] = tau[group[q]];
    }
    V = diag_post_multiply(W, scale);
    L = cholesky_decompose(
      add_diag(crossprod(diag_pre_multiply(sqrt(weight), V)), precision)
    );
    h = mdivide_left_tri_low(L, V' * (weight .* y));
  }
}
model {
  sigma ~ normal(0, 0.2);
  tau ~ normal(0, 0.2);
  // y ~ multi_normal(0, V diag(1 / precision) V' + diag(1 / weight)), by Woodbury's identity
  target += 0.5 * (sum(log(weight)) - dot_product(weight, square(y)) + dot_self(h))
            - sum(log(diagonal(L)));
}
generated quantities {
  vector[K] beta;
  {
    vector[Q] noise;
    for (q in 1:Q) {
      noise[q] = normal_rng(0, 1);
    }
    beta = mdivide_right_tri_low((h + noise)', L)[1:K]';
  }
}
