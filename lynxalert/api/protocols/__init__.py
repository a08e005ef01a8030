"""One file per ingest protocol over HTTP: its routes, replies and refusals. Decoding is `lynxalert/ingest`'s."""
