"""Instagram: the recipe in ``publisher.py``, and what Instagram's words mean in the modules beside it."""
