int has_phi = active[3];
int n_utilities = sum(active);
array[n_utilities + has_phi] int slots;      // of the cone
vector[S] V = values - max(values);          // only differences matter: no exponent above 0, no overflow
array[G] matrix[U, S] w;
matrix[U, S] usual = logit((yes + 1) ./ (n + 2));  // logit theta of the smoothed proportions
{
  int next = 1;
  for (j in 1:4) {
    if (active[min(j, 3)]) {
      slots[next] = j;
      next += 1;
    }
  }
}
for (g in 1:G) {
  w[g] = counts[g]';
}
