"""Sockets → syslog events in the store: listeners, connections, datagrams."""

from lynxalert.daemon.syslog.listeners import Listeners

__all__ = ["Listeners"]
