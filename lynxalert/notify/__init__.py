"""Transition → Delivery → Message → outside."""
