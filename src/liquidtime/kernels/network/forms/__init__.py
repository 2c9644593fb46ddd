"""Forms of neurons, one file each: what a `Form` says, under the name `FORM`."""
