"""`python -m indexer` is the command of `indexer.commands`; a process that it starts imports this again."""

if __name__ == "__main__":
    import sys

    from indexer.commands import main

    sys.exit(main())
