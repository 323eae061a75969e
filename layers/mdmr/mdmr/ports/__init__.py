"""What the hub needs from outside, as Protocols. Adapters are in `stores`."""
