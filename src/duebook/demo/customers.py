"""Who owes the demo company: about sixty invented firms, each with the way in which it pays.

Names are invented. SIREN, SIRET, VAT and UID numbers are drawn by the seed and pass their own check digits; that one is also a real
firm's would be chance. What this module does not do: make documents.
"""

from dataclasses import dataclass
from random import Random
from typing import Final

from stdnum import luhn
from stdnum.ch import uid

COMPANY: Final = "Atelier Verney SAS"
"""The demo company: joinery and fittings for shops and offices, Lyon."""
FIRST: Final = "Menuiserie Kervella SARL"
"""The customer whose documents the printed requests name."""

OURS: Final = "sage-"
"""What every external id of the demo begins with: its accounting program's name."""

# habit | size | firms. Firms in Switzerland are invoiced in CHF. Habits are told in `habits`, sizes in `trade`.
_TABLE: Final = """
on_time | medium | Menuiserie Kervella SARL, Boulangerie Tissandier, Hôtel des Remparts SAS, Clinique du Vallon, Librairie Aubépine
on_time | small | Fleurs Maréchal, Optique Lanvin-Roche, Pharmacie Beauséjour, Cabinet Thibaudeau
on_time | small | École Sainte-Mélanie, Garage Poulain et Fils
on_time | large | Groupe Armandière, Mutuelle Rhodanienne de Prévoyance, Transports Quémener
early | small | Martin Ébénisterie, Chocolaterie Delaunoy, Papeterie Grandclément, Atelier Sorbier
early | medium | Vignobles Castelnau, Imprimerie Roussillat, Maison Pélissard
monthly | large | Supérettes Bonaventure, Résidences Clairlogis, Agence Immobilière Fontvieille
monthly | medium | Restaurants Le Pré Vert, Crèches Petit Nuage, Cinémas Lumina
late_20 | medium | Dupont Agencement, Brasserie du Confluent, Garnier Sols et Murs, Menuiseries de la Saône
late_20 | small | Coiffure Estelle Vidal, Bijouterie Marchetti, Salon de Thé Aldebert, Cave Sabatier
late_20 | large | Centre Commercial Bellerive, Polyclinique des Tilleuls
half_then_rest | medium | Bâtisseurs du Forez, Charpentes Mounier, Plâtrerie Estève, Constructions Vauquelin
half_then_rest | large | Promotion Alpine Habitat, Travaux Montgelas
disputes | medium | Espaces Verts Lacombe, Traiteur Ganivet, Décors Saint-Clair
disputes | large | Hôtellerie Montferrand
silent | small | Boutique Nacarat, Studio Peyrolles, Épicerie du Griffon
silent | medium | Ameublement Ravier, Négoce Tarentaise
rounds_up | small | Cordonnerie Jaubert, Mairie de Saint-Aurin, Théâtre de l'Écluse
pays_twice | medium | Centre de Formation Ampère, Laboratoire Sévigné
on_time | medium CHF | Agencements Jolliet SA, Hôtel du Grand-Pont SA
late_20 | medium CHF | Boutiques Lémanique Sàrl, Fiduciaire Rochat
half_then_rest | large CHF | Clinique Mont-Choisi SA
early | small CHF | Horlogerie Borel
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Firm:
    """One customer: `number` its place in the table, from 1."""

    number: int
    name: str
    habit: str
    size: str
    currency: str
    registration_number: str
    vat_number: str
    term_days: int

    @property
    def external_id(self) -> str:
        """What the demo company's accounting calls it."""
        return f"{OURS}CLI-{self.number:04}"

    def body(self) -> dict[str, object]:
        """The body of its import."""
        return {
            "externalId": self.external_id,
            "name": self.name,
            "registrationNumber": self.registration_number,
            "vatNumber": self.vat_number,
            "currency": self.currency,
            "language": "fr",
            "paymentTermDays": self.term_days,
        }


def firms(dice: Random) -> list[Firm]:
    """All of them, in the order of the table."""
    found: list[Firm] = []
    for line in _TABLE.strip().splitlines():
        habit, size, names = (part.strip() for part in line.split("|"))
        size, _, currency = size.partition(" ")
        for name in names.split(", "):
            registration_number, vat_number = _swiss(dice) if currency == "CHF" else _french(dice)
            found.append(
                Firm(
                    number=len(found) + 1,
                    name=name,
                    habit=habit,
                    size=size,
                    currency=currency or "EUR",
                    registration_number=registration_number,
                    vat_number=vat_number,
                    term_days=30 if name == FIRST else dice.choice((30, 30, 30, 45, 60)),
                )
            )
    return found


def _french(dice: Random) -> tuple[str, str]:
    """A SIRET (SIREN, establishment, check digit) and the VAT number of the same SIREN: 12 + 3 x (SIREN mod 97), mod 97."""
    digits = f"{dice.randint(300_000_00, 899_999_99)}"
    siren = digits + luhn.calc_check_digit(digits)
    establishment = f"{siren}{dice.randint(1, 4):04}"
    return establishment + luhn.calc_check_digit(establishment), f"FR{(12 + 3 * (int(siren) % 97)) % 97:02}{siren}"


def _swiss(dice: Random) -> tuple[str, str]:
    """A UID and the VAT number made of it. A check digit of 10 does not exist, so such a draw is drawn again."""
    while True:
        digits = f"{dice.randint(100_000_00, 499_999_99)}"
        check = uid.calc_check_digit(digits)
        if len(check) == 1:
            return uid.format(f"CHE{digits}{check}"), f"{uid.format(f'CHE{digits}{check}')} TVA"
