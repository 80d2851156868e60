"""What a run would do and cost, before it runs: nothing here is part of a stage."""
