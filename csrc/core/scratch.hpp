// Memory that a thread uses over and over, so that nothing is allocated inside a call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <vector>

namespace liquidtime {

constexpr std::size_t cache_line = 64;

struct FreeAligned {
    void operator()(void* memory) const { std::free(memory); }
};

// An array on a cache line's border. Its numbers start undefined.
template <class T>
class AlignedArray {
public:
    AlignedArray() = default;
    explicit AlignedArray(std::size_t count) { resize(count); }
    void resize(std::size_t count) {
        const std::size_t bytes = (count * sizeof(T) + cache_line - 1) / cache_line * cache_line;
        memory_.reset(
            static_cast<T*>(std::aligned_alloc(cache_line, bytes > 0 ? bytes : cache_line))
        );
        if (memory_ == nullptr) {
            throw std::bad_alloc();
        }
    }
    T* data() { return memory_.get(); }
    const T* data() const { return memory_.get(); }

private:
    std::unique_ptr<T[], FreeAligned> memory_;
};

// Hands out pieces of one growing block. A piece is valid until the Scope that took it ends.
class Scratch {
public:
    class Scope {
    public:
        explicit Scope(Scratch& scratch)
            : scratch_(scratch),
              used_(scratch.used_),
              block_(scratch.block_) {}
        Scope(const Scope&) = delete;
        Scope& operator=(const Scope&) = delete;
        ~Scope() {
            scratch_.used_ = used_;
            scratch_.block_ = block_;
        }
        template <class T>
        T* take(std::size_t count) {
            return static_cast<T*>(scratch_.take(count * sizeof(T)));
        }

    private:
        Scratch& scratch_;
        std::size_t used_;
        std::size_t block_;
    };

    static Scratch& of_this_thread() {
        static thread_local Scratch scratch;
        return scratch;
    }

private:
    struct Block {
        AlignedArray<std::uint8_t> memory;
        std::size_t size = 0;
    };

    void* take(std::size_t bytes) {
        bytes = (bytes + cache_line - 1) / cache_line * cache_line;
        // What is left of a block is passed over: blocks never move, so earlier pieces stay valid.
        while (block_ < blocks_.size() && used_ + bytes > blocks_[block_].size) {
            ++block_;
            used_ = 0;
        }
        if (block_ == blocks_.size()) {
            constexpr std::size_t least = std::size_t{1} << 20;
            Block block;
            block.size = bytes > least ? bytes : least;
            block.memory.resize(block.size);
            blocks_.push_back(std::move(block));
            used_ = 0;
        }
        void* piece = blocks_[block_].memory.data() + used_;
        used_ += bytes;
        return piece;
    }

    std::vector<Block> blocks_;
    std::size_t block_ = 0;
    std::size_t used_ = 0;
};

}  // namespace liquidtime
