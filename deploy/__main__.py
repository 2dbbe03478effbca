"""`python -m deploy`: what the `relais` command runs."""

from deploy.cli import main

if __name__ == "__main__":
    main()
