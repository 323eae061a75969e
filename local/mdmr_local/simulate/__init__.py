"""`mdmr simulate`: a scenario folder in, what the hub made of it in virtual time out."""
