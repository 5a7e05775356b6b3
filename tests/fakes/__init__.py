"""Working stand-ins for every port, without disk, paper or slow hashes, and a small office that uses them."""
