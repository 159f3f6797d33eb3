"""The reference registry: what the sticks report, kept in order, signed for and shown.

An optional extra (``pip install regain[registry]``). The agent never imports this package, except the command
line and the rehearsal bench, which start it. It imports ``model``, ``locale`` and ``report.sign``.
"""
