"""A recurrent network as a user writes it: `nn.GRU`, the plain loop, everything on one grid."""

import time

import numpy as np
import torch
from _problems import Problem
from _rivals import Answer, on_grid
from torch import nn
from torch.nn.functional import cross_entropy

NAME = "nn.GRU"
UNITS, EPOCHS, BATCH, RATE = 32, 100, 32, 5e-3


def gru(problem: Problem, seed: int) -> Answer:
    """Standardised inputs, the last state read, Adam with clipped gradients, one thread."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    every = on_grid(problem)
    began = time.perf_counter()
    taught = every[problem.train]
    centre, spread = taught.mean((0, 1)), np.maximum(taught.std((0, 1)), 1e-8)
    x = torch.tensor((every - centre) / spread, dtype=torch.float32)
    y = torch.from_numpy(problem.target[problem.train]).long()
    recurrent = nn.GRU(x.shape[2], UNITS, batch_first=True)
    head = nn.Linear(UNITS, len(np.unique(problem.target)))
    weights = [*recurrent.parameters(), *head.parameters()]
    optimizer = torch.optim.Adam(weights, lr=RATE)
    inputs = x[problem.train]
    for _ in range(EPOCHS):
        for chosen in torch.randperm(len(y)).split(BATCH):
            optimizer.zero_grad()
            cross_entropy(head(recurrent(inputs[chosen])[0][:, -1]), y[chosen]).backward()
            nn.utils.clip_grad_norm_(weights, 1.0)
            optimizer.step()
    with torch.no_grad():
        score = head(recurrent(x[problem.test])[0][:, -1]).softmax(1).numpy()
    return Answer(score.argmax(1), score, time.perf_counter() - began, NAME)
