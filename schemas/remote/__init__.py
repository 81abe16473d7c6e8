"""Log folders and artifacts on Google Cloud Storage, read and written as if they were local folders."""
