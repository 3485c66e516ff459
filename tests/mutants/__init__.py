# SPDX-License-Identifier: AGPL-3.0-or-later
"""A protection is shown by removing it: each mutant lacks one, and named tests must fail."""
