"""The interfaces of other products over the same alerts and events: their addresses, words and errors. No model of their own."""
