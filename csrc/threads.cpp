#include "threads.hpp"

#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include <pthread.h>

namespace liquidtime {
namespace {

class Pool {
public:
    void run(int count, int threads, const std::function<void(int)>& task) {
        std::lock_guard<std::mutex> turn(turn_);
        {
            std::lock_guard<std::mutex> lock(mutex_);
            grow(threads - 1);
            task_ = &task;
            next_ = 0;
            count_ = count;
            unfinished_ = count;
            failure_ = nullptr;
            helpers_ = threads - 1;
        }
        wake_.notify_all();
        work();
        std::unique_lock<std::mutex> lock(mutex_);
        done_.wait(lock, [&] { return unfinished_ == 0; });
        task_ = nullptr;
        if (failure_) {
            std::rethrow_exception(failure_);
        }
    }

private:
    // Workers are detached and sleep until the process ends: joining them at exit could wait for a
    // thread that a fork has left behind.
    void grow(int workers) {
        for (; workers_ < workers; ++workers_) {
            std::thread([this, index = workers_] {
                std::unique_lock<std::mutex> lock(mutex_);
                for (;;) {
                    wake_.wait(lock, [&] { return index < helpers_ && next_ < count_; });
                    lock.unlock();
                    work();
                    lock.lock();
                }
            }).detach();
        }
    }

    void work() {
        std::unique_lock<std::mutex> lock(mutex_);
        while (next_ < count_) {
            const int mine = next_++;
            const std::function<void(int)>* task = task_;
            lock.unlock();
            std::exception_ptr failure;
            try {
                (*task)(mine);
            } catch (...) {
                failure = std::current_exception();
            }
            lock.lock();
            if (failure && !failure_) {
                failure_ = failure;
            }
            if (--unfinished_ == 0) {
                done_.notify_all();
            }
        }
    }

    std::mutex turn_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::condition_variable done_;
    const std::function<void(int)>* task_ = nullptr;
    int workers_ = 0;
    int helpers_ = 0;
    int next_ = 0;
    int count_ = 0;
    int unfinished_ = 0;
    std::exception_ptr failure_;
};

// Never destroyed, since sleeping workers refer to it; a forked child leaves its parent's behind.
std::atomic<Pool*> current{nullptr};

Pool& pool() {
    static const int watched = pthread_atfork(nullptr, nullptr, [] { current = nullptr; });
    (void)watched;
    Pool* pool = current;
    if (pool == nullptr) {
        Pool* made = new Pool;
        if (current.compare_exchange_strong(pool, made)) {
            pool = made;
        } else {
            delete made;
        }
    }
    return *pool;
}

}  // namespace

void parallel(int count, int threads, const std::function<void(int)>& task) {
    if (count <= 1 || threads <= 1) {
        for (int i = 0; i < count; ++i) {
            task(i);
        }
        return;
    }
    pool().run(count, threads < count ? threads : count, task);
}

}  // namespace liquidtime
