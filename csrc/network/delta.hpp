// Sending on delta: only sources that moved by more than epsilon are passed on, and the sums over
// the synapses are kept up by differences.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "network/graph.hpp"
#include "network/push.hpp"

namespace liquidtime {

class Delta {
public:
    Delta() = default;  // passes all on
    Delta(const Graph& graph, int trials, float epsilon, int threads);

    bool on() const { return epsilon_ > 0; }
    void start();
    // Which emitters of a table moved since they were last passed on.
    void find_changes(const Graph& graph, const float* table);
    // Adds those to the sums of a tile, and puts the sums into `into`, [K][rows][B].
    void update(const Graph& graph, const Tile& tile, float* into);
    // Sums that were taken over all edges, as of the middle of a step, are work too.
    void count(bool whole);
    double work_share() const {
        return edges_passed_[1] > 0 ? edges_passed_[0] / edges_passed_[1] : 0;
    }
    const std::vector<double>& kept_sums() const { return kept_sums_; }
    std::vector<std::pair<std::string, std::vector<float>*>> state() { return {{"sent", &sent_}}; }
    std::vector<std::pair<std::string, std::vector<double>*>> exact_state() {
        return {{"kept_sums", &kept_sums_}, {"edges_passed", &edges_passed_}};
    }

private:
    int trials_ = 1;
    float epsilon_ = 0;
    PushGraph pushes_;
    std::vector<float> sent_;  // [V, B]
    // [K][rows][B] a tile; in double precision, so that rounding does not pile up over many steps.
    std::vector<double> kept_sums_;
    std::vector<std::int32_t> changed_;
    std::vector<float> change_;                  // [changed, B]
    std::vector<double> edges_passed_ = {0, 0};  // and how many there were
    double edges_ = 0;
};

}  // namespace liquidtime
