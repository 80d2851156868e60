// Not written with the draws: they follow from z (tactometer.cone).
real alpha;
vector[has_phi ? G : 0] phi;
matrix[G, 3] omega;
vector[has_cost] cost;
vector[has_lapse] lapse;
real log_prior;                              // of y (and theta with its yes/no answers)
