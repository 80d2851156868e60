/* Framings round their mean: y[f] ~ normal(mean, spread) in each coordinate of the cone (cone.stan), of which each
 * framing has one of its own: x = softness * softplus(y / softness), alpha = alpha_of(sum(x)). Entries are
 * alike, all are alpha times a share, so they have one spread: three framings could not tell four. The mean has the
 * prior of a speaker that stands alone.
 *
 * Centred or not? Each framing's answers are taken for Gaussian in y, and mean and y[f] are written as their
 * conditional expectations and scales under that, given the spread: where the answers say much that is centred,
 * where they say nothing it is not, and z is about standard normal in either case. What the approximation is off
 * by costs steps, and changes no posterior. */

// alpha, phi, omega of the entries of one speaker
vector natural_of(matrix x) {
  real length = sum(x[1]);
  real pre = x[1, 3] + x[1, 4];
  return [alpha_of(length), pre > 0 ? x[1, 3] / pre : 0.5, x[1, 1] / length, x[1, 2] / length, pre / length]';
}
