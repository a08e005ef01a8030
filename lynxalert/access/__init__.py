"""Who may do what: roles, keys, tokens of others, attempts. No routes, no storage."""

from lynxalert.access.actor import ANYONE, Actor
from lynxalert.access.key import Key, mint
from lynxalert.access.roles import Role

__all__ = ["ANYONE", "Actor", "Key", "Role", "mint"]
