# SPDX-License-Identifier: Apache-2.0
"""A keystore of Hadoop's credentials, written by Hadoop's command."""

from __future__ import annotations

import subprocess
from pathlib import Path

from class_archive import SHORT_LIVED
from standalone import SPARK_HOME

SETTING = "spark.hadoop.hadoop.security.credential.provider.path"


def keystore_of(path: Path, **credentials: str) -> str:
    """Creates the keystore and returns the value of `SETTING`. `_` in a name becomes `-`."""
    provider = f"jceks://file{path}"
    # `hadoop credential create` runs this class.
    command = ["java", *SHORT_LIVED.split(), "-cp", f"{SPARK_HOME}/jars/*"]
    command += ["org.apache.hadoop.security.alias.CredentialShell", "create"]
    for alias, value in credentials.items():
        arguments = [alias.replace("_", "-"), "-value", value, "-provider", provider]
        made = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)
        assert made.returncode == 0 and path.exists(), made.stdout + made.stderr
    return provider
