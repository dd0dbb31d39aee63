"""What turns the code into images, and prepares the stores of an installation made of them."""
