// The C++ half of s2.stan, declared in native/include/s2_{likelihood,posterior}.stan
#include "speakers.hpp"
#include "cone.hpp"
#include "posterior.hpp"

namespace tactometer {

// sum of counts[s,u] log S2(u|s) over the goals, and its adjoints, those of log theta and the cost too
template <int N>
double log_likelihood(const Speaker& at, const ArrayXXd& log_theta, const ArrayXd& cost,
                      const ArrayXd& V, const Eigen::Ref<const Eigen::MatrixXd>& rules,
                      const Matrices& counts, Speaker& adjoint, ArrayXXd& of_log_theta,
                      ArrayXd& of_cost) {
  const int U = log_theta.rows(), S = log_theta.cols();
  const Meaning<N> meaning(log_theta, cost, V);
  const Literal<N>& l0 = meaning.l0;
  Literal<N> l0_adjoint(U, S);
  const Integral<N> integral(at.alpha, l0, rules);
  const Listener<N> l1 = integral.listener(V);
  Listener<N> l1_adjoint(U, S);
  double lp = 0;
  for (size_t g = 0; g < counts.size(); ++g)
    lp += speaker2<N>(g, counts[g], at, l0, l1, adjoint, l0_adjoint, l1_adjoint);
  integral.backward(l1, l1_adjoint, V, adjoint.alpha, l0_adjoint);

  of_log_theta = meaning.backward(l0_adjoint);
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

template <typename A, typename P, typename W, typename T, typename C, typename Q, typename V,
          typename R>
stan::promote_args_t<A, stan::value_type_t<P>, stan::value_type_t<W>, stan::value_type_t<T>,
                     stan::value_type_t<C>,
                     stan::promote_args_t<stan::value_type_t<Q>, stan::value_type_t<V>,
                                          stan::value_type_t<R>>>
s2_log_likelihood(const A& alpha, const P& phi, const W& omega, const T& log_theta, const C& cost,
                  const Q& lapse, const V& values, const R& rules,
                  const tactometer::Matrices& counts, std::ostream*) {
  using namespace tactometer;
  const Speaker at = speaker_at(alpha, phi, omega, lapse);
  Speaker adjoint(counts.size(), at.phi.size() > 0);
  ArrayXXd of_log_theta;
  ArrayXd of_cost;
  const double lp = log_likelihood(at, ArrayXXd(stan::math::value_of(log_theta).array()),
                                   ArrayXd(stan::math::value_of(cost).array()),
                                   ArrayXd(values.array()), rules, counts, adjoint, of_log_theta,
                                   of_cost);
  return Result<stan::return_type_t<A, P, W, T, C, Q>>()
      .by(alpha, adjoint.alpha)
      .by(phi, adjoint.phi)
      .by(omega, adjoint.omega)
      .by(log_theta, of_log_theta)
      .by(cost, of_cost)
      .by(lapse, ArrayXd::Constant(1, adjoint.lapse))
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
                 const int& n_utilities, const int& joint, const int& has_cost,
                 const int& has_lapse, const Y& yes, const T& n, const O& usual, const L& negated, const V& values, const R& rules,
                 const tactometer::Matrices& counts, std::ostream*) {
  using namespace tactometer;
  const ArrayXd known = values.array();
  const auto likelihood = [&](const Speaker& at, const ArrayXXd& log_theta, const ArrayXd& cost,
                              Adjoints& of) {
    return log_likelihood(at, log_theta, cost, known, rules, counts, of.speaker, of.log_theta, of.cost);
  };
  return log_posterior(z, {view(centre), view(whiten), order, view(slopes), view(softness), slots,
                           n_utilities},
                       {joint != 0, has_cost != 0, has_lapse != 0, view(yes), view(n), view(usual), view(negated)},
                       counts.size(), likelihood);
}

}  // namespace s2_model_namespace
