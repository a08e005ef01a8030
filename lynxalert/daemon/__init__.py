"""The running whole: evaluator, sender, composition."""
