// sum of counts[s,u] log S2(u|s) over the goals: value and gradient by hand in s2.hpp
real s2_log_likelihood(real alpha, vector phi, matrix omega, matrix log_theta, vector c,
                       vector lapse, data vector V, data matrix rules, data array[] matrix w);
