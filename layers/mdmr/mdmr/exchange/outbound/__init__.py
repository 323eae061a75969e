"""What the hub owes and to whom: deliveries, publishing, retry, re-send."""
