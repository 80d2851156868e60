/* S2 with its gradient by hand: what include/{rsa,s2,table}.stan say, for s2.hpp and s2_fixed.hpp.
 *
 * Utterances are rows, states are columns. A struct holds values or their adjoints d lp / d value: each
 * `backward` adds to the adjoints of what its forward read. */
#ifndef TACTOMETER_SPEAKERS_HPP
#define TACTOMETER_SPEAKERS_HPP
#include <stan/model/model_header.hpp>
#include <ostream>
#include <vector>

namespace tactometer {

using Eigen::ArrayXd;
using Eigen::ArrayXXd;
using Matrices = std::vector<Eigen::MatrixXd>;

struct Literal {  // log L0(s|u), E_L0[V|u], c(u)
  ArrayXXd log_l0;
  ArrayXd value, cost;
  Literal(int U, int S)
      : log_l0(ArrayXXd::Zero(U, S)), value(ArrayXd::Zero(U)), cost(ArrayXd::Zero(U)) {}
};

struct Listener {  // log L1(s|u), E_L1[V|u], log evidence(u)
  ArrayXXd log_l1;
  ArrayXd value, log_evidence;
  Listener(int U, int S)
      : log_l1(ArrayXXd::Zero(U, S)), value(ArrayXd::Zero(U)), log_evidence(ArrayXd::Zero(U)) {}
};

struct Speaker {
  double alpha = 0;
  ArrayXd phi;     // by goal; empty if no utility needs it
  ArrayXXd omega;  // goal x (inf, soc, pre)
  explicit Speaker(int G, bool has_phi)
      : phi(ArrayXd::Zero(has_phi ? G : 0)), omega(ArrayXXd::Zero(G, 3)) {}
};

/* S1(u|s,phi) ∝ exp(mean_u + x slope_u - c(u)) with x = 2 phi - 1: mean and slope are alpha/2 times the sum and
 * the difference of log L0(s|u) and E_L0[V|u]. `constant` and `linear` are the sums of the exponents' adjoints
 * and of x times these. */
inline void exponents_backward(int s, double alpha, const Literal& literal, const ArrayXd& constant,
                               const ArrayXd& linear, double& alpha_adjoint, Literal& adjoint) {
  const auto l0 = literal.log_l0.col(s);
  alpha_adjoint += 0.5 * (constant * (l0 + literal.value) + linear * (l0 - literal.value)).sum();
  adjoint.log_l0.col(s) += 0.5 * alpha * (constant + linear);
  adjoint.value += 0.5 * alpha * (constant - linear);
  adjoint.cost -= constant;
}

// A rule of `legendre_rules`: x = 2 phi - 1 at its nodes, the second half -1 times the first, and their weights
struct Rule {
  double limit;  // of the sharpness
  ArrayXd x, weight;

  // one of all `rules`, which are the same throughout a process
  static const Rule& of(double sharpness, const Eigen::Ref<const Eigen::MatrixXd>& rules) {
    static const std::vector<Rule> all = read(rules);
    auto rule = all.begin();
    while (rule + 1 < all.end() && sharpness > rule->limit) ++rule;
    return *rule;
  }

 private:
  static std::vector<Rule> read(const Eigen::Ref<const Eigen::MatrixXd>& rules) {
    std::vector<Rule> all;
    for (int first = 0, size = 0; first < rules.rows(); first += size) {
      for (size = 1; first + size < rules.rows() && rules(first + size, 3) == rules(first, 3);) ++size;
      const auto half = rules.middleRows(first, size / 2).array();
      Rule rule{rules(first, 3), ArrayXd(size), ArrayXd(size)};
      rule.x << half.col(0) - half.col(1), half.col(1) - half.col(0);
      rule.weight << half.col(2), half.col(2);
      all.push_back(rule);
    }
    return all;
  }
};

// L1 from the integral of S1 over phi. The nodes are symmetric: one exp serves x and -x.
class Integral {
 public:
  Integral(double alpha, const Literal& literal, const Eigen::Ref<const Eigen::MatrixXd>& rules)
      : alpha_(alpha), literal_(literal), m_(literal.log_l0.rows(), literal.log_l0.cols()) {
    const int U = m_.rows();
    rule_.reserve(m_.cols());
    p_.reserve(m_.cols());
    ArrayXd share;
    for (int s = 0; s < m_.cols(); ++s) {
      const auto l0 = literal.log_l0.col(s);
      const ArrayXd middle = (0.5 * alpha * (l0 + literal.value) - literal.cost).exp();
      const ArrayXd slope = 0.5 * alpha * (l0 - literal.value);
      const Rule& rule = Rule::of(2 * (slope.maxCoeff() - slope.minCoeff()), rules);
      rule_.push_back(&rule);
      const int half = rule.x.size() / 2;
      p_.emplace_back(2 * half, U);
      ArrayXXd& p = p_.back();
      p.topRows(half) = (rule.x.head(half).matrix() * slope.matrix().transpose()).array().exp();
      for (int u = 0; u < U; ++u) {
        p.col(u).tail(half) = middle[u] / p.col(u).head(half);
        p.col(u).head(half) *= middle[u];
      }
      share = p.rowwise().sum().inverse();
      p.colwise() *= share;
      m_.col(s) = p.matrix().transpose() * rule.weight.matrix();
    }
  }

  Listener listener(const ArrayXd& V) const {
    Listener l1(m_.rows(), m_.cols());
    const ArrayXd evidence = m_.rowwise().sum();
    l1.log_evidence = evidence.log();
    l1.log_l1 = m_.log().colwise() - l1.log_evidence;
    l1.value = (m_.matrix() * V.matrix()).array() / evidence;
    return l1;
  }

  void backward(const Listener& l1, Listener l1_adjoint, const ArrayXd& V, double& alpha_adjoint,
                Literal& adjoint) const {
    const int U = m_.rows();
    ArrayXXd& log_m = l1_adjoint.log_l1;  // its adjoint, from here on
    for (int s = 0; s < m_.cols(); ++s) {
      log_m.col(s) += l1.log_l1.col(s).exp() * V[s] * l1_adjoint.value;
    }
    const ArrayXd log_evidence = l1_adjoint.log_evidence - log_m.rowwise().sum();
    const ArrayXd evidence = log_evidence * (-l1.log_evidence).exp();
    ArrayXXd sums(U, 3);
    ArrayXd m(U);
    for (int s = 0; s < m_.cols(); ++s) {
      const auto p = p_[s].matrix();
      const ArrayXd &x = rule_[s]->x, &weight = rule_[s]->weight;
      m = log_m.col(s) / m_.col(s) + evidence;
      Eigen::MatrixXd by_node(x.size(), 3);
      by_node.col(0) = weight * x;
      by_node.col(1) = weight * (p * m.matrix()).array();
      by_node.col(2) = x * by_node.col(1).array();
      sums = p.transpose().lazyProduct(by_node);
      exponents_backward(s, alpha_, literal_, m * m_.col(s) - sums.col(1),
                         m * sums.col(0) - sums.col(2), alpha_adjoint, adjoint);
    }
  }

 private:
  double alpha_;
  const Literal& literal_;
  ArrayXXd m_;                     // integral of S1(u|s,phi)
  std::vector<const Rule*> rule_;  // of each state
  std::vector<ArrayXXd> p_;        // S1 at its nodes, for each state: node x utterance
};

// log of the sum over s of S1(u|s,phi), that is log L1(phi|u) + log evidence(u)
class Appearance {
 public:
  Appearance(double alpha, double phi, const Literal& literal)
      : alpha_(alpha), x_(2 * phi - 1), literal_(literal) {
    p_ = (alpha * phi * literal.log_l0).colwise()
         + (alpha * (1 - phi) * literal.value - literal.cost);
    p_ = p_.exp();
    p_.rowwise() /= p_.colwise().sum().eval();
    total_ = p_.rowwise().sum();
  }

  ArrayXd log_total() const { return total_.log(); }

  void backward(const ArrayXd& log_total, double& alpha_adjoint, double& phi_adjoint,
                Literal& adjoint) const {
    const ArrayXd total = log_total / total_;
    for (int s = 0; s < p_.cols(); ++s) {
      const auto p = p_.col(s);
      const ArrayXd constant = p * (total - (p * total).sum());
      exponents_backward(s, alpha_, literal_, constant, x_ * constant, alpha_adjoint, adjoint);
      phi_adjoint += alpha_ * (constant * (literal_.log_l0.col(s) - literal_.value)).sum();
    }
  }

 private:
  double alpha_, x_;
  const Literal& literal_;
  ArrayXXd p_;
  ArrayXd total_;
};

// sum of counts[s,u] log S2(u|s) of goal g, and its adjoints
inline double speaker2(int g, const Eigen::MatrixXd& counts, const Speaker& at, const Literal& l0,
                       const Listener& l1, Speaker& adjoint, Literal& l0_adjoint,
                       Listener& l1_adjoint) {
  const bool has_phi = at.phi.size() > 0;
  const Appearance seen(at.alpha, has_phi ? at.phi[g] : 0.5, l0);
  const ArrayXd density = has_phi ? ArrayXd(seen.log_total() - l1.log_evidence)
                                  : ArrayXd(ArrayXd::Zero(l1.value.size()));
  const auto omega = at.omega.row(g);
  ArrayXXd eta = omega[0] * l1.log_l1;
  eta.colwise() += omega[1] * l1.value + omega[2] * density;
  const ArrayXXd utility = eta;
  eta = (at.alpha * eta).colwise() - l0.cost;
  double lp = 0;
  for (int s = 0; s < eta.cols(); ++s) {
    const auto w = counts.col(s).array();
    const double total = w.sum();
    lp += (w * eta.col(s)).sum();
    const double top = eta.col(s).maxCoeff();
    eta.col(s) = (eta.col(s) - top).exp();
    const double sum = eta.col(s).sum();
    lp -= total * (top + std::log(sum));
    eta.col(s) = w - (total / sum) * eta.col(s);  // its adjoint, from here on
  }
  const ArrayXd of_u = eta.rowwise().sum();
  adjoint.alpha += (eta * utility).sum();
  adjoint.omega(g, 0) += at.alpha * (eta * l1.log_l1).sum();
  adjoint.omega(g, 1) += at.alpha * (of_u * l1.value).sum();
  adjoint.omega(g, 2) += at.alpha * (of_u * density).sum();
  l0_adjoint.cost -= of_u;
  l1_adjoint.log_l1 += at.alpha * omega[0] * eta;
  l1_adjoint.value += at.alpha * omega[1] * of_u;
  if (has_phi) {
    const ArrayXd log_density = at.alpha * omega[2] * of_u;
    l1_adjoint.log_evidence -= log_density;
    seen.backward(log_density, adjoint.alpha, adjoint.phi[g], l0_adjoint);
  }
  return lp;
}

template <typename A, typename P, typename W>
Speaker speaker_at(const A& alpha, const P& phi, const W& omega) {
  Speaker at(omega.rows(), phi.size() > 0);
  at.alpha = stan::math::value_of(alpha);
  at.phi = stan::math::value_of(phi).array();
  at.omega = stan::math::value_of(omega).array();
  return at;
}

/* The function's value as Stan's autodiff wants it: with its gradient if the parameters are variables. */
template <typename T>
class Result;

template <>
class Result<double> {
 public:
  template <typename X, typename D>
  Result& by(const X&, const D&) {
    return *this;
  }
  double of(double value) const { return value; }
};

template <>
class Result<stan::math::var> {
 public:
  Result& by(const stan::math::var& x, double slope) {
    operands_.push_back(x);
    slopes_.push_back(slope);
    return *this;
  }
  template <typename X, typename D>
  Result& by(const X& x, const D& slopes) {
    for (int i = 0; i < x.size(); ++i) by(x.coeff(i % x.rows(), i / x.rows()), slopes(i));
    return *this;
  }
  stan::math::var of(double value) const {
    return stan::math::precomputed_gradients(value, operands_, slopes_);
  }

 private:
  std::vector<stan::math::var> operands_;
  std::vector<double> slopes_;
};

}  // namespace tactometer
#endif
