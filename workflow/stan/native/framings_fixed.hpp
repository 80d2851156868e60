// The C++ half of framings_fixed.stan: that of s2_fixed.stan, where this program looks for it
#include "speakers.hpp"
#include "cone.hpp"
#define s2_fixed_model_namespace framings_fixed_model_namespace
#include "s2_fixed.hpp"
