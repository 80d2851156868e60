"""`python -m tactometer`."""

from tactometer.cli import main

main()
