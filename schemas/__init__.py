"""The contracts of Frontrow: log tables, artifacts, features and rules of time, readable from every image."""
