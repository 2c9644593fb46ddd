// Which instruction sets this build and this processor have, and which one is in use.
#pragma once

#include <string>
#include <vector>

#include "core/recurrence.hpp"

namespace liquidtime {

// Names, the fastest first.
std::vector<std::string> instruction_sets();

// The kernels in use: the fastest, or those that LIQUIDTIME_ISA or `use_instruction_set` names.
const Kernels& kernels();

// Throws std::invalid_argument if the name is unknown, or not to be had here.
void use_instruction_set(const std::string& name);

}  // namespace liquidtime
