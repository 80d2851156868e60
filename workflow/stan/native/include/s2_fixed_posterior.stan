// log of the posterior density of z: value and gradient by hand in cone.hpp and s2_fixed.hpp
real s2_fixed_log_posterior(vector z, data vector centre, data matrix whiten, data array[] int order,
                            data matrix slopes, data vector softness, data array[] int slots,
                            data int n_utilities, data int has_lapse, data matrix log_l0, data vector value,
                            data array[] matrix table, data array[] matrix w);
