/* S1 and S2 with their gradients by hand: what include/{rsa,s2,table}.stan say, for s1.hpp, s2.hpp, s2_fixed.hpp.
 *
 * Utterances are rows, states are columns. A struct holds values or their adjoints d lp / d value: each
 * `backward` adds to the adjoints of what its forward read. */
#ifndef TACTOMETER_SPEAKERS_HPP
#define TACTOMETER_SPEAKERS_HPP
#include <stan/model/model_header.hpp>
#include <ostream>
#include <vector>
#ifdef __AVX2__
#include <immintrin.h>
#ifdef __GLIBC__
#if __GLIBC_PREREQ(2, 22)
#define TACTOMETER_LIBMVEC
extern "C" __m256d _ZGVdN4v_log(__m256d);  // glibc's own vector log
#endif
#endif
#endif

namespace tactometer {

using Eigen::ArrayXd;
using Eigen::ArrayXXd;
using Matrices = std::vector<Eigen::MatrixXd>;

/* N is the number of utterances where it is known when this is compiled, or Eigen::Dynamic: eight are so few that
 * loops over a number that is not known, and arrays on the heap, take a third of a gradient's time. */
template <int N>
using Column = Eigen::Array<double, N, 1>;
template <int N>  // utterance x state; no more states than utterances where N is known
using Table = Eigen::Array<double, N, Eigen::Dynamic, Eigen::ColMajor, N, N>;

// log of every number: one by one, as Eigen takes them, they are an eighth of a gradient's time
template <typename T>
T logs(T x) {
  int i = 0;
#ifdef TACTOMETER_LIBMVEC
  for (; i + 4 <= x.size(); i += 4)
    _mm256_storeu_pd(x.data() + i, _ZGVdN4v_log(_mm256_loadu_pd(x.data() + i)));
#endif
  for (; i < x.size(); ++i) x.data()[i] = std::log(x.data()[i]);
  return x;
}

// log(1 + x) of x in [0,1]; the quotient makes good what 1 + x has lost of x
inline ArrayXXd logs1p(const ArrayXXd& x) {
  const ArrayXXd sum = 1 + x;
  return (sum == 1).select(x, logs(sum) * (x / (sum - 1)));
}

template <int N>
struct Literal {  // log L0(s|u), E_L0[V|u], c(u)
  Table<N> log_l0;
  Column<N> value, cost;
  Literal(int U, int S)
      : log_l0(Table<N>::Zero(U, S)), value(Column<N>::Zero(U)), cost(Column<N>::Zero(U)) {}
};

// L0 of theta, and the way back
template <int N>
class Meaning {
 public:
  Literal<N> l0;

  Meaning(const ArrayXXd& log_theta, const ArrayXd& cost, const ArrayXd& V)
      : l0(log_theta.rows(), log_theta.cols()), V_(V), share_(log_theta.exp()) {
    const Column<N> sum = share_.rowwise().sum();
    share_.colwise() /= sum;
    l0.log_l0 = log_theta.colwise() - logs(sum);
    for (int s = 0; s < V.size(); ++s) l0.value += V[s] * share_.col(s);
    l0.cost = cost;
  }

  // the adjoint of log theta
  ArrayXXd backward(const Literal<N>& adjoint) const {
    Table<N> found = adjoint.log_l0;
    for (int s = 0; s < V_.size(); ++s) found.col(s) += share_.col(s) * V_[s] * adjoint.value;
    const Column<N> sums = found.rowwise().sum();
    for (int s = 0; s < V_.size(); ++s) found.col(s) -= share_.col(s) * sums;
    return found;
  }

 private:
  const ArrayXd& V_;
  Table<N> share_;  // L0
};

template <int N>
struct Listener {  // log L1(s|u), E_L1[V|u], log evidence(u)
  Table<N> log_l1;
  Column<N> value, log_evidence;
  Listener(int U, int S)
      : log_l1(Table<N>::Zero(U, S)), value(Column<N>::Zero(U)), log_evidence(Column<N>::Zero(U)) {}
};

struct Speaker {
  double alpha = 0, lapse = 0;
  ArrayXd phi;     // by goal; empty if no utility needs it
  ArrayXXd omega;  // goal x (inf, soc, pre)
  explicit Speaker(int G, bool has_phi)
      : phi(ArrayXd::Zero(has_phi ? G : 0)), omega(ArrayXXd::Zero(G, 3)) {}
};

/* S1(u|s,phi) ∝ exp(mean_u + x slope_u - c(u)) with x = 2 phi - 1: mean and slope are alpha/2 times the sum and
 * the difference of log L0(s|u) and E_L0[V|u]. `constant` and `linear` are the sums of the exponents' adjoints
 * and of x times these. */
template <int N>
void exponents_backward(int s, double alpha, const Literal<N>& literal, const Column<N>& constant,
                        const Column<N>& linear, double& alpha_adjoint, Literal<N>& adjoint) {
  const auto l0 = literal.log_l0.col(s);
  alpha_adjoint += 0.5 * (constant * (l0 + literal.value) + linear * (l0 - literal.value)).sum();
  adjoint.log_l0.col(s) += 0.5 * alpha * (constant + linear);
  adjoint.value += 0.5 * alpha * (constant - linear);
  adjoint.cost -= constant;
}

// A rule of `phi_rules`: x = 2 phi - 1 at its nodes, the second half -1 times the first, and their weights
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
template <int N>
class Integral {
 public:
  Integral(double alpha, const Literal<N>& literal, const Eigen::Ref<const Eigen::MatrixXd>& rules)
      : alpha_(alpha), literal_(literal), m_(literal.log_l0.rows(), literal.log_l0.cols()) {
    rule_.reserve(m_.cols());
    p_.reserve(m_.cols());
    Column<N> slope, middle, e, m;
    for (int s = 0; s < m_.cols(); ++s) {
      const auto l0 = literal.log_l0.col(s);
      middle = (0.5 * alpha * (l0 + literal.value) - literal.cost).exp();
      slope = 0.5 * alpha * (l0 - literal.value);
      const Rule& rule = Rule::of(2 * (slope.maxCoeff() - slope.minCoeff()), rules);
      const int half = rule.x.size() / 2;
      rule_.push_back(&rule);
      p_.emplace_back(m_.rows(), 2 * half);
      m.setZero(m_.rows());
      for (int k = 0; k < half; ++k) {
        auto p = p_.back().col(k), q = p_.back().col(half + k);
        e = (slope * rule.x[k]).exp();
        p = middle * e;
        q = middle / e;
        p *= 1 / p.sum();
        q *= 1 / q.sum();
        m += rule.weight[k] * (p + q);
      }
      m_.col(s) = m;
    }
  }

  Listener<N> listener(const ArrayXd& V) const {
    Listener<N> l1(m_.rows(), m_.cols());
    const Column<N> evidence = m_.rowwise().sum();
    l1.log_evidence = logs(evidence);
    l1.log_l1 = logs(m_).colwise() - l1.log_evidence;
    l1.value = (m_.matrix() * V.matrix()).array() / evidence;
    return l1;
  }

  void backward(const Listener<N>& l1, Listener<N> l1_adjoint, const ArrayXd& V,
                double& alpha_adjoint, Literal<N>& adjoint) const {
    Table<N>& log_m = l1_adjoint.log_l1;  // its adjoint, from here on
    for (int s = 0; s < m_.cols(); ++s)
      log_m.col(s) += l1.log_l1.col(s).exp() * V[s] * l1_adjoint.value;
    const Column<N> log_evidence = l1_adjoint.log_evidence - log_m.rowwise().sum();
    const Column<N> evidence = log_evidence * (-l1.log_evidence).exp();
    Column<N> m, constant, linear;
    for (int s = 0; s < m_.cols(); ++s) {
      const Rule& rule = *rule_[s];
      m = log_m.col(s) / m_.col(s) + evidence;
      constant = m * m_.col(s);
      linear.setZero(m.size());
      for (int k = 0; k < rule.x.size(); ++k) {
        const auto p = p_[s].col(k);
        const double mean = (p * m).sum(), weight = rule.weight[k];
        constant -= weight * mean * p;
        linear += weight * rule.x[k] * (m - mean) * p;
      }
      exponents_backward<N>(s, alpha_, literal_, constant, linear, alpha_adjoint, adjoint);
    }
  }

 private:
  double alpha_;
  const Literal<N>& literal_;
  Table<N> m_;                     // integral of S1(u|s,phi)
  std::vector<const Rule*> rule_;  // of each state
  std::vector<Eigen::Array<double, N, Eigen::Dynamic>> p_;  // S1: utterance x node, for each state
};

// log of the sum over s of S1(u|s,phi), that is log L1(phi|u) + log evidence(u)
template <int N>
class Appearance {
 public:
  Appearance(double alpha, double phi, const Literal<N>& literal)
      : alpha_(alpha), x_(2 * phi - 1), literal_(literal), p_(literal.log_l0) {
    const Column<N> kind = alpha * (1 - phi) * literal.value - literal.cost;
    total_ = Column<N>::Zero(kind.size());
    for (int s = 0; s < p_.cols(); ++s) {
      p_.col(s) = (alpha * phi * p_.col(s) + kind).exp();
      p_.col(s) *= 1 / p_.col(s).sum();
      total_ += p_.col(s);
    }
  }

  Column<N> log_total() const { return logs(total_); }

  void backward(const Column<N>& log_total, double& alpha_adjoint, double& phi_adjoint,
                Literal<N>& adjoint) const {
    const Column<N> total = log_total / total_;
    for (int s = 0; s < p_.cols(); ++s) {
      const auto p = p_.col(s);
      const Column<N> constant = p * (total - (p * total).sum());
      exponents_backward<N>(s, alpha_, literal_, constant, x_ * constant, alpha_adjoint, adjoint);
      phi_adjoint += alpha_ * (constant * (literal_.log_l0.col(s) - literal_.value)).sum();
    }
  }

 private:
  double alpha_, x_;
  const Literal<N>& literal_;
  Table<N> p_;
  Column<N> total_;
};

/* The rest of the sum of w log S(u|s) of one state, from e = exp(eta), which become the adjoint of eta; where
 * nothing lapses, the sum of w eta comes on top. With a lapse an answer u is meant with probability
 * r = (1 - lapse) p / S, so the adjoint is that of weights w r. */
template <int N, typename W, typename E>
double chosen(const W& w, E&& e, double lapse, double& of_lapse) {
  const double sum = e.sum();
  if (lapse == 0) {
    const double total = w.sum();
    e = w - (total / sum) * e;
    return -total * std::log(sum);
  }
  const double blind = 1.0 / e.size();
  e *= 1 / sum;
  const Column<N> S = (1 - lapse) * e + lapse * blind;
  Column<N> meant = w / S;
  of_lapse += (meant * (blind - e)).sum();
  meant *= (1 - lapse) * e;
  e = meant - meant.sum() * e;
  return (w * S.log()).sum();
}

// sum of counts[s,u] log S2(u|s) of goal g, and its adjoints
template <int N>
double speaker2(int g, const Eigen::MatrixXd& counts, const Speaker& at, const Literal<N>& l0,
                const Listener<N>& l1, Speaker& adjoint, Literal<N>& l0_adjoint,
                Listener<N>& l1_adjoint) {
  const bool has_phi = at.phi.size() > 0;
  const Appearance<N> seen(at.alpha, has_phi ? at.phi[g] : 0.5, l0);
  Column<N> density = Column<N>::Zero(l1.value.size());
  if (has_phi) density = seen.log_total() - l1.log_evidence;
  const double inf = at.omega(g, 0), soc = at.omega(g, 1), pre = at.omega(g, 2);
  const Column<N> plain = soc * l1.value + pre * density;
  Column<N> utility, eta, of_u = Column<N>::Zero(plain.size());
  double lp = 0, of_alpha = 0, of_inf = 0;
  for (int s = 0; s < l1.log_l1.cols(); ++s) {
    const auto log_l1 = l1.log_l1.col(s);
    const auto w = counts.col(s).template head<N>(plain.size()).array();
    utility = inf * log_l1 + plain;
    eta = at.alpha * utility - l0.cost;
    eta -= eta.maxCoeff();
    if (at.lapse == 0) lp += (w * eta).sum();
    eta = eta.exp();
    lp += chosen<N>(w, eta, at.lapse, adjoint.lapse);  // eta is its adjoint, from here on
    of_u += eta;
    of_alpha += (eta * utility).sum();
    of_inf += (eta * log_l1).sum();
    l1_adjoint.log_l1.col(s) += at.alpha * inf * eta;
  }
  adjoint.alpha += of_alpha;
  adjoint.omega(g, 0) += at.alpha * of_inf;
  adjoint.omega(g, 1) += at.alpha * (of_u * l1.value).sum();
  adjoint.omega(g, 2) += at.alpha * (of_u * density).sum();
  l0_adjoint.cost -= of_u;
  l1_adjoint.value += at.alpha * soc * of_u;
  if (has_phi) {
    const Column<N> log_density = at.alpha * pre * of_u;
    l1_adjoint.log_evidence -= log_density;
    seen.backward(log_density, adjoint.alpha, adjoint.phi[g], l0_adjoint);
  }
  return lp;
}

template <typename A, typename P, typename W, typename Q>
Speaker speaker_at(const A& alpha, const P& phi, const W& omega, const Q& lapse) {
  Speaker at(omega.rows(), phi.size() > 0);
  at.alpha = stan::math::value_of(alpha);
  at.phi = stan::math::value_of(phi).array();
  at.omega = stan::math::value_of(omega).array();
  if (lapse.size() > 0) at.lapse = stan::math::value_of(lapse)[0];
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
    operands_.reserve(operands_.size() + x.size());
    slopes_.reserve(slopes_.size() + x.size());
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
