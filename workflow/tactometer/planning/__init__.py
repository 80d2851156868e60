"""Planning: what a run would ask, cost and do, before it runs; nothing here is part of a stage.
Open plan.py, then forecast.py.
"""
