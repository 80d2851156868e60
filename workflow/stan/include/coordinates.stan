int<lower=1> D;                              // coordinates of the speaker: 1 + G (slots - 1), 1 for the cost
int<lower=D> P;                              // and of the lapse and of theta, where there are
vector[P] centre;                            // (y, roots of theta, see literal.stan) = centre + whiten z
matrix[P, P] whiten;
array[D - has_cost] int<lower=1> order;      // of the cone's entries
matrix[D - has_cost, D - has_cost] slopes;   // below the diagonal
vector<lower=0>[D - has_cost] softness;
