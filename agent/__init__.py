"""Regain: a donated PC goes in, a PC somebody can use comes out, with a paper that proves its disks are empty."""

__version__ = "0.1.0"
