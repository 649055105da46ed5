"""What neighbours call their columns, by the codes of `aliases`: French, Italian, Spanish, Dutch and Polish."""

_ORGANISATIONS = {
    "source_id": "identifiant, numero siren, siren, siret, codice, identificativo, identificador, identificatie, "
    "numer, identyfikator",
    "name": "nom, nom de l entreprise, nom de la societe, entreprise, societe, raison sociale, denomination, nome, "
    "azienda, nome azienda, ragione sociale, nombre, empresa, nombre de la empresa, razon social, naam, bedrijf, "
    "bedrijfsnaam, organisatie, nazwa, firma nazwa, nazwa firmy",
    "legal_form": "forme juridique, forma giuridica, forma juridica, rechtsvorm, forma prawna",
    "website": "site web, site internet, site, adresse web, sito, sito web, pagina web, sitio web, strona www, "
    "strona internetowa",
    "email": "courriel, adresse e mail, adresse electronique, correo, correo electronico, posta elettronica",
    "pitch": "accroche, resume, description courte, breve descrizione, descripcion corta, korte omschrijving, "
    "krotki opis",
    "description": "description longue, presentation, descrizione, descripcion, omschrijving, beschrijving, opis",
    "industry": "secteur, secteurs, secteur d activite, domaine, domaine d activite, activite, branche d activite, "
    "settore, settori, sector de actividad, bedrijfstak, branza",
    "technology": "mots cles, parole chiave, palabras clave, trefwoorden, technologie, tecnologie, tecnologias",
    "market": "marche, marches, marches cibles, mercati, mercados, markten, rynki",
    "stage": "stade, stade de developpement, fase, etapa",
    "business_model": "modele economique, modele d affaires, modello di business, modelo de negocio, verdienmodel",
    "customer_focus": "clientele, clients, clienti, clientes, klanten",
    "size": "effectif, effectifs, nombre de salaries, nombre d employes, salaries, dipendenti, numero di dipendenti, "
    "empleados, numero de empleados, aantal medewerkers, medewerkers, liczba pracownikow",
    "founded": "date de creation, annee de creation, fondee en, cree en, annee de fondation, anno di fondazione, "
    "fondata nel, fundacion, ano de fundacion, oprichtingsjaar, opgericht, rok zalozenia",
    "location": "siege, siege social, adresse du siege, sede, domicilio, vestiging, siedziba",
    "place": "ville, commune, localite, citta, comune, ciudad, localidad, municipio, plaats, woonplaats, stad, miasto",
    "postcode": "code postal, cp, cap, codice postale, codigo postal, kod pocztowy",
    "country": "pays, paese, nazione, pais, kraj",
    "languages": "langues, lingue, idiomas, talen, jezyki",
    "confirmed_at": "mise a jour, derniere mise a jour, date de mise a jour, ultimo aggiornamento, actualizado, "
    "bijgewerkt",
}
_PRODUCTS = {
    "source_id": "reference, ref, codice articolo, referencia, artikelnummer",
    "organisation": "entreprise, societe, fabricant, fournisseur, azienda, produttore, empresa, fabricante, "
    "bedrijf, fabrikant, leverancier, producent",
    "name": "nom, nom du produit, produit, prodotto, nome, producto, nombre, naam, nazwa",
    "line": "accroche, description courte, breve descrizione, descripcion corta, korte omschrijving",
    "description": "description longue, descrizione, descripcion, omschrijving, opis",
    "category": "categorie, categoria, kategoria",
    "price": "prix, prezzo, precio, prijs, cena",
    "currency": "devise, monnaie, valuta, moneda, waluta",
    "url": "lien, page web, sito web, pagina web, enlace",
    "certificates": "certificats, certifications, certificati, certificados, certificaten, certyfikaty",
}
# The kinds of records as `aliases.KINDS` has them.
FOREIGN = {"organisations": _ORGANISATIONS, "products": _PRODUCTS}
