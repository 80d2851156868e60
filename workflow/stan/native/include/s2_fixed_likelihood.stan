// sum of counts[s,u] log S2(u|s) over the goals, with L1 from its table: value and gradient by hand in s2_fixed.hpp
real s2_fixed_log_likelihood(real alpha, vector phi, matrix omega, vector lapse,
                             data matrix log_l0, data vector value, data array[] matrix table, data array[] matrix w);
