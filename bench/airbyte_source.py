# SPDX-License-Identifier: Apache-2.0
"""The peer of `peers.py`: a declarative source of airbyte-cdk, as Airbyte's connector builder makes it.

`python bench/airbyte_source.py URL RECORDS` reads this many records, page by page, and makes the messages that a
destination would read. It prints the number of records and the seconds, without the start.
"""

import json
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path
from typing import Any

from event_records import PAGE

# Its types are in an environment of its own.
entrypoint: Any = import_module("airbyte_cdk.entrypoint")
declarative: Any = import_module("airbyte_cdk.sources.declarative.concurrent_declarative_source")

STREAM = "events"


def manifest(url: str, records: int) -> dict[str, Any]:
    return {
        "version": "6.0.0",
        "type": "DeclarativeSource",
        "check": {"type": "CheckStream", "stream_names": [STREAM]},
        "streams": [
            {
                "type": "DeclarativeStream",
                "name": STREAM,
                "primary_key": "id",
                "schema_loader": {
                    "type": "InlineSchemaLoader",
                    "schema": {"type": "object", "additionalProperties": True, "properties": {}},
                },
                "retriever": {
                    "type": "SimpleRetriever",
                    "requester": {
                        "type": "HttpRequester",
                        "url_base": url.partition("?")[0],
                        "http_method": "GET",
                        "request_parameters": {"since_id": "{{ (next_page_token or {}).get('next_page_token', 0) }}"},
                    },
                    "record_selector": {
                        "type": "RecordSelector",
                        "extractor": {"type": "DpathExtractor", "field_path": []},
                    },
                    "paginator": {
                        "type": "DefaultPaginator",
                        "pagination_strategy": {
                            "type": "CursorPagination",
                            "page_size": PAGE,
                            "cursor_value": "{{ last_record['id'] + 1 }}",
                            "stop_condition": "{{ last_record['id'] >= " + str(records) + " }}",
                        },
                    },
                },
            }
        ],
        "spec": {"type": "Spec", "connection_specification": {"type": "object", "properties": {}}},
    }


def main() -> None:
    url, wanted = sys.argv[1], int(sys.argv[2])
    catalog = {
        "streams": [
            {
                "stream": {"name": STREAM, "json_schema": {}, "supported_sync_modes": ["full_refresh"]},
                "sync_mode": "full_refresh",
                "destination_sync_mode": "append",
            }
        ]
    }
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "config.json").write_text("{}")
        (Path(folder) / "catalog.json").write_text(json.dumps(catalog))
        arguments = ["read", "--config", f"{folder}/config.json", "--catalog", f"{folder}/catalog.json"]
        source = declarative.ConcurrentDeclarativeSource(
            catalog=None, config={}, state=[], source_config=manifest(url, wanted)
        )
        runner = entrypoint.AirbyteEntrypoint(source)
        parsed = runner.parse_args(arguments)
        began = time.perf_counter()
        found = sum('"type":"RECORD"' in message for message in runner.run(parsed))
        seconds = time.perf_counter() - began
    print(found, f"{seconds:.3f}")


if __name__ == "__main__":
    main()
