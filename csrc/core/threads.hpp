// Tasks over threads: PyTorch's team where there is one, else a pool of our own.
#pragma once

#include <functional>

namespace liquidtime {

// Runs task(0) … task(count − 1) on at most `threads` threads, the caller's among them, and comes
// back when all are done. The first exception of a task is thrown again here. Calls from several
// threads take turns. After a fork the child starts threads of its own.
void parallel(int count, int threads, const std::function<void(int)>& task);

}  // namespace liquidtime
