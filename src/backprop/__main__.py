"""`python -m backprop`: the program `backprop`, which `backprop.command` describes."""

if __name__ == "__main__":
    # Imported here: each worker process reads this file when it starts, and needs none of it.
    from backprop.command import main

    main()
