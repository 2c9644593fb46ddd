"""Names, classes and transmitters of the neurons of C. elegans."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from liquidtime.brain.connectome.transmitters import UNKNOWN

_CLASSES = {
    "acetylcholine": (
        "ADF AIA AIN AIY ALN AS ASJ AVA AVB AVD AVE AVG AWB DA DB DVA HSN I1 I3 IL2 M1 M2 M4 M5 MC "
        "PDA PDB PLN PVC PVN PVP RIF RIH RIP RIR RIV RMD RMF RMH SAA SAB SDQ SIA SIB SMB SMD URA "
        "URB URX VA VB VC"
    ),
    "glutamate": (
        "ADA ADL AFD AIB AIM AIZ ALM AQR ASE ASG ASH ASK AUA AVM AWC BAG DVC FLP I2 I5 IL1 LUA M3 "
        "MI OLL OLQ PHA PHB PHC PLM PQR PVD PVR RIA RIG RIM URY"
    ),
    "gaba": "ALA AVL DD DVB RIB RIS RME VD",
    "dopamine": "ADE CEP PDE",
    "serotonin": "NSM",
    "octopamine": "RIC",
    UNKNOWN: "ASI AVF AVH AVJ AVK AWA BDU CAN I4 I6 PVM PVQ PVT PVW RID RMG",
}
_MALE = {
    "acetylcholine": (
        "AIM CA CEM CP1 CP2 CP3 CP4 CP7 CP8 DX HOB PCB PCC PDC PGA PHD PVV PVX PVY PVZ R1A R1B R2A "
        "R3A R4A R4B R5B R6A R8A R8B SPC SPV"
    ),
    "glutamate": "CP5 CP6 HOA PCA R2B R5A R6B R9A",
    "gaba": "CP9 EF R9B",
    "dopamine": "R7A",
    "serotonin": "R3B",
}


def _by_class(*tables: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType(
        {name: kind for table in tables for kind, names in table.items() for name in names.split()}
    )


HERMAPHRODITE = _by_class(_CLASSES)
"""Class of neurons to its transmitter, all 118 classes.

Acetylcholine: Pereira et al. 2015. Glutamate: Serrano-Saiz et al. 2013. GABA: Gendrel et al. 2016.
Where the map of Wang et al. 2024 (eLife 13:RP95402), made from reporters in the genome itself,
differs, it counts: RIB is no longer cholinergic, PVM and PVQ have no known transmitter. Of several
transmitters that which acts fast on ion channels stands here (HSN also has serotonin, RIM
tyramine, RIC glutamate beside octopamine, SMD GABA); where the evidence is a dim and variable
reporter alone, or uptake alone, it is unknown.
"""

MALE = _by_class(_CLASSES, _MALE)
"""The same of the male, whose AIM is cholinergic, with its own classes."""

_NUMBERED = re.compile(r"(AS|DA|DB|DD|VA|VB|VC|VD|CA|CP|DX|EF)\d+")
_FOURFOLD = re.compile(r"(CEP|CEM|IL1|IL2|OLQ|RMD|RME|SAA|SAB|SIA|SIB|SMB|SMD|URA|URY)[DV]?[LR]?")
_PADDED = re.compile(r"(AS|DA|DB|DD|VA|VB|VC|VD|CA|CP|DX|EF)0(\d)")


def usual_name(name: object) -> str:
    """The name without the zero that some files write before one digit: "DA01" becomes "DA1".

    Muscles, such as MDL01, keep it.
    """
    text = str(name).strip()
    match = _PADDED.fullmatch(text)
    return text if match is None else match[1] + match[2]


def classes(names: Iterable[str]) -> list[str]:
    """The class of each neuron, such as "AVA" of AVAL and "DA" of DA1.

    Args:
        names: All neurons of an animal; AVL is no left cell of a pair because there is no AVR.
    """
    every = list(names)
    there = set(every)

    def one(name: str) -> str:
        if match := _NUMBERED.fullmatch(name) or _FOURFOLD.fullmatch(name):
            return match[1]
        other = {"L": "R", "R": "L"}.get(name[-1:], "")
        return name[:-1] if other and name[:-1] + other in there else name

    return [one(name) for name in every]


def transmitters(names: Iterable[str], sex: str = "hermaphrodite") -> list[str]:
    """The transmitter of each neuron; "unknown" of one that no table has."""
    table = MALE if sex == "male" else HERMAPHRODITE
    every = list(names)
    return [
        table.get(name, table.get(kind, UNKNOWN))
        for name, kind in zip(every, classes(every), strict=True)
    ]
