"""One module per revision, the newest last."""
