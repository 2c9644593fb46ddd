"""The layers that the tests of `nn` go through: every variant, wiring and option once."""

from liquidtime.nn import LTC, CfC, DiagonalCfC
from liquidtime.wirings import NCP, AutoNCP, FullyConnected, Random

D = 3

LAYERS = {
    "gated": lambda: CfC(D, 7),
    "no_gate": lambda: CfC(D, 7, variant="no_gate", activation="silu"),
    "closed_form": lambda: CfC(D, 7, variant="closed_form", activation="relu"),
    "no_backbone": lambda: CfC(D, 7, backbone_layers=0),
    "deep_backbone": lambda: CfC(D, 7, backbone_layers=3, backbone_units=5, activation="gelu"),
    "one_unit": lambda: CfC(D, 1, activation="tanh"),
    "memory_as_state": lambda: CfC(D, 7, mixed_memory="state"),
    "memory_as_input": lambda: CfC(D, 7, mixed_memory="input"),
    "relaxation": lambda: CfC(D, 7, variant="relaxation"),
    "relaxation_no_backbone": lambda: CfC(D, 19, variant="relaxation", backbone_layers=0),
    "relaxation_memory": lambda: CfC(D, 7, variant="relaxation", mixed_memory="state"),
    "relaxation_memory_input": lambda: CfC(D, 7, variant="relaxation", mixed_memory="input"),
    "relaxation_auto_ncp": lambda: CfC(D, wiring=AutoNCP(13, 2), variant="relaxation"),
    "relaxation_wired_memory": lambda: CfC(
        D, wiring=AutoNCP(13, 2), variant="relaxation", mixed_memory=True
    ),
    "relaxation_wired_memory_input": lambda: CfC(
        D, wiring=Random(9, 4), variant="relaxation", mixed_memory="input"
    ),
    "diagonal": lambda: DiagonalCfC(D, 7),
    "diagonal_stacked": lambda: DiagonalCfC(
        D, 19, 2, backbone_layers=1, backbone_units=5, proj_size=4
    ),
    "stacked": lambda: CfC(D, 7, 3),
    "projected": lambda: CfC(D, 7, 2, proj_size=4),
    "auto_ncp": lambda: CfC(D, wiring=AutoNCP(13, 2)),
    "ncp": lambda: CfC(D, wiring=NCP(6, 4, 2, 3, 2, 3, 2), variant="no_gate"),
    "random": lambda: CfC(D, wiring=Random(9, 4), variant="closed_form"),
    "full": lambda: CfC(D, 9, wiring=FullyConnected(9, 4)),
    "wired_memory": lambda: CfC(D, wiring=AutoNCP(13, 2), mixed_memory=True),
    "wired_memory_input": lambda: CfC(D, wiring=AutoNCP(13, 2), mixed_memory="input"),
    "ltc": lambda: LTC(D, 6),
    "ltc_euler": lambda: LTC(D, 6, integrator="euler", unfolds=40),
    "ltc_heun": lambda: LTC(D, 6, integrator="heun", unfolds=40),
    "ltc_rk4": lambda: LTC(D, 6, integrator="rk4", unfolds=40),
    "ltc_exponential": lambda: LTC(D, 6, integrator="exponential"),
    "ltc_line": lambda: LTC(D, 6, integrator="closed_form_linear", unfolds=2),
    "ltc_line_extrapolated": lambda: LTC(
        D, 6, integrator="closed_form_linear", unfolds=2, nodes=2, sources="extrapolated"
    ),
    "ltc_line_iterated": lambda: LTC(
        D, 6, integrator="closed_form_linear", unfolds=1, sources="iterated", sweeps=1
    ),
    "ltc_line_stacked": lambda: LTC(
        D, 6, 2, integrator="closed_form_linear", unfolds=1, sources="extrapolated", proj_size=5
    ),
    "ltc_line_auto_ncp": lambda: LTC(
        D, wiring=AutoNCP(13, 2), integrator="closed_form_linear", unfolds=1
    ),
    "ltc_line_memory": lambda: LTC(
        D,
        6,
        integrator="closed_form_linear",
        unfolds=1,
        sources="extrapolated",
        mixed_memory=True,
    ),
    "ltc_line_memory_input": lambda: LTC(
        D,
        wiring=AutoNCP(13, 2),
        integrator="closed_form_linear",
        unfolds=1,
        sources="iterated",
        mixed_memory="input",
    ),
    "ltc_unmapped": lambda: LTC(D, 6, input_mapping=None, output_mapping="linear"),
    "ltc_stacked": lambda: LTC(D, 6, 2, proj_size=5),
    "ltc_auto_ncp": lambda: LTC(D, wiring=AutoNCP(13, 2)),
    "ltc_random": lambda: LTC(D, wiring=Random(9, 4)),
    "ltc_memory": lambda: LTC(D, 6, mixed_memory=True),
    "ltc_memory_input": lambda: LTC(D, wiring=AutoNCP(13, 2), mixed_memory="input"),
}
BIDIRECTIONAL = {
    "gated": lambda: CfC(D, 7, 2, bidirectional=True),
    "memory": lambda: CfC(D, 7, mixed_memory=True, bidirectional=True),
    "wired": lambda: CfC(D, wiring=AutoNCP(13, 2), bidirectional=True),
    "relaxation": lambda: CfC(D, 7, 2, variant="relaxation", bidirectional=True),
    "diagonal": lambda: DiagonalCfC(D, 70, 2, bidirectional=True),
    "ltc": lambda: LTC(D, 6, 2, bidirectional=True, proj_size=4),
    "ltc_line": lambda: LTC(
        D, 6, 2, integrator="closed_form_linear", unfolds=1, bidirectional=True
    ),
}
