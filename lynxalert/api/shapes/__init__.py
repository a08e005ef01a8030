"""What the interface answers with, as types: mypy holds the code to them, the contract publishes their JSON Schema."""
