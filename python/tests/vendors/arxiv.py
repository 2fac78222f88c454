# SPDX-License-Identifier: Apache-2.0
"""arXiv: https://info.arxiv.org/help/api/user-manual.html."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape, quoteattr

from emulated import Answer, Request

from vendors.vendor import Record, Vendor, iso, number, only, require

ATOM = "http://www.w3.org/2005/Atom"
OPENSEARCH = "http://a9.com/-/spec/opensearch/1.1/"
ARXIV = "http://arxiv.org/schemas/atom"


class Papers(Vendor):
    """An Atom feed, the last change first. A new version of a paper replaces the one before."""

    def render(self, record: Record) -> Any:
        """As the connector shows it: attributes have a prefix, elements that repeat are a list, and values are text."""
        names = [{"name": "Ada & Co"}, {"name": "Grace <g@h>"}]
        return {
            "id": f"http://arxiv.org/abs/2405.{record.number:05}v{record.version}",
            "updated": iso(record.updated),
            "published": iso(record.created),
            "title": f"Paper {record.number}",
            "summary": {"sub": "2", "_VALUE": "On HO"} if record.number == 3 else f"About {record.number}",
            "author": names[: record.number % 2 + 1] if record.number % 2 else names[0],
            "link": {"_rel": "alternate", "_href": f"http://arxiv.org/abs/2405.{record.number:05}"},
            "arxiv:primary_category": {"_xmlns:arxiv": ARXIV, "_term": "cs.DB"},
        }

    def respond(self, request: Request) -> Answer:
        require(request.path == "/api/query", 404, "Not Found")
        only(request.query, "search_query", "sortBy", "sortOrder", "start", "max_results")
        require(request.query.get("search_query") == "cat:cs.DB", 400, "malformed query")
        require(request.query.get("sortBy") == "lastUpdatedDate", 400, "this emulator sorts by the last change")
        require(request.query.get("sortOrder") == "descending", 400, "this emulator sorts descending")
        size = number(request.query.get("max_results", "10"), 1, 2000, "max_results")
        start = number(request.query.get("start", "0"), 0, 30_000, "start")
        found = list(reversed(self.since(0)))
        about = {"opensearch:totalResults": {"_xmlns:opensearch": OPENSEARCH, "_VALUE": str(len(found))}}
        entries = "\n".join(element("entry", self.render(paper)) for paper in found[start : start + size])
        title = "<title>ArXiv Query: search_query=cat:cs.DB&amp;start=0</title>"
        inner = title + "".join(element(name, value) for name, value in about.items()) + entries
        feed = f'<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="{ATOM}">{inner}</feed>'
        return Answer(feed.encode(), headers={"Content-Type": "application/atom+xml; charset=UTF-8"})


def element(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "".join(element(name, each) for each in value)
    if isinstance(value, str):
        return f"<{name}>{escape(value)}</{name}>"
    attributes = "".join(f" {key[1:]}={quoteattr(text)}" for key, text in value.items() if is_attribute(key))
    inner = "".join(element(key, each) for key, each in value.items() if not key.startswith("_"))
    # Text around the elements.
    text = value.get("_VALUE", "")
    return f"<{name}{attributes}>{escape(text[:4])}{inner}{escape(text[4:])}</{name}>"


def is_attribute(key: str) -> bool:
    return key.startswith("_") and key != "_VALUE"
