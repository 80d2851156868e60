vector[1 + K + K * G + P] z;                 // the spread's log, then about standard normal: mean, framings, rest
