// The C++ half of s2.stan: s2_log_likelihood, declared in native/include/s2_likelihood.stan
#include "speakers.hpp"

namespace s2_model_namespace {

template <typename A, typename P, typename W, typename T, typename C, typename V, typename R>
stan::promote_args_t<A, stan::value_type_t<P>, stan::value_type_t<W>, stan::value_type_t<T>,
                     stan::value_type_t<C>,
                     stan::promote_args_t<stan::value_type_t<V>, stan::value_type_t<R>>>
s2_log_likelihood(const A& alpha, const P& phi, const W& omega, const T& log_theta, const C& cost,
                  const V& values, const R& rules, const tactometer::Matrices& counts,
                  std::ostream*) {
  using namespace tactometer;
  const int U = log_theta.rows(), S = log_theta.cols();
  const Speaker at = speaker_at(alpha, phi, omega);
  const ArrayXd star = values.array();

  Literal l0(U, S), l0_adjoint(U, S);
  l0.log_l0 = stan::math::value_of(log_theta).array();
  l0.log_l0.colwise() -= l0.log_l0.exp().rowwise().sum().log().eval();
  const ArrayXXd share = l0.log_l0.exp();
  l0.value = (share.matrix() * star.matrix()).array();
  l0.cost = stan::math::value_of(cost).array();

  const Integral integral(at.alpha, l0, rules);
  const Listener l1 = integral.listener(star);
  Listener l1_adjoint(U, S);
  Speaker adjoint(counts.size(), at.phi.size() > 0);
  double lp = 0;
  for (int g = 0; g < counts.size(); ++g)
    lp += speaker2(g, counts[g], at, l0, l1, adjoint, l0_adjoint, l1_adjoint);
  integral.backward(l1, l1_adjoint, star, adjoint.alpha, l0_adjoint);

  ArrayXXd theta = l0_adjoint.log_l0;  // the adjoint of log theta
  for (int s = 0; s < S; ++s) theta.col(s) += share.col(s) * star[s] * l0_adjoint.value;
  const ArrayXd sums = theta.rowwise().sum();
  for (int s = 0; s < S; ++s) theta.col(s) -= share.col(s) * sums;

  return Result<stan::return_type_t<A, P, W, T, C>>()
      .by(alpha, adjoint.alpha)
      .by(phi, adjoint.phi)
      .by(omega, adjoint.omega)
      .by(log_theta, theta)
      .by(cost, l0_adjoint.cost)
      .of(lp);
}

}  // namespace s2_model_namespace
