real<lower=0, upper=20> alpha;
vector<lower=0, upper=1>[has_phi ? G : 0] phi;
matrix<lower=0, upper=1>[G, 3] omega;
vector<lower=1, upper=10>[has_cost] cost;
real log_prior;                              // of y (and theta with its yes/no answers)
real log_likelihood;                         // of the answers
