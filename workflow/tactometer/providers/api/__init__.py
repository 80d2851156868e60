"""Models behind an API, by LiteLLM or the OpenAI protocol: rate limits, retries, spending cap and
batch endpoints.

Open `provider.py` first.
"""
