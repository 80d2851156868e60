int<lower=1> G;                              // goals
int<lower=1> S;                              // states
int<lower=1> U;                              // utterances
vector[S] values;                            // V(s)
array[G] matrix<lower=0>[S, U] counts;       // answers: real-valued weights
matrix<lower=0>[U, S] yes;                   // yes/no answers: "is u true of s?"
matrix<lower=0>[U, S] n;
int<lower=0, upper=1> joint;                 // infer theta, or plug in (yes + 1) / (n + 2)
int<lower=0, upper=1> has_cost;              // negation cost (humans)
int<lower=0, upper=1> has_lapse;             // a share of the answers is drawn from all utterances alike
vector<lower=0, upper=1>[U] negated;
array[3] int<lower=0, upper=1> active;       // utilities inf, soc, pre (s1: pre alone, its phi)
