"""`python -m backprop.distributed`: what it does is in `command`."""

if __name__ == "__main__":
    # Imported here: each worker process reads this file when it starts, and needs none of it.
    from backprop.distributed.command import main

    main()
