"""What the hub notes about files: receipts, slots, held files, incidents, events."""
