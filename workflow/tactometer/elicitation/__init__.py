"""TODO elicitation."""
