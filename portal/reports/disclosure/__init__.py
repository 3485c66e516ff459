# SPDX-License-Identifier: AGPL-3.0-or-later
"""What each audience may see of a relazione, so that no small number names a person.

sheets: what a publication tells; relations: what joins it to every other; attack: whoever holds
all of it and calculates; protect: what is hidden until that attacker learns nothing. Pure.
"""
