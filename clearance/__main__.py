"""`python -m clearance` is the `clearance` command."""

from clearance.cli import main

if __name__ == "__main__":
    main()
