// The C++ half of framings.stan: that of s2.stan, where this program looks for it
#include "speakers.hpp"
#include "cone.hpp"
#include "posterior.hpp"
#define s2_model_namespace framings_model_namespace
#include "s2.hpp"
