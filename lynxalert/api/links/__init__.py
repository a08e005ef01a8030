"""The pages that links in messages open: plain HTML, no script. Opening one changes nothing; its button does."""
