// The diagonal CfC of one instruction set.
#pragma once

#include <memory>

#include "core/recurrence.hpp"

namespace liquidtime::LT_ISA {

std::unique_ptr<Diagonal> make_diagonal(const DiagonalWeights& weights);

}  // namespace liquidtime::LT_ISA
