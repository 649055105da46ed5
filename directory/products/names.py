"""What the fields of a product, and the other words of its change log, are called on pages."""

from web.i18n import N_

FIELD_NAMES = {
    "category": N_("Category"),
    "maturity": N_("How far it is"),
    "price": N_("Price"),
    "certificates": N_("Certificates and standards"),
}
# Everything of a product that its change log can name.
CHANGE_NAMES = FIELD_NAMES | {
    "name.de": N_("Name, in German"),
    "name.en": N_("Name, in English"),
    "line.de": N_("One sentence, in German"),
    "line.en": N_("One sentence, in English"),
    "description.de": N_("Description, in German"),
    "description.en": N_("Description, in English"),
    "price_from": N_("Price from"),
    "price_to": N_("Price up to"),
    "currency": N_("Currency"),
    "url": N_("Its page on your website"),
    "visibility": N_("Who sees it"),
    "confirmed_at": N_("Confirmed that everything is so"),
    "pictures": N_("Pictures"),
    "documents": N_("Documents"),
    "made": N_("Product added"),
    "removed": N_("Product taken off"),
    "returned": N_("Product shown again"),
}
