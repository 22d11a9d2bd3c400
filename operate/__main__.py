"""`python -m operate`."""

from operate.app import app

if __name__ == "__main__":
    app(prog_name="operate")
