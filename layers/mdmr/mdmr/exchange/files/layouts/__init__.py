"""Record layouts as tables of data; parser, writer, validator and documents are derived."""
