// The build compiles this file once for each instruction set.
#include "diagonal/kernel.hpp"

#include "diagonal/diagonal.hpp"

namespace liquidtime::LT_ISA {

std::unique_ptr<Diagonal> make_diagonal(const DiagonalWeights& weights) {
    return std::make_unique<DiagonalCfC>(weights);
}

}  // namespace liquidtime::LT_ISA
