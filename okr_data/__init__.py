"""OKR alignment dashboard: from exports to one honest picture of who pulls where."""

__version__ = "0.1.0"
