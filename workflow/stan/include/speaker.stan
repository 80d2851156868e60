vector[P] y = centre + whiten * z;
int C = D - has_cost;
vector[C + 1] entries = shear(head(y, C), order, slopes, softness);
matrix[G, 4] x = cone(entries, G, slots);
log_prior = cone_log_prior(x, n_utilities, has_phi, slots[1]) + entries[C + 1];
alpha = alpha_of(sum(x[1]));
for (g in 1:G) {
  row_vector[4] share = x[g] / sum(x[g]);
  omega[g] = [share[1], share[2], share[3] + share[4]];
  if (has_phi) {
    phi[g] = share[3] / omega[g, 3];
  }
}
#include include/lapse.stan
