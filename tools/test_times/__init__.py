"""What the tests of each folder take of the processor, held against a budget."""
