/* The posterior of s1.stan and s2.stan by hand, around a likelihood: what include/{natural,speaker,literal}.stan say. */
#ifndef TACTOMETER_POSTERIOR_HPP
#define TACTOMETER_POSTERIOR_HPP
#include "cone.hpp"

namespace tactometer {

// logit theta of its coordinates x, as include/literal.stan says
struct Roots {
  ArrayXXd logit, slope, bend;  // and the slopes of logit and of log_volume
  double log_volume = 0;
  Roots() = default;
  template <typename O>
  Roots(const ArrayXXd& x, const O& usual) {
    const ArrayXXd rest = (-2.0 * x.abs()).exp();
    const ArrayXXd share = (x > 0).select(1 / (1 + rest), rest / (1 + rest));  // inv_logit(2 x)
    const ArrayXXd root2 = logs1p(rest) + 2 * x.max(0.0), log_root2 = logs(root2);
    const ArrayXXd side = 2 - 4 * (usual.array() > 0).template cast<double>();
    logit = usual.array() + side * (log_root2 - std::log(2.0));
    log_volume = (2 * x - root2 - log_root2).sum();
    slope = 2 * side * share / root2;
    bend = 2 * (1 - share) - 2 * share / root2;
  }
};

using Vector = Eigen::Map<const Eigen::VectorXd>;  // a Ref may have gaps between columns: no vectors
using Matrix = Eigen::Map<const Eigen::MatrixXd>;

// a matrix or vector of Stan's data, where it lies
template <typename M>
Eigen::Map<const typename M::PlainObject> view(const M& m) {
  return {m.data(), m.rows(), m.cols()};
}

struct Coordinates {  // y = centre + whiten z; the first make the cone's entries
  const Vector centre;
  const Matrix whiten;
  const std::vector<int>& order;
  const Matrix slopes;
  const Vector softness;
  const std::vector<int>& slots;
  const int n_utilities;
};

struct Answers {  // yes/no answers, of whom nothing is inferred unless `joint`; and which utterances cost
  const bool joint, has_cost, has_lapse;
  const Matrix yes, n, usual;
  const Vector negated;
};

struct Adjoints {
  Speaker speaker;
  ArrayXXd log_theta;
  ArrayXd cost;
};

// value and gradient in z; likelihood(speaker, log_theta, cost, adjoints) gives its value and its adjoints
template <typename Z, typename L>
stan::return_type_t<Z> log_posterior(const Z& z, const Coordinates& in, const Answers& told,
                                     int goals, const L& likelihood) {
  const int entries = in.order.size(), U = told.usual.rows(), S = told.usual.cols();
  const Eigen::VectorXd y = in.centre + in.whiten * stan::math::value_of(z);
  const Cone cone(y.head(entries), in.order, in.slopes, in.softness, in.slots, goals, in.n_utilities);
  double lp = cone.log_prior, share = 0;
  ArrayXd cost = ArrayXd::Zero(U);
  if (told.has_cost) {  // cost ~ U(1, 10)
    share = inv_logit(y[entries]);
    lp -= log1p_exp(-y[entries]) + log1p_exp(y[entries]);
    cost = 1 + 9 * share * told.negated.array();
  }
  ArrayXXd log_theta, theta;
  Roots roots;
  if (!told.joint) log_theta = -(-told.usual.array()).exp().log1p();
  if (told.joint) {  // theta ~ Beta(1, 1), yes ~ Binomial(n, theta)
    roots = Roots(Eigen::Map<const ArrayXXd>(y.data() + y.size() - U * S, U, S), told.usual);
    const ArrayXXd odds = (-roots.logit.abs()).exp();
    theta = (roots.logit > 0).select(1 / (1 + odds), odds / (1 + odds));
    log_theta = roots.logit.min(0.0) - logs1p(odds);
    lp += ((told.n.array() + 2) * log_theta - ((told.n - told.yes).array() + 1) * roots.logit).sum()
          + roots.log_volume;
  }

  const Lapse lapse(told.has_lapse, y, entries + told.has_cost);
  Speaker at = cone.at;
  at.lapse = lapse.value;
  lp += lapse.log_prior;

  Adjoints of{Speaker(goals, at.phi.size() > 0), {}, {}};
  lp += likelihood(at, log_theta, cost, of);
  Eigen::VectorXd slope(y.size());
  slope.head(entries) = cone.backward(of.speaker);
  if (told.has_cost) {
    const double of_share = (of.cost * told.negated.array()).sum();
    slope[entries] = 9 * share * (1 - share) * of_share + 1 - 2 * share;
  }
  lapse.backward(of.speaker.lapse, slope);
  if (told.joint)
    Eigen::Map<ArrayXXd>(slope.data() + slope.size() - U * S, U, S)
        = ((of.log_theta + told.n.array() + 2) * (1 - theta) - (told.n - told.yes).array() - 1)
              * roots.slope
          + roots.bend;
  return Result<stan::return_type_t<Z>>()
      .by(z, Eigen::VectorXd(in.whiten.transpose() * slope))
      .of(lp);
}

}  // namespace tactometer
#endif
