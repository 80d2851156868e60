vector[D] z;                                 // the speaker, whitened
matrix[joint ? U : 0, S] z_theta;            // logit theta, centred on the smoothed proportions
