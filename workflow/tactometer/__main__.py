"""`python -m tactometer`."""

from tactometer.cli.parser import main

main()
