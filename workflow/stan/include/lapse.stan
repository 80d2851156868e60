if (has_lapse) {                                          // lapse ~ Beta(1, 19): the quantile of inv_logit(raw)
  real raw = y[D + 1];
  lapse[1] = -expm1(-log1p_exp(raw) / 19);
  log_prior += log_inv_logit(raw) + log1m_inv_logit(raw);
}
