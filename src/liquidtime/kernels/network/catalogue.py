"""Forms of neurons: each file of `forms` is one, and others may join from outside."""

from collections.abc import Mapping

from liquidtime.catalogue import Catalogue
from liquidtime.kernels.network.contract import Form

FORMS: Catalogue[Form] = Catalogue("liquidtime.kernels.network.forms", "FORM", "form of neuron")


def units() -> Mapping[str, str]:
    """All variables that neurons of some form can be recorded by, with units."""
    forms = FORMS.entries().values()
    return {name: unit for form in forms for name, unit in form.recordable.items()}
