"""From delivered sales and CRM extracts to a pack a board can act on.

Data flows one way through the folders of this package::

    sources → model → measures → analyses → exhibits | findings → actions → pack

``tests/test_layers.py`` holds the picture to its word.
"""
