"""Random liquid features: units that are never trained, and the ridge that reads them."""
