"""Linux's calls that take or give many datagrams at a time, through cffi: no compiler is needed."""

import struct
import sys
from functools import cache
from typing import Any

from cffi import FFI  # type: ignore[import-untyped]

ffi = FFI()
ffi.cdef("""
struct iovec { void *iov_base; size_t iov_len; };
struct msghdr { void *msg_name; unsigned int msg_namelen; struct iovec *msg_iov; size_t msg_iovlen;
                void *msg_control; size_t msg_controllen; int msg_flags; };
struct mmsghdr { struct msghdr msg_hdr; unsigned int msg_len; };
int sendmmsg(int sockfd, struct mmsghdr *msgvec, unsigned int vlen, int flags);
int recvmmsg(int sockfd, struct mmsghdr *msgvec, unsigned int vlen, int flags, void *timeout);
""")


@cache
def library() -> Any:
    """What has `sendmmsg` and `recvmmsg`; only where `has_many_at_once` says so."""
    return ffi.dlopen(None)


def has_many_at_once() -> bool:
    """Whether the system has them, with the structures in the form in which we know them."""
    return sys.platform == "linux" and struct.calcsize("P") == 8
