// The C++ half of s1.stan, declared in native/include/s1_posterior.stan
#include "speakers.hpp"
#include "cone.hpp"
#include "posterior.hpp"

namespace tactometer {

// sum of counts[s,u] log S1(u|s,phi) over the goals, and its adjoints
template <int N>
double log_likelihood(const Speaker& at, const ArrayXXd& log_theta, const ArrayXd& cost,
                      const ArrayXd& V, const Matrices& counts, Adjoints& of) {
  const int U = log_theta.rows(), S = log_theta.cols();
  const Meaning<N> meaning(log_theta, cost, V);
  const Literal<N>& l0 = meaning.l0;
  Literal<N> l0_adjoint(U, S);
  double lp = 0;
  for (size_t g = 0; g < counts.size(); ++g) {
    const double phi = at.phi[g];
    const Column<N> kind = at.alpha * (1 - phi) * l0.value - l0.cost;
    for (int s = 0; s < S; ++s) {
      const auto log_l0 = l0.log_l0.col(s);
      const auto w = counts[g].col(s).template head<N>(U).array();
      Column<N> eta = at.alpha * phi * log_l0 + kind;
      eta -= eta.maxCoeff();
      if (at.lapse == 0) lp += (w * eta).sum();
      eta = eta.exp();
      lp += chosen<N>(w, eta, at.lapse, of.speaker.lapse);  // eta is its adjoint, from here on
      of.speaker.phi[g] += at.alpha * (eta * (log_l0 - l0.value)).sum();
      exponents_backward<N>(s, at.alpha, l0, eta, (2 * phi - 1) * eta, of.speaker.alpha, l0_adjoint);
    }
  }
  of.log_theta = meaning.backward(l0_adjoint);
  of.cost = l0_adjoint.cost;
  return lp;
}

}  // namespace tactometer

namespace s1_model_namespace {

template <typename Z, typename C, typename M, typename N, typename F, typename Y, typename T,
          typename O, typename L, typename V>
stan::promote_args_t<
    stan::value_type_t<Z>, stan::value_type_t<C>, stan::value_type_t<M>, stan::value_type_t<N>,
    stan::value_type_t<F>,
    stan::promote_args_t<stan::value_type_t<Y>, stan::value_type_t<T>, stan::value_type_t<O>,
                         stan::value_type_t<L>, stan::value_type_t<V>>>
s1_log_posterior(const Z& z, const C& centre, const M& whiten, const std::vector<int>& order,
                 const N& slopes, const F& softness, const std::vector<int>& slots,
                 const int& n_utilities, const int& joint, const int& has_cost,
                 const int& has_lapse, const Y& yes, const T& n, const O& usual, const L& negated, const V& values,
                 const tactometer::Matrices& counts, std::ostream*) {
  using namespace tactometer;
  const ArrayXd known = values.array();
  const bool eight = usual.rows() == 8 && usual.cols() <= 8;
  const auto likelihood = [&](const Speaker& at, const ArrayXXd& log_theta, const ArrayXd& cost,
                              Adjoints& of) {
    return eight ? log_likelihood<8>(at, log_theta, cost, known, counts, of)
                 : log_likelihood<Eigen::Dynamic>(at, log_theta, cost, known, counts, of);
  };
  return log_posterior(z, {view(centre), view(whiten), order, view(slopes), view(softness), slots,
                           n_utilities},
                       {joint != 0, has_cost != 0, has_lapse != 0, view(yes), view(n), view(usual), view(negated)},
                       counts.size(), likelihood);
}

}  // namespace s1_model_namespace
