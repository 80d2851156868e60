/* The straightforward S2, the yardstick of benchmarks/fit.py: natural parameters, a grid of 40 midpoints for phi,
 * loops, autodiff through everything. The workflow never uses it. */
data {
  int<lower=1> G;
  int<lower=1> S;
  int<lower=1> U;
  vector[S] values;
  array[G] matrix<lower=0>[S, U] counts;
  matrix<lower=0>[U, S] yes;
  matrix<lower=0>[U, S] n;
  int<lower=0, upper=1> joint;
  int<lower=0, upper=1> has_cost;
  vector<lower=0, upper=1>[U] negated;
}
transformed data {
  int K = 40;
}
parameters {
  real<lower=0, upper=20> alpha;
  vector<lower=0, upper=1>[G] phi;
  array[G] simplex[3] omega;
  vector<lower=1, upper=10>[has_cost] cost;
  matrix<lower=0, upper=1>[joint ? U : 0, joint ? S : 0] theta_joint;
}
model {
  matrix[U, S] theta;
  matrix[U, S] l0;
  vector[U] value = rep_vector(0, U);
  vector[U] c = rep_vector(0, U);
  array[K + G] matrix[S, U] s1;              // on the grid, then at each goal's phi
  matrix[U, S] l1 = rep_matrix(0, U, S);
  vector[U] evidence = rep_vector(0, U);
  vector[U] value1 = rep_vector(0, U);
  for (u in 1:U) {
    for (s in 1:S) {
      if (joint) {
        theta[u, s] = theta_joint[u, s];
        target += yes[u, s] * log(theta[u, s]) + (n[u, s] - yes[u, s]) * log1m(theta[u, s]);
      } else {
        theta[u, s] = (yes[u, s] + 1) / (n[u, s] + 2);
      }
    }
    if (has_cost) {
      c[u] = 1 + (cost[1] - 1) * negated[u];
    }
    l0[u] = theta[u] / sum(theta[u]);
    for (s in 1:S) {
      value[u] += l0[u, s] * values[s];
    }
  }
  for (k in 1:(K + G)) {
    real p;
    if (k <= K) {
      p = (k - 0.5) / K;
    } else {
      p = phi[k - K];
    }
    for (s in 1:S) {
      vector[U] utility;
      for (u in 1:U) {
        utility[u] = alpha * (p * log(l0[u, s]) + (1 - p) * value[u]) - c[u];
      }
      s1[k, s] = softmax(utility)';
      if (k <= K) {
        for (u in 1:U) {
          l1[u, s] += s1[k, s, u] / K;
        }
      }
    }
  }
  for (u in 1:U) {
    evidence[u] = sum(l1[u]);
    l1[u] /= evidence[u];
    for (s in 1:S) {
      value1[u] += l1[u, s] * values[s];
    }
  }
  for (g in 1:G) {
    for (s in 1:S) {
      vector[U] utility;
      for (u in 1:U) {
        utility[u] = alpha * (omega[g, 1] * log(l1[u, s]) + omega[g, 2] * value1[u]
                              + omega[g, 3] * log(sum(s1[K + g, , u]) / evidence[u])) - c[u];
      }
      target += counts[g, s] * log_softmax(utility);
    }
  }
}
