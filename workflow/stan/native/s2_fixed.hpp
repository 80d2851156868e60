// The C++ half of s2_fixed.stan, declared in native/include/s2_fixed_{likelihood,posterior}.stan
#include "speakers.hpp"
#include "cone.hpp"

namespace tactometer {

/* sum of counts[s,u] log S2(u|s) over the goals, with L1 from its table. All that depends on theta is data here,
 * so the gradient stops at the speaker. The buffers stay from call to call: small ones cost more to allocate
 * than to fill. */
class FixedLikelihood {
 public:
  double operator()(const Speaker& at, const Eigen::MatrixXd& log_l0, const Eigen::VectorXd& value,
                    const Matrices& table, const Matrices& counts, Speaker& adjoint) {
    const int U = log_l0.rows(), S = log_l0.cols();
    look_up(at.alpha, table);
    of_table_.setZero(U * (S + 2));
    double lp = 0;
    for (int g = 0; g < static_cast<int>(counts.size()); ++g) {
      density_.setZero(U);
      if (at.phi.size() > 0) see(at.alpha, at.phi[g], log_l0, value);
      lp += choose(at, g, counts[g], adjoint);
      if (at.phi.size() > 0) see_backward(at, g, log_l0, value, adjoint);
    }
    adjoint.alpha += (of_table_ * slope_).sum() * step_;
    return lp;
  }

 private:
  Eigen::ArrayXd table_, slope_, of_table_;  // what is tabulated, its slope in x, its adjoint
  double step_;                              // dx / d alpha
  Eigen::ArrayXXd p_, eta_;                  // S1 at phi; the exponents of S2, then their adjoints
  Eigen::ArrayXd total_, density_, of_u_, plain_;

  // Chebyshev polynomials t and their slopes d at x, on one cell of log(1 + alpha)
  void look_up(double alpha, const Matrices& table) {
    const double cells = table.size() / std::log(21.0), position = std::log1p(alpha) * cells;
    const int cell = std::min<int>(position, table.size() - 1), K = table[cell].cols();
    const double x = 2 * (position - cell) - 1;
    const auto of = table[cell].array();
    step_ = 2 * cells / (1 + alpha);
    table_ = of.col(0) + x * of.col(1);
    slope_ = of.col(1);
    double t0 = 1, t1 = x, d0 = 0, d1 = 1;
    for (int k = 2; k < K; ++k) {
      const double t2 = 2 * x * t1 - t0, d2 = 2 * t1 + 2 * x * d1 - d0;
      table_ += t2 * of.col(k);
      slope_ += d2 * of.col(k);
      t0 = t1, t1 = t2, d0 = d1, d1 = d2;
    }
  }

  // log L1(phi|u), from S1 at phi
  void see(double alpha, double phi, const Eigen::MatrixXd& log_l0, const Eigen::VectorXd& value) {
    plain_ = (alpha * (1 - phi)) * value.array();
    p_ = ((alpha * phi) * log_l0.array()).colwise() + plain_;
    p_ = p_.exp();
    for (int s = 0; s < p_.cols(); ++s) p_.col(s) *= 1 / p_.col(s).sum();
    total_ = p_.rowwise().sum();
    density_ = total_.log() - table_.tail(total_.size());
  }

  // S2 of goal g: its part of the sum, and the adjoints but for those by way of L1(phi|u)
  double choose(const Speaker& at, int g, const Eigen::MatrixXd& counts, Speaker& adjoint) {
    const int U = counts.rows(), S = counts.cols();
    const double alpha = at.alpha;
    const double inf = at.omega(g, 0), soc = at.omega(g, 1), pre = at.omega(g, 2);
    const Eigen::Map<const Eigen::ArrayXXd> log_l1(table_.data(), U, S);
    const auto value1 = table_.segment(U * S, U);
    double lp = 0, of_inf = 0;
    plain_ = soc * value1 + pre * density_;
    eta_.resize(U, S);
    for (int s = 0; s < S; ++s) {
      auto eta = eta_.col(s);
      eta = alpha * (inf * log_l1.col(s) + plain_);
      const double top = eta.maxCoeff();
      eta -= top;
      if (at.lapse == 0) lp += (counts.col(s).array() * eta).sum();
    }
    eta_ = eta_.exp();
    of_u_.setZero(U);
    for (int s = 0; s < S; ++s) {
      auto eta = eta_.col(s);
      lp += chosen<Eigen::Dynamic>(counts.col(s).array(), eta, at.lapse, adjoint.lapse);  // eta is its adjoint now
      of_u_ += eta;
      of_inf += (eta * log_l1.col(s)).sum();
    }
    const double of_soc = (of_u_ * value1).sum(), of_pre = (of_u_ * density_).sum();
    adjoint.alpha += inf * of_inf + soc * of_soc + pre * of_pre;
    adjoint.omega.row(g) += alpha * Eigen::Array3d(of_inf, of_soc, of_pre).transpose();
    Eigen::Map<Eigen::ArrayXXd>(of_table_.data(), U, S) += (alpha * inf) * eta_;
    of_table_.segment(U * S, U) += (alpha * soc) * of_u_;
    return lp;
  }

  // what `see` made of alpha and phi, from the adjoint of its log density
  void see_backward(const Speaker& at, int g, const Eigen::MatrixXd& log_l0,
                    const Eigen::VectorXd& value, Speaker& adjoint) {
    const double alpha = at.alpha, phi = at.phi[g];
    double of_l0 = 0, of_value = 0;
    of_u_ *= alpha * at.omega(g, 2);
    of_table_.tail(of_u_.size()) -= of_u_;
    of_u_ /= total_;
    for (int s = 0; s < p_.cols(); ++s) {
      const auto p = p_.col(s);
      plain_ = p * (of_u_ - (p * of_u_).sum());
      of_l0 += (plain_ * log_l0.col(s).array()).sum();
      of_value += (plain_ * value.array()).sum();
    }
    adjoint.alpha += phi * of_l0 + (1 - phi) * of_value;
    adjoint.phi[g] += alpha * (of_l0 - of_value);
  }
};

inline double fixed_log_likelihood(const Speaker& at, const Eigen::MatrixXd& log_l0,
                                   const Eigen::VectorXd& value, const Matrices& table,
                                   const Matrices& counts, Speaker& adjoint) {
  thread_local FixedLikelihood likelihood;
  return likelihood(at, log_l0, value, table, counts, adjoint);
}

}  // namespace tactometer

namespace s2_fixed_model_namespace {

template <typename A, typename P, typename W, typename Q, typename L, typename E>
stan::promote_args_t<A, stan::value_type_t<P>, stan::value_type_t<W>, stan::value_type_t<Q>,
                     stan::value_type_t<L>, stan::promote_args_t<stan::value_type_t<E>>>
s2_fixed_log_likelihood(const A& alpha, const P& phi, const W& omega, const Q& lapse,
                        const L& log_l0, const E& value, const tactometer::Matrices& table,
                        const tactometer::Matrices& counts, std::ostream*) {
  using namespace tactometer;
  const Speaker at = speaker_at(alpha, phi, omega, lapse);
  Speaker adjoint(counts.size(), at.phi.size() > 0);
  const double lp = fixed_log_likelihood(at, log_l0, value, table, counts, adjoint);
  return Result<stan::return_type_t<A, P, W, Q>>()
      .by(alpha, adjoint.alpha)
      .by(phi, adjoint.phi)
      .by(omega, adjoint.omega)
      .by(lapse, ArrayXd::Constant(1, adjoint.lapse))
      .of(lp);
}

template <typename Z, typename C, typename M, typename N, typename S, typename L, typename E>
stan::promote_args_t<stan::value_type_t<Z>, stan::value_type_t<C>, stan::value_type_t<M>,
                     stan::value_type_t<N>, stan::value_type_t<S>,
                     stan::promote_args_t<stan::value_type_t<L>, stan::value_type_t<E>>>
s2_fixed_log_posterior(const Z& z, const C& centre, const M& whiten, const std::vector<int>& order,
                       const N& slopes, const S& softness, const std::vector<int>& slots,
                       const int& n_utilities, const int& has_lapse, const L& log_l0, const E& value,
                       const tactometer::Matrices& table, const tactometer::Matrices& counts,
                       std::ostream*) {
  using namespace tactometer;
  const Eigen::VectorXd y = centre + whiten * stan::math::value_of(z);
  const int entries = order.size();
  const Cone cone(y.head(entries), order, slopes, softness, slots, counts.size(), n_utilities);
  const Lapse lapse(has_lapse, y, entries);
  Speaker at = cone.at, adjoint(counts.size(), cone.at.phi.size() > 0);
  at.lapse = lapse.value;
  const double lp = fixed_log_likelihood(at, log_l0, value, table, counts, adjoint);
  Eigen::VectorXd slope(y.size());
  slope.head(entries) = cone.backward(adjoint);
  lapse.backward(adjoint.lapse, slope);
  return Result<stan::return_type_t<Z>>()
      .by(z, Eigen::VectorXd(whiten.transpose() * slope))
      .of(cone.log_prior + lapse.log_prior + lp);
}

}  // namespace s2_fixed_model_namespace
