#include "core/threads.hpp"

#include <dlfcn.h>

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
        // There is one set of counters, so callers take turns.
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
        // No task is left to take, but others may still be at theirs and refer to `task`.
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
                    // Workers that a larger call has started sleep on while fewer are asked for.
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

// GNU OpenMP's way to run a function on a team of threads, where the process has loaded it, as
// PyTorch does. Its threads stay awake for a while after each use, in wait for the next; a second
// pool beside them would have to share the cores with that waiting. After a fork they are gone.
using TeamRun = void (*)(void (*)(void*), void*, unsigned, unsigned);

std::atomic<bool> forked{false};

TeamRun team_run() {
    static const int watched = pthread_atfork(nullptr, nullptr, [] { forked = true; });
    (void)watched;
    return forked ? nullptr : reinterpret_cast<TeamRun>(dlsym(RTLD_DEFAULT, "GOMP_parallel"));
}

struct Team {
    const std::function<void(int)>& task;
    const int count;
    std::atomic<int> next{0};
    std::mutex mutex;
    std::exception_ptr failure;

    static void work(void* self) {
        Team& team = *static_cast<Team*>(self);
        for (int i = team.next++; i < team.count; i = team.next++) {
            try {
                team.task(i);
            } catch (...) {
                std::lock_guard<std::mutex> lock(team.mutex);
                if (!team.failure) {
                    team.failure = std::current_exception();
                }
            }
        }
    }
};

}  // namespace

void parallel(int count, int threads, const std::function<void(int)>& task) {
    if (count <= 1 || threads <= 1) {
        for (int i = 0; i < count; ++i) {
            task(i);
        }
        return;
    }
    const int used = threads < count ? threads : count;
    if (const TeamRun run = team_run()) {
        Team team{task, count, {}, {}, {}};
        run(Team::work, &team, static_cast<unsigned>(used), 0);
        if (team.failure) {
            std::rethrow_exception(team.failure);
        }
        return;
    }
    pool().run(count, used, task);
}

}  // namespace liquidtime
