// In range by construction: declared bounds would refuse a share of 1 + 1e-16.
real spread = spread_scale * exp(z[1]);
vector[G] alpha;
vector[has_phi ? G : 0] phi;
matrix[G, 3] omega;
real mean_alpha;                             // of the speaker at the mean
vector[has_phi] mean_phi;
row_vector[3] mean_omega;
vector[has_cost] cost;
vector[has_lapse] lapse;                     // the same in all framings, as the cost
real log_prior;                              // of z (and theta with its yes/no answers)
real log_likelihood;                         // of the answers
