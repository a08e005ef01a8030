"""Result → Transition. Pure."""
