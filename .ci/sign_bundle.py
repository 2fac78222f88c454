# SPDX-License-Identifier: Apache-2.0
"""Signs the files of the Maven bundle with gpg. `python3 .ci/sign_bundle.py FOLDER` uses the key of gpg's home.

The environment variable `GPG_PASSPHRASE` holds the passphrase of the key. It goes to gpg through a pipe, because other
processes can read a command line. Standard library only.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

CHECKSUMS = {".md5", ".sha1", ".sha256", ".sha512", ".asc"}


def main() -> int:
    signed = sign(Path(sys.argv[1]))
    print(f"{len(signed)} files signed")
    return 0 if signed else 1


def sign(folder: Path, home: Path | None = None) -> list[Path]:
    """Puts a signature next to each file; a checksum file gets none. Returns the signed files."""
    files = sorted(file for file in folder.rglob("*") if file.is_file() and file.suffix not in CHECKSUMS)
    for file in files:
        file.with_name(f"{file.name}.asc").unlink(missing_ok=True)
        options = ["--pinentry-mode", "loopback", "--passphrase-fd", "0", "--armor", "--detach-sign"]
        gpg([*options, str(file)], home, os.environ.get("GPG_PASSPHRASE", "") if home is None else "")
    return files


def is_signed(file: Path, home: Path) -> bool:
    command = ["gpg", "--homedir", str(home), "--batch", "--verify", f"{file}.asc", str(file)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def make_key(home: Path) -> None:
    """A key for tests: without a passphrase, valid for a day."""
    home.chmod(0o700)
    gpg(
        ["--passphrase", "", "--quick-generate-key", "release-check <nobody@example.com>", "rsa3072", "sign", "1d"],
        home,
    )


def gpg(arguments: list[str], home: Path | None, passphrase: str = "") -> None:
    at = ["--homedir", str(home)] if home else []
    ran = subprocess.run(
        ["gpg", *at, "--batch", "--yes", *arguments], input=passphrase, capture_output=True, text=True, check=False
    )
    if ran.returncode != 0:
        raise SystemExit(f"gpg failed: {ran.stderr.strip()}")


if __name__ == "__main__":
    sys.exit(main())
