"""One customer view: whose records in several systems are one customer, and what is said of them.

Records are standardised (``standard``), compared by what two of them may agree on (``evidence``)
under a model learned from the firm's own data (``model``), and grouped so that neither namesakes
nor shared telephones nor chains make one customer of two (``groups``). A person's decisions win
(``overrides``). ``link`` does all this; ``one_view`` makes the customers. See
docs/decisions/0008-linking-customers.md.
"""

from analysis.model.linkage.link import Linked, link
from analysis.model.linkage.view import one_view

__all__ = ["Linked", "link", "one_view"]
