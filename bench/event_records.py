# SPDX-License-Identifier: Apache-2.0
"""The records of the benchmark. They look like GitHub's events, with growing ids and about 1 KB each."""

import json

RECORDS = 500_000
PAGE = 1_000

SCHEMA = """
    id BIGINT, type STRING,
    actor STRUCT<id: BIGINT, login: STRING, display_login: STRING, gravatar_id: STRING, url: STRING,
        avatar_url: STRING>,
    repo STRUCT<id: BIGINT, name: STRING, url: STRING>,
    payload STRUCT<repository_id: BIGINT, push_id: BIGINT, size: INT, distinct_size: INT, ref: STRING, head: STRING,
        before: STRING, commits: ARRAY<STRUCT<sha: STRING, author: STRUCT<email: STRING, name: STRING>,
        message: STRING, distinct: BOOLEAN, url: STRING>>>,
    public BOOLEAN, created_at TIMESTAMP
"""


def event(number: int) -> str:
    """One record as compact JSON, without a line break."""
    login = f"developer-{number * 7919 % 100_003}"
    name = f"{login}/project-{number * 31 % 977}"
    head = f"{number * 2_654_435_761 % 2**160:040x}"
    before = f"{number * 40_503 % 2**160:040x}"
    return json.dumps(
        {
            "id": number,
            "type": "PushEvent",
            "actor": {
                "id": number * 7919 % 100_003,
                "login": login,
                "display_login": login,
                "gravatar_id": "",
                "url": f"https://api.example.com/users/{login}",
                "avatar_url": f"https://avatars.example.com/u/{number % 100_003}?",
            },
            "repo": {"id": number * 31 % 977, "name": name, "url": f"https://api.example.com/repos/{name}"},
            "payload": {
                "repository_id": number * 31 % 977,
                "push_id": 20_000_000_000 + number,
                "size": 1,
                "distinct_size": 1,
                "ref": "refs/heads/main",
                "head": head,
                "before": before,
                "commits": [
                    {
                        "sha": head,
                        "author": {"email": f"{login}@users.example.com", "name": login},
                        "message": f"Fix the race between reader and writer, seen in run {number}\n\nThe reader took "
                        'the lock after the "ready" flag was set; now it is taken before.',
                        "distinct": True,
                        "url": f"https://api.example.com/repos/{name}/commits/{head}",
                    }
                ],
            },
            "public": True,
            "created_at": f"2025-01-{1 + number % 28:02}T{number % 24:02}:{number % 60:02}:00Z",
        },
        separators=(",", ":"),
    )
