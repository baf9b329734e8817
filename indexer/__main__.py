"""`python -m indexer` is the command of `indexer.commands`; a process that it starts imports this again."""

if __name__ == "__main__":
    import sys

    # Ctrl-C may come while the modules are still being loaded.
    try:
        from indexer.commands import main

        code = main()
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)
