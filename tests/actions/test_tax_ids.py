"""Tax ids by their form and key: right, wrong, of another country, or of one that has no check."""

import pytest

from duebook.actions.tax_ids import tax_id_status


@pytest.mark.parametrize(
    ("value", "country", "status"),
    [
        ("FR40123456824", "FR", "valid"),
        ("FR 40 123.456-824", "FR", "valid"),
        ("fr40123456824", "FR", "valid"),
        ("40123456824", "FR", "valid"),
        ("FR40123456824", None, "valid"),
        ("FR40123456825", "FR", "invalid"),
        ("FR40123456825", None, "invalid"),
        ("FR40123456824", "DE", "mismatch"),
        ("FR40123456825", "DE", "invalid"),
        ("FR40123456824", "US", "mismatch"),
        ("FR40123456824", "MC", "valid"),
        ("DE136695976", "DE", "valid"),
        ("DE136695976", "AT", "mismatch"),
        ("IT00743110157", "IT", "valid"),
        ("EL094259216", "GR", "valid"),
        ("GR094259216", "GR", "valid"),
        ("EL094259216", "CY", "mismatch"),
        ("GB980780684", "GB", "valid"),
        ("XI980780684", "GB", "valid"),
        ("GB980780684", "IE", "mismatch"),
        ("CHE-107.787.577 IVA", "CH", "valid"),
        ("CHE107787577", "CH", "valid"),
        ("CHE107787578", "CH", "invalid"),
        ("NO995525828MVA", "NO", "valid"),
        ("995 525 828", "NO", "valid"),
        ("995 525 829", "NO", "invalid"),
        ("ESB64717838", "ES", "valid"),
        ("12-3456789", "US", "unsupported"),
        ("12-3456789", None, "unsupported"),
        ("", "FR", "invalid"),
        ("", None, "unsupported"),
        ("nonsense ☃", "FR", "invalid"),
        ("FR", "FR", "invalid"),
        ("FR40123456824", "ES-CE", "mismatch"),
    ],
)
def test_what_the_check_says(value: str, country: str | None, status: str):
    assert tax_id_status(value, country=country) == status
