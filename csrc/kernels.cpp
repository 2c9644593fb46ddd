// All kernels of one instruction set. The build compiles this file once for each.
#include "cfc/cfc.hpp"
#include "diagonal/kernel.hpp"
#include "wired/wired.hpp"
#include "network/sums.hpp"
#include "ltc/ltc.hpp"
#include "network/step.hpp"
#include "reservoir/scan.hpp"
#include "core/peak.hpp"

#define LT_TEXT(name) #name
#define LT_NAME(name) LT_TEXT(name)

namespace liquidtime::LT_ISA {

const Kernels& kernels() {
#if defined(LT_HAS_BFLOAT16)
    const bool bfloat16 = __builtin_cpu_supports("avx512bf16");
#else
    const bool bfloat16 = false;
#endif
    static const Kernels table{LT_NAME(LT_ISA), bfloat16,   make_cfc,     make_wired,     make_ltc,
                               make_diagonal,   graph_sums, network_step, reservoir_scan, fma_peak};
    return table;
}

}  // namespace liquidtime::LT_ISA
