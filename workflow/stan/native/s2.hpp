// The C++ half of s2.stan, declared in native/include/s2_{likelihood,posterior}.stan
#include "speakers.hpp"
#include "cone.hpp"

namespace tactometer {

// logit theta of its coordinates x, as include/literal.stan says
struct Roots {
  ArrayXXd logit, slope, bend;  // and the slopes of logit and of log_volume
  double log_volume = 0;
  Roots() = default;
  template <typename O>
  Roots(const ArrayXXd& x, const O& usual) {
    const ArrayXXd rest = (-2 * x.abs()).exp();
    const ArrayXXd share = (x > 0).select(1 / (1 + rest), rest / (1 + rest));  // inv_logit(2 x)
    const ArrayXXd root2 = logs1p(rest) + 2 * x.max(0.0), log_root2 = logs(root2);
    const ArrayXXd side = 2 - 4 * (usual.array() > 0).template cast<double>();
    logit = usual.array() + side * (log_root2 - std::log(2.0));
    log_volume = (2 * x - root2 - log_root2).sum();
    slope = 2 * side * share / root2;
    bend = 2 * (1 - share) - 2 * share / root2;
  }
};

// sum of counts[s,u] log S2(u|s) over the goals, and its adjoints, those of log theta and the cost too
template <int N>
double log_likelihood(const Speaker& at, const ArrayXXd& log_theta, const ArrayXd& cost,
                      const ArrayXd& V, const Eigen::Ref<const Eigen::MatrixXd>& rules,
                      const Matrices& counts, Speaker& adjoint, ArrayXXd& of_log_theta,
                      ArrayXd& of_cost) {
  const int U = log_theta.rows(), S = log_theta.cols();
  Literal<N> l0(U, S), l0_adjoint(U, S);
  Table<N> share = log_theta.exp();
  const Column<N> sum = share.rowwise().sum();
  share.colwise() /= sum;
  l0.log_l0 = log_theta.colwise() - logs(sum);
  for (int s = 0; s < S; ++s) l0.value += V[s] * share.col(s);
  l0.cost = cost;

  const Integral<N> integral(at.alpha, l0, rules);
  const Listener<N> l1 = integral.listener(V);
  Listener<N> l1_adjoint(U, S);
  double lp = 0;
  for (size_t g = 0; g < counts.size(); ++g)
    lp += speaker2<N>(g, counts[g], at, l0, l1, adjoint, l0_adjoint, l1_adjoint);
  integral.backward(l1, l1_adjoint, V, adjoint.alpha, l0_adjoint);

  Table<N>& of_l0 = l0_adjoint.log_l0;
  for (int s = 0; s < S; ++s) of_l0.col(s) += share.col(s) * V[s] * l0_adjoint.value;
  const Column<N> sums = of_l0.rowwise().sum();
  for (int s = 0; s < S; ++s) of_l0.col(s) -= share.col(s) * sums;
  of_log_theta = of_l0;
  of_cost = l0_adjoint.cost;
  return lp;
}

// the same: a program for eight utterances, the number of the polite-speech task, and one for any
template <typename... Args>
double log_likelihood(const Speaker& at, const ArrayXXd& log_theta, Args&&... args) {
  const bool eight = log_theta.rows() == 8 && log_theta.cols() <= 8;
  return eight ? log_likelihood<8>(at, log_theta, args...)
               : log_likelihood<Eigen::Dynamic>(at, log_theta, args...);
}

}  // namespace tactometer

namespace s2_model_namespace {

template <typename A, typename P, typename W, typename T, typename C, typename V, typename R>
stan::promote_args_t<A, stan::value_type_t<P>, stan::value_type_t<W>, stan::value_type_t<T>,
                     stan::value_type_t<C>,
                     stan::promote_args_t<stan::value_type_t<V>, stan::value_type_t<R>>>
s2_log_likelihood(const A& alpha, const P& phi, const W& omega, const T& log_theta, const C& cost,
                  const V& values, const R& rules, const tactometer::Matrices& counts,
                  std::ostream*) {
  using namespace tactometer;
  const Speaker at = speaker_at(alpha, phi, omega);
  Speaker adjoint(counts.size(), at.phi.size() > 0);
  ArrayXXd of_log_theta;
  ArrayXd of_cost;
  const double lp = log_likelihood(at, ArrayXXd(stan::math::value_of(log_theta).array()),
                                   ArrayXd(stan::math::value_of(cost).array()),
                                   ArrayXd(values.array()), rules, counts, adjoint, of_log_theta,
                                   of_cost);
  return Result<stan::return_type_t<A, P, W, T, C>>()
      .by(alpha, adjoint.alpha)
      .by(phi, adjoint.phi)
      .by(omega, adjoint.omega)
      .by(log_theta, of_log_theta)
      .by(cost, of_cost)
      .of(lp);
}

template <typename Z, typename C, typename M, typename N, typename F, typename Y, typename T,
          typename O, typename L, typename V, typename R>
stan::promote_args_t<
    stan::value_type_t<Z>, stan::value_type_t<C>, stan::value_type_t<M>, stan::value_type_t<N>,
    stan::value_type_t<F>,
    stan::promote_args_t<stan::value_type_t<Y>, stan::value_type_t<T>, stan::value_type_t<O>,
                         stan::value_type_t<L>, stan::value_type_t<V>,
                         stan::promote_args_t<stan::value_type_t<R>>>>
s2_log_posterior(const Z& z, const C& centre, const M& whiten, const std::vector<int>& order,
                 const N& slopes, const F& softness, const std::vector<int>& slots,
                 const int& n_utilities, const int& joint, const int& has_cost, const Y& yes,
                 const T& n, const O& usual, const L& negated, const V& values, const R& rules,
                 const tactometer::Matrices& counts, std::ostream*) {
  using namespace tactometer;
  const int entries = order.size(), U = usual.rows(), S = usual.cols();
  const Eigen::VectorXd y = centre + whiten * stan::math::value_of(z);
  const Cone cone(y.head(entries), order, slopes, softness, slots, counts.size(), n_utilities);
  double lp = cone.log_prior, share = 0;
  ArrayXd cost = ArrayXd::Zero(U);
  if (has_cost) {  // cost ~ U(1, 10)
    share = inv_logit(y[entries]);
    lp -= log1p_exp(-y[entries]) + log1p_exp(y[entries]);
    cost = 1 + 9 * share * negated.array();
  }
  ArrayXXd log_theta, theta;
  Roots roots;
  if (!joint) log_theta = -(-usual.array()).exp().log1p();
  if (joint) {  // theta ~ Beta(1, 1), yes ~ Binomial(n, theta)
    roots = Roots(Eigen::Map<const ArrayXXd>(y.data() + y.size() - U * S, U, S), usual);
    const ArrayXXd odds = (-roots.logit.abs()).exp();
    theta = (roots.logit > 0).select(1 / (1 + odds), odds / (1 + odds));
    log_theta = roots.logit.min(0.0) - logs1p(odds);
    lp += ((n.array() + 2) * log_theta - ((n - yes).array() + 1) * roots.logit).sum()
          + roots.log_volume;
  }

  Speaker adjoint(counts.size(), cone.at.phi.size() > 0);
  ArrayXXd of_log_theta;
  ArrayXd of_cost;
  lp += log_likelihood(cone.at, log_theta, cost, ArrayXd(values.array()), rules, counts, adjoint,
                       of_log_theta, of_cost);
  Eigen::VectorXd slope(y.size());
  slope.head(entries) = cone.backward(adjoint);
  if (has_cost) {
    const double of_share = (of_cost * negated.array()).sum();
    slope[entries] = 9 * share * (1 - share) * of_share + 1 - 2 * share;
  }
  if (joint)
    Eigen::Map<ArrayXXd>(slope.data() + slope.size() - U * S, U, S)
        = ((of_log_theta + n.array() + 2) * (1 - theta) - (n - yes).array() - 1) * roots.slope
          + roots.bend;
  return Result<stan::return_type_t<Z>>()
      .by(z, Eigen::VectorXd(whiten.transpose() * slope))
      .of(lp);
}

}  // namespace s2_model_namespace
