"""Names as they are compared: without the legal form."""

import re
from functools import lru_cache

from directory.terms import folded

# Forms of companies, folded, the longer ones first: "gmbh and co kg" is one form.
_FORMS = (
    "gmbh and co kgaa", "ag and co kgaa", "gmbh and co kg", "ug haftungsbeschraenkt and co kg", "ug and co kg",
    "ag and co kg", "se and co kgaa", "se and co kg", "gmbh and co ohg", "ug haftungsbeschraenkt", "ggmbh", "gug",
    "mbh", "gmbh", "ag", "ug", "kgaa", "kg", "ohg", "gbr", "e v", "ev", "eg", "e g", "e k", "ek", "se", "partg mbb",
    "partgmbb", "partg", "stiftung", "aoer", "limited", "ltd", "llc", "l l c", "inc", "incorporated", "corp",
    "corporation", "co ltd", "plc", "llp", "s a s", "sas", "sarl", "s a r l", "s a", "sa", "srl", "s r l", "spa",
    "s p a", "b v", "bv", "n v", "nv", "vof", "oy", "oyj", "ab", "aps", "a s", "as", "sp z o o", "sp zoo", "s r o",
    "sro", "kft", "zrt", "d o o", "doo", "ou", "uab", "sia", "pty ltd", "holding gmbh", "in gruendung", "i g",
)  # fmt: skip
_FORM_AT_END = re.compile(rf"(?:\s(?:{'|'.join(sorted(map(re.escape, _FORMS), key=len, reverse=True))}))+$")


@lru_cache(maxsize=8192)
def core_of(name: str) -> str:
    """A name without its legal form, folded. "Vectoflow GmbH GmbH" and "vectoflow" have the same core."""
    plain = folded(name)
    return _FORM_AT_END.sub("", plain) or plain
