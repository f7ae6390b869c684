"""The run: claims lanes, admits publications, drives the platforms' recipes and settles what became of them."""
