"""Training: a stage before ask that makes the checkpoints of open weights."""
