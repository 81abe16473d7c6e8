"""Compares each whole day of the logs with the days before it and refuses a newest day that differs too much."""
