"""Quality: what is wrong with the contacts, their sources and who may see them. Admins only."""
