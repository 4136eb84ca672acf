"""Countries by their two letters, ISO 3166-1 alpha-2.

Source: iso3166.tab of the time zone database, which is in the public domain.
"""

from __future__ import annotations

COUNTRIES = frozenset(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY
    BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK
    FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR
    IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK
    ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM
    PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF
    TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
    """.split()  # noqa: SIM905 - as a list, one string a line
)
OFFERED = tuple(
    "US GB CA AU IE NZ IN PK BD NG KE ZA DE AT CH FR BE NL ES IT PT PL SE BR MX".split()  # noqa: SIM905 - the same
)
"""To choose from without typing: as many as a select holds."""
FLAG = 0x1F1E6 - ord("A")
"""From a letter to its regional indicator symbol; two of them make a flag."""


def flagged(country: str) -> str:
    """Return a country's flag and letters, which need no word in any language."""
    return "".join(chr(FLAG + ord(letter)) for letter in country) + " " + country


def helplines_of(country: str) -> str:
    """Return the page, without https://, on which Find A Helpline lists a country's helplines."""
    return f"findahelpline.com/countries/{country.lower()}"
