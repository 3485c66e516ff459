# SPDX-License-Identifier: AGPL-3.0-or-later
"""A document as a Word file that an office can restyle: a template filled with its words.

`layout` and `styles` make the portal's own template, `checks` says whether an uploaded one can be
used, `words` has what it may write, `sandbox` what its source may do, and `filling` fills it. The
same document in the same template gives the same bytes on any day.
"""

from portal.core.documents.docx.checks import check_template
from portal.core.documents.docx.filling import docx_bytes
from portal.core.documents.docx.layout import default_template

__all__ = ["check_template", "default_template", "docx_bytes"]
