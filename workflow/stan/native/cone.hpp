/* The cone with its gradient by hand: what include/{cone,speaker}.stan say, for posterior.hpp and s2_fixed.hpp. */
#ifndef TACTOMETER_CONE_HPP
#define TACTOMETER_CONE_HPP
#include "speakers.hpp"

namespace tactometer {

inline double log1p_exp(double x) {
  return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
}

inline double inv_logit(double x) { return 1 / (1 + std::exp(-x)); }

struct Lapse {  // lapse ~ Beta(1, 19), of coordinate y[place], as include/lapse.stan says; 0 where there is none
  double value = 0, share = 0, log_prior = 0;
  const int place;
  Lapse(bool exists, const Eigen::VectorXd& y, int at) : place(exists ? at : -1) {
    if (!exists) return;
    share = inv_logit(y[place]);
    value = -std::expm1(-log1p_exp(y[place]) / 19);
    log_prior = -log1p_exp(-y[place]) - log1p_exp(y[place]);
  }
  void backward(double adjoint, Eigen::VectorXd& slope) const {
    if (place >= 0) slope[place] = adjoint * (1 - value) / 19 * share + 1 - 2 * share;
  }
};

class Cone {
 public:
  Speaker at;
  double log_prior = 0;  // of y

  template <typename N, typename W>
  Cone(const Eigen::VectorXd& y, const std::vector<int>& order, const N& slopes, const W& softness,
       const std::vector<int>& slots, int goals, int n_utilities)
      : at(goals, slots.back() == 4), order_(order), slots_(slots), n_utilities_(n_utilities),
        slopes_(slopes), softness_(softness), bend_(y), entries_(y.size()),
        x_(ArrayXXd::Zero(goals, 4)) {
    shear();
    for (int k = 0; k < order.size(); ++k) {
      if (order[k] == 1)
        x_.col(slots[0] - 1) = entries_[k];
      else
        x_(goal(k), slot(k)) = entries_[k];
    }
    length_ = x_.rowwise().sum();
    name();
  }

  // the gradient in y of log_prior and of what has that adjoint
  Eigen::VectorXd backward(const Speaker& adjoint) const {
    const ArrayXXd x = name_backward(adjoint);
    Eigen::VectorXd y(entries_.size());  // the entries' adjoint first
    for (int k = 0; k < y.size(); ++k)
      y[k] = order_[k] > 1 ? x(goal(k), slot(k))
                           : x.col(slots_[0] - 1).sum() + (x.rows() - 1) / entries_[k];
    for (int k = y.size() - 1; k >= 0; --k) {
      const double share = inv_logit(bend_[k]);
      y[k] = y[k] * share + (1 - share) / softness_[k];
      y.head(k) += y[k] * slopes_.row(k).head(k).transpose();
    }
    return y;
  }

 private:
  const std::vector<int>&order_, &slots_;
  const int n_utilities_;
  const Eigen::Ref<const Eigen::MatrixXd> slopes_;
  const Eigen::Ref<const Eigen::VectorXd> softness_;
  Eigen::VectorXd bend_, entries_;  // in `order_`
  ArrayXXd x_;
  ArrayXd length_;
  const double knee_ = log1p_exp(10);

  // where the kth in order stands, if it is not the reference
  int goal(int k) const { return (order_[k] - 2) / (slots_.size() - 1); }
  int slot(int k) const { return slots_[1 + (order_[k] - 2) % (slots_.size() - 1)] - 1; }

  void shear() {
    for (int k = 0; k < bend_.size(); ++k) {
      bend_[k] = (bend_[k] + slopes_.row(k).head(k).dot(entries_.head(k))) / softness_[k];
      entries_[k] = softness_[k] * log1p_exp(bend_[k]);
      log_prior -= log1p_exp(-bend_[k]);
    }
  }

  // the natural parameters of x, and its prior
  void name() {
    const int G = x_.rows();
    at.alpha = 20 - 20 * log1p_exp(10 - length_[0] / 2) / knee_;
    log_prior += (G - 1) * std::log(x_(0, slots_[0] - 1)) + std::log(length_[0])
                 - n_utilities_ * length_.log().sum() + std::log(10 / knee_)
                 - log1p_exp(length_[0] / 2 - 10);
    for (int g = 0; g < G; ++g) {
      const double pre = x_(g, 2) + x_(g, 3);
      at.omega.row(g) << x_(g, 0) / length_[g], x_(g, 1) / length_[g], pre / length_[g];
      if (at.phi.size() > 0) {
        at.phi[g] = x_(g, 2) / pre;
        log_prior -= std::log(pre);
      }
    }
  }

  // the adjoint of x
  ArrayXXd name_backward(const Speaker& adjoint) const {
    ArrayXXd x(x_.rows(), 4);
    for (int g = 0; g < x.rows(); ++g) {
      const auto omega = adjoint.omega.row(g);
      const double mean = (omega * at.omega.row(g)).sum();
      for (int j = 0; j < 4; ++j)
        x(g, j) = (omega[std::min(j, 2)] - mean - n_utilities_) / length_[g];
      if (at.phi.size() > 0) {
        const double pre = x_(g, 2) + x_(g, 3), phi = at.phi[g];
        x(g, 2) += (adjoint.phi[g] * (1 - phi) - 1) / pre;
        x(g, 3) -= (adjoint.phi[g] * phi + 1) / pre;
      }
    }
    x.row(0) += 1 / length_[0] - 0.5 * inv_logit(length_[0] / 2 - 10)
                + adjoint.alpha * 10 * inv_logit(10 - length_[0] / 2) / knee_;
    return x;
  }
};

}  // namespace tactometer
#endif
