"""The interface for programs of agencies and ministries: `/api/v1`, described by docs/API.md and its own document."""
