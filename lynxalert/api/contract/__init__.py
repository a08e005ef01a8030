"""The contract of the interface: what every endpoint takes and gives, said once and published as OpenAPI 3.1.

`operation` holds the words, one file per resource says them of its endpoints, `document` puts them together with the
table of routes. A route without words, and a reply that differs from them, fail a test.
"""
