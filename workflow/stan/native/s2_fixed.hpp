// The C++ half of s2_fixed.stan: s2_fixed_log_likelihood, declared in native/include/s2_fixed_likelihood.stan
#include "speakers.hpp"

namespace s2_fixed_model_namespace {

template <typename A, typename P, typename W, typename L, typename E>
stan::promote_args_t<A, stan::value_type_t<P>, stan::value_type_t<W>, stan::value_type_t<L>,
                     stan::value_type_t<E>>
s2_fixed_log_likelihood(const A& alpha, const P& phi, const W& omega, const L& log_l0,
                        const E& value, const tactometer::Matrices& table,
                        const tactometer::Matrices& counts, std::ostream*) {
  using namespace tactometer;
  const int U = log_l0.rows(), S = log_l0.cols();
  const Speaker at = speaker_at(alpha, phi, omega);
  Literal l0(U, S), l0_adjoint(U, S);
  l0.log_l0 = log_l0.array();
  l0.value = value.array();

  // Chebyshev polynomials and their slopes on one cell of log(1 + alpha)
  const double cells = table.size() / std::log(21.0), position = std::log1p(at.alpha) * cells;
  const int cell = std::min<int>(position, table.size() - 1), K = table[cell].cols();
  const double x = 2 * (position - cell) - 1;
  Eigen::MatrixXd t(K, 2);
  t.topRows(2) << 1, 0, x, 1;
  for (int k = 2; k < K; ++k) {
    t(k, 0) = 2 * x * t(k - 1, 0) - t(k - 2, 0);
    t(k, 1) = 2 * t(k - 1, 0) + 2 * x * t(k - 1, 1) - t(k - 2, 1);
  }
  const Eigen::MatrixXd f = table[cell] * t;
  Listener l1(U, S), l1_adjoint(U, S);
  l1.log_l1 = Eigen::Map<const ArrayXXd>(f.data(), U, S);
  l1.value = f.col(0).segment(U * S, U);
  l1.log_evidence = f.col(0).tail(U);

  Speaker adjoint(counts.size(), at.phi.size() > 0);
  double lp = 0;
  for (int g = 0; g < counts.size(); ++g)
    lp += speaker2(g, counts[g], at, l0, l1, adjoint, l0_adjoint, l1_adjoint);
  Eigen::VectorXd of_f(f.rows());
  of_f << Eigen::Map<Eigen::VectorXd>(l1_adjoint.log_l1.data(), U * S), l1_adjoint.value.matrix(),
      l1_adjoint.log_evidence.matrix();
  adjoint.alpha += of_f.dot(f.col(1)) * 2 * cells / (1 + at.alpha);

  return Result<stan::return_type_t<A, P, W>>()
      .by(alpha, adjoint.alpha)
      .by(phi, adjoint.phi)
      .by(omega, adjoint.omega)
      .of(lp);
}

}  // namespace s2_fixed_model_namespace
