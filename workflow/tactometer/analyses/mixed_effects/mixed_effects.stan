// A mixed model of what the fits say of one parameter, with each fit's own uncertainty.
//   y_i ~ normal(mu_i, sqrt(se_i^2 + sigma^2)),  mu = intercept + X beta + family + framing
// A fit's posterior stands in by its mean y_i and standard deviation se_i (measurement error);
// sigma is what differs between fits beside. Group effects are not centred.
data {
  int<lower=1> N;
  int<lower=0> K;
  int<lower=0> F;  // families, 0 if there is one alone
  int<lower=0> R;  // framings, likewise
  vector[N] y;
  vector<lower=0>[N] se;
  matrix[N, K] X;
  int<lower=0, upper=F> family[N];
  int<lower=0, upper=R> framing[N];
}
parameters {
  real intercept;
  vector[K] beta;
  real<lower=0> sigma;
  vector<lower=0>[F > 0 ? 1 : 0] tau_family;
  vector<lower=0>[R > 0 ? 1 : 0] tau_framing;
  vector[F] z_family;
  vector[R] z_framing;
}
model {
  vector[N] mu = intercept + X * beta;
  if (F > 0) {
    mu += tau_family[1] * z_family[family];
  }
  if (R > 0) {
    mu += tau_framing[1] * z_framing[framing];
  }
  // All parameters of a speaker lie in (0, 1): weakly informative on that scale.
  intercept ~ normal(0.5, 0.5);
  beta ~ normal(0, 0.5);
  sigma ~ normal(0, 0.2);
  tau_family ~ normal(0, 0.2);
  tau_framing ~ normal(0, 0.2);
  z_family ~ std_normal();
  z_framing ~ std_normal();
  y ~ normal(mu, sqrt(square(se) + square(sigma)));
}
