"""How far each closed form is from the ODE."""
