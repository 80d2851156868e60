vector[P] z;                                 // the speaker's cone coordinates and theta's roots (literal.stan), whitened
