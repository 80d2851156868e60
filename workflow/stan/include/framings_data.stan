// Framings take the place of goals: G of them, each with a speaker of its own.
int<lower=1> K;                              // coordinates of one speaker: as many as it has slots
real<lower=0> softness;                      // of the cone: where entries go from logs to themselves
real<lower=0> spread_scale;                  // spread ~ half-normal(0, spread_scale)
int<lower=0> D;                              // where the cost stands in the rest: 0 or 1
int<lower=0> P;                              // the rest: the cost's logit, the lapse's, theta's roots (literal.stan)
vector[P] centre;                            // rest = centre + whiten z
matrix[P, P] whiten;
// With v = rotation' y, log p(answers | y, rest) of a framing is about
//   v' (pull - lean (rest - centre)) - v' diag(curvature) v / 2
array[G] matrix[K, K] rotation;
array[G] vector<lower=0>[K] curvature;
array[G] vector[K] pull;
array[G] matrix[K, P] lean;
real<lower=0> prior_precision;               // about that of each coordinate of the mean
