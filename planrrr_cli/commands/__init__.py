"""One module per subcommand or family: plain functions that take plain arguments and return an exit code."""
