"""The answers of Splunk's HTTP Event Collector: number, HTTP status and text of each.

Source: Splunk, "HTTP Event Collector REST API endpoints" and "Troubleshoot HTTP Event Collector".
"""

from __future__ import annotations

from enum import Enum


class HecCode(Enum):
    """(number, HTTP status, text)."""

    SUCCESS = (0, 200, "Success")
    TOKEN_REQUIRED = (2, 401, "Token is required")
    INVALID_AUTHORIZATION = (3, 401, "Invalid authorization")
    INVALID_TOKEN = (4, 403, "Invalid token")
    NO_DATA = (5, 400, "No data")
    INVALID_FORMAT = (6, 400, "Invalid data format")
    INCORRECT_INDEX = (7, 400, "Incorrect index")
    INTERNAL = (8, 500, "Internal server error")
    BUSY = (9, 503, "Server is busy")
    CHANNEL_MISSING = (10, 400, "Data channel is missing")
    INVALID_CHANNEL = (11, 400, "Invalid data channel")
    EVENT_REQUIRED = (12, 400, "Event field is required")
    EVENT_BLANK = (13, 400, "Event field cannot be blank")
    INVALID_FIELDS = (15, 400, "Error in handling indexed fields")
    QUERY_TOKEN = (16, 400, "Query string authorization is not enabled")
    HEALTHY = (17, 200, "HEC is healthy")
    UNHEALTHY = (18, 503, "HEC is unhealthy, queues are full")
    CLOSING = (23, 503, "Server is shutting down")
    TOO_LARGE = (27, 413, "Request entity too large")

    @property
    def number(self) -> int:
        """As in `"code"`."""
        return self.value[0]

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.value[1]

    @property
    def text(self) -> str:
        """As in `"text"`."""
        return self.value[2]
