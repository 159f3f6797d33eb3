"""Dated thresholds, each with its source."""
