# SPDX-License-Identifier: Apache-2.0
"""Writes and checks the software bill of materials: a CycloneDX 1.5 file of the libraries inside the jars.

The input is a list of the resolved libraries, which sbt's task `shadedModules` writes. The same input
gives the same bytes: the serial number is a hash of the content, and the file has no time.
"""

from __future__ import annotations

import json
import re
import uuid
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SHADED = "io/github/sparkrest/shaded/"
SERIAL = r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
SPDX = (("apache", "Apache-2.0"), ("mit", "MIT"))
"""A word in the name of a license, and the identifier of the license. POMs spell the names in different ways."""
GROUPS = {
    "sttp": "com.softwaremill.sttp",
    "io/circe": "io.circe",
    "cats": "org.typelevel",
    "org/typelevel": "org.typelevel",
    "okhttp3": "com.squareup.okhttp3",
    "okio": "com.squareup.okio",
    "kotlin": "org.jetbrains.kotlin",
}
"""The Maven group of the classes in each renamed package."""


def problems(listed: list[Path], jars: list[Path], target: Path, version: str) -> list[str]:
    components = sorted({line for file in listed for line in file.read_text(encoding="utf-8").splitlines()})
    document = _document([_component(line) for line in components], jars, version)
    target.write_text(json.dumps(document, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    print(f"  {target.name}: {len(components)} libraries of {len(listed)} Scala lines")
    if len(listed) != 2 or not components:
        return [f"sbt listed {len(components)} libraries for {len(listed)} Scala lines."]
    return [*_invalid(json.loads(target.read_text(encoding="utf-8"))), *_unlisted(components, jars)]


def _component(line: str) -> dict[str, Any]:
    group, name, version, sha256, license_name = line.split("\t")
    found = [identifier for word, identifier in SPDX if word in license_name.lower()]
    license_of_it = {"id": found[0]} if found else {"name": license_name}
    return {
        "type": "library",
        "bom-ref": f"pkg:maven/{group}/{name}@{version}",
        "purl": f"pkg:maven/{group}/{name}@{version}",
        "group": group,
        "name": name,
        "version": version,
        "scope": "required",
        "hashes": [{"alg": "SHA-256", "content": sha256}],
        "licenses": [{"license": license_of_it}],
    }


def _document(components: list[dict[str, Any]], jars: list[Path], version: str) -> dict[str, Any]:
    main = {
        "type": "library",
        "bom-ref": f"spark-rest@{version}",
        "group": "io.github.sparkrest",
        "name": "spark-rest",
        "version": version,
        "licenses": [{"license": {"id": "Apache-2.0"}}],
        "purl": f"pkg:pypi/spark-rest@{version}",
        "externalReferences": [{"type": "vcs", "url": "https://github.com/sparkrest/spark-rest"}],
    }
    # A jar contains the libraries of its Scala line, and those for Java.
    parts = [
        {
            "type": "file",
            "bom-ref": jar.name,
            "name": jar.name,
            "version": version,
        }
        for jar in jars
    ]
    lines = {jar.name: jar.name.partition("_")[2][:4] for jar in jars}
    dependencies = [{"ref": main["bom-ref"], "dependsOn": [part["bom-ref"] for part in parts]}]
    dependencies += [
        {"ref": jar, "dependsOn": [c["bom-ref"] for c in components if _fits(c["name"], line)]}
        for jar, line in lines.items()
    ]
    content = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": main},
        "components": [*parts, *components],
        "dependencies": dependencies,
    }
    serial = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(content, sort_keys=True))
    return content | {"serialNumber": f"urn:uuid:{serial}"}


def _fits(name: str, line: str) -> bool:
    return name.endswith(f"_{line}") or re.search(r"_2\.1\d$", name) is None


def _invalid(document: dict[str, Any]) -> Iterator[str]:
    """Checks the fields that the schema of CycloneDX 1.5 requires, and that all references exist."""
    if (document["bomFormat"], document["specVersion"]) != ("CycloneDX", "1.5"):
        yield "The SBOM is not CycloneDX 1.5."
    if not re.fullmatch(SERIAL, document["serialNumber"]):
        yield f"The SBOM has the serial number {document['serialNumber']}."
    components = [document["metadata"]["component"], *document["components"]]
    references = [component.get("bom-ref") for component in components]
    if len(references) != len(set(references)):
        yield "The SBOM has the same bom-ref twice."
    for component in components:
        if not component.get("type") or not component.get("name"):
            yield f"The SBOM has a component without type or name: {component}."
        for item in component.get("hashes", []):
            if item["alg"] != "SHA-256" or not re.fullmatch(r"[0-9a-f]{64}", item["content"]):
                yield f"{component['name']} has the hash {item}."
        for item in component.get("licenses", []):
            if len(item["license"].keys() & {"id", "name"}) != 1 or not all(item["license"].values()):
                yield f"{component['name']} has no license in the SBOM."
    for dependency in document["dependencies"]:
        for reference in (dependency["ref"], *dependency["dependsOn"]):
            if reference not in references:
                yield f"The SBOM refers to {reference}, which it does not list."
        if not dependency["dependsOn"]:
            yield f"The SBOM lists no library for {dependency['ref']}."
    used = {reference for dependency in document["dependencies"] for reference in dependency["dependsOn"]}
    yield from (f"No jar of the SBOM contains {reference}." for reference in references[1:] if reference not in used)


def _unlisted(components: list[str], jars: list[Path]) -> Iterator[str]:
    """Checks that each renamed package of a jar belongs to a listed library."""
    listed = {line.split("\t")[0] for line in components}
    for jar in jars:
        with zipfile.ZipFile(jar) as opened:
            classes = [name.removeprefix(SHADED) for name in opened.namelist() if name.startswith(SHADED)]
        for name in sorted({"/".join(c.split("/")[:2]) for c in classes if c.endswith(".class")}):
            group = next((group for package, group in GROUPS.items() if name.startswith(package)), None)
            if group is None or not any(known.startswith(group) for known in listed):
                yield f"{jar.name} contains {name} of an unknown library. Add it to NOTICE and to GROUPS."
