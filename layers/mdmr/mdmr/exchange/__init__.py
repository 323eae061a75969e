"""Between organizations and the hub: names, layouts, intake, deliveries, publishing."""
