"""X: the recipe in ``publisher.py``, how X counts in ``length.py``, what X's words mean in the modules beside it."""
