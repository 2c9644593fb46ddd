from liquidtime.train.config import TrainConfig
from liquidtime.train.schedule import learning_rate
from liquidtime.train.seeds import derived_seed


def test_the_schedule_is_a_function_of_the_epoch():
    for schedule in ("constant", "cosine", "exponential"):
        config = TrainConfig(schedule=schedule, epochs=5, learning_rate=0.1, decay=0.5)
        rates = [learning_rate(config, epoch) for epoch in range(5)]
        assert rates[0] == 0.1
        assert rates == sorted(rates, reverse=True)
    assert learning_rate(TrainConfig(schedule="cosine", epochs=1), 0) == 1e-3


def test_near_seeds_are_unrelated():
    seeds = {derived_seed(a, b, c) for a in range(10) for b in range(10) for c in range(3)}
    assert len(seeds) == 300
    assert all(0 <= seed < 2**63 for seed in seeds)
