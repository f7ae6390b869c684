"""Facebook Pages: the recipe in ``publisher.py``, and what Facebook's words mean in the modules beside it."""
