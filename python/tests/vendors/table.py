# SPDX-License-Identifier: Apache-2.0
"""The emulated APIs by the page of the cookbook that describes them."""

from __future__ import annotations

from collections.abc import Callable

from vendors import (
    airtable,
    clever,
    datadog,
    elasticsearch,
    github,
    gitlab,
    graph,
    hackernews,
    hubspot,
    jira,
    notion,
    okta,
    opensky,
    plaid,
    salesforce,
    shopify,
    slack,
    solr,
    square,
    stripe,
    usgs,
    worldbank,
    x,
    zendesk,
)
from vendors.vendor import DAY, Vendor, now

VENDORS: dict[str, tuple[Callable[[], Vendor], dict[str, object]]] = {
    "airtable": (airtable.Tasks, {"page_size": 3}),
    "clever-events": (clever.Events, {"page_size": 3}),
    "clever-users": (clever.Users, {"page_size": 3}),
    "datadog-logs": (datadog.Logs, {"page_size": 3}),
    "elasticsearch": (elasticsearch.SearchAfter, {"page_size": 3}),
    "github-commits": (github.Commits, {"page_size": 3}),
    "github-events": (github.Events, {"page_size": 4}),
    "github-issues": (github.Issues, {"page_size": 3}),
    "gitlab-events": (gitlab.Events, {"page_size": 2}),
    "gitlab-issues": (gitlab.Issues, {"page_size": 2}),
    "gitlab-merge-requests": (gitlab.MergeRequests, {"page_size": 2}),
    "graph-users": (graph.UsersDelta, {}),
    "hackernews-maxitem": (hackernews.MaxItem, {}),
    "hackernews-stories": (hackernews.NewStories, {}),
    "hubspot": (hubspot.Search, {"page_size": 2, "reanchor_after": 6, "page_interval": 0}),
    "jira": (jira.Issues, {"page_size": 2}),
    "notion": (notion.Pages, {"page_size": 3}),
    "okta": (okta.SystemLog, {}),
    "opensky-arrivals": (opensky.Arrivals, {"lag": 1, "initial_offset": str((now() - 21 * DAY) // 1000)}),
    "opensky-states": (opensky.States, {}),
    "plaid": (plaid.Added, {"body": '{"access_token": "access-1", "count": 2, "cursor": "{cursor?}"}'}),
    "salesforce": (salesforce.Accounts, {}),
    "shopify-graphql": (shopify.GraphQL, {"page_size": 2, "on_error": "retry"}),
    "shopify-orders": (shopify.Orders, {"page_size": 2}),
    "slack": (slack.History, {"page_size": 4, "page_interval": 0, "on_error": "retry"}),
    "solr": (solr.Documents, {"page_size": 3}),
    "square": (square.Orders, {"page_size": 3}),
    "stripe-events": (stripe.Events, {"page_size": 2}),
    "usgs": (usgs.Earthquakes, {"page_size": 3}),
    "worldbank": (worldbank.Population, {"page_size": 3}),
    "x-search": (x.RecentSearch, {"page_size": 10}),
    "zendesk-organizations": (zendesk.Organizations, {"page_size": 2, "page_interval": 0}),
    "zendesk-tickets": (zendesk.Tickets, {"page_size": 3, "page_interval": 0}),
}
"""The name of the page, the API, and changes to the recipe: smaller pages and shorter waits."""
