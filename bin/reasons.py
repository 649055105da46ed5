"""Why a package program failed, in one sentence for the person who waits."""

import re

# First match wins; the words are those of pip, npm and the operating system.
_REASONS = (
    (
        r"No space left on device|ENOSPC",
        "The disk is full: make room and run this again.",
    ),
    (
        r"Permission denied|Read-only file system|EACCES|EROFS|EPERM",
        "The disk cannot be written here: check the rights of this folder and run this again.",
    ),
    (
        r"DO NOT MATCH THE HASHES|EINTEGRITY|integrity checksum failed",
        "A downloaded package is not the one that was pinned (its checksum differs): nothing was installed; "
        "try again from another network, and tell the maintainers if it stays so.",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|SELF_SIGNED_CERT|UNABLE_TO_GET_ISSUER_CERT|unable to get local issuer",
        "The package registry's certificate is not trusted here: name your network's certificate file "
        "in PIP_CERT and NODE_EXTRA_CA_CERTS and run this again.",
    ),
    (
        r"connection broken by|Temporary failure in name resolution|Network is unreachable|ENOTFOUND|EAI_AGAIN"
        r"|ECONNREFUSED|ECONNRESET|ENETUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT|Read timed out|ConnectTimeoutError",
        "No network: the package registry cannot be reached; connect this machine and run this again.",
    ),
    (
        r"Could not get lock|Unable to acquire the dpkg frontend lock",
        "Another program installs packages of this system just now: run this again once it is done.",
    ),
    (
        r"requires a different Python|requires Python",
        "A package does not support this Python: use a version from 3.11 on that it knows, and run this again.",
    ),
)


def why(program: str, output: str, log: str) -> str:
    """One sentence for a failed run of `program`, which printed `output`; the whole of it lies in `log`."""
    for pattern, sentence in _REASONS:
        if re.search(pattern, output):
            return sentence
    return f"{program} failed ({_last_words(output)}): its whole output is in {log}."


def _last_words(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if re.match(r"(ERROR|npm error|error|E:|×)", line)]
    return (telling or lines or ["it said nothing"])[0][:200].rstrip(".")
