#include "core/dispatch.hpp"

#include <atomic>
#include <cstdlib>
#include <stdexcept>

namespace liquidtime {

namespace generic {
const Kernels& kernels();
}
#if defined(LT_BUILT_AVX2)
namespace avx2 {
const Kernels& kernels();
}
#endif
#if defined(LT_BUILT_AVX512)
namespace avx512 {
const Kernels& kernels();
}
#endif
#if defined(LT_BUILT_NEON)
namespace neon {
const Kernels& kernels();
}
#endif

namespace {

std::vector<const Kernels*> available() {
    std::vector<const Kernels*> found;
#if defined(LT_BUILT_AVX512)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")) {
        found.push_back(&avx512::kernels());
    }
#endif
#if defined(LT_BUILT_AVX2)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        found.push_back(&avx2::kernels());
    }
#endif
#if defined(LT_BUILT_NEON)
    found.push_back(&neon::kernels());
#endif
    found.push_back(&generic::kernels());
    return found;
}

const Kernels& named(const std::string& name) {
    std::string names;
    for (const Kernels* kernels : available()) {
        if (name == kernels->name) {
            return *kernels;
        }
        names += names.empty() ? kernels->name : std::string(", ") + kernels->name;
    }
    throw std::invalid_argument(
        "instruction set '" + name + "' is not to be had here; expected one of " + names + "."
    );
}

const Kernels* at_start() {
    const char* forced = std::getenv("LIQUIDTIME_ISA");
    if (forced == nullptr || *forced == '\0') {
        return available().front();
    }
    try {
        return &named(forced);
    } catch (const std::invalid_argument& error) {
        throw std::invalid_argument(std::string("LIQUIDTIME_ISA: ") + error.what());
    }
}

std::atomic<const Kernels*>& current() {
    // No global: an exception out of its making would end the process.
    static std::atomic<const Kernels*> kernels{at_start()};
    return kernels;
}

}  // namespace

std::vector<std::string> instruction_sets() {
    std::vector<std::string> names;
    for (const Kernels* kernels : available()) {
        names.emplace_back(kernels->name);
    }
    return names;
}

const Kernels& kernels() {
    return *current().load();
}

void use_instruction_set(const std::string& name) {
    current() = &named(name);
}

}  // namespace liquidtime
