"""Dated facts in our own format; ``agent.eligibility.lists`` reads and checks them. A package so that it is shipped."""
