"""Models whose weights are loaded here, by vLLM or transformers. Open provider.py."""
