"""The leak audit: proves rule 5 of an examples artifact row by row, from what the step recorded of its own joins."""
