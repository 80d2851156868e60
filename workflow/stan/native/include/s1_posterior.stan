// log of the posterior density of z: value and gradient by hand in posterior.hpp, cone.hpp and s1.hpp
real s1_log_posterior(vector z, data vector centre, data matrix whiten, data array[] int order,
                      data matrix slopes, data vector softness, data array[] int slots,
                      data int n_utilities, data int joint, data int has_cost, data int has_lapse,
                      data matrix yes, data matrix n, data matrix usual, data vector negated, data vector V,
                      data array[] matrix w);
