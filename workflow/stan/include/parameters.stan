vector[P] z;                                 // the speaker's cone coordinates and logit theta, whitened
