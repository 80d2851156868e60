"""A certificate authority of a test's own, and a server certificate that it signed."""

import subprocess
from pathlib import Path

NAMES = "subjectAltName=IP:127.0.0.1,IP:::1,DNS:localhost,DNS:behind.invalid"
CURVE = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]


def make(folder: Path) -> Path:
    """Write ca.pem, cert.pem and key.pem into a folder; gives the authority's certificate."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "names").write_text(NAMES)
    _openssl(
        folder,
        *["req", "-x509", *CURVE, "-days", "2", "-subj", "/CN=an authority"],
        *["-keyout", "ca.key", "-out", "ca.pem"],
    )
    _openssl(
        folder,
        *["req", *CURVE, "-subj", "/CN=a server", "-keyout", "key.pem", "-out", "asked.csr"],
    )
    _openssl(
        folder,
        *["x509", "-req", "-in", "asked.csr", "-CA", "ca.pem", "-CAkey", "ca.key"],
        *["-CAcreateserial", "-days", "2", "-extfile", "names", "-out", "cert.pem"],
    )
    return folder / "ca.pem"


def _openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)
