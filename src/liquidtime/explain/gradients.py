"""How the asked number changes with all that a network reads: gradients through the kernels."""

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.func import functional_call

from liquidtime.data.batch import Batch
from liquidtime.errors import InputError
from liquidtime.explain.question import Question
from liquidtime.models.common.embedding import Embedded
from liquidtime.nn.layout import valid_steps

PARTS = ("inputs", "elapsed", "values", "times", "vectors")
"""What of a batch is a number that can change a little; a mask is there or not."""


def numbers_in(batch: Batch) -> dict[str, Tensor]:
    """The parts of a batch that gradients can be taken of; those that are there."""
    return {name: part for name in PARTS if (part := getattr(batch, name)) is not None}


def with_vectors(question: Question, batch: Batch) -> Batch:
    """The batch with the vectors of what the network looks up, which can change a little.

    Raises:
        InputError: If the network looks up what it reads raw, too.
    """
    network = question.about.model.network
    if not isinstance(network, Embedded):
        return batch
    if batch.values is not None:
        raise _none_of(question)
    with torch.no_grad():
        return batch._replace(vectors=network.embedding.vectors(batch))


def folded(question: Question, rows: dict[str, Tensor]) -> dict[str, Tensor]:
    """Amounts of inputs [.., F] with those of the vectors [.., E] in the places of their codes."""
    network = question.about.model.network
    if "vectors" not in rows:
        return rows
    assert isinstance(network, Embedded)
    inputs = rows["inputs"].clone()
    for at, amount in network.embedding.folded(rows["vectors"]).items():
        inputs[..., at] = amount
    return {name: part for name, part in rows.items() if name != "vectors"} | {"inputs": inputs}


def has_gradients(question: Question) -> bool:
    """Whether the network of a question has a gradient with respect to what it reads."""
    try:
        differentiate(question, with_vectors(question, question.encoded.batch([0])))
    except InputError:
        return False
    return True


def differentiate(question: Question, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
    """The asked number of every series of a batch, and its gradient.

    Args:
        question: What is asked; dropout is off.
        batch: Of its series, in place of which it may hold others as long, named by `index`.

    Returns:
        Values [B], and gradients shaped as the parts of the batch; zeros behind the ends.

    Raises:
        InputError: If the network has no gradient, or it is not finite.
    """
    if question.about.model.solve is not None:
        # Nothing ever asks such a model for gradients, and it may compute in NumPy.
        raise _none_of(question)
    network = question.about.model.network
    leaves = {name: part.detach().requires_grad_() for name, part in numbers_in(batch).items()}
    # Without gradients of the weights, which nobody asks for and the kernels would find.
    weights = {name: weight.detach() for name, weight in network.named_parameters()}
    training = network.training
    network.eval()
    try:
        with torch.enable_grad():
            logits = functional_call(network, weights, (batch._replace(**leaves),))
            value = question.score(logits, batch.index)
    finally:
        network.train(training)
    found = (None,) * len(leaves)
    if value.requires_grad:
        found = torch.autograd.grad(value.sum(), list(leaves.values()), allow_unused=True)
    if all(gradient is None for gradient in found):
        raise _none_of(question)
    there = valid_steps(batch.lengths, batch.inputs.shape[1])
    gradients = {
        name: torch.zeros_like(part) if gradient is None else _within(gradient, there)
        for (name, part), gradient in zip(leaves.items(), found, strict=True)
    }
    _check_finite(gradients)
    return value.detach(), gradients


def _none_of(question: Question) -> InputError:
    return InputError(
        f"There are no gradients with respect to what is read by {question.about.name}; expected a "
        "network that has them. Use the method 'occlusion', which needs none."
    )


def _within(gradient: Tensor, there: Tensor) -> Tensor:
    shape = there.shape + (1,) * (gradient.dim() - 2)
    return torch.where(there.reshape(shape), gradient, torch.zeros_like(gradient))


def _check_finite(gradients: Mapping[str, Tensor]) -> None:
    for name, gradient in gradients.items():
        if not bool(torch.isfinite(gradient).all()):
            raise InputError(
                f"the gradient of the network with respect to its {name} is not finite, so "
                "nothing can be said. Use method='occlusion', or look at the network's weights."
            )
