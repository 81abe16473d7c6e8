"""The error that tells an operator which input was refused, why, and what to do about it."""


class ContractError(Exception):
    """An input that breaks a contract: the message names the file, the value and the remedy.

    Steps raise it before anything is written; command lines print it without a traceback and exit with 2.
    """
