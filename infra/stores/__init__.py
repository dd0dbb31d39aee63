"""One class per store, named by its role; only it knows the layout inside."""
