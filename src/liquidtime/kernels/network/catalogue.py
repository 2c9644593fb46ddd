"""Forms of neurons: each file of `forms` is one, and others may join from outside."""

from collections.abc import Mapping

from liquidtime.catalogue import Catalogue
from liquidtime.kernels.network.contract import Form
from liquidtime.kernels.network.variable import Variable

FORMS: Catalogue[Form] = Catalogue("liquidtime.kernels.network.forms", "FORM", "form of neuron")


def variables() -> Mapping[str, Variable]:
    """All that neurons of some form can be recorded by."""
    forms = FORMS.entries().values()
    return {name: variable for form in forms for name, variable in form.recordable.items()}
