"""The command line. Open parser.py; a command that people type is a module of commands/."""
