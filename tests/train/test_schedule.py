from liquidtime.train.config import TrainConfig
from liquidtime.train.defaults import Size, resolved_training
from liquidtime.train.schedule import learning_rate, plan
from liquidtime.train.seeds import derived_seed


def test_the_step_size_is_a_function_of_the_round():
    for schedule in ("constant", "cosine", "exponential"):
        for how_long in ({"epochs": 5}, {"steps": 20}):
            config = TrainConfig(schedule=schedule, learning_rate=0.1, decay=0.5, **how_long)
            rates = [learning_rate(config, plan(config, 4), number) for number in range(5)]
            assert rates[0] == 0.1
            assert rates == sorted(rates, reverse=True)


def test_passes_are_rounds_and_steps_are_some_forty_of_them():
    assert plan(TrainConfig(epochs=7), 3)[:3] == (7, 1, 21)
    # Forty series in batches of eight: five passes in a round, and no validation every other step.
    few = plan(TrainConfig(steps=1000), 5)
    assert (few.rounds, few.passes, few.epoch(0), few.epoch(39)) == (40, 5, 4, 199)
    many = plan(TrainConfig(steps=10_000), 2000)
    assert (many.rounds, many.passes) == (5, 1)
    # The last round ends where the steps do, be it within a pass.
    odd = plan(TrainConfig(steps=101), 10)
    assert [odd.steps_of(n) for n in range(odd.rounds)] == [10] * 10 + [1]
    assert [odd.steps_until(n) for n in (0, 1, 11)] == [0, 10, 101] and odd.epoch(10) == 10
    assert plan(TrainConfig(steps=3), 10)[:3] == (1, 1, 3)


def test_few_series_get_steps_enough_and_many_are_not_trained_longer():
    def steps(series):
        config = resolved_training(TrainConfig(), Size(False, False, series))
        assert resolved_training(config, Size(True, True, 7)) == config
        return config.steps

    assert steps(40) >= 1000 and steps(8) >= 200
    assert steps(64_000) == 20 * 1000
    assert resolved_training(TrainConfig(epochs=3), Size(False, False, 40)).patience is None


def test_near_seeds_are_unrelated():
    seeds = {derived_seed(a, b, c) for a in range(10) for b in range(10) for c in range(3)}
    assert len(seeds) == 300
    assert all(0 <= seed < 2**63 for seed in seeds)
